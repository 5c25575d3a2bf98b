import { beforeEach, describe, expect, test, vi } from 'vitest';
import { REPOSITORY } from '../deploying/reconcile-world.ts';
import { LOST, limit, SUSPENDED, UNAUTHORIZED } from './fake-check-runs.ts';
import { SECOND, START, WriterWorld } from './writer-world.ts';

const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let world: WriterWorld;

beforeEach(async () => {
  world = await WriterWorld.open();
});

/** Seconds since the start at which something was written. */
const times = () => world.api.writes().map(({ at }) => (at - START) / SECOND);

describe('few requests left until the reset', () => {
  /** A running deployment, its log and state written. */
  async function openRunning(): Promise<string> {
    const id = await world.push();
    await world.pass(0);
    await world.run(id);
    await world.pass(10 * SECOND);
    return id;
  }

  function leave(remaining: number): void {
    world.budgets.of(1).note({ limit: 5_000, remaining, resetAt: performance.now() + HOUR });
  }

  test('logs wait, states do not', async () => {
    const id = await openRunning();
    leave(1_000);
    await world.growLog(id, ['one']);
    await world.pass(10 * MINUTE);
    expect(world.api.writes()).toHaveLength(2);
    await world.change(id, { jobStatus: 'PAUSED' });
    await world.pass(SECOND);
    expect(world.api.writes()).toHaveLength(3);
  });

  test('states wait, creates and conclusions do not; at the reset the newest of each goes out', async () => {
    const id = await openRunning();
    const other = await openRunning();
    leave(500);
    await world.change(id, { jobStatus: 'STAGING' });
    await world.growLog(id, ['one']);
    await world.change(id, { jobStatus: 'PAUSED' });
    await world.conclude(other);
    const fresh = await world.push();
    await world.pass(10 * MINUTE);
    expect(await world.isReported(id)).toBe(false);
    expect(await world.isReported(other)).toBe(true);
    expect(await world.isReported(fresh)).toBe(true);
    const before = world.api.writes().length;
    await world.pass(HOUR);
    expect(world.api.titles().slice(before)).toEqual([expect.stringContaining('PAUSED')]);
    expect(world.api.runs[0]?.output.text).toContain('one');
  });

  test('none left: everything waits for the reset without a request, and only in this installation', async () => {
    leave(0);
    const id = await world.push(1);
    const other = await world.push(2);
    await world.pass(HOUR - SECOND);
    expect(await world.isReported(other)).toBe(true);
    expect(await world.isReported(id)).toBe(false);
    await world.pass(2 * SECOND);
    expect(await world.isReported(id)).toBe(true);
    expect(world.api.calls).toHaveLength(2);
  });
});

test('a secondary limit without a time: at least a minute, growing, and the tries are not used up', async () => {
  world.api.next(...Array.from({ length: 12 }, () => ({ failure: limit(null) })));
  const id = await world.push();
  await world.pass(3 * HOUR);
  const waits = times().map((time, n, all) => (time - (all[n - 1] ?? 0)) / 60);
  expect(waits).toEqual([0, 1, 2, 4, 8, 15, 15, 15, 15, 15, 15, 15, 15]);
  expect(await world.isReported(id)).toBe(true);
});

describe.each([
  ['suspended or removed', SUSPENDED],
  ['whose token and the one made anew are refused', UNAUTHORIZED],
])('an installation that is %s', (_, failure) => {
  test('is tried ever more rarely, with one request for all its runs, and stops no other one', async () => {
    world.api.broken.set(1, failure);
    for (let count = 0; count < 5; count += 1) await world.push(1);
    const other = await world.push(2);
    await world.pass(46 * MINUTE);
    const tries = world.api.writes().filter((one) => one.installationId === 1);
    const minutes = tries.map(({ at }) => (at - START) / MINUTE);
    expect(minutes.filter((minute) => minute > 0)).toEqual([1, 3, 7, 15, 30, 45]);
    // Those that were sent before the first answer came.
    expect(minutes.filter((minute) => minute === 0).length).toBeLessThanOrEqual(5);
    expect(await world.isReported(other)).toBe(true);
  });

  test('that works again: the newest state of each run is written', async () => {
    world.api.broken.set(1, failure);
    const id = await world.push();
    await world.pass(5 * MINUTE);
    await world.run(id);
    world.api.broken.clear();
    await world.conclude(id);
    await world.pass(15 * MINUTE);
    expect(world.api.runs).toMatchObject([{ status: 'completed' }]);
    expect(await world.isReported(id)).toBe(true);
  });

  test('that is said to work again is tried at once', async () => {
    world.api.broken.set(1, failure);
    const id = await world.push();
    await world.pass(35 * MINUTE);
    world.api.broken.clear();
    world.writer.resume(1);
    await world.pass(0);
    expect(await world.isReported(id)).toBe(true);
  });
});

