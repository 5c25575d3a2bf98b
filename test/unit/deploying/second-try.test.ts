import { beforeEach, describe, expect, test } from 'vitest';
import { DEFAULTS_IN_USE, type UsableConfiguration } from '../../../src/domain/configuration-in-use.ts';
import { DEFAULT_CONFIGURATION } from '../../../src/domain/repository-configuration.ts';
import { createLogExcerptBuilder } from '../../../src/logs/log-excerpt-builder.ts';
import { createRedactor } from '../../../src/logs/redact.ts';
import { fail, NO_ANSWER, refuse, UNREACHABLE } from './fake-meltano.ts';
import { MINUTE, REPOSITORY, WORKSPACE_KEY, World } from './reconcile-world.ts';

const RESET = 'ERROR: pip._vendor.urllib3.exceptions.ProtocolError: Connection reset by peer';
const HELD = fail({ kind: 'held', heldMs: 10_000, since: 0, message: 'held' });
const { deploy } = DEFAULT_CONFIGURATION;
const TRY_AGAIN: UsableConfiguration = {
  ...DEFAULTS_IN_USE,
  configuration: { ...DEFAULT_CONFIGURATION, deploy: { ...deploy, retryTransient: 1 } },
};

let world: World;

beforeEach(async () => {
  world = await openWorld();
});

async function openWorld(): Promise<World> {
  const opened = await World.open();
  opened.configuration = TRY_AGAIN;
  opened.newBuilder = () => createLogExcerptBuilder(createRedactor({ secrets: [] }));
  return opened;
}

/** Ends the newest job. */
function end(status: 'ERROR' | 'COMPLETE', ...log: string[]): void {
  world.meltano.logs.set(world.meltano.jobs.at(-1)?.id ?? '', log);
  world.meltano.moveJob({ status });
}

/** A deployment whose first job fails after 40 s. The failure isn't seen yet. */
async function failFirst(...log: string[]): Promise<string> {
  const { id } = await world.push();
  await world.step();
  world.meltano.moveJob({ status: 'RUNNING' });
  await world.step();
  world.clock.advance(40_000);
  end('ERROR', ...log);
  return id;
}

const starts = () => world.meltano.count('startDeployment');

describe('a job that fails with an error that passes', () => {
  test('is followed by one more job of the same deployment', async () => {
    const id = await failFirst(RESET);
    await world.step();
    expect(await world.read(id)).toMatchObject({
      state: 'queued',
      jobId: 'job-2',
      firstTry: { jobId: 'job-1', error: 'pip_reset', jobStatus: 'ERROR' },
      jobEndedAt: null,
    });
    end('COMPLETE');
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ conclusion: 'success', jobId: 'job-2' });
    expect(world.concluded).toHaveLength(1);
    expect(starts()).toBe(2);
  });

  test('is not followed by a third job', async () => {
    const id = await failFirst(RESET);
    await world.step();
    end('ERROR', RESET);
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({
      conclusion: 'failure',
      reason: 'job_error',
      jobId: 'job-2',
    });
    expect(starts()).toBe(2);
  });

  test('both jobs belong to the deployment', async () => {
    await failFirst(RESET);
    await world.step();
    const taken = await world.stores.listTakenJobs(WORKSPACE_KEY, ['job-1', 'job-2', 'job-3']);
    expect(taken).toEqual(new Set(['job-1', 'job-2']));
    const ours = await world.stores.listStartedJobs(WORKSPACE_KEY, ['job-1', 'job-3']);
    expect(ours).toEqual(new Set(['job-1']));
  });

  test('pipelines are compared with those before the second job', async () => {
    world.meltano.addPipeline('facebook', { status: 'READY' });
    const id = await failFirst(RESET);
    world.meltano.movePipeline('facebook', 'FAILED');
    await world.step();
    end('COMPLETE');
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({
      conclusion: 'success',
      pipelines: { kind: 'read', failed: [], failedBefore: [{ name: 'facebook' }] },
    });
  });
});

