import { describe, expect, test } from 'vitest';
import type { MeltanoSandbox } from '../../../sandbox/meltano/meltano-sandbox.ts';
import {
  clientAuth,
  connect,
  connectBy,
  createAgent,
  createClock,
  failureOf,
  startSandbox,
} from './client-setup.ts';

const ID = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';

function count(sandbox: MeltanoSandbox, path: RegExp): number {
  return sandbox.service.exchanges.filter((exchange) => path.test(exchange.path)).length;
}

async function setUp() {
  const sandbox = await startSandbox();
  const clock = createClock();
  return { sandbox, clock, client: connect(sandbox, { auth: clientAuth(sandbox), clock }) };
}

describe('client credentials', () => {
  test.each([-50_000, -3_600_000, 50_000, 3_600_000])(
    'a token ends when it would have if the machine’s clock is set by %i ms',
    async (step) => {
      const { sandbox, clock, client } = await setUp();
      sandbox.tokenLifetimeSeconds = 600;
      await client.listWorkspaces();
      clock.set(step);
      clock.advance(539_000);
      await client.listWorkspaces();
      expect(count(sandbox, /token/)).toBe(1);
      clock.advance(2_000);
      await client.listWorkspaces();
      expect(count(sandbox, /token/)).toBe(2);
    },
  );

  test('each token is announced before it is used', async () => {
    const sandbox = await startSandbox();
    const told: { token: string; requests: number }[] = [];
    const onToken = (token: string) => void told.push({ token, requests: count(sandbox, /workspaces/) });
    const client = connect(sandbox, { auth: { ...clientAuth(sandbox), onToken } });
    await client.listWorkspaces();
    sandbox.expireTokens();
    await client.listWorkspaces();
    expect(told.map(({ requests }) => requests)).toEqual([0, 2]);
    const sent = sandbox.service.exchanges.filter(({ path }) => path.includes('workspaces'));
    const tokens = sent.map(({ headers }) => headers.authorization);
    expect(tokens).toEqual([0, 0, 1].map((index) => `Bearer ${told[index]?.token}`));
  });

  test('the grant is asked for as JSON, with the audience', async () => {
    const { sandbox, client } = await setUp();
    expect(await client.listWorkspaces()).toMatchObject({ ok: true });
    const [asked] = sandbox.service.exchanges;
    expect(asked?.headers['content-type']).toBe('application/json');
    expect(asked?.headers.authorization).toBeUndefined();
    expect(JSON.parse(asked?.body ?? '')).toEqual({
      grant_type: 'client_credentials',
      client_id: sandbox.client.id,
      client_secret: sandbox.client.secret,
      audience: sandbox.apiUrl,
    });
  });

  test('calls at the same time share one request, later ones its token', async () => {
    const { sandbox, client } = await setUp();
    const results = await Promise.all(Array.from({ length: 10 }, () => client.listWorkspaces()));
    expect(results.every(({ ok }) => ok)).toBe(true);
    await client.listWorkspaces();
    expect(count(sandbox, /token/)).toBe(1);
    expect(count(sandbox, /workspaces/)).toBe(11);
  });

  test('a token is renewed a minute before its end', async () => {
    const { sandbox, client, clock } = await setUp();
    sandbox.tokenLifetimeSeconds = 600;
    await client.listWorkspaces();
    clock.advance(539_000);
    await client.listWorkspaces();
    expect(count(sandbox, /token/)).toBe(1);
    clock.advance(2_000);
    await client.listWorkspaces();
    expect(count(sandbox, /token/)).toBe(2);
  });

  test('a token of a short life is used for half of it', async () => {
    const { sandbox, client, clock } = await setUp();
    sandbox.tokenLifetimeSeconds = 60;
    await client.listWorkspaces();
    clock.advance(29_000);
    await client.listWorkspaces();
    expect(count(sandbox, /token/)).toBe(1);
    clock.advance(2_000);
    await client.listWorkspaces();
    expect(count(sandbox, /token/)).toBe(2);
  });

  test('a refused token is renewed once, for all who were refused', async () => {
    const { sandbox, client } = await setUp();
    await client.listWorkspaces();
    sandbox.expireTokens();
    const results = await Promise.all(Array.from({ length: 5 }, () => client.listWorkspaces()));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(count(sandbox, /token/)).toBe(2);
  });

  test('a start that was refused is sent again with the new token', async () => {
    const { sandbox, client } = await setUp();
    const { id } = sandbox.addWorkspace({ name: 'A', repositoryUrl: 'https://github.com/acme/data' });
    await client.listWorkspaces();
    sandbox.expireTokens();
    expect(await client.startDeployment(id)).toMatchObject({ ok: true });
    expect(sandbox.jobs).toHaveLength(1);
  });

  test('a start that is too late once it has its token is not sent', async () => {
    const { sandbox, client } = await setUp();
    const { id } = sandbox.addWorkspace({ name: 'A', repositoryUrl: 'https://github.com/acme/data' });
    await client.listWorkspaces();
    sandbox.expireTokens();
    // The new token takes too long.
    const isFresh = () => count(sandbox, /token/) === 1;
    expect(failureOf(await client.startDeployment(id, isFresh))).toMatchObject({ kind: 'unreachable' });
    expect(count(sandbox, /deployments/)).toBe(1);
    expect(sandbox.jobs).toEqual([]);
  });

  test('a token that dies between two pages is renewed in the middle, and the list is whole', async () => {
    const { sandbox, client } = await setUp();
    const repositoryUrl = 'https://github.com/acme/data';
    for (let n = 0; n < 250; n += 1) sandbox.addWorkspace({ name: `${n}`, repositoryUrl });
    const listing = client.listWorkspaces();
    await sandbox.waitFor(() => count(sandbox, /page=0/) === 1, 'the first page');
    sandbox.expireTokens();
    const listed = await listing;
    expect(listed.ok && listed.value.length).toBe(250);
    expect(count(sandbox, /token/)).toBe(2);
  });

  test('a token that dies in the middle of a log costs no line and repeats none', async () => {
    const { sandbox, client } = await setUp();
    const { id } = sandbox.addWorkspace({ name: 'A', repositoryUrl: 'https://github.com/acme/data' });
    const started = await client.startDeployment(id);
    sandbox.jobs[0]?.run();
    sandbox.jobs[0]?.log(...Array.from({ length: 30 }, (_, n) => `line ${n}`));
    sandbox.pageLimit = 10;
    const lines: string[] = [];
    const onLines = async (batch: string[]) => {
      lines.push(...batch);
      sandbox.expireTokens();
    };
    const jobId = started.ok ? started.value.id : '';
    const read = await client.readLog({ jobId, from: 0, until: 'end', onLines });
    expect(read).toEqual({ ok: true, value: { next: 30 } });
    expect(lines).toEqual(Array.from({ length: 30 }, (_, n) => `line ${n}`));
  });

  test('a start that was refused while no new token can be had was not made', async () => {
    const { sandbox, client } = await setUp();
    const { id } = sandbox.addWorkspace({ name: 'A', repositoryUrl: 'https://github.com/acme/data' });
    await client.listWorkspaces();
    sandbox.expireTokens();
    sandbox.service.faults.add({ path: /token/, action: { kind: 'reset', when: 'after' } });
    expect(failureOf(await client.startDeployment(id)).kind).toBe('unreachable');
    expect(sandbox.jobs).toHaveLength(0);
  });

  test('a second 401 is returned', async () => {
    const { sandbox, client } = await setUp();
    sandbox.service.faults.add({ path: /workspaces/, action: { kind: 'status', status: 401 } });
    expect(failureOf(await client.listWorkspaces())).toMatchObject({ kind: 'status', status: 401 });
    expect(count(sandbox, /token/)).toBe(2);
    expect(count(sandbox, /workspaces/)).toBe(2);
  });

  test('after a failure the next call asks again', async () => {
    const { sandbox, client } = await setUp();
    sandbox.service.faults.add({ path: /token/, times: 1, action: { kind: 'status', status: 503 } });
    expect(failureOf(await client.listWorkspaces()).kind).toBe('status');
    expect(await client.listWorkspaces()).toMatchObject({ ok: true });
  });
});