test('a clock that is set back by an hour holds no write up, and no log', async () => {
  const id = await world.push();
  await world.pass(10 * SECOND);
  vi.setSystemTime(Date.now() - HOUR);
  await world.run(id);
  await world.pass(SECOND);
  expect(world.api.runs).toMatchObject([{ status: 'in_progress' }]);
  await world.pass(5 * SECOND);
  await world.growLog(id, ['one']);
  await world.conclude(id, false);
  await world.tellConcluded(id);
  await world.pass(SECOND);
  expect(world.api.runs).toMatchObject([{ status: 'completed' }]);
});

describe('hope ends', () => {
  test.each([
    ['for a suspended installation', SUSPENDED],
    ['for a run that GitHub only ever answers with errors', LOST],
  ])('a day after the first failure, when the deployment is concluded: %s', async (_, failure) => {
    world.api.broken.set(1, failure);
    const id = await world.push();
    await world.conclude(id);
    await world.pass(23 * HOUR);
    expect(await world.isReported(id)).toBe(false);
    await world.pass(2 * HOUR);
    expect(await world.isReported(id)).toBe(true);
    expect(world.forgotten).toEqual([id]);
    expect(world.problems.at(-1)).toBe('Gave up on a check run after a day');
    const asked = world.api.calls.length;
    await world.pass(24 * HOUR);
    expect(world.api.calls).toHaveLength(asked);
  });

  test('but not while the deployment is watched', async () => {
    world.api.broken.set(1, SUSPENDED);
    const id = await world.push();
    await world.pass(30 * HOUR);
    expect(await world.isReported(id)).toBe(false);
    world.api.broken.clear();
    await world.pass(15 * MINUTE);
    expect(world.api.runs).toHaveLength(1);
  });
});

describe('a repository that came to another installation', () => {
  const moveTo = (installationId: number) =>
    world.stores.learnRepository({ ...REPOSITORY, id: 101, installationId }, null, Date.now());

  test('is written through the new one, in its queue', async () => {
    const id = await world.push(1);
    await world.pass(0);
    await moveTo(7);
    expect(await world.read(id)).toMatchObject({ installationId: 7 });
    await world.pass(10 * SECOND);
    await world.push(7);
    await world.conclude(id);
    await world.pass(10 * SECOND);
    const [first, ...later] = world.api.writes();
    expect(first?.installationId).toBe(1);
    expect(later.map(({ installationId, at }) => [installationId, at - START])).toEqual([
      [7, 10 * SECOND],
      [7, 10 * SECOND],
    ]);
    expect(world.api.runs).toMatchObject([{ status: 'completed' }, { status: 'queued' }]);
  });

  test('while the old one was gone: all waiting writes are sent when the writer is notified', async () => {
    world.api.broken.set(1, SUSPENDED);
    const ids = [await world.push(1), await world.push(1), await world.push(1)];
    await world.pass(20 * MINUTE);
    await moveTo(7);
    const before = world.api.writes().length;
    world.writer.resume(1);
    await world.pass(5 * SECOND);
    const written = world.api.writes().slice(before);
    expect(written.map((one) => one.installationId)).toEqual([7, 7, 7]);
    expect(await Promise.all(ids.map((id) => world.isReported(id)))).toEqual([true, true, true]);
  });
});
