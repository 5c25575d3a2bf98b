import { describe, expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import type { MeltanoClientOptions } from '../../../src/meltano/meltano-client.ts';
import {
  clientAuth,
  connect,
  connectBy,
  connectTo,
  createAgent,
  expectValue,
  failureOf,
  serve,
  startSandbox,
} from './client-setup.ts';

const REPOSITORY = 'https://github.com/acme/data';

describe('workspaces', () => {
  test('a workspace is reduced to what decides about deployments', async () => {
    const sandbox = await startSandbox();
    const { id } = sandbox.addWorkspace({
      name: 'Analytics',
      repositoryUrl: REPOSITORY,
      repositoryBranch: '',
      repositoryDirectory: '/pipelines/',
      alias: 'analytics',
      defaultEnvironment: 'prod',
    });
    expect(expectValue(await connect(sandbox).getWorkspace(id))).toEqual({
      id,
      name: 'Analytics',
      alias: 'analytics',
      repositoryUrl: REPOSITORY,
      branch: null,
      directory: 'pipelines',
      environment: 'prod',
      created: expect.any(Number),
    });
  });

  test('all pages are read, and none twice', async () => {
    const sandbox = await startSandbox();
    const names = Array.from({ length: 250 }, (_, index) => `Workspace ${index}`);
    for (const name of names) sandbox.addWorkspace({ name, repositoryUrl: REPOSITORY });
    const listed = expectValue(await connect(sandbox).listWorkspaces());
    expect(listed.map(({ name }) => name)).toEqual(names);
    expect(sandbox.service.exchanges.map(({ path }) => path)).toEqual([
      '/api/workspaces?page=0&size=100',
      '/api/workspaces?page=1&size=100',
      '/api/workspaces?page=2&size=100',
    ]);
  });

  test('an account without workspaces has an empty list', async () => {
    const sandbox = await startSandbox();
    expect(await connect(sandbox).listWorkspaces()).toEqual({ ok: true, value: [] });
  });

  test('a failure on a later page fails the list', async () => {
    const sandbox = await startSandbox();
    for (let n = 0; n < 101; n += 1) sandbox.addWorkspace({ name: `${n}`, repositoryUrl: REPOSITORY });
    sandbox.service.faults.add({ path: /page=1/, action: { kind: 'status', status: 503 } });
    expect(failureOf(await connect(sandbox).listWorkspaces())).toMatchObject({ kind: 'status', status: 503 });
  });

  test('without totals the next link decides, and a service that ignores `page` is not read for ever', async () => {
    let requests = 0;
    const origin = await serve((_, response) => {
      requests += 1;
      const workspace = { id: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e', name: 'Same' };
      response.end(
        JSON.stringify({
          _embedded: { workspaces: [workspace] },
          _links: { next: { href: 'http://elsewhere/' } },
        }),
      );
    });
    expect(expectValue(await connectTo(origin).listWorkspaces())).toHaveLength(1);
    expect(requests).toBe(2);
  });

  test('an unreadable entry is skipped and reported without its values', async () => {
    const sandbox = await startSandbox();
    const good = sandbox.addWorkspace({ name: 'Good', repositoryUrl: REPOSITORY });
    const bad = sandbox.addWorkspace({ name: 'Bad', repositoryUrl: REPOSITORY });
    Object.assign(bad, { repositoryBranch: 12 });
    const skipped: unknown[] = [];
    const client = connect(sandbox, { onListProblem: (problem) => skipped.push(problem) });
    expect(expectValue(await client.listWorkspaces()).map(({ id }) => id)).toEqual([good.id]);
    expect(skipped).toEqual([
      { rel: 'workspaces', count: 1, problem: expect.stringMatching(/^repositoryBranch: /) },
    ]);
    expect(failureOf(await client.getWorkspace(bad.id))).toMatchObject({
      kind: 'unexpected_body',
      status: 200,
    });
  });
});

describe('deployments and jobs', () => {
  test('a start is one POST without a body and gives the job', async () => {
    const sandbox = await startSandbox();
    const workspace = sandbox.addWorkspace({ name: 'A', repositoryUrl: REPOSITORY });
    const job = expectValue(await connect(sandbox).startDeployment(workspace.id));
    expect(job).toEqual({
      id: sandbox.jobs[0]?.id,
      type: 'WORKSPACE_DEPLOY',
      status: 'QUEUED',
      created: sandbox.jobs[0]?.created,
      commitId: null,
      startTime: null,
      endTime: null,
      serviceTimes: { created: sandbox.jobs[0]?.created, startTime: null, endTime: null },
      attempt: 0,
      maxAttempts: 0,
      triggeredBy: null,
    });
    expect(sandbox.service.exchanges).toHaveLength(1);
    const [exchange] = sandbox.service.exchanges;
    expect(exchange).toMatchObject({ method: 'POST', body: '' });
    expect(exchange?.headers).toMatchObject({
      authorization: `Bearer ${sandbox.token}`,
      accept: 'application/hal+json, application/json',
      'user-agent': `meltano-deploy/${packageJson.version}`,
    });
  });

  test('a start by push is the payload as it is, signed, and without the token', async () => {
    const sandbox = await startSandbox();
    const workspace = sandbox.addWorkspace({ name: 'A', repositoryUrl: REPOSITORY });
    const learnt: string[] = [];
    const client = connect(sandbox, { onDeploymentSecret: (secret) => learnt.push(secret) });
    const secret = expectValue(await client.readDeploymentSecret(workspace.id));
    expect([secret, learnt]).toEqual([workspace.deploymentSecret, [workspace.deploymentSecret]]);
    const commits = `"before":"${'a'.repeat(40)}","after":"${'b'.repeat(40)}"`;
    // As it came: with blanks and letters that another writing of the same JSON would not have.
    const payload = `{"ref":"refs/heads/main",  ${commits},"repository":{"full_name":"acme/Größe"}}`;
    const start = { workspaceId: workspace.id, payload, secret: workspace.deploymentSecret };
    const job = expectValue(await client.startByPush(start));
    expect(job).toMatchObject({ id: sandbox.jobs[0]?.id, status: 'QUEUED' });
    expect(sandbox.jobs[0]?.madeBy).toBe('github-webhook');
    const exchange = sandbox.service.exchanges.at(-1);
    expect(exchange).toMatchObject({ method: 'POST', body: payload });
    expect(exchange?.headers).toMatchObject({ 'x-github-event': 'push', 'content-type': 'application/json' });
    expect(exchange?.headers).not.toHaveProperty('authorization');
    const wrong = await client.startByPush({ ...start, secret: 'hunter2' });
    expect(failureOf(wrong)).toMatchObject({ kind: 'status', status: 403 });
    expect(JSON.stringify(wrong)).not.toContain('hunter2');
  });

  test('a workspace that shows no deployment secret has none', async () => {
    const sandbox = await startSandbox();
    const workspace = sandbox.addWorkspace({ name: 'A', repositoryUrl: REPOSITORY });
    Object.assign(workspace, { deploymentSecret: '' });
    expect(expectValue(await connect(sandbox).readDeploymentSecret(workspace.id))).toBeNull();
  });

  test('a job shows the commit and the times of its run', async () => {
    const sandbox = await startSandbox();
    sandbox.headOf = () => 'c0ffee0';
    const workspace = sandbox.addWorkspace({ name: 'A', repositoryUrl: REPOSITORY });
    const job = sandbox.createJob(workspace);
    job.run();
    job.end('ERROR');
    expect(expectValue(await connect(sandbox).getJob(job.id))).toMatchObject({
      status: 'ERROR',
      commitId: 'c0ffee0',
      startTime: job.startedAt,
      endTime: job.endedAt,
    });
  });

  test('a status that this app does not know passes as it is', async () => {
    const sandbox = await startSandbox();
    const job = sandbox.createJob(sandbox.addWorkspace({ name: 'A', repositoryUrl: REPOSITORY }));
    job.status = 'HIBERNATING';
    expect(expectValue(await connect(sandbox).getJob(job.id)).status).toBe('HIBERNATING');
  });

  test('the newest page of jobs, newest first, whatever order the service gives', async () => {
    const ids = ['a', 'b', 'c'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`);
    const times = ['2026-06-10T07:13:39.471', undefined, '2026-06-10T07:13:40.1'];
    let path = '';
    const origin = await serve((request, response) => {
      path = request.url ?? '';
      const jobs = ids.map((id, index) => ({
        id,
        type: 'WORKSPACE_DEPLOY',
        status: 'RUNNING',
        created: times[index],
      }));
      response.end(JSON.stringify({ _embedded: { jobs } }));
    });
    const workspaceId = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
    const jobs = expectValue(await connectTo(origin).listJobs(workspaceId));
    expect(jobs.map(({ id }) => id)).toEqual([ids[2], ids[0], ids[1]]);
    expect(path).toBe(`/api/workspaces/${workspaceId}/jobs?page=0&size=20&sort=created,desc`);
  });

  test('a deleted job is a 404', async () => {
    const sandbox = await startSandbox();
    const job = sandbox.createJob(sandbox.addWorkspace({ name: 'A', repositoryUrl: REPOSITORY }));
    job.delete();
    expect(failureOf(await connect(sandbox).getJob(job.id))).toEqual({
      kind: 'status',
      status: 404,
      message: `Job ${job.id} not found`,
      retryAfterMs: null,
    });
  });
});

describe('where the token goes', () => {
  test('links that name another host are never followed', async () => {
    const sandbox = await startSandbox();
    const origins = new Set<string>();
    const dispatcher = createAgent().compose((dispatch) => (options, handler) => {
      origins.add(String(options.origin));
      return dispatch(options, handler);
    });
    const client = connect(sandbox, { connect: connectBy(dispatcher) });
    for (let n = 0; n < 101; n += 1) sandbox.addWorkspace({ name: `${n}`, repositoryUrl: REPOSITORY });
    const [workspace] = expectValue(await client.listWorkspaces());
    const job = expectValue(await client.startDeployment(workspace?.id ?? ''));
    await client.getJob(job.id);
    await client.listJobs(workspace?.id ?? '');
    await client.readLog({ jobId: job.id, from: 0, until: 'end', onLines: async () => {} });
    expect([...origins]).toEqual([sandbox.origin]);
    expect(sandbox.service.exchanges.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/workspaces?page=0&size=100',
      'GET /api/workspaces?page=1&size=100',
      `POST /api/workspaces/${workspace?.id}/deployments`,
      `GET /api/jobs/${job.id}`,
      `GET /api/workspaces/${workspace?.id}/jobs?page=0&size=20&sort=created,desc`,
      `GET /api/jobs/${job.id}/logs?sequence=0`,
    ]);
  });

  test('redirects are a failure', async () => {
    const sandbox = await startSandbox();
    sandbox.service.faults.add({
      path: /./,
      action: { kind: 'status', status: 307, headers: { location: `${sandbox.origin}/elsewhere` } },
    });
    expect(failureOf(await connect(sandbox).listWorkspaces())).toEqual({
      kind: 'status',
      status: 307,
      message: 'Temporary Redirect: redirects are not followed',
      retryAfterMs: null,
    });
    expect(sandbox.service.exchanges).toHaveLength(1);
  });

  test.each(['..', '../../oauth/token', 'a/b', '', '%2e%2e'])(
    'nothing is sent for the id "%s"',
    async (id) => {
      const sandbox = await startSandbox();
      const client = connect(sandbox);
      const results = [
        await client.getWorkspace(id),
        await client.startDeployment(id),
        await client.listJobs(id),
        await client.getJob(id),
        await client.readLog({ jobId: id, from: 0, until: 'once', onLines: async () => {} }),
      ];
      for (const result of results) expect(failureOf(result)).toMatchObject({ kind: 'status', status: 404 });
      expect(sandbox.service.exchanges).toEqual([]);
    },
  );

  test('a base URL may end with a slash', async () => {
    const sandbox = await startSandbox();
    expect(await connect(sandbox, { apiUrl: `${sandbox.apiUrl}/` }).listWorkspaces()).toMatchObject({
      ok: true,
    });
  });
});

test('each request is reported by its route, without ids, and with the status of the answer', async () => {
  const sandbox = await startSandbox();
  const sent: string[] = [];
  const onRequest: MeltanoClientOptions['onRequest'] = ({ method, route, status }) =>
    void sent.push(`${method} ${route} ${status}`);
  const { id } = sandbox.addWorkspace({ name: 'Analytics', repositoryUrl: REPOSITORY });
  const api = connect(sandbox, { onRequest, auth: clientAuth(sandbox) });
  await api.getWorkspace(id);
  sandbox.service.faults.add({ path: /jobs/, action: { kind: 'reset', when: 'before' } });
  sandbox.service.faults.add({ path: /jobs/, action: { kind: 'reset', when: 'before' } });
  await api.listJobs(id);
  await api.startDeployment(id.toUpperCase());
  expect(sent).toEqual([
    'POST /oauth/token 200',
    'GET /api/workspaces/{id} 200',
    'GET /api/workspaces/{id}/jobs null',
    'GET /api/workspaces/{id}/jobs null',
    'POST /api/workspaces/{id}/deployments 202',
  ]);
});
