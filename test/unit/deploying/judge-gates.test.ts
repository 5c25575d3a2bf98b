import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import {
  type CommitRun,
  describeProjectRun,
  makeProjectRunId,
  type ProjectComparison,
  type ProjectResult,
} from '../../../src/domain/commit-run.ts';
import { DEFAULTS_IN_USE } from '../../../src/domain/configuration-in-use.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { DEFAULT_CONFIGURATION } from '../../../src/domain/repository-configuration.ts';
import { createLogExcerptBuilder } from '../../../src/logs/log-excerpt-builder.ts';
import { createRedactor } from '../../../src/logs/redact.ts';
import { refuse } from './fake-meltano.ts';
import { START } from './fake-ports.ts';
import { MINUTE, REPOSITORY, WORKSPACE_ID, World } from './reconcile-world.ts';

const SHA = 'c'.repeat(40);
const ERROR = 'pipelines/orders.yml:7: unknown key data_component; did you mean data_components?';
const COMPARISON: ProjectComparison = {
  workspaceId: WORKSPACE_ID,
  workspaceName: 'Analytics',
  directory: '',
  from: null,
  since: 'before',
  blocks: true,
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
});

/** A push that waits for its project check. */
async function pushGated(forcedBy: string | null = null): Promise<Deployment> {
  world.gateReads.head = SHA;
  const deliveryId = randomUUID();
  const event = { kind: 'push', repository: REPOSITORY } as never;
  await world.stores.record({ id: deliveryId, name: 'push', receivedAt: START, event });
  const run = describeProjectRun({ repository: REPOSITORY, sha: SHA, createdAt: START }, [COMPARISON]);
  await world.stores.commitPlan({
    deliveryId,
    outcome: 'push',
    deployments: [],
    commitRuns: [run],
    now: START,
  });
  return world.push({ sha: SHA, gates: [{ kind: 'project', passed: null }], forcedBy });
}

async function readCheck(): Promise<CommitRun> {
  const run = await world.stores.getCommitRun(makeProjectRunId(REPOSITORY.id, SHA));
  if (!run) throw new Error('There is no project check.');
  return run;
}

/** What the queue `project` stores. */
async function endCheck(result: ProjectResult | null): Promise<void> {
  await world.stores.concludeProjectRun(await readCheck(), result);
}

/** A re-run of the check run. */
async function askAgain(): Promise<void> {
  const deliveryId = randomUUID();
  const event = { kind: 'rerun', repository: REPOSITORY } as never;
  await world.stores.record({ id: deliveryId, name: 'check_run', receivedAt: START, event });
  const rewrittenRuns = [makeProjectRunId(REPOSITORY.id, SHA)];
  await world.stores.commitPlan({
    deliveryId,
    outcome: 'configuration_rerun',
    deployments: [],
    rewrittenRuns,
    now: START,
  });
}

function starts(): number {
  return world.meltano.count('startDeployment');
}

test('a start waits for the check, without asking Meltano Cloud for anything', async () => {
  const { id } = await pushGated();
  expect(await world.step()).toBe(10_000);
  expect(world.meltano.calls).toEqual([]);
  expect(await world.read(id)).toMatchObject({ state: 'waiting', startSince: null });
  await endCheck(CLEAN);
  await world.step();
  expect(starts()).toBe(1);
  expect((await world.read(id)).gates).toEqual([{ kind: 'project', passed: null }]);
});

test('a project that no workspace has opens the gate', async () => {
  await pushGated();
  await endCheck(null);
  await world.step();
  expect(starts()).toBe(1);
});

test('an error ends the deployment, once its check run can be linked to', async () => {
  const { id } = await pushGated();
  await endCheck(WRONG);
  expect(await world.step()).toBe(250);
  expect((await world.read(id)).state).toBe('waiting');
  await world.stores.saveReport((await readCheck()).id, { checkRunUrl: 'https://github.com/5' });
  await world.step();
  expect(await world.read(id)).toMatchObject({
    conclusion: 'skipped',
    reason: 'project_error',
    problem: ERROR,
    attemptedAt: null,
  });
  expect(starts()).toBe(0);
});

