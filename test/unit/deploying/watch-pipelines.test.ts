import { beforeEach, describe, expect, test } from 'vitest';
import type { WatchPurpose } from '../../../src/domain/pipeline-watch.ts';
import { NO_ANSWER, refuse } from './fake-meltano.ts';
import { MINUTE, PipelineWorld } from './pipeline-world.ts';

let world: PipelineWorld;

beforeEach(async () => {
  world = await PipelineWorld.open();
});

describe('the runs after a deployment', () => {
  let id: string;
  let deploymentId: string;

  async function plan(...names: string[]): Promise<void> {
    deploymentId = (await world.deploy()).id;
    id = await world.plan('triggered', names, { deploymentId });
  }

  test('are followed one after the other, to their ends', async () => {
    await plan('facebook', 'google');
    world.after(10_000, () => world.runPipeline('google', 20_000));
    world.after(40_000, () => world.runPipeline('facebook', 30_000));
    await world.runFor(id, 5_000);
    expect(await world.read(id)).toMatchObject({ state: 'queued' });
    await world.runFor(id, 20_000);
    expect(await world.read(id)).toMatchObject({ state: 'running' });
    await world.runFor(id);
    expect(await world.read(id)).toMatchObject({ state: 'concluded', ending: 'complete' });
    expect(await world.outcomes(id)).toEqual({ facebook: 'succeeded', google: 'succeeded' });
    expect(world.dispatcher.wakes).toEqual([{ queue: 'log', key: id }]);
  });

  test.each([
    ['ERROR', 'failed'],
    ['STOPPED', 'stopped'],
  ])('one that ends as %s counts as %s', async (status, outcome) => {
    await plan('facebook');
    world.runPipeline('facebook', 1_000, status);
    await world.runFor(id);
    expect(await world.outcomes(id)).toEqual({ facebook: outcome });
  });

  test('are those that were created at most 5 s before the end of the deployment: the first of them', async () => {
    const now = world.clock.now();
    world.meltano.addPipeline('facebook');
    for (const [created, status] of [
      [now - 5_001, 'STOPPED'],
      [now + 9_000, 'STOPPED'],
      [now - 5_000, 'ERROR'],
    ] as const) {
      world.meltano.addPipelineJob('pipeline-facebook', { created, status });
    }
    await plan('facebook');
    await world.runFor(id);
    expect(await world.outcomes(id)).toEqual({ facebook: 'failed' });
  });

  test('are not those of the deployment before, which were created before this one began', async () => {
    const now = world.clock.now();
    world.meltano.addPipeline('facebook');
    world.meltano.addPipelineJob('pipeline-facebook', { created: now - 3_000, status: 'ERROR' });
    world.meltano.addPipelineJob('pipeline-facebook', { created: now, status: 'COMPLETE' });
    const deployment = await world.deploy(now - 2_000);
    id = await world.plan('triggered', ['facebook'], { deploymentId: deployment.id });
    await world.runFor(id);
    expect(await world.outcomes(id)).toEqual({ facebook: 'succeeded' });
  });

  test('are those since the start of a deployment whose end Meltano Cloud does not show', async () => {
    const now = world.clock.now();
    world.meltano.addPipeline('facebook');
    world.meltano.addPipelineJob('pipeline-facebook', { created: now - 61_000, status: 'STOPPED' });
    world.meltano.addPipelineJob('pipeline-facebook', { created: now - 9_000, status: 'COMPLETE' });
    const deployment = await world.deploy(now - 60_000, null);
    id = await world.plan('triggered', ['facebook'], { deploymentId: deployment.id });
    await world.runFor(id);
    expect(await world.outcomes(id)).toEqual({ facebook: 'succeeded' });
  });

  test('are only runs: a verification or a configuration is none', async () => {
    await plan('facebook');
    for (const type of ['PIPELINE_VERIFY', 'PIPELINE_CONFIG']) {
      world.meltano.addPipelineJob('pipeline-facebook', { type, status: 'ERROR' });
    }
    await world.runFor(id);
    expect(await world.outcomes(id)).toEqual({ facebook: 'unseen' });
  });

  test.each([null, 'deploy', 'DEPLOYMENT', 'WORKSPACE_DEPLOY'])(
    'may say that %s started them; another one is taken only if no such run comes',
    async (triggeredBy) => {
      await plan('facebook');
      world.runPipeline('facebook', 1_000, 'STOPPED', 'SCHEDULE');
      world.after(MINUTE, () => world.runPipeline('facebook', 1_000, 'COMPLETE', triggeredBy));
      await world.runFor(id);
      expect(await world.outcomes(id)).toEqual({ facebook: 'succeeded' });
    },
  );

  test('include one that something else started, after three minutes without another', async () => {
    await plan('facebook');
    world.runPipeline('facebook', 1_000, 'ERROR', 'SCHEDULE');
    await world.runFor(id, 2 * MINUTE);
    expect(await world.outcomes(id)).toEqual({ facebook: null });
    await world.runFor(id, 1.2 * MINUTE);
    expect(await world.outcomes(id)).toEqual({ facebook: 'failed' });
  });

  test('are unseen only after three minutes in which none of them was seen running', async () => {
    await plan('facebook', 'google');
    world.after(2 * MINUTE, () => world.runPipeline('google', 10 * MINUTE));
    await world.runFor(id, 14.9 * MINUTE);
    expect(await world.outcomes(id)).toEqual({ facebook: null, google: 'succeeded' });
    await world.runFor(id, 0.2 * MINUTE);
    expect(await world.outcomes(id)).toEqual({ facebook: 'unseen', google: 'succeeded' });
    expect(await world.read(id)).toMatchObject({ state: 'concluded', ending: 'complete' });
  });

  test("aren't unseen at once where a pipeline's jobs can't be found yet", async () => {
    await plan('facebook');
    world.meltano.always('listPipelineJobs', refuse(404, 'Not found'));
    await world.runFor(id, MINUTE);
    expect(await world.outcomes(id)).toEqual({ facebook: null });
    world.meltano.always('listPipelineJobs', null);
    world.runPipeline('facebook', 1_000);
    await world.runFor(id);
    expect(await world.outcomes(id)).toEqual({ facebook: 'succeeded' });
  });

  test("one whose jobs can't be read hides no other", async () => {
    await plan('facebook', 'google');
    let reads = 0;
    world.meltano.always('listPipelineJobs', () => (reads++ % 2 === 0 ? refuse(500, 'Broken') : undefined));
    world.runPipeline('google', 20_000);
    await world.runFor(id, 40_000);
    expect(await world.outcomes(id)).toEqual({ facebook: null, google: 'succeeded' });
    world.meltano.always('listPipelineJobs', null);
    world.runPipeline('facebook', 1_000);
    await world.runFor(id);
    expect(await world.outcomes(id)).toEqual({ facebook: 'succeeded', google: 'succeeded' });
  });

  test("an outage isn't a time without runs", async () => {
    await plan('facebook');
    world.meltano.always('listPipelineJobs', refuse(503, 'Try again later'));
    await world.runFor(id, 10 * MINUTE);
    expect((await world.read(id)).pipelines).toMatchObject([
      { outcome: null, problem: expect.stringContaining('503') },
    ]);
    world.meltano.always('listPipelineJobs', null);
    world.after(MINUTE, () => world.runPipeline('facebook', 1_000));
    await world.runFor(id);
    expect((await world.read(id)).pipelines).toMatchObject([{ outcome: 'succeeded', problem: null }]);
  });

  test('are no longer watched when a newer deployment of the workspace starts', async () => {
    await plan('facebook');
    world.runPipeline('facebook', 10 * MINUTE);
    await world.runFor(id, MINUTE);
    const newer = await world.deploy();
    await world.runFor(id);
    expect(await world.read(id)).toMatchObject({ ending: 'superseded', supersededBy: newer.id });
  });

  test('are no longer watched after DEPLOY_TIMEOUT_MINUTES', async () => {
    await plan('facebook');
    world.runPipeline('facebook', 500 * MINUTE);
    await world.runFor(id, 119 * MINUTE);
    expect(await world.read(id)).toMatchObject({ state: 'running' });
    await world.runFor(id, 2 * MINUTE);
    expect(await world.read(id)).toMatchObject({ state: 'concluded', ending: 'timed_out' });
  });

  test('are no longer watched without credentials, or if they are refused for a minute', async () => {
    await plan('facebook');
    world.meltano.always('listPipelineJobs', refuse(403, 'Access is denied'));
    await world.runFor(id, 0.9 * MINUTE);
    expect(await world.read(id)).toMatchObject({ state: 'queued' });
    await world.runFor(id);
    expect(await world.read(id)).toMatchObject({ ending: 'refused' });
  });

  test('whose job is deleted ends so', async () => {
    await plan('facebook');
    world.runPipeline('facebook', 100 * MINUTE);
    world.after(MINUTE, () => world.meltano.deleteJob(world.meltano.jobs.at(-1)?.id ?? ''));
    await world.runFor(id, 5 * MINUTE);
    expect(await world.outcomes(id)).toEqual({ facebook: 'deleted' });
  });

  test.each([0, 1])(
    'that fail before their last attempt count as running for a minute (attempts from %i)',
    async (first) => {
      await plan('facebook');
      world.meltano.addPipelineJob('pipeline-facebook', { status: 'ERROR', attempt: first, maxAttempts: 2 });
      world.after(30_000, () => world.meltano.moveJob({ status: 'RUNNING', attempt: first + 1 }));
      world.after(60_000, () => world.meltano.moveJob({ status: 'ERROR' }));
      await world.runFor(id, 20_000);
      expect(await world.read(id)).toMatchObject({ state: 'running', pipelines: [{ outcome: null }] });
      await world.runFor(id, 39_000);
      expect(await world.read(id)).toMatchObject({ pipelines: [{ outcome: null, endedAt: null }] });
      await world.runFor(id, 2 * MINUTE);
      expect(await world.outcomes(id)).toEqual({ facebook: 'failed' });
      expect(world.clock.elapsed()).toBeLessThan(2.5 * MINUTE);
    },
  );

  test('continue after each restart', async () => {
    await plan('facebook', 'google');
    world.after(5_000, () => world.runPipeline('facebook', 20_000));
    world.after(30_000, () => world.runPipeline('google', 20_000, 'ERROR'));
    for (let n = 0; n < 40 && (await world.read(id)).state !== 'concluded'; n += 1) {
      world.restart();
      await world.runFor(id, 3_000);
    }
    expect(await world.outcomes(id)).toEqual({ facebook: 'succeeded', google: 'failed' });
  });
});

