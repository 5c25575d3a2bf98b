import { beforeEach, describe, expect, test } from 'vitest';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { Job } from '../../../src/domain/job.ts';
import { refuse } from './fake-meltano.ts';
import { START } from './fake-ports.ts';
import { World } from './reconcile-world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
  // A delivery arrives a while after its push.
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

  test('is adopted when the start would have waited for it', async () => {
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

  test('belongs to one deployment: the next push has its own', async () => {
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

test('an adopted job that turns out to have the commit before the push is released, and another one started', async () => {
  world.meltano.addJob({ status: 'RUNNING' });
  const { id } = await world.push();
  await world.step();
  expect(await world.read(id)).toMatchObject({ jobId: 'job-1', adopted: true, state: 'running' });
  world.meltano.moveJob({ status: 'COMPLETE', commitId: 'b'.repeat(40) }, 'job-1');
  world.after(20_000, () => world.meltano.moveJob({ status: 'COMPLETE', commitId: 'a'.repeat(40) }, 'job-2'));
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({
    jobId: 'job-2',
    adopted: false,
    conclusion: 'success',
    deployedSha: 'a'.repeat(40),
  });
  expect(world.meltano.count('startDeployment')).toBe(1);
});

test('a deployment that released its job is superseded by a newer one', async () => {
  world.meltano.addJob({ status: 'RUNNING' });
  const { id } = await world.push();
  await world.step();
  world.clock.advance(10_000);
  const newer = await world.push({
    sha: 'c'.repeat(40),
    before: 'a'.repeat(40),
    pushedAt: world.clock.now(),
  });
  world.meltano.moveJob({ status: 'COMPLETE', commitId: 'b'.repeat(40) }, 'job-1');
  world.after(20_000, () => world.meltano.moveJob({ status: 'COMPLETE' }, 'job-2'));
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({
    reason: 'superseded',
    conclusion: 'skipped',
    supersededBy: newer.id,
    jobId: null,
  });
  expect(await world.read(newer.id)).toMatchObject({ jobId: 'job-2', conclusion: 'success' });
  expect(world.meltano.count('startDeployment')).toBe(1);
});

const SHA = 'a'.repeat(40);
/** When GitHub received the first push of a world. */
const PUSHED_AT = START + 1_000;

// Clocks that differ by less than 2 s count as the same.
test.each<[string, Partial<Job>, boolean]>([
  ['begun, with its commit', { status: 'RUNNING', created: PUSHED_AT - 1_500, commitId: SHA }, true],
  ['not begun', { status: 'QUEUED', created: PUSHED_AT - 1_500 }, true],
  ['begun, with its commit not known', { status: 'RUNNING', created: PUSHED_AT - 500 }, false],
  [
    'begun, with another commit',
    { status: 'RUNNING', created: PUSHED_AT - 500, commitId: 'c'.repeat(40) },
    false,
  ],
  ['not begun, and too early', { status: 'QUEUED', created: PUSHED_AT - 2_500 }, false],
])('a job that seems to be from just before the push (%s)', async (_, job, adopted) => {
  world.meltano.addJob(job);
  const { id } = await world.push();
  await world.step();
  expect(await world.read(id)).toMatchObject({ jobId: adopted ? 'job-1' : 'job-2', adopted });
});

test('a job that was listed after the push is still adopted', async () => {
  // A deployment that a person requested adopts no job, but its second try lists the job of the later push.
  await world.push({ cause: 'command', reason: 'command' });
  world.meltano.next('startDeployment', refuse(503, 'later'));
  await world.step();
  const second = await world.push({ pushedAt: world.clock.now() });
  world.clock.advance(500);
  const other = world.meltano.addJob({ status: 'COMPLETE' });
  world.after(10_000, () => world.meltano.moveJob({ status: 'COMPLETE' }));
  await world.runUntilIdle();
  expect(await world.read(second.id)).toMatchObject({ jobId: other.id, adopted: true });
  expect(world.meltano.count('startDeployment')).toBe(2);
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

  test('that was listed at the last look', async () => {
    const { id } = await world.push();
    world.meltano.addJob({ status: 'COMPLETE', created: START });
    await world.step();
    expect((await world.read(id)).knownJobIds).toEqual(['job-1']);
    world.clock.advance(5_000);
    const pushedAt = world.clock.now();
    // The clock was corrected since.
    world.meltano.moveJob({ created: pushedAt }, 'job-1');
    world.meltano.moveJob({ status: 'COMPLETE' }, 'job-2');
    await world.runUntilIdle();
    expect(await deploy({ pushedAt })).toMatchObject({ jobId: 'job-3', adopted: false });
  });

  test('if the operator switched it off', async () => {
    world.rules.adoptsJobs = false;
    world.meltano.addJob({ status: 'COMPLETE' });
    expect(await deploy()).toMatchObject({ jobId: 'job-2', adopted: false });
  });
});