test('a refused developer token is not sent again', async () => {
  const sandbox = await startSandbox();
  const client = connect(sandbox, { auth: { kind: 'token', token: 'wrong' } });
  expect(failureOf(await client.listWorkspaces())).toMatchObject({ kind: 'status', status: 401 });
  expect(sandbox.service.exchanges).toHaveLength(1);
});

describe('failures of the token endpoint never look like the API answered', () => {
  const startWith = async (action: Parameters<MeltanoSandbox['service']['faults']['add']>[0]['action']) => {
    const { sandbox, client } = await setUp();
    sandbox.service.faults.add({ path: /token/, action });
    const failure = failureOf(await client.startDeployment(ID));
    expect(count(sandbox, /deployments/)).toBe(0);
    expect(JSON.stringify(failure)).not.toContain(sandbox.client.secret);
    return failure;
  };

  test.each([400, 401, 403])('%i names the settings to look at', async (status) => {
    expect(await startWith({ kind: 'status', status })).toMatchObject({
      kind: 'status',
      status: 401,
      message: expect.stringMatching(/MELTANO_CLIENT_ID and MELTANO_CLIENT_SECRET/),
    });
  });

  test.each([404, 405, 302])('%i names the address', async (status) => {
    expect(await startWith({ kind: 'status', status })).toMatchObject({
      kind: 'status',
      status: 401,
      message: expect.stringMatching(/MELTANO_AUTH_URL/),
    });
  });

  test.each([
    [500, 503],
    [502, 503],
    [504, 503],
    [503, 503],
    [429, 429],
  ])('%i is a refusal for now', async (status, seen) => {
    const headers = { 'retry-after': '7' };
    expect(await startWith({ kind: 'status', status, headers })).toMatchObject({
      kind: 'status',
      status: seen,
      retryAfterMs: 7000,
    });
  });

  test('a lost answer', async () => {
    expect((await startWith({ kind: 'reset', when: 'after' })).kind).toBe('unreachable');
  });

  test.each(['<html>Sign in</html>', '{}', '{"access_token":"two words"}', '{"access_token":"a\\r\\nb"}'])(
    '%s is no token',
    async (body) => {
      const failure = await startWith({ kind: 'answer', status: 200, contentType: 'text/html', body });
      expect(failure).toMatchObject({ kind: 'status', status: 503 });
      expect(failure.message).not.toContain('two words');
    },
  );

  test('a secret that the endpoint repeats is not passed on', async () => {
    const { sandbox, client } = await setUp();
    const body = { error: `bad secret ${sandbox.client.secret}` };
    sandbox.service.faults.add({ path: /token/, action: { kind: 'status', status: 401, body } });
    expect(failureOf(await client.listWorkspaces()).message).toContain('bad secret ***');
  });

  test('nobody listens', async () => {
    const sandbox = await startSandbox();
    const gone = await startSandbox();
    const auth = { ...clientAuth(sandbox), tokenUrl: gone.tokenUrl };
    await gone.stop();
    const client = connect(sandbox, { auth, connect: connectBy(createAgent()) });
    expect(failureOf(await client.startDeployment(ID)).kind).toBe('unreachable');
  });
});

test('an answer without expires_in is used', async () => {
  const { sandbox, client } = await setUp();
  const body = { access_token: sandbox.token };
  sandbox.service.faults.add({ path: /token/, action: { kind: 'status', status: 200, body } });
  await client.listWorkspaces();
  expect(await client.listWorkspaces()).toMatchObject({ ok: true });
  expect(count(sandbox, /token/)).toBe(1);
});
