import nock from 'nock';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { callGitHub } from '../../../src/github/github-call.ts';
import { PATIENCE } from '../../patience.ts';
import { API, connectGitHub, type GitHub } from './octokit-setup.ts';

const RUN = '/repos/acme/data/check-runs/9';
const BAD_CREDENTIALS = { message: 'Bad credentials' };

let installationId = 9_000;
let github: GitHub;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  installationId += 1;
  github = connectGitHub();
});

async function read(): Promise<number> {
  const octokit = await github.getOctokit(installationId);
  const answer = await octokit.rest.checks.get({ owner: 'acme', repo: 'data', check_run_id: 9 });
  return answer.status;
}

/** Octokit itself asks again for some seconds while a token is fresh: it may not be known everywhere yet. */
const passTenSeconds = () => void vi.setSystemTime(Date.now() + 10_000);

function refuse(): object {
  passTenSeconds();
  return BAD_CREDENTIALS;
}

function headers(remaining: number): Record<string, string> {
  const reset = String(Math.ceil(Date.now() / 1_000) + 3_600);
  return {
    'x-ratelimit-resource': 'core',
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': reset,
  };
}

/** The answers of the token endpoint, in turn. */
function answerTokens(...answers: [status: number, body: object, headers?: Record<string, string>][]): void {
  nock.cleanAll();
  for (const [status, body, sent = {}] of answers) {
    nock(API)
      .post(/access_tokens$/)
      .reply(status, body, sent);
  }
}

const token = (name: string) => ({
  token: name,
  permissions: {},
  expires_at: new Date(Date.now() + 3_600_000).toISOString(),
});

describe('a token that died early', () => {
  test('is renewed, and the refused request is sent again with the new one', async () => {
    github.scope.get(RUN).reply(200, {}).get(RUN).reply(401, BAD_CREDENTIALS).get(RUN).reply(200, {});
    await read();
    passTenSeconds();
    expect(await read()).toBe(200);
    expect(github.authorizations).toEqual(['token token-1', 'token token-1', 'token token-2']);
  });

  test('is renewed once: a second refusal is final', async () => {
    github.scope.get(RUN).reply(200, {}).get(RUN).times(9).reply(401, refuse);
    await read();
    passTenSeconds();
    await expect(read()).rejects.toMatchObject({ status: 401 });
    expect(github.tokens).toHaveLength(2);
  });

  test('and can not be renewed, because the installation is gone: that is reported', async () => {
    answerTokens([201, token('token-1')], [404, { message: 'Not Found' }]);
    github.scope.get(RUN).reply(200, {}).get(RUN).reply(401, BAD_CREDENTIALS);
    await read();
    passTenSeconds();
    await expect(read()).rejects.toMatchObject({
      status: 404,
      request: { url: expect.stringMatching(/access_tokens$/) },
    });
    expect(github.requests).toHaveLength(2);
  });
});

describe('a request that is refused for a limit', () => {
  const SECONDARY = { message: 'You have exceeded a secondary rate limit.' };
  const RUNS = '/repos/acme/data/check-runs';
  const held = () => github.budgets.of(installationId).holdsWritesMs(performance.now()) / 1_000;

  async function create(): Promise<unknown> {
    const octokit = await github.getOctokit(installationId);
    return octokit.request(`POST ${RUNS}`);
  }

  test.each([
    ['for as long as GitHub says', 429, { 'retry-after': '7' }, 7],
    ['for a minute where it says nothing', 403, {}, 60],
  ])('holds writes back %s', async (_, status, sent, seconds) => {
    github.scope.get(RUN).reply(status, SECONDARY, sent);
    await read().catch(() => undefined);
    expect(held()).toBeGreaterThan(seconds - 2);
    expect(held()).toBeLessThanOrEqual(seconds);
  });

  test('for another reason holds nothing back', async () => {
    github.scope.get(RUN).reply(403, { message: 'Resource not accessible by integration' });
    await read().catch(() => undefined);
    expect(held()).toBe(0);
  });

  test('holds back a write in progress, and lets reads continue', async () => {
    github.scope.post(RUNS).reply(403, SECONDARY, { 'retry-after': '60' }).get(RUN).reply(200, {});
    await read().catch(() => undefined);
    github.scope.get(RUN).reply(200, {});
    await expect(create()).rejects.toMatchObject({ status: 403 });
    const kept = await callGitHub(create, Date.now);
    expect(kept).toMatchObject({ ok: false, failure: { kind: 'limited' } });
    expect(await read()).toBe(200);
    expect(github.requests.filter((one) => one.startsWith('POST'))).toHaveLength(1);
    expect(github.routes.filter((one) => one.includes('check-runs 403'))).toHaveLength(1);
    expect(github.routes.filter((one) => one.endsWith('null'))).toEqual([]);
  });
});

