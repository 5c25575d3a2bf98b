import { beforeEach, describe, expect, test } from 'vitest';
import type { QueuedRun } from '../../../../src/reporting/pace/queued-run.ts';
import { countMost, HOUR, MINUTE, QueueWorld, SECOND } from './queue-world.ts';

let world: QueueWorld;

beforeEach(async () => {
  world = await QueueWorld.open();
});

const growAgain = (run: QueuedRun) => {
  run.logGrew = run.isRunning;
};
const ids = (count: number, name = 'run') => Array.from({ length: count }, (_, n) => `${name}-${n}`);

/** Leaves this many writes in the bucket. */
async function leave(count: number): Promise<void> {
  for (const id of ids(10 - count, 'earlier')) world.owe(id, 'create');
  await world.writeDue();
  world.written.splice(0);
}

test('creates come before conclusions, project checks, states and logs, and of a kind what has waited longest', async () => {
  await leave(0);
  world.grow('log');
  for (const kind of ['state', 'check', 'final', 'create'] as const) {
    world.owe(`${kind}-1`, kind);
    world.now += 1;
    world.owe(`${kind}-2`, kind);
  }
  await world.pass(MINUTE);
  expect(world.written.map((one) => one.id)).toEqual([
    'create-1',
    'create-2',
    'final-1',
    'final-2',
    'check-1',
    'check-2',
    'state-1',
    'state-2',
    'log',
  ]);
});

test('ten creates or conclusions go out at once, more of them one a second', async () => {
  for (const id of ids(13)) world.owe(id, 'create');
  await world.pass(MINUTE);
  expect(world.written.map(({ at }) => at / SECOND)).toEqual([...Array(10).fill(0), 1, 2, 3]);
});

test('project checks leave two writes to creates and conclusions', async () => {
  for (const id of ids(12)) world.owe(id, 'check');
  await world.pass(0);
  expect(world.written).toHaveLength(8);
  world.owe('new', 'create');
  await world.pass(0);
  expect(world.written.slice(8).map(({ id }) => id)).toEqual(['new']);
  await world.pass(MINUTE);
  expect(world.written.slice(9).map(({ at }) => at / SECOND)).toEqual([2, 3, 4, 5]);
});

test('states leave three writes to creates and conclusions', async () => {
  for (const id of ids(20)) world.owe(id, 'state');
  await world.pass(0);
  expect(world.written).toHaveLength(7);
  world.owe('end', 'final');
  world.owe('new', 'create');
  await world.pass(0);
  expect(world.written.slice(7).map(({ id }) => id)).toEqual(['new', 'end']);
  await world.pass(MINUTE);
});

test.each([
  [1, 3],
  [3, 5],
  [7, 9],
  [20, 9],
])('a log among %i running ones leaves %i writes: a conclusion for each, and two', async (running, left) => {
  for (const id of ids(running)) world.queue.run(id).isRunning = true;
  for (const id of ids(10, 'new')) world.owe(id, 'create');
  await world.pass(0);
  world.grow('run-0');
  await world.pass(MINUTE);
  expect(world.of('log')[0]?.at).toBe((left + 1) * SECOND);
});

test('at most five runs are written side by side, and one run never twice at once', async () => {
  for (const id of ids(8)) world.owe(id, 'create');
  const answer = Promise.withResolvers<void>();
  const begin = () => {
    const next = world.queue.next(world.now);
    if (next.kind !== 'write') return next;
    next.run.owed = null;
    return { id: next.run.id, done: world.queue.write(next.run, () => answer.promise) };
  };
  const begun = [begin(), begin(), begin(), begin(), begin()];
  expect(begin()).toEqual({ kind: 'idle' });
  world.owe('run-0', 'state');
  answer.resolve();
  await Promise.all(begun.map((one) => ('done' in one ? one.done : null)));
  await world.writeDue();
  expect(world.written.map(({ id }) => id)).toEqual(['run-5', 'run-6', 'run-7', 'run-0']);
});

test('what was due and sent nothing costs nothing, what was sent twice costs two', async () => {
  await leave(2);
  const run = world.owe('a', 'create');
  await world.queue.write(run, async () => null);
  await world.queue.write(run, async (send) => {
    await send(async () => null);
    await send(async () => null);
  });
  expect(world.queue.next(world.now)).toEqual({ kind: 'wait', delayMs: SECOND });
});

test('a run whose state changes is written a second later again, and by then may be concluded', async () => {
  world.owe('a', 'create');
  await world.pass(300);
  world.owe('a', 'state');
  await world.pass(300);
  world.owe('a', 'final');
  await world.pass(MINUTE);
  expect(world.written).toMatchObject([
    { at: 0, write: 'create' },
    { at: 600, write: 'final' },
  ]);
});

