import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { request, signJwt, startSandbox } from './github-client.ts';

const SECOND = 1;
const now = () => Math.floor(Date.now() / 1000);

describe('the app', () => {
  test('gets a token for an installation and reads with it', async () => {
    const { sandbox, installation, token, call } = await startSandbox();
    expect(token).toMatch(/^ghs_[A-Za-z0-9]{36}$/);
    const path = `/app/installations/${installation.id}/access_tokens`;
    const { status, body } = await request<{ expires_at: string }>(sandbox, {
      method: 'POST',
      path,
      token: signJwt(sandbox),
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      repository_selection: 'all',
      permissions: { checks: 'write', contents: 'read' },
    });
    expect(Date.parse(body.expires_at) - Date.now()).toBeGreaterThan(3_590_000);

    const read = await call('GET', '/repos/ACME/Data');
    expect(read.body).toMatchObject({
      full_name: 'acme/data',
      owner: { login: 'acme', type: 'Organization' },
    });
    expect(read.headers.get('x-ratelimit-used')).toBe('1');
    expect(read.headers.get('x-github-request-id')).toMatch(/^[0-9A-F]+$/);
    expect(sandbox.refusals).toEqual([]);
  });

  test.each([
    ['its id as a string', () => ({ iss: '424242' }), 200],
    ['another id', () => ({ iss: 1 }), 401],
    ['an issue time ahead by two minutes', () => ({ iat: now() + 120 }), 401],
    ['a past expiry', () => ({ exp: now() - SECOND }), 401],
    ['an expiry in eleven minutes', () => ({ iat: now(), exp: now() + 660 }), 401],
    ['a life of twelve minutes', () => ({ iat: now() - 300, exp: now() + 420 }), 401],
    ['no expiry', () => ({ exp: undefined }), 401],
  ])('with %s', async (_, claims, status) => {
    const { sandbox } = await startSandbox();
    const answer = await request(sandbox, { method: 'GET', path: '/app', token: signJwt(sandbox, claims()) });
    expect(answer.status).toBe(status);
    expect(sandbox.refusals).toHaveLength(status === 401 ? 1 : 0);
  });

  test('with the wrong key is refused in GitHub’s form', async () => {
    const { sandbox } = await startSandbox();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    const answer = await request(sandbox, { method: 'GET', path: '/app', token: signJwt(sandbox, {}, pem) });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({
      message: 'A JSON web token could not be decoded',
      documentation_url: 'https://docs.github.com/rest',
      status: '401',
    });
  });
});

