import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EmitterWebhookEvent } from '@octokit/webhooks';
import { Probot } from 'probot';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { webhookExample } from '../../../sandbox/github/webhook-examples.ts';
import { callGitHub } from '../../../src/github/github-call.ts';
import { createTimedFetch, QuietOctokit } from '../../../src/github/octokit.ts';

let answers: (number | null)[];
let timedFetch: typeof fetch;

beforeEach(() => {
  answers = [];
  timedFetch = createTimedFetch((status) => void answers.push(status));
});

/** A server that answers with `status`, or never; its origin and the requests it got. `arrived`: the first did. */
async function serve(status: number | null) {
  const requests: string[] = [];
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    arrive();
    if (status !== null) response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, arrived };
}

/** The 30 seconds pass at once. */
function shortenTimeouts(): number[] {
  const asked: number[] = [];
  const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    asked.push(ms);
    return AbortSignal.abort(new DOMException('timed out', 'TimeoutError'));
  });
  onTestFinished(() => spy.mockRestore());
  return asked;
}

test.each([200, 404, 500])('an answer (%i) is passed on and told', async (status) => {
  const { origin } = await serve(status);
  expect((await timedFetch(origin)).status).toBe(status);
  expect(answers).toEqual([status]);
});

test('a request without an answer ends after 30 seconds, and is reported', async () => {
  const { origin } = await serve(null);
  const asked = shortenTimeouts();
  await expect(timedFetch(origin)).rejects.toThrow('timed out');
  expect(asked).toEqual([30_000]);
  expect(answers).toEqual([null]);
});

test('the caller’s own signal ends the request too', async () => {
  const { origin } = await serve(null);
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(timedFetch(origin, { signal })).rejects.toThrow('enough');
});

test('a refused connection is reported', async () => {
  await expect(timedFetch('http://127.0.0.1:1')).rejects.toThrow();
  expect(answers).toEqual([null]);
});

test.each([
  ['no answer in time', null],
  ['a 500', 500],
])('for a write, %s means "it may have been done", after one request', async (_, status) => {
  const limit = new AbortController();
  const spy = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal);
  onTestFinished(() => spy.mockRestore());
  const { origin, requests, arrived } = await serve(status);
  if (status === null) void arrived.then(() => limit.abort(new DOMException('timed out', 'TimeoutError')));
  const options = { auth: { token: 'for the test' }, baseUrl: origin, request: { fetch: timedFetch } };
  const octokit = new QuietOctokit(options);
  const result = await callGitHub(() => octokit.request('POST /repos/acme/data/check-runs'), Date.now);
  expect(result).toMatchObject({ ok: false, failure: { kind: 'unknown' } });
  expect(requests).toEqual(['POST /repos/acme/data/check-runs']);
});

test('no Octokit is made for a delivery', async () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const made = vi.fn();
  const Octokit = QuietOctokit.plugin(made);
  const probot = new Probot({ appId: 1, privateKey, secret: 'for the test', logLevel: 'fatal', Octokit });
  const handled = vi.fn();
  probot.on('push', handled);
  await probot.ready();
  made.mockClear();
  const payload = { ...webhookExample('push'), installation: { id: 1 } };
  await probot.webhooks.receive({ id: 'one', name: 'push', payload } as unknown as EmitterWebhookEvent);
  expect(handled).toHaveBeenCalledOnce();
  expect(made).not.toHaveBeenCalled();
});
