import { generateKeyPairSync } from 'node:crypto';
import nock from 'nock';
import { pino } from 'pino';
import { Probot } from 'probot';
import { onTestFinished } from 'vitest';
import {
  createOctokitSource,
  createTimedFetch,
  type GetOctokit,
  type OctokitSource,
  QuietOctokit,
} from '../../../src/github/octokit.ts';
import { RateBudgets } from '../../../src/github/rate-budget.ts';
import { createRedactor } from '../../../src/logs/redact.ts';

export const API = 'https://api.github.com';
export const APP_ID = 7;
/** What the app takes out of its requests. */
export const SECRET = ['own', 'secret', String(Math.random()).slice(2, 14)].join('-');
export const SHA = 'a'.repeat(40);

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

export interface GitHub {
  readonly getOctokit: GetOctokit;
  readonly getForApp: OctokitSource['getForApp'];
  readonly scope: nock.Scope;
  /** Tokens handed out so far. */
  readonly tokens: string[];
  /** What went out, without the asking for tokens: `POST /path?query`. */
  readonly requests: string[];
  readonly authorizations: (string | null)[];
  /** Statuses as the dependency state sees them; null for no answer. */
  readonly answers: (number | null)[];
  /** The waits (milliseconds) of requests that were refused for a limit. */
  readonly budgets: RateBudgets;
  /** The requests as the metrics see them: method, route and status. */
  readonly routes: string[];
  readonly getAppOctokit: OctokitSource['getForApp'];
  /** The reported limits of installations. */
  readonly limits: { installationId: number; remaining: number }[];
}

// The import replaces Node's own client at once, and other files share the process.
nock.restore();

/** Octokits as the app makes them (through Probot, with a token of the installation) against nock. */
export function connectGitHub(guard?: { beforeWrite: () => Promise<void> }): GitHub {
  if (!nock.isActive()) nock.activate();
  nock.disableNetConnect();
  const tokens: string[] = [];
  const requests: string[] = [];
  const answers: (number | null)[] = [];
  const authorizations: (string | null)[] = [];
  const timedFetch = createTimedFetch((status) => void answers.push(status), guard?.beforeWrite);
  const recordingFetch: typeof fetch = (input, init) => {
    const { method, url, headers } = new Request(input, init);
    const { pathname, search } = new URL(url);
    if (!pathname.endsWith('/access_tokens')) {
      requests.push(`${method} ${decodeURIComponent(pathname + search)}`);
      authorizations.push(headers.get('authorization'));
    }
    return timedFetch(input, init);
  };
  const tokenScope = nock(API)
    .persist()
    .post(/^\/app\/installations\/\d+\/access_tokens$/)
    .reply(201, () => {
      const token = `token-${tokens.length + 1}`;
      tokens.push(token);
      return { token, expires_at: new Date(Date.now() + 3_600_000).toISOString(), permissions: {} };
    });
  onTestFinished(() => {
    tokenScope.persist(false);
    nock.cleanAll();
    nock.enableNetConnect();
    nock.restore();
  });
  const limits: GitHub['limits'] = [];
  const budgets = new RateBudgets(() => undefined);
  const routes: string[] = [];
  const source = createOctokitSource({
    clock: {
      now: Date.now,
      elapsed: () => performance.now(),
    },
    budgets,
    redact: createRedactor({ secrets: [SECRET] }).redactText,
    onHold: () => undefined,
    onRateLimit: (installationId, { remaining }) => void limits.push({ installationId, remaining }),
    onRequest: ({ method, route, status }) => void routes.push(`${method} ${route} ${status}`),
  });
  source.connect(
    new Probot({
      appId: APP_ID,
      privateKey,
      secret: 'for the test',
      Octokit: QuietOctokit,
      log: pino({ level: 'silent' }) as never,
      request: { fetch: recordingFetch },
    }),
  );
  return {
    getOctokit: source.get,
    getForApp: source.getForApp,
    scope: nock(API),
    tokens,
    requests,
    authorizations,
    answers,
    limits,
    budgets,
    routes,
    getAppOctokit: source.getForApp,
  };
}