test.each([
  ['memory', ['Command failed with exit code 137']],
  ['an unknown error', ['ERROR: no such table: orders']],
  ['an error that stays', ["ModuleNotFoundError: No module named 'pkg_resources'"]],
  ['an empty log', []],
])('%s is no reason for a second job', async (_, log) => {
  const id = await failFirst(...log);
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({ conclusion: 'failure', problem: null, firstTry: null });
  expect(starts()).toBe(1);
});

test.each([['STOPPED', 'cancelled']] as const)(
  'a job that ends as %s is not followed',
  async (status, conclusion) => {
    const id = await failFirst(RESET);
    world.meltano.moveJob({ status });
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ conclusion, firstTry: null });
    expect(starts()).toBe(1);
  },
);

test('without the setting there is one job, and its log is not read for it', async () => {
  world.configuration = DEFAULTS_IN_USE;
  const id = await failFirst(RESET);
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({ conclusion: 'failure', problem: null });
  expect([starts(), world.meltano.calls.filter(({ detail }) => detail === 'whole').length]).toEqual([1, 0]);
});

test('a deployment that was read from its check run may have been tried again before', async () => {
  const { id } = await world.push({ deliveryId: 'adopted:5' });
  await world.step();
  end('ERROR', RESET);
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({ conclusion: 'failure', problem: null });
  expect(starts()).toBe(1);
});

test('an adopted job is not followed', async () => {
  world.meltano.addJob({ status: 'RUNNING', commitId: (await world.push()).sha });
  await world.step();
  end('ERROR', RESET);
  await world.runUntilIdle();
  expect(world.concluded).toMatchObject([{ conclusion: 'failure', adopted: true }]);
  expect(starts()).toBe(0);
});

test('a second job is never adopted, whatever else was started for the push', async () => {
  const { id, sha } = await world.push();
  await world.step();
  const [, other] = [world.meltano.jobs[0], world.meltano.addJob({ status: 'ERROR', commitId: sha })];
  world.meltano.logs.set('job-1', [RESET]);
  world.meltano.moveJob({ status: 'ERROR' }, 'job-1');
  await world.step();
  expect((await world.read(id)).jobId).toBe('job-3');
  expect(other.id).toBe('job-2');
});

describe('a withdrawn deployment', () => {
  test('is not tried again', async () => {
    const id = await failFirst(RESET);
    await world.save(id, { withdrawnBy: 'ana' });
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ conclusion: 'failure', reason: 'job_error' });
    expect(starts()).toBe(1);
  });

  test('ends before its second job', async () => {
    const id = await failFirst(RESET);
    world.meltano.always('startDeployment', refuse(503, 'Busy'));
    await world.step();
    await world.save(id, { withdrawnBy: 'ana' });
    await world.step();
    expect(await world.read(id)).toMatchObject({
      conclusion: 'cancelled',
      reason: 'withdrawn',
      firstTry: { jobId: 'job-1' },
    });
    expect(starts()).toBe(2);
  });
});

describe('a newer push', () => {
  const NEWER = 'a newer deployment of the workspace waits';

  test('that waits when the job fails is deployed instead', async () => {
    const id = await failFirst(RESET);
    const newer = await world.push();
    await world.step();
    expect(await world.read(id)).toMatchObject({ conclusion: 'failure', jobId: 'job-1', problem: NEWER });
    expect(await world.read(newer.id)).toMatchObject({ jobId: 'job-2' });
  });

  test('that comes before the second job has started is deployed instead, at once', async () => {
    const id = await failFirst(RESET);
    world.meltano.next('startDeployment', refuse(503, 'Busy', 60_000));
    await world.step();
    expect(await world.read(id)).toMatchObject({ state: 'starting', firstTry: { jobId: 'job-1' } });
    const newer = await world.push();
    await world.step();
    expect(await world.read(id)).toMatchObject({
      conclusion: 'failure',
      reason: 'job_error',
      jobId: 'job-1',
      jobStatus: 'ERROR',
      firstTry: null,
      problem: NEWER,
    });
    expect(await world.read(newer.id)).toMatchObject({ jobId: 'job-2' });
  });

  test('that comes when the second job runs waits for it', async () => {
    const id = await failFirst(RESET);
    await world.step();
    const newer = await world.push();
    await world.step();
    expect([(await world.read(id)).state, (await world.read(newer.id)).state]).toEqual(['queued', 'waiting']);
  });
});