describe('a query that GraphQL refuses with status 200', () => {
  const refused = (message: string) => ({ errors: [{ type: 'RATE_LIMITED', message }] });
  const used = () => ({ ...headers(0), 'x-ratelimit-resource': 'graphql' });
  const held = () => github.budgets.of(installationId).holdsWritesMs(performance.now()) / 1_000;

  async function query(): Promise<unknown> {
    const octokit = await github.getOctokit(installationId);
    return octokit.graphql('{ viewer { login } }');
  }

  test('for its own limit is the last one until the reset, while REST goes on', async () => {
    github.scope.post('/graphql').reply(200, refused('API rate limit exceeded'), used());
    await expect(query()).rejects.toThrow('API rate limit exceeded');
    await expect(query()).rejects.toMatchObject({ cause: { name: 'HeldBack' } });
    github.scope.get(RUN).reply(200, {});
    expect(await read()).toBe(200);
    expect(github.requests).toEqual(['POST /graphql', `GET ${RUN}`]);
    expect(github.budgets.of(installationId).holdsQueriesMs(performance.now()) / 60_000).toBeCloseTo(60, 0);
    expect(held()).toBe(0);
  });

  test('for a secondary limit holds back all that REST would refuse, too', async () => {
    const message = 'You have exceeded a secondary rate limit.';
    github.scope.post('/graphql').reply(200, refused(message), { 'retry-after': '70' });
    await query().catch(() => undefined);
    expect(held()).toBeGreaterThan(68);
    expect(held()).toBeLessThanOrEqual(70);
  });

  test('for another reason is refused alone', async () => {
    github.scope
      .post('/graphql')
      .times(2)
      .reply(200, { errors: [{ type: 'NOT_FOUND', message: 'Gone' }] });
    await query().catch(() => undefined);
    await expect(query()).rejects.toThrow('Gone');
    expect(held()).toBe(0);
  });
});

test('at most 30 requests of an installation are under way, and the others follow', async () => {
  let [open, most] = [0, 0];
  const answer = Promise.withResolvers<void>();
  github.scope
    .get(RUN)
    .times(80)
    .reply(200, async () => {
      open += 1;
      most = Math.max(most, open);
      await answer.promise;
      open -= 1;
      return {};
    });
  const all = Array.from({ length: 80 }, read);
  await vi.waitFor(() => expect(open).toBe(30), PATIENCE);
  answer.resolve();
  expect(await Promise.all(all)).toEqual(Array(80).fill(200));
  expect(most).toBe(30);
});

test('a clock that is set back holds no request up', async () => {
  github.scope
    .post(/check-runs/)
    .times(2)
    .reply(201, {});
  const octokit = await github.getOctokit(installationId);
  await octokit.request('POST /repos/acme/data/check-runs');
  vi.setSystemTime(Date.now() - 600_000);
  const { status } = await octokit.request('POST /repos/acme/data/check-runs');
  expect(status).toBe(201);
});

describe('the limit that an answer tells', () => {
  test('is reported for the installation, from answers and refusals', async () => {
    github.scope.get(RUN).reply(200, {}, headers(4_999)).get(RUN).reply(404, {}, headers(4_998));
    await read();
    await expect(read()).rejects.toMatchObject({ status: 404 });
    expect(github.limits).toEqual([
      { installationId, remaining: 4_999 },
      { installationId, remaining: 4_998 },
    ]);
  });

  test('is not reported from a 401, which counts against the address, nor from token requests', async () => {
    answerTokens([201, token('token-1'), headers(17)], [201, token('token-2'), headers(17)]);
    github.scope.get(RUN).reply(200, {}).get(RUN).times(9).reply(401, refuse, headers(59));
    await read();
    passTenSeconds();
    await expect(read()).rejects.toMatchObject({ status: 401 });
    expect(github.limits).toEqual([]);
  });
});

describe('requests are reported by their routes, of which there are few', () => {
  test('with the status of the answer, the ones for tokens too', async () => {
    github.scope.get(RUN).reply(200, {});
    await read();
    expect(github.routes).toEqual([
      'POST /app/installations/{installation_id}/access_tokens 201',
      'GET /repos/{owner}/{repo}/check-runs/{check_run_id} 200',
    ]);
  });

  test('a refusal by its status, and no answer as none', async () => {
    github.scope.get(RUN).reply(404, {}).get(RUN).replyWithError('the connection broke');
    await expect(read()).rejects.toThrow();
    await expect(read()).rejects.toThrow();
    expect(github.routes.slice(1)).toEqual([
      'GET /repos/{owner}/{repo}/check-runs/{check_run_id} 404',
      'GET /repos/{owner}/{repo}/check-runs/{check_run_id} null',
    ]);
  });

  test('the pages of a list are one route, and the app is reported once', async () => {
    const next = { link: `<${API}/app/installations?page=2>; rel="next"` };
    github.scope.get('/app/installations').reply(200, [], next);
    github.scope.get('/app/installations?page=2').reply(200, []);
    await github.getAppOctokit();
    const octokit = await github.getAppOctokit();
    await octokit.paginate(octokit.rest.apps.listInstallations);
    expect(github.routes).toEqual(['GET /app/installations 200', 'GET /app/installations 200']);
  });
});
