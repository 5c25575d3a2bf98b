import { beforeEach, describe, expect, test } from 'vitest';
import type { WorkspaceDirectory } from '../../../src/domain/account.ts';
import type { MeltanoResult } from '../../../src/domain/meltano.ts';
import type { Workspace } from '../../../src/domain/workspace.ts';
import { createWorkspaceDirectory } from '../../../src/meltano/workspace-directory.ts';
import { createClock, type TestClock } from './client-setup.ts';

const SECOND = 1_000;
/** By the clock's `elapsed`. */
const START = 0;
const FAILURE = { ok: false, failure: { kind: 'unreachable', message: 'away' } } as const;

let clock: TestClock;
let directory: WorkspaceDirectory;
/** One for each request that went out: answers it. */
let requests: ((result: MeltanoResult<Workspace[]>) => Promise<void>)[];

beforeEach(() => {
  clock = createClock();
  requests = [];
  directory = createWorkspaceDirectory(() => {
    const { promise, resolve } = Promise.withResolvers<MeltanoResult<Workspace[]>>();
    requests.push(async (result) => {
      resolve(result);
      await settle();
    });
    return promise;
  }, clock);
});

/** Lets everything that waits for an answer continue. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function list(name: string): MeltanoResult<Workspace[]> {
  const workspace = { id: name, name, alias: null, repositoryUrl: null, branch: null };
  return { ok: true, value: [{ ...workspace, directory: null, environment: null }] };
}

/** The first list is there, read at START. */
async function open(name = 'first'): Promise<void> {
  const reading = directory.current();
  await requests[0]?.(list(name));
  await reading;
}

function namesOf(result: MeltanoResult<{ workspaces: readonly Workspace[] }> | number): string[] {
  if (typeof result === 'number' || !result.ok) throw new Error('Expected a list.');
  return result.value.workspaces.map((one) => one.name);
}

describe('current', () => {
  test('reads once for everyone who asks at the same time', async () => {
    const asked = [directory.current(), directory.current(), directory.newerThan(START, null)];
    await settle();
    expect(requests).toHaveLength(1);
    await requests[0]?.(list('first'));
    expect((await Promise.all(asked)).map(namesOf)).toEqual([['first'], ['first'], ['first']]);
  });

  test('says when the reading began, not when it ended', async () => {
    const reading = directory.current();
    clock.advance(5 * SECOND);
    await requests[0]?.(list('first'));
    expect(await reading).toMatchObject({ value: { readAt: START } });
  });

  test('gives the list in memory, and refreshes an old one behind the answer', async () => {
    await open();
    clock.advance(60 * SECOND);
    await directory.current();
    expect(requests).toHaveLength(1);
    clock.advance(SECOND);
    expect(namesOf(await directory.current())).toEqual(['first']);
    expect(namesOf(await directory.current())).toEqual(['first']);
    expect(requests).toHaveLength(2);
    await requests[1]?.(list('second'));
    expect(namesOf(await directory.current())).toEqual(['second']);
    expect(requests).toHaveLength(2);
  });

  test('keeps the old list when the refresh fails, and tries again a minute later', async () => {
    await open();
    clock.advance(61 * SECOND);
    await directory.current();
    await requests[1]?.(FAILURE);
    expect(await directory.current()).toMatchObject({ ok: true, value: { readAt: START } });
    expect(requests).toHaveLength(2);
    clock.advance(61 * SECOND);
    expect(namesOf(await directory.current())).toEqual(['first']);
    expect(requests).toHaveLength(3);
  });

  test('tells a failure while there is no list, to all for a second, and then reads again', async () => {
    const reading = directory.current();
    await requests[0]?.(FAILURE);
    expect(await reading).toEqual(FAILURE);
    expect(await directory.current()).toEqual(FAILURE);
    expect(requests).toHaveLength(1);
    clock.advance(1_000);
    const again = directory.current();
    await requests[1]?.(list('first'));
    expect(namesOf(await again)).toEqual(['first']);
  });
});

test.each([-3_600 * SECOND, 3_600 * SECOND])(
  'lists get old and are read again as before if the machine’s clock is set by %i ms',
  async (step) => {
    await open();
    clock.set(step);
    clock.advance(30 * SECOND);
    await directory.current();
    expect(requests).toHaveLength(1);
    clock.advance(31 * SECOND);
    await directory.current();
    expect(requests).toHaveLength(2);
    await requests[1]?.(list('second'));
    expect(await directory.newerThan(clock.elapsed() + 1, null)).toBe(2 * SECOND);
  },
);