test('a check run that GitHub does not take delays the end of the deployment by 10 s at most', async () => {
  const { id } = await pushGated();
  await endCheck(WRONG);
  await world.runFor(MINUTE);
  expect(await world.read(id)).toMatchObject({ reason: 'project_error', concludedAt: START + 10_000 });
});

test('after 10 s it starts unjudged; the time without a process does not count', async () => {
  const { id } = await pushGated();
  await world.runFor(6_000);
  world.clock.advance(MINUTE);
  world.restart();
  expect(await world.step()).toBe(10_000);
  await world.runFor(9_999);
  expect(starts()).toBe(0);
  await world.runFor(1);
  expect(starts()).toBe(1);
  const passed = { how: 'unjudged', why: 'the check took longer than 10 s' };
  expect((await world.read(id)).gates).toEqual([{ kind: 'project', passed }]);
});

test('a project that cannot be read starts unjudged, at once', async () => {
  const { id } = await pushGated();
  await endCheck({ ...CLEAN, unread: 'the repository is too large' });
  await world.step();
  const passed = { how: 'unjudged', why: 'the repository is too large' };
  expect((await world.read(id)).gates).toMatchObject([{ passed }]);
});

test('errors of another workspace hold nothing', async () => {
  const { id } = await pushGated();
  await endCheck({ ...CLEAN, errors: [{ workspaceId: 'other', first: ERROR, count: 1, since: null }] });
  await world.step();
  expect((await world.read(id)).gates).toMatchObject([{ passed: null }]);
  expect(starts()).toBe(1);
});

test('a forced deployment passes an error, and names it', async () => {
  const { id } = await pushGated('mia');
  await endCheck(WRONG);
  await world.step();
  expect(starts()).toBe(1);
  const passed = { how: 'forced', why: ERROR };
  expect((await world.read(id)).gates).toEqual([{ kind: 'project', passed }]);
});

test('errors that were found hold a commit also while it cannot be checked once more', async () => {
  const { id } = await pushGated();
  await endCheck(WRONG);
  await askAgain();
  expect(await world.step()).toBe(10_000);
  await world.runFor(10_000);
  expect(await world.read(id)).toMatchObject({ reason: 'project_error', problem: ERROR });
});

test('a start that Meltano Cloud refused for now does not wait again', async () => {
  const { id } = await pushGated();
  await endCheck(CLEAN);
  world.meltano.next('startDeployment', refuse(503, 'later'));
  await world.step();
  expect((await world.read(id)).attemptOutcome).toBe('refused');
  await askAgain();
  await world.runFor(5_000);
  expect(starts()).toBe(2);
});

test('a gate that closed since the first job keeps the deployment from a second one', async () => {
  const { id } = await pushGated();
  await endCheck(CLEAN);
  await world.step();
  world.newBuilder = () => createLogExcerptBuilder(createRedactor({ secrets: [] }));
  const { deploy } = DEFAULT_CONFIGURATION;
  const configuration = { ...DEFAULT_CONFIGURATION, deploy: { ...deploy, retryTransient: 1 as const } };
  world.configuration = { ...DEFAULTS_IN_USE, configuration };
  const [job] = world.meltano.jobs;
  world.meltano.logs.set(job?.id ?? '', ['ERROR: pip._vendor.urllib3.exceptions.ProtocolError: reset']);
  world.meltano.moveJob({ status: 'ERROR' });
  await askAgain();
  await endCheck(WRONG);
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({
    conclusion: 'failure',
    reason: 'job_error',
    jobId: job?.id,
    problem: ERROR,
  });
  expect(world.meltano.count('startDeployment')).toBe(1);
});
