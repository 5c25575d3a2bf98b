import { beforeEach, describe, expect, test } from 'vitest';
import type { GitHubResult } from '../../../src/domain/github-result.ts';
import { ConversationLanes } from '../../../src/github/conversation-lane.ts';
import { RateBudgets } from '../../../src/github/rate-budget.ts';
import { FakeClock } from '../reconcile/reconcile-world.ts';

const MINUTE = 60_000;
const INSTALLATION = 1;
const NEIGHBOUR = 2;

let clock: FakeClock;
let budgets: RateBudgets;
let lanes: ConversationLanes;
let sent: number;

beforeEach(() => {
  clock = new FakeClock();
  budgets = new RateBudgets(() => undefined);
  lanes = new ConversationLanes(budgets, clock.now);
  sent = 0;
});

async function send(kind: 'create' | 'other', installationId = INSTALLATION): Promise<GitHubResult<null>> {
  return lanes.of(installationId).run(kind, async () => {
    sent += 1;
    return { ok: true, value: null };
  });
}

function limited(waitMs: number) {
  return { ok: false, failure: { kind: 'limited', waitMs } };
}

/** Sends all at once, as a storm of comments does. */
async function sendMany(kind: 'create' | 'other', count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => send(kind)));
}

test('requests of one installation go out one at a time, and others are not kept waiting', async () => {
  const order: string[] = [];
  const first = Promise.withResolvers<GitHubResult<null>>();
  const running = lanes.of(INSTALLATION).run('other', () => first.promise);
  const next = lanes.of(INSTALLATION).run('other', async () => {
    order.push('next');
    return { ok: true, value: null };
  });
  await send('other', NEIGHBOUR);
  order.push('neighbour');
  first.resolve({ ok: true, value: null });
  await Promise.all([running, next]);
  expect(order).toEqual(['neighbour', 'next']);
});

test('one that throws does not stop the next one', async () => {
  const thrown = lanes.of(INSTALLATION).run('other', () => Promise.reject(new Error('the lease is lost')));
  const next = send('other');
  await expect(thrown).rejects.toThrow('the lease is lost');
  expect(await next).toEqual({ ok: true, value: null });
});

describe('the budget', () => {
  test('keeps a fifth of the hour’s requests from replies and reactions, until the reset', async () => {
    const told = { limit: 5_000, remaining: 1_000, resetAt: clock.now() + 20 * MINUTE };
    budgets.note(INSTALLATION, told, clock.now());
    expect(await send('other')).toMatchObject(limited(20 * MINUTE));
    expect(await send('create')).toMatchObject(limited(20 * MINUTE));
    expect(sent).toBe(0);
    expect(await send('create', NEIGHBOUR)).toEqual({ ok: true, value: null });
    clock.advance(20 * MINUTE);
    expect(await send('create')).toEqual({ ok: true, value: null });
  });

  test('is asked when it is a request’s turn, not when it came', async () => {
    const low = lanes.of(INSTALLATION).run('other', async () => {
      budgets.note(
        INSTALLATION,
        { limit: 5_000, remaining: 999, resetAt: clock.now() + MINUTE },
        clock.now(),
      );
      return { ok: true, value: null };
    });
    const waiting = send('create');
    expect((await low).ok).toBe(true);
    expect(await waiting).toMatchObject(limited(MINUTE));
    expect(sent).toBe(0);
  });

  test('holds everything back for as long as GitHub refuses the installation’s requests', async () => {
    budgets.of(INSTALLATION).refuse(clock.now() + 7_000);
    expect(await send('other')).toMatchObject(limited(7_000));
    expect(sent).toBe(0);
  });
});

describe('a storm of comments', () => {
  test('makes at most 30 comments and reactions a minute, and edits go on', async () => {
    await sendMany('create', 40);
    expect(sent).toBe(30);
    expect(await send('create')).toMatchObject(limited(MINUTE));
    expect((await send('other')).ok).toBe(true);
    clock.advance(MINUTE);
    expect((await send('create')).ok).toBe(true);
  });

  test('makes at most 300 an hour', async () => {
    for (let minute = 0; minute < 20; minute += 1) {
      await sendMany('create', 30);
      clock.advance(MINUTE);
    }
    expect(sent).toBe(300);
    expect(await send('create')).toMatchObject(limited(40 * MINUTE));
    clock.advance(40 * MINUTE);
    expect((await send('create')).ok).toBe(true);
  });
});
