import { expect, test } from 'vitest';
import { findPlanted } from '../../../../sandbox/meltano/planted-secrets.ts';
import { setUp, UNKNOWN } from './sandbox-setup.ts';

test('a pipeline carries planted secrets, and a list of them too', async () => {
  const { sandbox, workspace, send } = await setUp();
  const pipeline = sandbox.addPipeline(workspace, { name: 'facebook' });
  const one = await send('GET', `/pipelines/${pipeline.id}`);
  expect(one.body).toMatchObject({
    id: pipeline.id,
    status: 'READY',
    name: 'facebook',
    repositoryPath: 'pipelines/facebook.yml',
    properties: pipeline.properties,
    script: pipeline.script,
    actions: pipeline.actions,
  });
  const list = await send('GET', `/workspaces/${workspace.id}/pipelines`);
  expect(findPlanted(list.text)).toEqual(findPlanted(one.text));
});

test.each([
  ['GET', '/pipelines/not-a-uuid', 400],
  ['GET', `/pipelines/${UNKNOWN}`, 404],
  ['GET', `/pipelines/${UNKNOWN}/jobs`, 404],
  ['POST', `/pipelines/${UNKNOWN}/jobs`, 404],
  ['POST', `/pipelines/${UNKNOWN}/verification`, 404],
  ['DELETE', `/pipelines/${UNKNOWN}`, 405],
])('%s %s is %i', async (method, path, status) => {
  const { send } = await setUp();
  expect((await send(method, path)).status).toBe(status);
});

test('statuses change before, with and after the end of a deployment', async () => {
  const { sandbox, workspace, send } = await setUp();
  const add = (name: string, steps: { on: 'start' | 'end'; afterMs?: number; status: string }[]) =>
    sandbox.addPipeline(workspace, { name, onDeploy: () => steps });
  const early = add('early', [{ on: 'start', status: 'FAILED' }]);
  const late = add('late', [
    { on: 'end', status: 'PROVISIONING' },
    { on: 'end', afterMs: 30, status: 'FAILED' },
  ]);
  const { lastModified } = early;
  const job = sandbox.createJob(workspace);
  expect([early.status, late.status]).toEqual(['READY', 'READY']);
  job.run();
  expect([early.status, late.status]).toEqual(['FAILED', 'READY']);
  expect(early.lastModified).toBeGreaterThanOrEqual(lastModified);
  job.end('COMPLETE');
  expect(late.status).toBe('PROVISIONING');
  await sandbox.waitFor(() => late.status === 'FAILED', 'the late failure');
  expect((await send('GET', `/pipelines/${late.id}`)).body).toMatchObject({ status: 'FAILED' });
});

test('a deployment that succeeds configures new and failed pipelines, and runs those that wait for it', async () => {
  const { sandbox, workspace } = await setUp();
  sandbox.pipelineScript = () => 'manual';
  const daily = sandbox.addPipeline(workspace, { name: 'daily', triggeredBy: ['Deploy'] });
  const deploy = (status: 'COMPLETE' | 'ERROR') => {
    const job = sandbox.createJob(workspace);
    job.run();
    job.end(status);
  };
  const types = () => sandbox.jobs.map(({ type }) => type).filter((type) => type !== 'WORKSPACE_DEPLOY');
  deploy('ERROR');
  expect(types()).toEqual([]);
  deploy('COMPLETE');
  expect(types()).toEqual(['PIPELINE_CONFIG', 'PIPELINE_RUN']);
  deploy('COMPLETE');
  expect(types()).toEqual(['PIPELINE_CONFIG', 'PIPELINE_RUN', 'PIPELINE_RUN']);
  sandbox.movePipeline(daily, 'FAILED');
  deploy('COMPLETE');
  expect(types().slice(3)).toEqual(['PIPELINE_CONFIG', 'PIPELINE_RUN']);
});

test('one pipeline of a workspace runs at a time; a second start of the same one is refused', async () => {
  const { sandbox, workspace, send } = await setUp();
  const [one, two] = ['one', 'two'].map((name) => sandbox.addPipeline(workspace, { name }));
  if (!one || !two) throw new Error('No pipelines.');
  const start = (id: string) => send('POST', `/pipelines/${id}/jobs`);
  expect((await start(one.id)).status).toBe(201);
  expect((await start(one.id)).status).toBe(409);
  expect((await start(two.id)).status).toBe(201);
  await sandbox.waitFor(() => sandbox.jobs.every((job) => job.ended), 'the end of both runs');
  const [first, second] = sandbox.jobs;
  expect(second?.startedAt ?? 0).toBeGreaterThanOrEqual(first?.endedAt ?? Infinity);
});

test('the log of a verification shows settings', async () => {
  const { sandbox, workspace, send } = await setUp();
  const pipeline = sandbox.addPipeline(workspace, { name: 'facebook' });
  expect((await send('POST', `/pipelines/${pipeline.id}/verification`)).status).toBe(200);
  const [job] = sandbox.pipelineJobsOf(pipeline, 'PIPELINE_VERIFY');
  await sandbox.waitFor(() => job?.ended, 'the verification');
  const { text } = await send('GET', `/jobs/${job?.id}/logs`);
  expect(findPlanted(text)).toEqual(findPlanted(JSON.stringify(pipeline.properties)));
});

test('a job that failed is tried again as its next attempt, with its log or a new one', async () => {
  const { sandbox, workspace, send } = await setUp();
  const job = sandbox.createJob(workspace);
  job.maxAttempts = 3;
  job.run();
  job.log('first');
  job.end('ERROR');
  job.again();
  expect((await send('GET', `/jobs/${job.id}`)).body).toMatchObject({
    status: 'RUNNING',
    attempt: 1,
    maxAttempts: 3,
  });
  job.end('ERROR');
  job.again({ clearLog: true });
  expect(job).toMatchObject({ attempt: 2, logText: '' });
});