describe('the second start', () => {
  test('that is refused leaves the result of the first job', async () => {
    const id = await failFirst(RESET);
    world.meltano.next('startDeployment', refuse(403, 'Forbidden'));
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({
      conclusion: 'failure',
      reason: 'job_error',
      jobId: 'job-1',
      problem: 'Meltano Cloud answered 403 Forbidden',
    });
    expect(world.concluded).toHaveLength(1);
  });

  test('whose workspace was set up elsewhere leaves the result of the first job', async () => {
    const id = await failFirst(RESET);
    world.meltano.workspaces = world.meltano.workspaces.map((one) => ({ ...one, branch: 'other' }));
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({
      conclusion: 'failure',
      jobId: 'job-1',
      problem: 'the workspace tracks the branch other now',
    });
  });

  test('waits a minute for a lock, then the result of the first job stays', async () => {
    const id = await failFirst(RESET);
    const deliveryId = 'lock';
    const event = { kind: 'comment', repository: REPOSITORY } as never;
    const receivedAt = world.clock.now();
    await world.stores.record({ id: deliveryId, name: 'issue_comment', receivedAt, event });
    const lock = {
      repositoryId: REPOSITORY.id,
      workspaceId: null,
      by: 'mia',
      reason: 'month end',
      lockedAt: receivedAt,
    };
    const locks = { repositoryId: REPOSITORY.id, locks: [lock], workspaces: [] };
    await world.stores.commitPlan({
      deliveryId,
      outcome: 'command',
      deployments: [],
      locks,
      now: receivedAt,
    });
    await world.runFor(59_000);
    expect(await world.read(id)).toMatchObject({ state: 'starting' });
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({
      conclusion: 'failure',
      reason: 'job_error',
      jobId: 'job-1',
      problem: 'Locked by @mia: month end',
    });
    expect(starts()).toBe(1);
  });

  test('whose answer is lost is looked for, and sent again only without a job', async () => {
    const id = await failFirst(RESET);
    world.meltano.next('startDeployment', () => {
      world.meltano.addJob();
      return NO_ANSWER;
    });
    await world.runFor(5_000);
    expect(await world.read(id)).toMatchObject({ jobId: 'job-2', firstTry: { jobId: 'job-1' } });
    expect(starts()).toBe(2);
  });

  test('is tried while Meltano Cloud is away, as long as starts are tried', async () => {
    const id = await failFirst(RESET);
    world.meltano.always('startDeployment', UNREACHABLE);
    world.after(50 * MINUTE, () => world.meltano.always('startDeployment', null));
    await world.runFor(52 * MINUTE);
    expect(await world.read(id)).toMatchObject({ jobId: 'job-2' });
  });

  test('that is never accepted leaves the result of the first job', async () => {
    const id = await failFirst(RESET);
    world.meltano.always('startDeployment', UNREACHABLE);
    const from = world.clock.now();
    await world.runUntilIdle();
    const { concludedAt, ...ended } = await world.read(id);
    expect(ended).toMatchObject({ conclusion: 'failure', reason: 'job_error', jobId: 'job-1' });
    expect((concludedAt ?? 0) - from).toBe(60 * MINUTE);
  });
});