describe('newerThan', () => {
  test('takes the list in memory where it is new enough', async () => {
    await open();
    expect(namesOf(await directory.newerThan(START, null))).toEqual(['first']);
    expect(requests).toHaveLength(1);
  });

  test('reads at most every two seconds, and says how long to wait', async () => {
    await open();
    clock.advance(500);
    expect(await directory.newerThan(START + 100, 'new')).toBe(1_500);
    clock.advance(1_500);
    const asked = [directory.newerThan(START + 100, 'new'), directory.newerThan(START + 200, 'other')];
    await settle();
    expect(requests).toHaveLength(2);
    await requests[1]?.(list('second'));
    expect((await Promise.all(asked)).map(namesOf)).toEqual([['second'], ['second']]);
    expect(await directory.newerThan(clock.elapsed() + 1, 'new')).toBe(2 * SECOND);
    expect(requests).toHaveLength(2);
  });

  test.each([
    [400, 3_600],
    [1_000, 9_000],
    [20_000, 30_000],
  ])('a reading that took %i ms is followed by a pause of %i ms', async (tookMs, pauseMs) => {
    const reading = directory.current();
    clock.advance(tookMs);
    await requests[0]?.(list('first'));
    await reading;
    expect(await directory.newerThan(clock.elapsed(), 'new')).toBe(pauseMs);
  });

  test('waits for a reading under way instead of beginning another', async () => {
    await open();
    clock.advance(61 * SECOND);
    await directory.current();
    const asked = directory.newerThan(START + 61 * SECOND, null);
    await settle();
    expect(requests).toHaveLength(2);
    await requests[1]?.(list('second'));
    expect(namesOf(await asked)).toEqual(['second']);
  });

  test('a reading that began before is not new enough, however late it ends', async () => {
    await open();
    clock.advance(61 * SECOND);
    await directory.current();
    clock.advance(10 * SECOND);
    const asked = directory.newerThan(clock.elapsed(), null);
    await requests[1]?.(list('second'));
    expect(await asked).toBe(30 * SECOND);
  });

  test('tells a failure, keeps the old list, and counts the failed reading', async () => {
    await open();
    clock.advance(30 * SECOND);
    const asked = directory.newerThan(START + SECOND, null);
    await settle();
    await requests[1]?.(FAILURE);
    expect(await asked).toEqual(FAILURE);
    expect(namesOf(await directory.current())).toEqual(['first']);
    expect(await directory.newerThan(START + SECOND, null)).toBe(2 * SECOND);
  });
});

describe('a repository that no list contains', () => {
  /** Reads once for it, as soon as it may; the milliseconds that it had to wait. */
  async function lookFor(name: string): Promise<number> {
    clock.advance(1);
    const since = clock.elapsed();
    let waited = 1;
    for (;;) {
      const before = requests.length;
      const asked = directory.newerThan(since, name);
      await settle();
      if (requests.length > before) await requests.at(-1)?.(list('another'));
      const answer = await asked;
      if (typeof answer !== 'number') return waited;
      waited += answer;
      clock.advance(answer);
    }
  }

  test('is looked for soon three times, and then every 30 seconds for an hour', async () => {
    await open();
    for (let number = 0; number < 3; number += 1) expect(await lookFor('none')).toBe(2 * SECOND);
    expect(await lookFor('none')).toBe(30 * SECOND);
    clock.advance(3_600 * SECOND);
    expect(await lookFor('none')).toBe(1);
    expect(await lookFor('none')).toBe(2 * SECOND);
  });

  test('keeps no other one waiting', async () => {
    await open();
    for (let number = 0; number < 4; number += 1) await lookFor('none');
    expect(await lookFor('new')).toBe(2 * SECOND);
  });

  test('is looked for soon again once it was found', async () => {
    await open();
    for (let number = 0; number < 4; number += 1) await lookFor('none');
    directory.found('none');
    expect(await lookFor('none')).toBe(2 * SECOND);
  });

  test('is looked for soon where the readings lie further apart than ten minutes', async () => {
    await open();
    for (let number = 0; number < 6; number += 1) {
      clock.advance(301 * SECOND);
      expect(await lookFor('none')).toBe(1);
    }
  });
});

test('1,000 repositories without a workspace: 30 readings a minute at first, 4 at the end, and a new one within 5 s', async () => {
  const TOOK_MS = 400;
  let readings = 0;
  const world = createWorkspaceDirectory(async () => {
    readings += 1;
    clock.advance(TOOK_MS);
    return list('another');
  }, clock);
  const waiting: { name: string; since: number }[] = [];
  const waits: number[] = [];
  let dueAt = 0;
  /** Plays a second in which `names` are pushed. Waiting ones ask again when the list may be read. */
  async function playSecond(names: readonly string[]): Promise<void> {
    const end = clock.elapsed() + SECOND;
    waiting.push(...names.map((name) => ({ name, since: clock.elapsed() })));
    for (;;) {
      dueAt = end;
      for (const one of waiting.splice(0)) {
        const answer = await world.newerThan(one.since, one.name);
        if (typeof answer === 'number') {
          waiting.push(one);
          dueAt = Math.min(dueAt, clock.elapsed() + answer);
        } else if (one.name.startsWith('new')) {
          waits.push(clock.elapsed() - one.since);
        }
      }
      if (dueAt >= end) break;
      clock.advance(Math.max(0, dueAt - clock.elapsed()));
    }
    clock.advance(Math.max(0, end - clock.elapsed()));
  }
  await world.current();
  const perMinute: number[] = [];
  for (let minute = 0; minute < 25; minute += 1) {
    const before = readings;
    for (let second = 0; second < 60; second += 1) {
      const number = (minute * 60 + second) % 1_000;
      await playSecond([`none ${number}`]);
    }
    perMinute.push(readings - before);
  }
  expect(Math.max(...perMinute)).toBeLessThanOrEqual(30);
  expect(Math.max(...perMinute.slice(18))).toBeLessThanOrEqual(4);
  for (let number = 0; number < 20; number += 1) {
    await playSecond([`none ${number}`, `new ${number}`]);
    for (let second = 0; second < 5; second += 1) await playSecond([`none ${second}`]);
  }
  expect(waits).toHaveLength(20);
  expect(Math.max(...waits)).toBeLessThanOrEqual(5 * SECOND);
});

test('a reading that was held is none: the next one waits for the circuit, not for its pause', async () => {
  await open();
  clock.advance(30 * SECOND);
  const asked = directory.newerThan(START + SECOND, null);
  await settle();
  const held = { kind: 'held', message: 'away', heldMs: 5_000, since: START } as const;
  await requests[1]?.({ ok: false, failure: held });
  expect(await asked).toEqual({ ok: false, failure: held });
  clock.advance(5 * SECOND);
  const again = directory.newerThan(START + SECOND, null);
  await settle();
  await requests[2]?.(list('second'));
  expect(namesOf(await again)).toEqual(['second']);
});
