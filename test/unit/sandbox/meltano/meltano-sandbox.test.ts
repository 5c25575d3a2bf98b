import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { MeltanoSandbox } from '../../../../sandbox/meltano/meltano-sandbox.ts';
import { bodySchema, hrefs, REPOSITORY, setUp, TIME, UNKNOWN } from './sandbox-setup.ts';

describe('strictness', () => {
  test.each([undefined, 'Bearer wrong', 'Basic abc', 'Bearer '])(
    'authorization %s is 401',
    async (authorization) => {
      const { send } = await setUp();
      const headers = authorization === undefined ? {} : { authorization };
      for (const path of ['/workspaces', '/nowhere']) {
        const answer = await send('GET', path, { headers });
        expect(answer.status).toBe(401);
        expect(answer.body).toEqual({
          timestamp: expect.stringMatching(TIME),
          status: 401,
          error: 'Unauthorized',
          message: expect.any(String),
          path: `/api${path}`,
        });
      }
    },
  );

  test.each([
    ['GET', '/workspaces/not-a-uuid', 400],
    ['GET', `/workspaces/${UNKNOWN}`, 404],
    ['POST', `/workspaces/${UNKNOWN}/deployments`, 404],
    ['GET', `/jobs/${UNKNOWN}`, 404],
    ['GET', `/jobs/${UNKNOWN}/logs`, 404],
    ['PUT', `/jobs/${UNKNOWN}/stopped`, 404],
    ['DELETE', `/jobs/${UNKNOWN}`, 404],
    ['GET', '/nowhere', 404],
    ['POST', '/workspaces', 405],
    ['GET', `/workspaces/${UNKNOWN}/deployments`, 405],
    ['GET', '/workspaces?page=one', 400],
    ['GET', '/workspaces?sort=secret,desc', 400],
  ])('%s %s is %i', async (method, path, status) => {
    const { send } = await setUp();
    const answer = await send(method, path);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status, path: `/api${path.split('?')[0]}` });
    if (status === 405) expect(answer.headers.get('allow')).not.toBe(null);
  });

  test('what the credentials may do', async () => {
    const { sandbox, workspace, send } = await setUp();
    workspace.access = 'read';
    expect((await send('GET', `/workspaces/${workspace.id}`)).status).toBe(200);
    expect((await send('POST', `/workspaces/${workspace.id}/deployments`)).status).toBe(403);
    workspace.access = 'none';
    expect((await send('GET', `/workspaces/${workspace.id}`)).status).toBe(403);
    expect((await send('GET', '/workspaces')).body).not.toHaveProperty('_embedded');
    expect(sandbox.jobs).toEqual([]);
  });
});