describe.each<[WatchPurpose, 'runPipeline' | 'verifyPipeline', string]>([
  ['run', 'runPipeline', 'PIPELINE_RUN'],
  ['verification', 'verifyPipeline', 'PIPELINE_VERIFY'],
])('a %s', (purpose, method, type) => {
  /** Ends each job two seconds after its start. */
  function endJobs(status = 'COMPLETE'): void {
    world.meltano.always(method, () => {
      world.after(2_000, () => world.meltano.moveJob({ status }, job.id));
      const job = world.meltano.addPipelineJob('pipeline-facebook', { type, status: 'RUNNING' });
      return { ok: true, value: job };
    });
  }

  test('is started once, and watched', async () => {
    endJobs('ERROR');
    const id = await world.plan(purpose, ['facebook']);
    await world.runFor(id);
    expect(await world.outcomes(id)).toEqual({ facebook: 'failed' });
    expect(world.meltano.count(method)).toBe(1);
  });

  test('of several pipelines goes one at a time', async () => {
    world.meltano.always(method, () => {
      const open = world.meltano.jobs.filter((job) => job.type === type && job.status !== 'COMPLETE');
      expect(open).toEqual([]);
      const name = world.meltano.calls.at(-1)?.detail;
      const job = world.meltano.addPipelineJob(String(name), { type, status: 'RUNNING' });
      world.after(2_000, () => world.meltano.moveJob({ status: 'COMPLETE' }, job.id));
      return { ok: true, value: job };
    });
    const id = await world.plan(purpose, ['facebook', 'google', 'stripe']);
    await world.runFor(id);
    expect(await world.outcomes(id)).toEqual({
      facebook: 'succeeded',
      google: 'succeeded',
      stripe: 'succeeded',
    });
    expect(world.meltano.count(method)).toBe(3);
  });

  test('whose answer is lost is found in the jobs of the pipeline, and never started twice', async () => {
    world.meltano.addPipeline('facebook');
    world.meltano.addPipelineJob('pipeline-facebook', { type, status: 'ERROR' });
    world.meltano.next(method, () => {
      world.after(30_000, () =>
        world.meltano.addPipelineJob('pipeline-facebook', { type, status: 'COMPLETE' }),
      );
      return NO_ANSWER;
    });
    const id = await world.plan(purpose, ['facebook']);
    await world.runFor(id);
    expect(await world.outcomes(id)).toEqual({ facebook: 'succeeded' });
    expect(world.meltano.count(method)).toBe(1);
  });

  test('whose answer is lost, and that no list shows, is unknown after two minutes', async () => {
    world.meltano.next(method, NO_ANSWER);
    const id = await world.plan(purpose, ['facebook']);
    await world.runFor(id, 1.9 * MINUTE);
    expect(await world.outcomes(id)).toEqual({ facebook: null });
    await world.runFor(id);
    expect(await world.outcomes(id)).toEqual({ facebook: 'unknown' });
    expect(world.meltano.count(method)).toBe(1);
  });

  test('whose answer is lost too, after that of another pipeline, is searched for as long', async () => {
    world.meltano.next(method, NO_ANSWER, () => {
      world.after(MINUTE, () =>
        world.meltano.addPipelineJob('pipeline-google', { type, status: 'COMPLETE' }),
      );
      return NO_ANSWER;
    });
    const id = await world.plan(purpose, ['facebook', 'google']);
    await world.runFor(id);
    expect(await world.outcomes(id)).toEqual({ facebook: 'unknown', google: 'succeeded' });
  });

  test('is not started twice if the process dies during the request', async () => {
    const id = await world.plan(purpose, ['facebook']);
    // The process dies after the service has taken the request.
    world.meltano.next(method, () => {
      world.meltano.addPipelineJob('pipeline-facebook', { type, status: 'COMPLETE' });
      throw new Error('killed');
    });
    await expect(world.step(id)).rejects.toThrow('killed');
    world.restart();
    await world.runFor(id);
    expect(await world.outcomes(id)).toEqual({ facebook: 'succeeded' });
    expect(world.meltano.count(method)).toBe(1);
  });

  test('that is refused for now is started later; one that is refused is not started', async () => {
    endJobs();
    world.meltano.next(method, refuse(503, 'Try again later'));
    const id = await world.plan(purpose, ['facebook']);
    await world.runFor(id);
    expect(await world.outcomes(id)).toEqual({ facebook: 'succeeded' });
    world.meltano.next(method, refuse(403, 'Access is denied'));
    const other = await world.plan(purpose, ['google'], { id: 'pipelines:other' });
    await world.runFor(other);
    expect((await world.read(other)).pipelines).toMatchObject([
      { outcome: 'not_started', problem: expect.stringContaining('403') },
    ]);
  });
});