describe('an installation token', () => {
  test('reaches no repository of another installation', async () => {
    const { sandbox, call } = await startSandbox();
    sandbox.installations.add({ account: 'other' });
    sandbox.repositories.add({ fullName: 'other/data' });
    expect((await call('GET', '/repos/other/data')).status).toBe(404);
    expect(sandbox.refusals).toMatchObject([{ status: 404, path: '/api/v3/repos/other/data' }]);
  });

  test('needs the permission', async () => {
    const { sandbox, call, repository } = await startSandbox({
      permissions: { metadata: 'read', checks: 'read' },
    });
    const body = { name: 'Deploy', head_sha: sandbox.branches.head(repository.fullName) };
    const write = await call('POST', '/repos/acme/data/check-runs', body);
    expect(write.status).toBe(403);
    expect(write.body).toMatchObject({ message: 'Resource not accessible by integration', status: '403' });
    expect((await call('GET', '/repos/acme/data/contents/meltano.yml')).status).toBe(403);
    expect((await call('GET', `/repos/acme/data/commits/main/check-runs`)).status).toBe(200);
    expect(sandbox.refusals.map(({ status }) => status)).toEqual([403, 403]);
  });

  test('ends when revoked, suspended or removed, which is nobody’s mistake', async () => {
    const { sandbox, call, installation } = await startSandbox();
    const path = '/repos/acme/data';
    sandbox.installations.suspend(installation.id);
    const suspended = await call('GET', path);
    expect(suspended.status).toBe(403);
    expect(suspended.body).toMatchObject({ message: 'This installation has been suspended' });
    const token = { method: 'POST', path: `/app/installations/${installation.id}/access_tokens` };
    expect((await request(sandbox, { ...token, token: signJwt(sandbox) })).status).toBe(403);
    sandbox.installations.unsuspend(installation.id);
    expect((await call('GET', path)).status).toBe(200);
    sandbox.tokens.revoke();
    expect((await call('GET', path)).status).toBe(401);
    sandbox.installations.remove(installation.id);
    expect((await request(sandbox, { ...token, token: signJwt(sandbox) })).status).toBe(404);
    expect(sandbox.refusals).toEqual([]);
  });

  test('lists its repositories page by page', async () => {
    const { sandbox, call } = await startSandbox();
    for (const name of ['b', 'c']) sandbox.repositories.add({ fullName: `acme/${name}`, private: true });
    const first = await call('GET', '/installation/repositories?per_page=2');
    expect(first.body).toMatchObject({ total_count: 3, repositories: [{ name: 'data' }, { name: 'b' }] });
    const [, next = ''] = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '') ?? [];
    const second = await call('GET', next.replace(`${sandbox.origin}/api/v3`, ''));
    expect(second.body).toMatchObject({ repositories: [{ name: 'c', visibility: 'private' }] });
    expect(second.headers.get('link')).not.toContain('rel="next"');
  });

  test.each([{ writesPerMinute: 1 }, { writesPerHour: 1 }])(
    'meets the secondary limit %j',
    async (limits) => {
      const { sandbox, call } = await startSandbox({ limits });
      const body = { name: 'Deploy', head_sha: sandbox.branches.head('acme/data') };
      expect((await call('POST', '/repos/acme/data/check-runs', body)).status).toBe(201);
      const limited = await call('POST', '/repos/acme/data/check-runs', body);
      expect(limited.status).toBe(403);
      expect(limited.headers.get('retry-after')).toBe('60');
      expect(limited.body).toMatchObject({ message: expect.stringContaining('secondary rate limit') });
      sandbox.conversations.openIssue({ repository: 'acme/data' });
      const comment = await call('POST', '/repos/acme/data/issues/1/comments', { body: 'too much' });
      expect(comment.status).toBe(403);
      expect(sandbox.conversations.comments('acme/data', 1)).toEqual([]);
      expect(sandbox.refusals).toEqual([]);
    },
  );

  test('meets the primary limit', async () => {
    const { call } = await startSandbox({ limits: { primaryPerHour: 1 } });
    expect((await call('GET', '/repos/acme/data')).status).toBe(200);
    const limited = await call('GET', '/repos/acme/data');
    expect(limited.status).toBe(403);
    expect(limited.headers.get('x-ratelimit-remaining')).toBe('0');
  });

  test('has as many requests left as the test says, until the reset that it says', async () => {
    const { sandbox, installation, call } = await startSandbox();
    sandbox.limits.leave(installation.id, { remaining: 7, resetInMs: 60_000 });
    const { headers } = await call('GET', '/repos/acme/data');
    expect(headers.get('x-ratelimit-remaining')).toBe('6');
    const inSeconds = Number(headers.get('x-ratelimit-reset')) - now();
    expect([59, 60, 61]).toContain(inSeconds);
  });

  test('that is not valid gets the budget of its address, not of the installation', async () => {
    const { sandbox, call } = await startSandbox();
    sandbox.tokens.revoke();
    const { headers } = await call('GET', '/repos/acme/data');
    expect(headers.get('x-ratelimit-limit')).toBe('60');
  });
});

test('what GitHub does not have is not found', async () => {
  const { sandbox, call } = await startSandbox();
  expect((await call('GET', '/repos/acme/data/nothing')).body).toMatchObject({
    message: 'Not Found',
    status: '404',
  });
  expect((await request(sandbox, { method: 'GET', path: '/repos/acme/data' })).status).toBe(401);
  expect(sandbox.refusals.map(({ status }) => status)).toEqual([404, 401]);
});

test('an outage loses nothing', async () => {
  const { sandbox, call } = await startSandbox();
  const port = Number(new URL(sandbox.origin).port);
  await sandbox.stop();
  await expect(call('GET', '/repos/acme/data')).rejects.toThrow();
  await sandbox.start(port);
  expect((await call('GET', '/repos/acme/data')).status).toBe(200);
});
