import { beforeEach, describe, expect, test } from 'vitest';
import { MINUTE, World } from './reconcile-world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
});

describe('a process that died during the start', () => {
  /** As the store was when the process died: the attempt noted, its answer open. */
  async function dieDuringStart() {
    const { id } = await world.push();
    world.meltano.next('startDeployment', () => {
      throw new Error('killed');
    });
    await expect(world.step()).rejects.toThrow('killed');
    expect(await world.read(id)).toMatchObject({ state: 'starting', attemptOutcome: 'open' });
    world.restart();
    return id;
  }

  test('and whose request arrived: the job is found', async () => {
    const id = await dieDuringStart();
    world.meltano.addJob({ status: 'RUNNING' });
    world.clock.advance(30_000);
    await world.step();
    expect(await world.read(id)).toMatchObject({ jobId: 'job-1', state: 'running' });
    expect(world.meltano.count('startDeployment')).toBe(1);
  });

  test('and whose request never left: it is sent when no job showed up for two minutes', async () => {
    const id = await dieDuringStart();
    await world.runFor(119_000);
    expect(world.meltano.count('startDeployment')).toBe(1);
    await world.runFor(20_000);
    expect(world.meltano.count('startDeployment')).toBe(2);
    expect(await world.read(id)).toMatchObject({ jobId: 'job-1' });
  });

  test('and was down for longer than a start is tried: the job is looked for all the same', async () => {
    const id = await dieDuringStart();
    world.meltano.addJob({ status: 'COMPLETE' });
    world.clock.advance(90 * MINUTE);
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ conclusion: 'success', jobId: 'job-1' });
  });

  test('and was down for that long with no job to find: the start has failed', async () => {
    const id = await dieDuringStart();
    world.clock.advance(90 * MINUTE);
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ conclusion: 'failure', reason: 'start_timeout' });
    expect(world.meltano.count('startDeployment')).toBe(1);
  });
});
