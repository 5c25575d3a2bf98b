import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findFreePort } from '../../sandbox/http/find-free-port.ts';
import { AppProcess } from './app-process.ts';

const MANIFEST = join(import.meta.dirname, '../../app.yml');
const FORM = JSON.stringify({ appId: '1', pem: 'key', webhook_secret: 'secret' });
const JSON_BODY = { 'content-type': 'application/json' };

interface SetUpPage {
  readonly envFile: string;
  readonly host: string;
  ask(method: string, path: string, headers?: Record<string, string>): Promise<number>;
}

async function openPage(env: { content: string; mode: number } | null = null): Promise<SetUpPage> {
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  copyFileSync(MANIFEST, join(directory, 'app.yml'));
  const envFile = join(directory, '.env');
  if (env) writeFileSync(envFile, env.content, { mode: env.mode });
  const port = await findFreePort();
  const app = new AppProcess({
    env: { HOST: '127.0.0.1', PORT: String(port), NO_SMEE_SETUP: 'true', NODE_ENV: 'test' },
    cwd: directory,
  });
  onTestFinished(async () => {
    await app.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  });
  await app.printed('Listening');
  const ask: SetUpPage['ask'] = (method, path, headers = {}) =>
    new Promise((resolve, reject) => {
      const request = send({ host: '127.0.0.1', port, method, path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', reject);
      request.end(method === 'POST' ? FORM : undefined);
    });
  return { envFile, host: `127.0.0.1:${port}`, ask };
}

test('what the page itself sends is written to .env, for its owner alone', async () => {
  const { ask, envFile, host } = await openPage();
  const headers = { ...JSON_BODY, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
  expect(await ask('POST', '/probot/import', headers)).toBe(200);
  expect(readFileSync(envFile, 'utf8')).toContain('WEBHOOK_SECRET=secret');
  expect((statSync(envFile).mode & 0o777).toString(8)).toBe('600');
});

test('an .env that everyone could read is for its owner alone from then on', async () => {
  const { ask, envFile } = await openPage({ content: 'LOG_LEVEL=debug', mode: 0o644 });
  expect(await ask('POST', '/probot/import', JSON_BODY)).toBe(200);
  expect(readFileSync(envFile, 'utf8')).toContain('LOG_LEVEL=debug\nAPP_ID=1');
  expect((statSync(envFile).mode & 0o777).toString(8)).toBe('600');
});

test('what another web page sends is refused, and nothing is written', async () => {
  const { ask, envFile, host } = await openPage();
  const elsewhere = 'https://evil.example';
  const forged: Record<string, string>[] = [
    {},
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'text/plain; application/json' },
    { ...JSON_BODY, origin: elsewhere },
    { ...JSON_BODY, origin: 'null' },
    { ...JSON_BODY, origin: `http://${host}.evil.example` },
    { ...JSON_BODY, host: 'evil.example' },
    { ...JSON_BODY, host: 'evil.example', origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' },
    { ...JSON_BODY, 'sec-fetch-site': 'cross-site' },
    { ...JSON_BODY, 'sec-fetch-site': 'same-site' },
  ];
  for (const headers of forged) expect(await ask('POST', '/probot/import', headers)).toBe(403);
  // Probot would read the whole of it, and log it.
  expect(await ask('POST', '/api/github/webhooks', JSON_BODY)).toBe(403);
  expect(await ask('POST', '/probot/import', { ...JSON_BODY, 'transfer-encoding': 'chunked' })).toBe(403);
  // A picture on another page; it would register somebody else's App.
  const picture = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
  expect(await ask('GET', '/probot/setup?code=theirs', picture)).toBe(403);
  expect(await ask('GET', '/probot', { host: 'evil.example' })).toBe(403);
  expect(existsSync(envFile)).toBe(false);
});

test('the page is there by address and as localhost, and takes the way back from GitHub', async () => {
  const { ask } = await openPage();
  expect(await ask('GET', '/probot')).toBe(200);
  expect(await ask('GET', '/probot', { host: 'localhost:3000' })).toBe(200);
  expect(await ask('GET', '/probot', { host: '[::1]:3000' })).toBe(200);
  const back = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  // Probot misses the code.
  expect(await ask('GET', '/probot/setup', back)).toBe(400);
});