describe('answers', () => {
  test('a workspace carries decoys, and links to another host', async () => {
    const { workspace, send } = await setUp();
    const answer = await send('GET', `/workspaces/${workspace.id}`);
    expect(answer.type).toBe('application/hal+json');
    expect(answer.body).toMatchObject({
      id: workspace.id,
      repositoryUrl: REPOSITORY,
      created: expect.stringMatching(TIME),
      sshPrivateKey: workspace.sshPrivateKey,
      appProperties: workspace.appProperties,
      deploymentSecret: workspace.deploymentSecret,
    });
    expect(answer.body).not.toHaveProperty('repositoryBranch');
    for (const href of hrefs(answer.text)) expect(href).toMatch(/^https:\/\/app\.matatika\.com\/api\//);
  });

  test('a collection is paged; an empty one has no _embedded', async () => {
    const { sandbox, send } = await setUp();
    for (let n = 0; n < 24; n += 1) sandbox.addWorkspace({ name: `${n}`, repositoryUrl: REPOSITORY });
    const first = await send('GET', '/workspaces');
    expect(first.body).toMatchObject({
      page: { size: 20, totalElements: 25, totalPages: 2, number: 0 },
      _embedded: { workspaces: expect.toSatisfy((items: unknown[]) => items.length === 20) },
      _links: { next: { href: 'https://app.matatika.com/api/workspaces?page=1&size=20' } },
    });
    const last = await send('GET', '/workspaces?page=1&size=20');
    expect(last.body).not.toHaveProperty('_links.next');
    const beyond = await send('GET', '/workspaces?page=2&size=500');
    expect(beyond.body).not.toHaveProperty('_embedded');
    expect(beyond.body).toMatchObject({ page: { size: 100, totalPages: 1 } });
  });

  test('a job is answered as the reference says', async () => {
    const { sandbox, workspace, send } = await setUp();
    const answer = await send('POST', `/workspaces/${workspace.id}/deployments`);
    const [job] = sandbox.jobs;
    expect(answer.status).toBe(202);
    expect(Object.keys(answer.body)).toEqual([
      'id',
      'created',
      'type',
      'maxAttempts',
      'attempt',
      'status',
      '_embedded',
      '_links',
    ]);
    expect(answer.body).toMatchObject({
      id: job?.id,
      created: expect.stringMatching(TIME),
      status: 'QUEUED',
      _links: { logs: { href: `https://app.matatika.com/api/jobs/${job?.id}/logs?sequence=0`, type: 'GET' } },
    });
    job?.run();
    job?.end('ERROR');
    expect((await send('GET', `/jobs/${job?.id}`)).body).toMatchObject({
      status: 'ERROR',
      exitCode: 1,
      startTime: expect.stringMatching(TIME),
      endTime: expect.stringMatching(TIME),
    });
  });
});

/** With a blank that no JSON library writes: the signature is over the bytes. */
const PUSH = `{"ref": "refs/heads/main", "before": "${'b'.repeat(40)}", "after": "${'a'.repeat(40)}", "repository": {"full_name": "acme/data"}}`;

describe('the webhook', () => {
  test('signed, but no push, is 400', async () => {
    const { sandbox, workspace, send } = await setUp();
    const body = '{"zen": "Keep it logically awesome."}';
    const signature = createHmac('sha1', workspace.deploymentSecret).update(body).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-hub-signature': `sha1=${signature}`,
    };
    const path = `/workspaces/${workspace.id}/deployments/github-webhook`;
    expect((await send('POST', path, { headers, body })).status).toBe(400);
    expect(sandbox.jobs).toEqual([]);
  });

  test.each([
    ['signed by GitHub', 202, {}],
    ['with a token too', 202, { token: true }],
    ['with a wrong token', 401, { authorization: 'Bearer wrong' }],
    ['without a signature', 401, { 'x-hub-signature': undefined }],
    ['with a wrong signature', 403, { 'x-hub-signature': `sha1=${'0'.repeat(40)}` }],
    ['with a short signature', 403, { 'x-hub-signature': 'sha1=00' }],
    ['signed, but changed on the way', 403, { body: `${PUSH} ` }],
    ['with another event', 400, { 'x-github-event': 'ping' }],
    ['as a form', 415, { 'content-type': 'application/x-www-form-urlencoded' }],
  ])(
    '%s is %i',
    async (_, status, { token, body: sent, ...changed }: Record<string, string | boolean | undefined>) => {
      const { sandbox, workspace, send } = await setUp();
      const body = typeof sent === 'string' ? sent : PUSH;
      const headers = new Headers({
        'x-github-event': 'push',
        'content-type': 'application/json',
        'x-hub-signature': `sha1=${createHmac('sha1', workspace.deploymentSecret).update(PUSH).digest('hex')}`,
        ...(token ? { authorization: `Bearer ${sandbox.token}` } : {}),
      });
      for (const [name, value] of Object.entries(changed)) {
        if (typeof value === 'string') headers.set(name, value);
        else headers.delete(name);
      }
      const path = `/workspaces/${workspace.id}/deployments/github-webhook`;
      expect((await send('POST', path, { headers, body })).status).toBe(status);
      expect(sandbox.jobs.map(({ madeBy }) => madeBy)).toEqual(status === 202 ? ['github-webhook'] : []);
    },
  );
});

describe('access tokens', () => {
  const grant = async (sandbox: MeltanoSandbox, change: Record<string, string> = {}) => {
    const response = await fetch(sandbox.tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: sandbox.client.id,
        client_secret: sandbox.client.secret,
        audience: sandbox.apiUrl,
        ...change,
      }),
    });
    return { status: response.status, body: bodySchema.parse(await response.json()) };
  };

  test('a token is accepted until all are ended', async () => {
    const { sandbox, send } = await setUp();
    sandbox.tokenLifetimeSeconds = 120;
    const { body } = await grant(sandbox);
    expect(body).toEqual({ access_token: expect.any(String), expires_in: 120, token_type: 'Bearer' });
    const { access_token: token } = body;
    const headers = { authorization: `Bearer ${token}` };
    expect((await send('GET', '/workspaces', { headers })).status).toBe(200);
    sandbox.expireTokens();
    expect((await send('GET', '/workspaces', { headers })).status).toBe(401);
    expect((await send('GET', '/workspaces')).status).toBe(200);
  });

  test.each([
    [{ client_secret: 'wrong' }, 401],
    [{ client_id: 'wrong' }, 401],
    [{ audience: 'https://app.meltano.com/api' }, 403],
    [{ grant_type: 'password' }, 403],
  ])('%j is %i', async (change, status) => {
    const { sandbox } = await setUp();
    expect((await grant(sandbox, change)).status).toBe(status);
  });
});
