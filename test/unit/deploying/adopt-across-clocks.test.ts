import { beforeEach, describe, expect, test } from 'vitest';
import type { Deployment, PlannedDeployment } from '../../../src/domain/deployment.ts';
import type { Job } from '../../../src/domain/job.ts';
import { refuse } from './fake-meltano.ts';
import { World } from './reconcile-world.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const SHA = 'a'.repeat(40);
const BEFORE = 'b'.repeat(40);
const OTHER = 'c'.repeat(40);

let world: World;
/** How far the clocks of this machine and of GitHub are ahead of the real time (milliseconds). */
let ahead: { machine: number; github: number };

beforeEach(async () => {
  world = await World.open();
  world.clock.advance(60 * SECOND);
  ahead = { machine: 0, github: 0 };
});

/** Sets the clocks of this machine and of GitHub. The client converts the times of Meltano Cloud. */
function setClocks({ machine = 0, github = 0 }): void {
  ahead = { machine, github };
  world.clock.set(machine);
  const date = new Date(world.clock.now() - machine + github).toUTCString();
  const at = world.clock.elapsed();
  world.githubClock.note({ date }, { sentAt: at, answeredAt: at });
}

/** A push that GitHub received a second ago. */
function push(differences: Partial<PlannedDeployment> = {}): Promise<Deployment> {
  const real = world.clock.now() - ahead.machine;
  const pushedAt = Math.floor((real - SECOND + ahead.github) / 1000) * 1000;
  return world.push({ pushedAt, ...differences });
}

/** A job that was created `ago` milliseconds before now, in real time. */
function addJob(msAgo: number, job: Partial<Job>): Job {
  return world.meltano.addJob({ created: world.clock.now() - msAgo, ...job });
}

async function endAll(commitId: string | null = SHA): Promise<void> {
  for (const { id, commitId: known } of world.meltano.jobs) {
    world.meltano.moveJob({ status: 'COMPLETE', commitId: known ?? commitId }, id);
  }
  await world.runUntilIdle();
}

const CLOCKS: [string, Parameters<typeof setClocks>[0]][] = [
  ['all right', {}],
  ['this machine’s 60 s fast', { machine: 60 * SECOND }],
  ['this machine’s 5 s slow', { machine: -5 * SECOND }],
  ['this machine’s two hours fast', { machine: 2 * HOUR }],
  ['this machine’s two hours slow', { machine: -2 * HOUR }],
  ['GitHub’s an hour fast', { github: HOUR }],
  ['GitHub’s an hour slow', { github: -HOUR }],
];

describe.each(CLOCKS)('with clocks: %s', (_, clocks) => {
  beforeEach(() => setClocks(clocks));

  test.each([{ status: 'QUEUED' }, { status: 'RUNNING' }, { status: 'COMPLETE', commitId: SHA }])(
    'the job that a webhook started for the push is adopted (%o)',
    async (job) => {
      const { id } = await push();
      const started = addJob(0, job);
      await world.step();
      expect(await world.read(id)).toMatchObject({ jobId: started.id, adopted: true });
      await endAll();
      expect(world.meltano.count('startDeployment')).toBe(0);
      expect(await world.read(id)).toMatchObject({ conclusion: 'success', deployedSha: SHA });
    },
  );

  test.each([
    ['running', { status: 'RUNNING', commitId: BEFORE }],
    ['over', { status: 'COMPLETE', commitId: BEFORE }],
    ['over, with its commit not told', { status: 'COMPLETE' }],
    ['of some third commit', { status: 'COMPLETE', commitId: OTHER.slice(0, 8) }],
  ])('a job that a person started before the push is not (%s)', async (__, job) => {
    addJob(30 * SECOND, job);
    const { id } = await push();
    await world.step();
    expect(await world.read(id)).toMatchObject({ jobId: 'job-2', adopted: false });
    await endAll();
    expect(await world.read(id)).toMatchObject({ conclusion: 'success', deployedSha: SHA });
  });
});

describe('the commit decides, regardless of the times', () => {
  test.each([
    ['the whole', SHA],
    ['its beginning', SHA.slice(0, 7)],
  ])('a job with the push’s (%s) is adopted, from an hour before', async (_, commitId) => {
    const job = addJob(HOUR, { status: 'COMPLETE', commitId });
    const { id } = await push();
    await world.step();
    expect(await world.read(id)).toMatchObject({ jobId: job.id, adopted: true });
  });

  test('a job with a newer commit is not adopted, although it was created after the push', async () => {
    addJob(-SECOND, { status: 'COMPLETE', commitId: OTHER });
    const { id } = await push();
    await world.step();
    expect(await world.read(id)).toMatchObject({ jobId: 'job-2', adopted: false });
  });

  test('an old job with the commit is not adopted by a push back to it: another commit was deployed since', async () => {
    addJob(3 * HOUR, { status: 'COMPLETE', commitId: SHA });
    addJob(2 * HOUR, { status: 'COMPLETE', commitId: BEFORE });
    const { id } = await push();
    await world.step();
    expect(await world.read(id)).toMatchObject({ jobId: 'job-3', adopted: false });
  });

  test.each(['RUNNING', 'COMPLETE'])(
    'an adopted job that tells another one late (%s) is let go, and the push deployed',
    async (status) => {
      addJob(0, { status: 'QUEUED' });
      const { id } = await push();
      await world.step();
      expect(await world.read(id)).toMatchObject({ jobId: 'job-1', adopted: true });
      world.meltano.moveJob({ status, commitId: OTHER }, 'job-1');
      await world.runFor(20 * SECOND);
      expect(await world.read(id)).toMatchObject({ jobId: 'job-2', adopted: false });
      await endAll();
      expect(await world.read(id)).toMatchObject({ conclusion: 'success', deployedSha: SHA });
    },
  );

  test('a job with the commit before is not the job of a lost start', async () => {
    world.meltano.next('startDeployment', { ok: false, failure: { kind: 'no_answer', message: 'broke' } });
    const { id } = await push();
    await world.step();
    addJob(0, { status: 'COMPLETE', commitId: BEFORE });
    await world.runFor(10 * SECOND);
    expect((await world.read(id)).jobId).toBeNull();
  });
});

