import { createSign } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Octokit } from '@octokit/rest';
import { onTestFinished } from 'vitest';
import type { GitHubSandboxOptions } from '../../../../sandbox/github/create-context.ts';
import { GitHubSandbox } from '../../../../sandbox/github/github-sandbox.ts';

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

/** A started sandbox with the app on `acme`, and the app's way to call it. */
export async function startSandbox(options?: GitHubSandboxOptions) {
  const sandbox = new GitHubSandbox(options);
  await sandbox.start();
  onTestFinished(() => sandbox.stop());
  const installation = sandbox.installations.add({ account: 'acme' });
  const repository = sandbox.repositories.add({
    fullName: 'acme/data',
    files: { 'meltano.yml': 'version: 1\n' },
  });
  const token = await fetchToken(sandbox, installation.id);
  const call = <T = Record<string, unknown>>(method: string, path: string, body?: unknown) =>
    request<T>(sandbox, { method, path, token, body });
  return { sandbox, installation, repository, token, call };
}

export const PLACE = { owner: 'acme', repo: 'data' };

/** The same, with GitHub's own client for the app's calls. */
export async function startWithOctokit(options?: GitHubSandboxOptions) {
  const started = await startSandbox(options);
  const { sandbox, token } = started;
  return { ...started, octokit: createOctokit(sandbox, token) };
}

export function createOctokit(sandbox: GitHubSandbox, token: string): Octokit {
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  return new Octokit({ auth: token, baseUrl: `${sandbox.origin}/api/v3`, log: quiet });
}

export async function request<T = Record<string, unknown>>(
  sandbox: GitHubSandbox,
  input: { method: string; path: string; token?: string; body?: unknown; redirect?: RequestInit['redirect'] },
): Promise<Answer<T>> {
  const { method, path, token, body, redirect = 'follow' } = input;
  const response = await fetch(`${sandbox.origin}/api/v3${path}`, {
    method,
    redirect,
    headers: {
      accept: 'application/vnd.github+json',
      'user-agent': 'test',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text || '{}') };
}

/** The app's JSON web token; `claims` replace the right ones. */
export function signJwt(sandbox: GitHubSandbox, claims: object = {}, key = sandbox.app.privateKey): string {
  const now = Math.floor(Date.now() / 1000);
  const payload = { iss: sandbox.app.id, iat: now - 30, exp: now + 570, ...claims };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(payload)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

export async function fetchToken(sandbox: GitHubSandbox, installationId: number): Promise<string> {
  const path = `/app/installations/${installationId}/access_tokens`;
  const answer = await request<{ token: string }>(sandbox, { method: 'POST', path, token: signJwt(sandbox) });
  return answer.body.token;
}

interface ReceivedWebhook {
  headers: IncomingHttpHeaders;
  raw: Buffer;
}

/** A server that keeps what it is sent and answers the statuses in turn, then 200. */
export async function startReceiver(...statuses: number[]) {
  const received: ReceivedWebhook[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    received.push({ headers: req.headers, raw: Buffer.concat(chunks) });
    res.writeHead(statuses.shift() ?? 200).end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/api/github/webhooks`, received };
}
