import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { makeProjectRunId, type ProjectResult } from '../../../src/domain/commit-run.ts';
import { type ConfigurationInUse, DEFAULTS_IN_USE } from '../../../src/domain/configuration-in-use.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { DEFAULT_CONFIGURATION } from '../../../src/domain/repository-configuration.ts';
import { makeRequiredCheckId } from '../../../src/domain/required-check.ts';
import type { ShownCheckRun } from '../../../src/domain/shown-check-run.ts';
import { judgeRequiredCheck } from '../../../src/planning/judge-required-check.ts';
import { adoptCheckRuns } from '../../../src/recovery/adopt-check-runs.ts';
import {
  buildWorkspace,
  MINUTE,
  QUEUE_KEY,
  REPOSITORY,
  WORKSPACE_ID,
  World,
} from '../deploying/reconcile-world.ts';

const SHA = 'c'.repeat(40);
const PROJECT_RUN = makeProjectRunId(REPOSITORY.id, SHA);
const ERROR = 'pipelines/orders.yml:7: unknown key data_component';
const { deploy } = DEFAULT_CONFIGURATION;
const BLOCKING: ConfigurationInUse = {
  ...DEFAULTS_IN_USE,
  configuration: { ...DEFAULT_CONFIGURATION, deploy: { ...deploy, projectCheck: 'block' } },
};
const CLEAN: ProjectResult = {
  conclusion: 'success',
  title: '',
  summary: '',
  annotations: [],
  errors: [],
  unread: null,
};
const WRONG: ProjectResult = {
  ...CLEAN,
  errors: [{ workspaceId: WORKSPACE_ID, first: ERROR, count: 1, since: null }],
};

let world: World;

beforeEach(async () => {
  world = await World.open();
  world.configuration = BLOCKING;
});

/** A lost database left a check run open, of a deployment without a known job. */
async function adopt(
  differences: { readonly jobId?: string } = {},
  others: readonly ShownCheckRun[] = [],
): Promise<Deployment> {
  const { stores, clock, githubClock, dispatcher, meltano, configuration } = world;
  const known = async () => configuration;
  const account = { key: 'environment', api: meltano } as never;
  const { jobId } = differences;
  const listRuns = async () => [
    ...others,
    {
      id: 7,
      url: 'https://github.com/7',
      name: 'Meltano Deploy (Analytics)',
      externalId: `${WORKSPACE_ID}/lost${jobId === undefined ? '' : `/${jobId}`}`,
      conclusion: null,
      title: 'Waiting for the project check',
      startedAt: clock.now() - MINUTE,
      completedAt: null,
    },
  ];
  const current = async () => configuration ?? DEFAULTS_IN_USE;
  await adoptCheckRuns(
    {
      runs: { listRuns },
      plans: stores,
      accounts: { forOwner: () => account, byKey: () => account },
      configurations: { known, current, peek: current, isCached: async () => true },
      dispatcher,
      clock,
      githubClock,
      log: pino({ level: 'silent' }),
    },
    {
      repository: REPOSITORY,
      branch: 'main',
      head: SHA,
      account: 'environment',
      workspaces: [buildWorkspace()],
    },
  );
  return world.read('lost');
}

/** What the queue `project` stores. */
async function endCheck(result: ProjectResult): Promise<void> {
  const run = await world.stores.getCommitRun(PROJECT_RUN);
  if (!run) throw new Error('There is no project check.');
  await world.stores.concludeProjectRun(run, result);
  await world.stores.saveReport(PROJECT_RUN, { checkRunUrl: 'https://github.com/8' });
}

function starts(): number {
  return world.meltano.count('startDeployment');
}

test('a deployment of a lost database is held by an error of its project, forced or not', async () => {
  const { gates } = await adopt();
  expect(gates).toEqual([{ kind: 'project', passed: null }]);
  await endCheck(WRONG);
  await world.runUntilIdle();
  expect(starts()).toBe(0);
  expect(await world.read('lost')).toMatchObject({
    conclusion: 'skipped',
    reason: 'project_error',
    problem: ERROR,
  });
});

