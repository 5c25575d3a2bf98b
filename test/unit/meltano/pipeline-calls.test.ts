import { describe, expect, test } from 'vitest';
import { findPlanted } from '../../../sandbox/meltano/planted-secrets.ts';
import { pipelineSchema } from '../../../src/meltano/decode.ts';
import { connect, connectTo, expectValue, failureOf, serve, startSandbox } from './client-setup.ts';

const REPOSITORY = 'https://github.com/acme/data';
const ID = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';

async function setUp() {
  const sandbox = await startSandbox();
  sandbox.pipelineScript = () => 'manual';
  const workspace = sandbox.addWorkspace({ name: 'Analytics', repositoryUrl: REPOSITORY });
  const problems: unknown[] = [];
  const api = connect(sandbox, { onListProblem: (problem) => problems.push(problem) });
  const addMany = (count: number) =>
    Array.from({ length: count }, (_, index) => sandbox.addPipeline(workspace, { name: `p${index}` }));
  return { sandbox, workspace, api, problems, addMany };
}

describe('pipelines', () => {
  test('are reduced to named fields, without settings, script and actions', async () => {
    const { sandbox, workspace, api } = await setUp();
    const pipeline = sandbox.addPipeline(workspace, {
      name: 'Google Ads',
      label: 'google-ads',
      status: 'FAILED',
      schedule: '0 0 6 * * MON-FRI',
      triggeredBy: ['Deploy'],
      dataComponents: ['tap-google-ads', 'Warehouse'],
    });
    const shown = {
      id: pipeline.id,
      status: 'FAILED',
      name: 'Google Ads',
      label: 'google-ads',
      schedule: '0 0 6 * * MON-FRI',
      triggeredBy: ['Deploy'],
      dataComponents: ['tap-google-ads', 'Warehouse'],
      repositoryPath: 'pipelines/Google Ads.yml',
      lastModified: pipeline.lastModified,
    };
    const listed = expectValue(await api.listPipelines(workspace.id));
    expect(listed).toEqual({ pipelines: [shown], total: 1 });
    expect(expectValue(await api.getPipeline(pipeline.id))).toEqual(shown);
    expect(findPlanted(JSON.stringify(listed))).toEqual([]);
    expect(findPlanted(JSON.stringify(pipeline)).length).toBeGreaterThan(4);
  });

  test('of another workspace are not in the list', async () => {
    const { sandbox, workspace, api } = await setUp();
    const other = sandbox.addWorkspace({ name: 'Other', repositoryUrl: REPOSITORY });
    sandbox.addPipeline(other, { name: 'theirs' });
    expect(expectValue(await api.listPipelines(workspace.id))).toEqual({ pipelines: [], total: 0 });
  });

  test.each([
    ['its name', { id: ID, name: 'a', label: 'b', repositoryPath: 'pipelines/c.yml' }, 'a'],
    ['its label', { id: ID, name: ' ', label: 'b', repositoryPath: 'pipelines/c.yml' }, 'b'],
    ["its file's name", { id: ID, name: null, repositoryPath: 'pipelines/Cafe\u0301.YML' }, 'Cafe\u0301'],
    ['its id', { id: ID }, ID],
  ])('a pipeline is called by %s', (_, raw, name) => {
    expect(pipelineSchema.parse(raw).name).toBe(name);
  });

  test.each([
    [{ triggeredBy: 'deploy' }, { triggeredBy: ['deploy'] }],
    [{ triggeredBy: [1, null, 'DEPLOY', ' '] }, { triggeredBy: ['DEPLOY'] }],
    [{ dataComponents: {} }, { dataComponents: [] }],
    [
      { schedule: 7, label: [], repositoryPath: {} },
      { schedule: null, label: null, repositoryPath: null },
    ],
    [{ status: 3 }, { status: 'without status' }],
    [{ status: 'MIGRATING' }, { status: 'MIGRATING' }],
    [{ name: 'x'.repeat(300) }, { name: `${'x'.repeat(199)}…` }],
    [{ repositoryPath: 'x'.repeat(5_000) }, { repositoryPath: null }],
    [{ lastModified: 'yesterday' }, { lastModified: null }],
  ])('a field in an unknown form hides no pipeline: %j', (raw, decoded) => {
    expect(pipelineSchema.parse({ id: ID, status: 'FAILED', ...raw })).toMatchObject(decoded);
  });
});