test('a run isn’t started while another one of the pipeline runs', async () => {
  world.meltano.always('runPipeline', refuse(409, 'The pipeline is already running'));
  const id = await world.plan('run', ['facebook']);
  await world.runFor(id);
  expect((await world.read(id)).pipelines).toMatchObject([
    { outcome: 'not_started', problem: expect.stringContaining('409') },
  ]);
  expect(world.meltano.count('runPipeline')).toBe(1);
});

test('a verification waits two minutes for another job of the pipeline', async () => {
  world.meltano.always('verifyPipeline', refuse(409, 'Another job runs'));
  const id = await world.plan('verification', ['facebook']);
  world.after(MINUTE, () => world.meltano.always('verifyPipeline', null));
  await world.runFor(id, 1.5 * MINUTE);
  expect((await world.read(id)).pipelines[0]?.jobId).toEqual(expect.any(String));
  const other = await world.plan('verification', ['google'], { id: 'pipelines:other' });
  world.meltano.always('verifyPipeline', refuse(409, 'Another job runs'));
  await world.runFor(other);
  expect(await world.outcomes(other)).toEqual({ google: 'not_started' });
});

test('each verification waits two minutes for another job of its pipeline', async () => {
  world.meltano.always('verifyPipeline', refuse(409, 'Another job runs'));
  const id = await world.plan('verification', ['facebook', 'google']);
  world.after(3 * MINUTE, () => world.meltano.always('verifyPipeline', null));
  await world.runFor(id, 4 * MINUTE);
  expect((await world.read(id)).pipelines).toMatchObject([
    { outcome: 'not_started' },
    { jobId: expect.any(String) },
  ]);
});