describe('the list decides about a job without a commit', () => {
  /** A first push whose start is refused, so that the listed jobs are known. */
  async function look(): Promise<void> {
    world.meltano.next('startDeployment', refuse(403, 'no'));
    await push({ sha: BEFORE, before: OTHER });
    await world.step();
    world.clock.advance(10 * SECOND);
  }

  test('an unfinished job that was not listed is adopted, although it seems older than the push', async () => {
    await look();
    const { id } = await push();
    const job = addJob(30 * SECOND, { status: 'RUNNING' });
    await world.step();
    expect(await world.read(id)).toMatchObject({ jobId: job.id, adopted: true });
  });

  test('such a job that ends without a commit may be older: the push is deployed', async () => {
    await look();
    const { id } = await push();
    const job = addJob(30 * SECOND, { status: 'RUNNING' });
    await world.step();
    expect(await world.read(id)).toMatchObject({ jobId: job.id, adopted: true });
    world.meltano.moveJob({ status: 'COMPLETE', commitId: null }, job.id);
    await world.runFor(20 * SECOND);
    expect(await world.read(id)).toMatchObject({ jobId: 'job-2', adopted: false });
    await endAll();
    expect(await world.read(id)).toMatchObject({ conclusion: 'success', deployedSha: SHA });
  });

  test.each([1, 2, 3, 4, 5, 6, 10])(
    'a job of %i s before the push that never tells its commit is adopted once at most, with clocks that differ',
    async (seconds) => {
      setClocks({ machine: 60 * SECOND });
      await look();
      const { id } = await push();
      addJob(seconds * SECOND + 1_500, { status: 'RUNNING' });
      await world.step();
      world.meltano.moveJob({ status: 'COMPLETE', commitId: null }, 'job-1');
      await world.runFor(20 * SECOND);
      await endAll();
      expect(await world.read(id)).toMatchObject({ conclusion: 'success' });
    },
  );

  test('a job that began after the push has the push', async () => {
    await look();
    const { id } = await push();
    const job = addJob(30 * SECOND, { status: 'QUEUED' });
    await world.step();
    world.clock.advance(5 * SECOND);
    const startTime = world.clock.now();
    world.meltano.moveJob({ status: 'COMPLETE', commitId: null, startTime }, job.id);
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ jobId: job.id, conclusion: 'success' });
  });

  test('a job without a time that wasn’t listed is adopted', async () => {
    await look();
    const { id } = await push();
    const job = addJob(0, { status: 'RUNNING', created: null });
    await world.step();
    expect(await world.read(id)).toMatchObject({ jobId: job.id, adopted: true });
  });

  test('a job that was listed is not adopted, nor an older one that was hidden then', async () => {
    addJob(40 * SECOND, { status: 'RUNNING' });
    await look();
    addJob(60 * SECOND, { status: 'RUNNING' });
    const { id } = await push();
    await world.step();
    expect(await world.read(id)).toMatchObject({ jobId: 'job-3', adopted: false });
  });

  test('jobs that were listed when another was adopted count as known too', async () => {
    addJob(2 * HOUR, { status: 'COMPLETE' });
    addJob(0, { status: 'COMPLETE', commitId: SHA });
    const { id } = await push();
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ jobId: 'job-2', adopted: true });
    // Meltano Cloud's clock is corrected, and the old job's time with it.
    world.clock.advance(SECOND);
    world.meltano.moveJob({ created: world.clock.now() + SECOND }, 'job-1');
    const next = await push({ sha: OTHER, before: SHA });
    await world.step();
    expect(await world.read(next.id)).toMatchObject({ jobId: 'job-3', adopted: false });
  });
});

test('a push with a time in the future counts as a push of now', async () => {
  // GitHub's clock is wrong, and its answers don't show it.
  const { id } = await push({ pushedAt: world.clock.now() + HOUR });
  const job = addJob(2 * SECOND, { status: 'RUNNING' });
  await world.step();
  expect(await world.read(id)).toMatchObject({ jobId: job.id, adopted: true });
});