describe('lists that lie about their pages', () => {
  test('all pages are read', async () => {
    const { workspace, api, problems, addMany } = await setUp();
    addMany(250);
    const { pipelines, total } = expectValue(await api.listPipelines(workspace.id));
    expect([pipelines.length, total, problems]).toEqual([250, 250, []]);
  });

  test.each(['ignores page', 'repeats a page'] as const)(
    'a service that %s: the list ends on a page of nothing new, and says that some are missing',
    async (lie) => {
      const { sandbox, workspace, api, problems, addMany } = await setUp();
      addMany(250);
      for (let n = 1; n < 250; n += 1) sandbox.addWorkspace({ name: `${n}`, repositoryUrl: REPOSITORY });
      sandbox.pagingLie = lie;
      const { pipelines, total } = expectValue(await api.listPipelines(workspace.id));
      expect([pipelines.length, total]).toEqual([100, 250]);
      expect(sandbox.service.exchanges).toHaveLength(2);
      expect(expectValue(await api.listWorkspaces())).toHaveLength(100);
      expect(problems).toEqual([
        { rel: 'pipelines', seen: 100, total: 250 },
        { rel: 'workspaces', seen: 100, total: 250 },
      ]);
    },
  );

  test('a page that repeats only a part of the last one is followed by the next', async () => {
    const idOf = (n: number) => `${String(n).padStart(8, '0')}-7f7e-47c1-9700-2d7e2eb5a04e`;
    const origin = await serve((request, response) => {
      const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page'));
      const numbers = [page * 2, page * 2 + 1, page * 2 + 2].filter((n) => n < 7);
      const pipelines = numbers.map((n) => ({ id: idOf(n), status: 'READY' }));
      // The number of pages is wrong too: only the count of elements is right.
      response.end(JSON.stringify({ _embedded: { pipelines }, page: { totalElements: 7, totalPages: 1 } }));
    });
    const { pipelines } = expectValue(await connectTo(origin).listPipelines(ID));
    expect(pipelines).toHaveLength(7);
  });
});

describe('jobs of a pipeline', () => {
  test('are newest first, without queued ones, and are no deployments', async () => {
    const { sandbox, workspace, api, addMany } = await setUp();
    const [one, other] = addMany(2);
    if (!one || !other) throw new Error('No pipelines.');
    const first = sandbox.createPipelineJob(one, 'PIPELINE_RUN', 'deploy');
    first.run();
    first.end('ERROR');
    const second = sandbox.createPipelineJob(one, 'PIPELINE_VERIFY');
    second.run();
    sandbox.createPipelineJob(one, 'PIPELINE_RUN');
    sandbox.createPipelineJob(other, 'PIPELINE_RUN').run();
    const jobs = expectValue(await api.listPipelineJobs(one.id));
    expect(jobs).toMatchObject([
      { id: second.id, type: 'PIPELINE_VERIFY', status: 'RUNNING', triggeredBy: null },
      {
        id: first.id,
        type: 'PIPELINE_RUN',
        status: 'ERROR',
        triggeredBy: 'deploy',
        serviceTimes: { created: first.created, startTime: first.startedAt, endTime: first.endedAt },
      },
    ]);
    expect(expectValue(await api.listJobs(workspace.id))).toEqual([]);
  });

  test('that fill the first page do not hide the newest deployments', async () => {
    const { sandbox, workspace, api, addMany } = await setUp();
    const [pipeline] = addMany(1);
    const over = sandbox.createJob(workspace);
    over.run();
    over.end('ERROR');
    const deployment = sandbox.createJob(workspace);
    deployment.run();
    for (let n = 0; pipeline && n < 30; n += 1) {
      const job = sandbox.createPipelineJob(pipeline, 'PIPELINE_CONFIG');
      job.run();
      job.end('COMPLETE');
    }
    const jobs = expectValue(await api.listJobs(workspace.id));
    expect(jobs.map(({ id }) => id)).toEqual([deployment.id, over.id]);
  });

  test.each([
    ['verification', 'PIPELINE_VERIFY'],
    ['run', 'PIPELINE_RUN'],
  ] as const)('a %s is one POST, and gives its job', async (what, type) => {
    const { sandbox, api, addMany } = await setUp();
    const [pipeline] = addMany(1);
    const start = what === 'run' ? api.runPipeline : api.verifyPipeline;
    const job = expectValue(await start(pipeline?.id ?? ''));
    expect(job).toMatchObject({ id: sandbox.jobs[0]?.id, type, status: 'QUEUED' });
    expect(sandbox.service.exchanges).toHaveLength(1);
  });

  test.each([200, 201, 202] as const)('the start of a run may be answered %i', async (status) => {
    const { sandbox, api, addMany } = await setUp();
    const [pipeline] = addMany(1);
    sandbox.runStatus = status;
    expect(expectValue(await api.runPipeline(pipeline?.id ?? ''))).toMatchObject({ type: 'PIPELINE_RUN' });
  });

  test('a start that is refused or lost is a failure, and is not sent again', async () => {
    const { sandbox, api, addMany } = await setUp();
    const [pipeline] = addMany(1);
    const id = pipeline?.id ?? '';
    await api.runPipeline(id);
    expect(failureOf(await api.runPipeline(id))).toMatchObject({ kind: 'status', status: 409 });
    sandbox.service.faults.add({ path: /verification/, action: { kind: 'reset', when: 'after' } });
    expect(failureOf(await api.verifyPipeline(id))).toMatchObject({ kind: 'no_answer' });
    expect(sandbox.jobs.map(({ type }) => type)).toEqual(['PIPELINE_RUN', 'PIPELINE_VERIFY']);
  });

  test.each(['listPipelines', 'getPipeline', 'listPipelineJobs', 'verifyPipeline', 'runPipeline'] as const)(
    '%s sends nothing for an id that is none',
    async (call) => {
      const { sandbox, api } = await setUp();
      expect(failureOf(await api[call]('../workspaces'))).toMatchObject({ kind: 'status', status: 404 });
      expect(sandbox.service.exchanges).toEqual([]);
    },
  );
});