describe('logs', () => {
  /** Logs that grow all the time. */
  async function follow(count: number, ms: number): Promise<void> {
    world.afterWrite = growAgain;
    for (const id of ids(count)) world.grow(id);
    await world.pass(ms);
  }
  const gaps = (id: string) => {
    const times = world.of('log').flatMap((one) => (one.id === id ? [one.at / SECOND] : []));
    return times.slice(1).map((time, n) => time - (times[n] ?? 0));
  };

  test('of three runs are written at least every 5 seconds until 200 writes of the hour are made', async () => {
    await follow(3, 4 * MINUTE);
    expect(world.written.length).toBeLessThan(200);
    for (const id of ids(3)) expect(Math.max(...gaps(id))).toBeLessThanOrEqual(5);
  });

  test.each([
    [1, 4.5],
    [6, 6],
    [30, 30],
    [90, 60],
  ])('of %i runs share what goes out in a minute: every %i seconds', async (count, seconds) => {
    await follow(count, 2 * MINUTE);
    const own = gaps('run-0');
    if (count <= 60) expect(new Set(own)).toEqual(new Set([seconds]));
    else expect(Math.min(...own, 90)).toBeGreaterThanOrEqual(seconds);
  });

  test('then share the rest of the hour', async () => {
    await follow(1, HOUR);
    const own = gaps('run-0');
    expect(own.slice(0, 190).every((gap) => gap === 4.5)).toBe(true);
    expect(own.slice(210, -5).every((gap) => gap > 15 && gap < 21)).toBe(true);
    expect(world.written.length).toBeLessThanOrEqual(350);
  });

  test('and never take the 150 writes that are kept for creates and conclusions', async () => {
    await follow(20, HOUR);
    expect(world.written).toHaveLength(350);
    for (const id of ids(150, 'new')) world.owe(id, 'create');
    await world.pass(150 * SECOND);
    expect(world.of('create')).toHaveLength(150);
  });

  test('each gets its share', async () => {
    await follow(30, 5 * MINUTE);
    const counts = ids(30).map((id) => world.of('log').filter((one) => one.id === id).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  test('that are due wait for a look at them, but not for long', async () => {
    const run = world.grow('a');
    await world.pass(0);
    Object.assign(run, { logGrew: true, logReadAt: 2 * SECOND });
    await world.pass(4.5 * SECOND);
    expect(world.written).toHaveLength(1);
    run.logReadAt = world.now;
    await world.pass(0);
    expect(world.written.map(({ at }) => at)).toEqual([0, 4.5 * SECOND]);
    Object.assign(run, { logGrew: true });
    await world.pass(MINUTE);
    expect(world.written.at(-1)?.at).toBe(10 * SECOND);
  });

  test('are asked for when they can be written, or an interval later', async () => {
    const run = world.grow('a');
    expect(world.queue.chooseLogRead(run, world.now)).toBe(4.5 * SECOND);
    await world.pass(2 * SECOND);
    expect(world.queue.chooseLogRead(run, world.now)).toBe(2.5 * SECOND - 100);
  });
});

test('50 ends within 20 seconds are all told within 25 seconds, and no log goes out meanwhile', async () => {
  world.afterWrite = growAgain;
  for (const id of ids(50)) world.grow(id);
  await world.pass(MINUTE);
  const firstEnd = world.now;
  const ends = new Map<string, number>();
  for (const id of ids(50)) {
    ends.set(id, world.now);
    world.owe(id, 'final').logGrew = false;
    world.queue.run(id).isRunning = false;
    await world.pass(400);
  }
  for (const id of ids(3, 'other')) world.grow(id);
  await world.pass(MINUTE);
  const conclusions = world.of('final');
  const waits = conclusions.map(({ id, at }) => at - (ends.get(id) ?? Number.NaN));
  expect(Math.max(...waits)).toBeLessThanOrEqual(25 * SECOND);
  const lastEnd = Math.max(...conclusions.map(({ at }) => at));
  expect(world.of('log').filter(({ at }) => at > firstEnd && at < lastEnd)).toEqual([]);
  expect(conclusions).toHaveLength(50);
});

describe('an hour that is used up', () => {
  test('creates and conclusions continue at ten a minute and are counted; other writes stop', async () => {
    world = await QueueWorld.open(Array.from({ length: 500 }, (_, n) => -HOUR + (n + 600) * 6 * 100));
    for (const id of ids(20)) world.owe(id, 'create');
    for (const id of ids(5, 'state')) world.owe(id, 'state');
    world.grow('log');
    await world.pass(MINUTE - 1);
    expect(world.written.map(({ write }) => write)).toEqual(Array(10).fill('create'));
    expect(world.beyond).toBe(10);
    expect(await world.reply('a')).toBeGreaterThan(0);
  });

  test('is over when the first writes are an hour old', async () => {
    world = await QueueWorld.open(Array(500).fill(-HOUR));
    world.owe('state', 'state');
    await world.pass(5 * MINUTE);
    expect(world.written.map(({ at }) => at)).toEqual([30 * SECOND]);
    expect(world.beyond).toBe(0);
  });
});

test('what an earlier process wrote counts: after a burst of ten the next create waits a second', async () => {
  world = await QueueWorld.open(Array(10).fill(-200));
  world.owe('a', 'create');
  await world.pass(MINUTE);
  expect(world.written.map(({ at }) => at)).toEqual([800]);
});

test('of several instances each counts the writes of the others, before a reply and on request', async () => {
  world = await QueueWorld.open([], true);
  world.earlier = Array(10).fill(0);
  expect(await world.reply('a')).toBe(4 * SECOND);
  world.earlier = Array(20).fill(0);
  await world.queue.recount();
  world.owe('new', 'create');
  await world.pass(MINUTE);
  expect(world.written).toEqual([{ at: 11 * SECOND, id: 'new', write: 'create' }]);
});

describe('replies', () => {
  test('go out while four writes are left, and are noted like any other', async () => {
    for (const id of ids(7)) expect(await world.reply(id)).toBeNull();
    expect(await world.reply('next')).toBe(SECOND);
    expect(world.noted).toHaveLength(7);
  });

  test('come after states that are due, and before logs', async () => {
    await leave(3);
    world.owe('state', 'state');
    world.grow('log');
    world.now += SECOND;
    expect(await world.reply('reply')).toBeGreaterThan(0);
    await world.writeDue();
    world.now += SECOND;
    expect(await world.reply('reply')).toBeNull();
    await world.pass(MINUTE);
    expect(world.written.map(({ id }) => id)).toEqual(['state', 'reply', 'log']);
  });

  test('of the last kind, such as the setup check run, come after all others', async () => {
    await leave(4);
    expect(await world.reply('setup', 'last')).toBe(SECOND);
    world.now += SECOND;
    world.grow('log');
    expect(await world.reply('setup', 'last')).toBeGreaterThan(0);
    await world.pass(MINUTE);
    expect(await world.reply('setup', 'last')).toBeNull();
    expect(world.written.map(({ id }) => id)).toEqual(['log', 'setup']);
  });

  test('that wait get different times for the next try', async () => {
    await leave(0);
    const waits = await Promise.all(ids(5).map((id) => world.reply(id)));
    expect(waits).toEqual([4, 5, 6, 7, 8].map((seconds) => seconds * SECOND));
  });

  test('are sent one at a time, whatever becomes of the one before', async () => {
    const order: string[] = [];
    const first = world.queue.reply(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push('first');
      throw new Error('the lease is lost');
    });
    const second = world.reply('second').then(() => order.push('second'));
    await expect(first).rejects.toThrow('the lease is lost');
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  test('leave the last fifth of the hour’s requests to deployments, and so do their reads', async () => {
    world.requests.note({ limit: 5_000, remaining: 1_000, resetAt: 20 * MINUTE });
    const read = () => world.queue.ask(async () => ({ ok: true, value: null }));
    expect(await world.reply('a')).toBe(20 * MINUTE);
    expect(await read()).toMatchObject({
      ok: false,
      failure: { kind: 'limited', retryAfterMs: 20 * MINUTE },
    });
    world.now = 20 * MINUTE;
    expect(await world.reply('a')).toBeNull();
    expect((await read()).ok).toBe(true);
  });
});

test('a refused write holds everything back, a failed run only itself', async () => {
  world.owe('failed', 'create').retryAt = 90 * SECOND;
  world.owe('fine', 'final');
  world.requests.refuse({ retryAfterMs: 30 * SECOND, refused: 'writes' }, 0);
  expect(await world.reply('reply')).toBe(30 * SECOND);
  await world.pass(2 * MINUTE);
  expect(world.written).toEqual([
    { at: 30 * SECOND, id: 'fine', write: 'final' },
    { at: 90 * SECOND, id: 'failed', write: 'create' },
  ]);
});

test('an run is kept for its deployment', () => {
  expect(world.queue.run('a')).toBe(world.queue.run('a'));
  expect(world.queue.next(world.now)).toEqual({ kind: 'idle' });
});

test('within any minute at most 80 writes go out, whatever is owed', async () => {
  world.afterWrite = growAgain;
  for (const id of ids(200)) world.owe(id, 'create');
  for (const id of ids(50, 'log')) world.grow(id);
  await world.pass(30 * MINUTE);
  const times = world.written.map(({ at }) => at);
  expect(countMost(times, MINUTE)).toBeLessThanOrEqual(80);
  expect(countMost(times, HOUR)).toBeLessThanOrEqual(500);
});
