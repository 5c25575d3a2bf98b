import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startForwardProxy } from '../../sandbox/http/forward-proxy.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';

const BIN = join(import.meta.dirname, '../../bin/meltano-deploy.mjs');
const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command where nothing is, with no environment but the one given. */
async function run(words: readonly string[], env: Record<string, string> = {}) {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [BIN, 'doctor', ...words], { cwd: folder, env: { PATH, ...env } });
  const [out, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, error };
}

test('with an empty environment: a line for each missing variable, and exit code 1', async () => {
  const { code, out, error } = await run([]);
  expect([code, error]).toEqual([1, '']);
  const lines = out.trimEnd().split('\n');
  expect(lines.filter((line) => line.startsWith('✗'))).toHaveLength(4);
  expect(lines.filter((line) => line.startsWith('✗')).every((line) => line.includes(' → '))).toBe(true);
  expect(lines.at(-1)).toBe('4 things are wrong: see the lines with ✗.');
});

test('words that it does not know: exit code 2, and how it is used', async () => {
  expect(await run(['--verbose'])).toMatchObject({
    code: 2,
    out: '',
    error: expect.stringContaining('Usage: meltano-deploy doctor'),
  });
  expect(await run(['--help'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('Usage: meltano-deploy doctor'),
  });
});

describe('with an App and an account that work', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
    sandbox.github.hook.url = 'https://deploy.example/api/github/webhooks';
    sandbox.github.installations.add({ account: 'acme' });
    sandbox.github.repositories.add({ fullName: 'acme/data', files: { 'meltano.yml': 'version: 1\n' } });
    sandbox.meltano.addWorkspace({ name: 'Analytics', repositoryUrl: sandbox.repositoryUrl('acme/data') });
  });
  afterEach(() => sandbox.stop());

  test('exit code 0', async () => {
    const { code, out, error } = await run([], sandbox.appEnvironment());
    expect([code, error]).toEqual([0, '']);
    expect(out).toMatch(/\n\nNothing is wrong\.\n$/);
  });

  test('the proxy of the environment is shown without its password, and its way is tried', async () => {
    const proxy = await startForwardProxy('app:geheim');
    const env = { ...sandbox.appEnvironment(), NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy.url };
    const through = `is reached through the proxy ${new URL(proxy.url).origin}`;
    const well = await run([], env);
    expect([well.code, well.error]).toEqual([0, '']);
    expect(well.out.split('\n').filter((line) => line.includes('proxy'))).toEqual([
      `✓ ${new URL(sandbox.github.origin).host} ${through}`,
      `✓ ${new URL(sandbox.meltano.apiUrl).host} ${through}`,
    ]);
    const refused = await run([], { ...env, HTTP_PROXY: proxy.url.replace('geheim', 'geheim-2') });
    expect(refused.code).toBe(1);
    expect(refused.out).toMatch(
      /^✗ \S+ is not reached through the proxy http:\/\/127\S+: .*\(407\) → Correct HTTP_PROXY/m,
    );
    expect(well.out + refused.out).not.toContain('geheim');
    await proxy.stop();
    const gone = await run([], { ...env, NO_PROXY: new URL(sandbox.github.origin).host });
    expect(gone.out).toMatch(/^✓ \S+ is reached directly, as NO_PROXY says$/m);
    expect(gone.out).toMatch(/^✗ \S+ is not reached through the proxy \S+: ECONNREFUSED →/m);
    const { out } = await run([], { ...env, NODE_USE_ENV_PROXY: '' });
    expect(out).toContain("· HTTP_PROXY is set, and the app doesn't use it → Set NODE_USE_ENV_PROXY=1");
  });

  test('--json is one document; a file .env counts; no secret is in it', async () => {
    const { MELTANO_API_TOKEN: token = '', WEBHOOK_SECRET: secret = '', ...env } = sandbox.appEnvironment();
    writeFileSync(join(folder, '.env'), `MELTANO_API_TOKEN=${token}x\nWEBHOOK_SECRET=${secret}\n`);
    const { code, out } = await run(['--json'], env);
    rmSync(join(folder, '.env'));
    expect(code).toBe(1);
    const { ok, findings } = JSON.parse(out);
    expect(ok).toBe(false);
    expect(findings[0]).toEqual({
      subject: 'environment',
      result: 'ok',
      advice: null,
      message: 'The environment, with .env, is complete and valid',
    });
    expect(findings.filter((one: { result: string }) => one.result === 'wrong')).toMatchObject([
      { subject: 'meltano', message: expect.stringContaining('401') },
    ]);
    for (const hidden of [token, secret, env['PRIVATE_KEY'] ?? '']) expect(out).not.toContain(hidden);
  });
});
