import { beforeEach, describe, expect, test } from 'vitest';
import type { MeltanoResult, WorkspaceDirectory } from '../../../src/domain/ports.ts';
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
  directory = createWorkspaceDirectory(
    {
      listWorkspaces: () => {
        const { promise, resolve } = Promise.withResolvers<MeltanoResult<Workspace[]>>();
        requests.push(async (result) => {
          resolve(result);
          await settle();
        });
        return promise;
      },
    },
    clock,
  );
});

/** Lets everything that waits for an answer go on. */
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
    const asked = [directory.current(), directory.current(), directory.newerThan(START)];
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
    expect(await directory.newerThan(clock.elapsed() + 1)).toBe(30 * SECOND);
  },
);

describe('newerThan', () => {
  test('takes the list in memory where it is new enough', async () => {
    await open();
    expect(namesOf(await directory.newerThan(START))).toEqual(['first']);
    expect(requests).toHaveLength(1);
  });

  test('reads at most once in 30 seconds, and says how long to wait', async () => {
    await open();
    clock.advance(10 * SECOND);
    expect(await directory.newerThan(START + SECOND)).toBe(20 * SECOND);
    clock.advance(20 * SECOND);
    const asked = [directory.newerThan(START + SECOND), directory.newerThan(START + SECOND)];
    await settle();
    expect(requests).toHaveLength(2);
    await requests[1]?.(list('second'));
    expect((await Promise.all(asked)).map(namesOf)).toEqual([['second'], ['second']]);
    expect(await directory.newerThan(clock.now() + 1, { isAwaited: true })).toBe(3 * SECOND);
    expect(await directory.newerThan(clock.now() + 1)).toBe(30 * SECOND);
    expect(requests).toHaveLength(2);
  });

  test('waits for a reading under way instead of beginning another', async () => {
    await open();
    clock.advance(61 * SECOND);
    await directory.current();
    const asked = directory.newerThan(START + 61 * SECOND);
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
    const asked = directory.newerThan(clock.now());
    await requests[1]?.(list('second'));
    expect(await asked).toBe(20 * SECOND);
  });

  test('tells a failure, keeps the old list, and counts the failed reading', async () => {
    await open();
    clock.advance(30 * SECOND);
    const asked = directory.newerThan(START + SECOND);
    await settle();
    await requests[1]?.(FAILURE);
    expect(await asked).toEqual(FAILURE);
    expect(namesOf(await directory.current())).toEqual(['first']);
    expect(await directory.newerThan(START + SECOND)).toBe(30 * SECOND);
  });
});

test('a reading that was held is none: the next one waits for the circuit, not for its 30 seconds', async () => {
  await open();
  clock.advance(30 * SECOND);
  const asked = directory.newerThan(START + SECOND);
  await settle();
  const held = { kind: 'held', message: 'away', heldMs: 5_000, since: START } as const;
  await requests[1]?.({ ok: false, failure: held });
  expect(await asked).toEqual({ ok: false, failure: held });
  clock.advance(5 * SECOND);
  const again = directory.newerThan(START + SECOND);
  await settle();
  await requests[2]?.(list('second'));
  expect(namesOf(await again)).toEqual(['second']);
});
