import { beforeEach, describe, expect, test } from 'vitest';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { START, World } from './reconcile-world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
  // Pushes are told of a while after they happen.
  world.clock.advance(20_000);
});

async function deploy(differences: Parameters<World['push']>[0] = {}): Promise<Deployment> {
  const { id } = await world.push(differences);
  world.after(5_000, () => world.meltano.moveJob({ status: 'COMPLETE' }));
  await world.runUntilIdle();
  return world.read(id);
}

describe('a job that something else started for the push', () => {
  test.each(['QUEUED', 'RUNNING', 'COMPLETE'])(
    'is adopted, here %s, in place of a second one',
    async (status) => {
      const job = world.meltano.addJob({ status });
      const deployment = await deploy();
      expect(deployment).toMatchObject({ jobId: job.id, adopted: true, conclusion: 'success' });
      expect(world.meltano.count('startDeployment')).toBe(0);
    },
  );

  test('is adopted while it would have kept the start waiting', async () => {
    world.meltano.next('startDeployment', {
      ok: false,
      failure: { kind: 'status', status: 409, message: 'Conflict', retryAfterMs: null },
    });
    const { id } = await world.push();
    await world.step();
    const job = world.meltano.addJob({ status: 'RUNNING' });
    world.after(30_000, () => world.meltano.moveJob({ status: 'COMPLETE' }));
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ jobId: job.id, adopted: true });
  });

  test('is one deployment’s only: the next push has its own', async () => {
    const first = world.meltano.addJob({ status: 'COMPLETE' });
    expect(await deploy()).toMatchObject({ jobId: first.id });
    expect(await deploy()).toMatchObject({ adopted: false, jobId: 'job-2' });
  });

  test('is the oldest of several', async () => {
    const first = world.meltano.addJob({ status: 'COMPLETE' });
    world.clock.advance(1_000);
    world.meltano.addJob({ status: 'COMPLETE' });
    expect(await deploy()).toMatchObject({ jobId: first.id, adopted: true });
  });
});

test('a job that turns out to have taken the commit before the push is let go, and another one started', async () => {
  world.meltano.addJob({ status: 'RUNNING' });
  const { id } = await world.push();
  await world.step();
  expect(await world.read(id)).toMatchObject({ jobId: 'job-1', adopted: true, state: 'running' });
  world.meltano.moveJob({ status: 'COMPLETE', commitId: 'b'.repeat(40) }, 'job-1');
  world.after(20_000, () => world.meltano.moveJob({ status: 'COMPLETE', commitId: 'a'.repeat(40) }, 'job-2'));
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({
    ...{ jobId: 'job-2', adopted: false, conclusion: 'success', deployedSha: 'a'.repeat(40) },
  });
  expect(world.meltano.count('startDeployment')).toBe(1);
});

describe('a job is not adopted', () => {
  test.each<[string, object, Parameters<World['push']>[0]]>([
    ['from before the push', { created: START }, {}],
    ['of unknown time', { created: null }, {}],
    ['of another kind', { type: 'WORKSPACE_RUN' }, {}],
    ['for what a person asked for', {}, { cause: 'command', reason: 'command' }],
    ['that took the commit before the push', { commitId: 'b'.repeat(40) }, {}],
  ])('%s', async (_, job, push) => {
    world.meltano.addJob({ status: 'COMPLETE', ...job });
    expect(await deploy(push)).toMatchObject({ jobId: 'job-2', adopted: false });
  });

  test('that was there at the last look', async () => {
    const { id } = await world.push();
    world.meltano.addJob({ status: 'COMPLETE', created: START });
    await world.step();
    expect((await world.read(id)).knownJobIds).toEqual(['job-1']);
    // Its clock was put right since.
    world.meltano.moveJob({ created: world.clock.now() }, 'job-1');
    world.meltano.moveJob({ status: 'COMPLETE' }, 'job-2');
    await world.runUntilIdle();
    expect(await deploy()).toMatchObject({ jobId: 'job-3', adopted: false });
  });

  test('where the operator switched it off', async () => {
    world.rules.adoptsJobs = false;
    world.meltano.addJob({ status: 'COMPLETE' });
    expect(await deploy()).toMatchObject({ jobId: 'job-2', adopted: false });
  });
});
