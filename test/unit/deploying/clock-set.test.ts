import { beforeEach, describe, expect, test } from 'vitest';
import { refuse } from './fake-meltano.ts';
import { World } from './reconcile-world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let world: World;

beforeEach(async () => {
  world = await World.open();
  world.clock.advance(20 * SECOND);
});

/** Runs until `isDone` accepts the deployment; returns how long that took (milliseconds). */
async function timeUntil(id: string, isDone: (conclusion: string | null) => boolean): Promise<number> {
  const began = world.clock.elapsed();
  for (let runs = 0; runs < 10_000; runs += 1) {
    const wait = await world.step();
    if (isDone((await world.read(id)).conclusion)) return world.clock.elapsed() - began;
    world.clock.advance(wait ?? SECOND);
  }
  throw new Error('It never came to that.');
}

const toItsEnd = (id: string) => timeUntil(id, (conclusion) => conclusion !== null);

const STEPS: [string, number][] = [
  ['back by 50 s', -50 * SECOND],
  ['back by a day', -24 * 60 * MINUTE],
  ['forward by 50 s', 50 * SECOND],
  ['forward by a day', 24 * 60 * MINUTE],
];

describe.each(STEPS)('the machine’s clock is set %s', (_, step) => {
  test('while a start waits for its next try: the try comes on time', async () => {
    world.meltano.next('startDeployment', refuse(503, 'later', 30 * SECOND));
    const { id } = await world.push();
    await world.step();
    expect((await world.read(id)).attemptOutcome).toBe('refused');
    world.clock.advance(10 * SECOND);
    world.clock.set(step);
    expect(await world.step()).toBe(20 * SECOND);
    world.clock.advance(20 * SECOND);
    await world.step();
    expect(world.meltano.count('startDeployment')).toBe(2);
  });

  test('while a job runs: the watch keeps its length', async () => {
    const { id } = await world.push();
    await world.step();
    world.meltano.moveJob({ status: 'RUNNING' });
    await world.step();
    world.clock.set(step);
    expect(await world.step()).toBeLessThanOrEqual(10 * SECOND);
    const watched = await toItsEnd(id);
    expect(await world.read(id)).toMatchObject({ conclusion: 'timed_out', reason: 'watch_timeout' });
    expect(Math.abs(watched - 120 * MINUTE)).toBeLessThan(10 * SECOND);
  });

  test('while the job of a lost start is searched for: it is sent again after two minutes', async () => {
    world.meltano.next('startDeployment', { ok: false, failure: { kind: 'no_answer', message: 'broke' } });
    await world.push();
    await world.step();
    world.clock.advance(30 * SECOND);
    await world.step();
    world.clock.set(step);
    await world.runFor(80 * SECOND);
    expect(world.meltano.count('startDeployment')).toBe(1);
    await world.runFor(30 * SECOND);
    expect(world.meltano.count('startDeployment')).toBe(2);
  });

  test('while starts are refused: they are retried for an hour', async () => {
    world.meltano.always('startDeployment', refuse(503, 'later'));
    const { id } = await world.push();
    await world.runFor(10 * MINUTE);
    world.clock.set(step);
    const rest = await toItsEnd(id);
    expect(await world.read(id)).toMatchObject({ reason: 'start_timeout' });
    expect(Math.abs(rest - 50 * MINUTE)).toBeLessThan(SECOND);
  });

  test('and a withdrawn job that still runs is asked to stop again on time', async () => {
    const { id } = await world.push();
    await world.step();
    world.meltano.moveJob({ status: 'RUNNING' });
    await world.save(id, { withdrawnBy: 'ana' });
    await world.step();
    expect(world.meltano.count('stopJob')).toBe(1);
    world.clock.set(step);
    await world.runFor(10 * SECOND);
    expect(world.meltano.count('stopJob')).toBe(1);
    await world.runFor(10 * SECOND);
    expect(world.meltano.count('stopJob')).toBe(2);
  });
});

describe('a clock that was set back while the process was away', () => {
  test('delays a start by the longest wait between two tries at most', async () => {
    world.meltano.next('startDeployment', refuse(503, 'later'));
    const { id } = await world.push();
    await world.step();
    world.clock.set(-60 * MINUTE);
    world.restart();
    expect(await world.step()).toBeLessThanOrEqual(72 * SECOND);
    await world.runFor(75 * SECOND);
    expect((await world.read(id)).jobId).not.toBeNull();
  });

  test('does not extend the watch of a job beyond its limit', async () => {
    const { id } = await world.push();
    await world.step();
    world.clock.set(-24 * 60 * MINUTE);
    world.restart();
    await toItsEnd(id);
    expect(await world.read(id)).toMatchObject({ reason: 'watch_timeout' });
    expect(world.clock.elapsed()).toBeLessThan(122 * MINUTE);
  });
});

test('a clock that was set forward while the process was away does not end the watch of a job', async () => {
  const { id } = await world.push();
  await world.step();
  world.clock.set(24 * 60 * MINUTE);
  // The client converts Meltano Cloud's times to this machine's clock.
  world.meltano.moveJob({ status: 'RUNNING', created: world.clock.now() - SECOND });
  world.restart();
  await world.runFor(MINUTE);
  expect(await world.read(id)).toMatchObject({ conclusion: null, state: 'running' });
  await toItsEnd(id);
  expect(await world.read(id)).toMatchObject({ reason: 'watch_timeout' });
});