test('it is checked with its plan, in the check run that an earlier process may have made', async () => {
  await adopt();
  expect(world.dispatcher.wakes).toEqual([
    { queue: 'workspace', key: QUEUE_KEY },
    { queue: 'project', key: PROJECT_RUN },
  ]);
  expect(await world.stores.getCommitRun(PROJECT_RUN)).toMatchObject({
    state: 'waiting',
    sha: SHA,
    checkRunAttemptedAt: world.clock.now() - MINUTE,
    verdict: { comparisons: [{ workspaceId: WORKSPACE_ID, from: null, since: 'unknown', blocks: true }] },
  });
});

test('it waits for a check that takes longer than the search for its job, like a new one', async () => {
  await adopt();
  await world.runFor(2 * MINUTE);
  expect(await world.read('lost')).toMatchObject({ state: 'waiting', attemptOutcome: null });
  expect(await world.stores.listWaitingStarts({ repositoryId: REPOSITORY.id, sha: SHA })).toHaveLength(1);
  expect(starts()).toBe(0);
  world.gateReads.head = SHA;
  await endCheck(CLEAN);
  await world.step();
  expect(starts()).toBe(1);
});

test('a job that was started before the loss is watched, whatever the project holds', async () => {
  await adopt();
  await endCheck(WRONG);
  world.after(MINUTE, () => void world.meltano.addJob());
  await world.runFor(2 * MINUTE);
  expect(await world.read('lost')).toMatchObject({ state: 'queued', jobId: 'job-1' });
  expect(starts()).toBe(0);
});

test('a deployment with a job has passed its gates', async () => {
  world.meltano.addJob();
  expect((await adopt({ jobId: 'job-1' })).gates).toEqual([]);
  expect(await world.stores.getCommitRun(PROJECT_RUN)).toBeNull();
});

test('while the configuration is invalid, an error holds, since the settings before the loss are unknown', async () => {
  world.configuration = {
    kind: 'held',
    configuration: DEFAULT_CONFIGURATION,
    bad: {
      file: '.github/meltano-deploy.yml',
      sha: SHA,
      problems: [{ line: 1, column: 1, message: '' }],
      gate: false,
    },
  };
  expect((await adopt()).gates).toHaveLength(1);
});

test('without block nothing is checked, and the start is sent again', async () => {
  world.configuration = DEFAULTS_IN_USE;
  expect((await adopt()).gates).toEqual([]);
  await world.runFor(3 * MINUTE);
  expect(starts()).toBe(1);
});

test('an open required check goes on, with the results that were lost', async () => {
  world.configuration = DEFAULTS_IN_USE;
  const id = makeRequiredCheckId(REPOSITORY.id, SHA);
  const shown = { url: null, title: null, startedAt: world.clock.now() - MINUTE, completedAt: null };
  const sales = { name: 'Meltano Deploy (Sales)', externalId: 'sales/old', title: 'Failed after 38 s' };
  world.meltano.addJob();
  const adopted = await adopt({ jobId: 'job-1' }, [
    { ...shown, ...sales, id: 5, conclusion: 'failure' },
    { ...shown, id: 6, name: 'Meltano Deploy', externalId: `${id}/3/`, conclusion: null },
  ]);
  const run = await world.stores.getCommitRun(id);
  if (run?.verdict.kind !== 'required') throw new Error('It was not taken over.');
  // So GitHub is asked for it by its external id, before anything is created.
  expect(run).toMatchObject({ state: 'waiting', checkRunId: null, verdict: { run: 3 } });
  expect(run.checkRunAttemptedAt).not.toBeNull();
  expect(world.dispatcher.wakes).toContainEqual({ queue: 'required', key: id });
  const judge = () => judgeRequiredCheck(run, run.verdict as never, world.stores);
  expect(await judge()).toMatchObject({ kind: 'pending' });
  await world.stores.saveDeployment(adopted.id, {
    state: 'concluded',
    conclusion: 'success',
    reason: 'job_complete',
    concludedAt: 9,
  });
  expect(await judge()).toMatchObject({ conclusion: 'failure', workspaces: { length: 2 } });
});