describe('DEPLOY_TIMEOUT_MINUTES', () => {
  test('counts from the first job', async () => {
    const { id } = await world.push();
    await world.step();
    world.meltano.moveJob({ status: 'RUNNING' });
    await world.runFor(100 * MINUTE);
    const { acceptedAt } = await world.read(id);
    end('ERROR', RESET);
    await world.runFor(10_000);
    world.meltano.moveJob({ status: 'RUNNING' });
    await world.runUntilIdle();
    const { concludedAt, ...ended } = await world.read(id);
    expect(ended).toMatchObject({ conclusion: 'timed_out', reason: 'watch_timeout', jobId: 'job-2' });
    expect((concludedAt ?? 0) - (acceptedAt ?? 0)).toBe(120 * MINUTE);
  });

  test('ends the start of the second job, too', async () => {
    const { id } = await world.push();
    await world.step();
    world.meltano.moveJob({ status: 'RUNNING' });
    await world.runFor(100 * MINUTE);
    const { acceptedAt } = await world.read(id);
    end('ERROR', RESET);
    world.meltano.always('startDeployment', UNREACHABLE);
    await world.runUntilIdle();
    const { concludedAt, ...ended } = await world.read(id);
    expect(ended).toMatchObject({ conclusion: 'failure', reason: 'job_error', jobId: 'job-1' });
    expect((concludedAt ?? 0) - (acceptedAt ?? 0)).toBe(120 * MINUTE);
  });
});

describe('the log that decides', () => {
  test('is read again while Meltano Cloud does not answer', async () => {
    const id = await failFirst(RESET);
    world.meltano.always('readLog', HELD);
    world.after(60_000, () => world.meltano.always('readLog', null));
    await world.runFor(100_000);
    expect(await world.read(id)).toMatchObject({ jobId: 'job-2' });
  });

  test('delays a failure by two minutes at most', async () => {
    const id = await failFirst(RESET);
    world.meltano.always('readLog', UNREACHABLE);
    const from = world.clock.now();
    await world.runUntilIdle();
    const { concludedAt, ...ended } = await world.read(id);
    expect(ended).toMatchObject({ conclusion: 'failure', problem: 'the log of the job could not be read' });
    expect((concludedAt ?? 0) - from).toBe(2 * MINUTE);
  });
});

class Killed extends Error {}

/** The steps after which a process may find itself anew. */
const STEPS = new Set(['saveDeployment', 'getJob', 'readLog', 'listJobs', 'startDeployment']);

/** Kills the process at the n-th call of the store or of Meltano Cloud: before it has its effect, or after that. */
function makeKiller(at: number, when: 'before' | 'after') {
  let calls = 0;
  const intercept = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, key) {
        const value = Reflect.get(of, key);
        if (typeof value !== 'function') return value;
        if (!STEPS.has(String(key))) return value.bind(of);
        return async (...given: unknown[]) => {
          calls += 1;
          const isNow = calls === at;
          if (isNow && when === 'before') throw new Killed();
          const answer = await value.apply(of, given);
          if (isNow) throw new Killed();
          return answer;
        };
      },
    });
  return { intercept, count: () => calls };
}

test.each(['before', 'after'] as const)(
  'a process that is killed at any step, %s its effect, starts exactly one second job',
  async (when) => {
    let steps = Infinity;
    let at = 1;
    for (; at <= steps; at += 1) {
      world = await openWorld();
      const id = await failFirst(RESET);
      const killer = makeKiller(at, when);
      world.intercept = killer.intercept;
      world.restart();
      for (let lives = 0; lives < 20 && (await world.read(id)).state !== 'concluded'; lives += 1) {
        try {
          await world.runFor(10_000);
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          world.restart();
        }
        if (world.meltano.jobs.at(-1)?.id !== 'job-1') end('COMPLETE');
      }
      expect(await world.read(id), `step ${at}`).toMatchObject({ conclusion: 'success', jobId: 'job-2' });
      expect(world.meltano.jobs, `step ${at}`).toHaveLength(2);
      steps = killer.count();
    }
    expect(at).toBeGreaterThan(8);
  },
);
