import { beforeEach, expect, test } from 'vitest';
import { createPipelineReader, isFailing } from '../../../src/commands/pipelines/read-pipelines.ts';
import type { Account } from '../../../src/domain/account.ts';
import { VERIFY_JOB_TYPE } from '../../../src/domain/job.ts';
import { FakeMeltano } from '../deploying/fake-meltano.ts';
import { FakeClock, START } from '../deploying/fake-ports.ts';

const WORKSPACE = { id: 'one', name: 'Analytics', branch: 'main', directory: null };

let clock: FakeClock;
let meltano: FakeMeltano;
let served: boolean;

beforeEach(() => {
  clock = new FakeClock();
  meltano = new FakeMeltano(clock);
  served = true;
});

async function read(workspaces = [WORKSPACE]) {
  const readPipelines = createPipelineReader({
    accounts: {
      forOwner: () => null,
      byKey: () => (served ? ({ api: meltano } as unknown as Account) : null),
    },
    clock,
    describeFailure: ({ kind }) => kind,
  });
  return readPipelines(workspaces, { account: 'environment' });
}

async function readAll() {
  const [first] = await read();
  if (first?.kind !== 'read') throw new Error('The pipelines were not read.');
  return first.pipelines;
}

test('failing pipelines come first, each with its newest run', async () => {
  meltano.addPipeline('a');
  const broken = meltano.addPipeline('z', { status: 'FAILED' });
  meltano.addPipelineJob(broken.id, { status: 'COMPLETE' });
  const newest = meltano.addPipelineJob(broken.id, { status: 'ERROR' });
  meltano.addPipelineJob(broken.id, { type: VERIFY_JOB_TYPE, status: 'COMPLETE' });
  const states = await readAll();
  expect(states.map(({ pipeline }) => pipeline.name)).toEqual(['z', 'a']);
  expect(states[0]?.lastRun).toMatchObject({ id: newest.id, status: 'ERROR' });
  expect(states[1]?.lastRun).toBeNull();
});

test.each<[string, string, string | null, boolean]>([
  ['could not be set up', 'FAILED', null, true],
  ['could not be set up and ran before', 'FAILED', 'COMPLETE', true],
  ['is ready, but its last run failed', 'READY', 'ERROR', true],
  ['is ready and runs', 'READY', 'RUNNING', false],
  ['is ready and ran', 'READY', 'COMPLETE', false],
  ['is ready, and its run was stopped', 'READY', 'STOPPED', false],
  ['is being set up', 'PROVISIONING', null, false],
])('one that %s (%s, %s) is failing: %s', async (_, status, run, expected) => {
  const { id } = meltano.addPipeline('a', { status });
  if (run !== null) meltano.addPipelineJob(id, { status: run });
  expect((await readAll()).map(isFailing)).toEqual([expected]);
});

test.each([
  [1, 30_000, 'RUNNING'],
  [1, 61_000, 'ERROR'],
  [2, 30_000, 'ERROR'],
])('a run that failed in attempt %i of 2, %i ms ago, counts as %s', async (attempt, ago, expected) => {
  const { id } = meltano.addPipeline('a');
  clock.advance(100_000);
  const endTime = clock.now() - ago;
  meltano.addPipelineJob(id, { status: 'ERROR', attempt, maxAttempts: 2, startTime: START, endTime });
  expect((await readAll())[0]?.lastRun?.status).toBe(expected);
});

test('the runs of at most a hundred pipelines are read, those of failing ones first', async () => {
  for (let index = 0; index < 120; index += 1) meltano.addPipeline(`p${index}`);
  meltano.addPipeline('zz', { status: 'FAILED' });
  const states = await readAll();
  expect(states).toHaveLength(121);
  expect(states[0]).toMatchObject({ pipeline: { name: 'zz' }, lastRun: null });
  expect(meltano.timesOf('listPipelineJobs')).toHaveLength(100);
  expect(states.filter(({ lastRun }) => lastRun === undefined)).toHaveLength(21);
});

test('reading runs ends after 20 seconds', async () => {
  for (let index = 0; index < 20; index += 1) meltano.addPipeline(`p${index}`);
  meltano.always('listPipelineJobs', () => {
    clock.advance(2_000);
    return undefined;
  });
  const states = await readAll();
  expect(states.filter(({ lastRun }) => lastRun === null).length).toBeLessThanOrEqual(12);
});

test('what can not be read is said for each workspace; runs that can not be read are left out', async () => {
  meltano.addPipeline('a');
  meltano.next('listPipelines', { ok: false, failure: { kind: 'no_answer', message: '' } });
  meltano.always('listPipelineJobs', { ok: false, failure: { kind: 'no_answer', message: '' } });
  expect(await read([WORKSPACE, { ...WORKSPACE, id: 'two' }])).toMatchObject([
    { workspace: { id: 'one' }, kind: 'unreadable', problem: 'no_answer' },
    { workspace: { id: 'two' }, kind: 'read', pipelines: [{ lastRun: undefined }] },
  ]);
  served = false;
  expect(await read()).toMatchObject([{ kind: 'unreadable' }]);
});
