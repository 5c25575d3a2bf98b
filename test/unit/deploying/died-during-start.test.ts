import { beforeEach, describe, expect, test } from 'vitest';
import { MINUTE, World } from './reconcile-world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
});

describe('a process that died during the start', () => {
  /** The store at the end of the process: the attempt is stored, its answer open. */
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

  test('and whose request was not sent: it is sent when no job appeared for two minutes', async () => {
    const id = await dieDuringStart();
    await world.runFor(119_000);
    expect(world.meltano.count('startDeployment')).toBe(1);
    await world.runFor(20_000);
    expect(world.meltano.count('startDeployment')).toBe(2);
    expect(await world.read(id)).toMatchObject({ jobId: 'job-1' });
  });

  test('and was down beyond the start timeout: the job is still searched for', async () => {
    const id = await dieDuringStart();
    world.meltano.addJob({ status: 'COMPLETE' });
    world.clock.advance(90 * MINUTE);
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ conclusion: 'success', jobId: 'job-1' });
  });

  test('and was down beyond the start timeout, with no job: the start failed', async () => {
    const id = await dieDuringStart();
    world.clock.advance(90 * MINUTE);
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ conclusion: 'failure', reason: 'start_timeout' });
    expect(world.meltano.count('startDeployment')).toBe(1);
  });
});
