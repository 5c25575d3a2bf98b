import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { findFreePort } from '../../sandbox/http/find-free-port.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { AppProcess, makeEnvironment } from './app-process.ts';

const BIN = join(import.meta.dirname, '../../bin/meltano-deploy.mjs');

let sandbox: Sandbox;
let directory: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function environment(): Promise<Record<string, string>> {
  return {
    ...(await makeEnvironment(sandbox)),
    DATA_DIR: join(directory, 'data'),
    NODE_ENV: 'production',
  };
}

/** Ends with its test, however that goes: the next one needs the data directory. */
function startProcess(env: Record<string, string>, cwd: string): AppProcess {
  const app = new AppProcess({ env, cwd });
  onTestFinished(async () => void (await app.kill('SIGKILL')));
  return app;
}

describe('the process', () => {
  test('answers for its health, and tells its metrics', async () => {
    const app = startProcess(await environment(), directory);
    await app.ready();
    const read = async (path: string) => {
      const response = await fetch(app.url + path);
      return { status: response.status, body: await response.text() };
    };
    expect(await read('/healthz')).toMatchObject({ status: 200 });
    const { headers } = await fetch(`${app.url}/healthz`);
    expect(headers.get('keep-alive')).toBe('timeout=75');
    expect(await read('/')).toMatchObject({
      status: 200,
      body: expect.stringContaining('<h1>Meltano Deploy'),
    });
    const ready = await read('/readyz');
    expect(JSON.parse(ready.body)).toMatchObject({
      status: 'ready',
      database: 'up',
      worker: 'up',
      dependencies: { github: { state: 'unknown' }, meltano: { state: 'unknown' } },
    });
    const metrics = await read('/metrics');
    expect(metrics.body).toContain('process_cpu_seconds_total');
    expect(metrics.body).toContain('meltano_deploy_deliveries_total');
    // The set-up page is there only before there is an App.
    expect((await read('/probot')).status).toBe(404);
    expect(await app.kill('SIGINT')).toEqual({ code: 0, signal: null });
  });

  test.each([
    ['HOST', 'http://0.0.0.0'],
    ['HOST', '0.0.0.0:3000'],
    ['PORT', null],
  ])('names %s where it cannot listen (%s)', async (name, value) => {
    const taken = new URL(sandbox.meltano.apiUrl).port;
    const app = startProcess({ ...(await environment()), [name]: value ?? taken }, directory);
    expect(await app.exited).toEqual({ code: 1, signal: null });
    expect(app.output).toContain(`Meltano Deploy can't start: ${name} ${value ?? taken} is`);
  });

  test('stops within 10 s with exit code 0 on SIGTERM, even while GitHub and Meltano Cloud hang', async () => {
    const { github, meltano } = sandbox;
    github.installations.add({ account: 'acme' });
    github.repositories.add({ fullName: 'acme/data', private: true, files: { a: '1' } });
    meltano.addWorkspace({ name: 'W', repositoryUrl: sandbox.repositoryUrl('acme/data') });
    const app = startProcess(await environment(), directory);
    await app.ready();
    github.hook.url = `${app.url}/api/github/webhooks`;
    const hang = { kind: 'hang', when: 'before' } as const;
    const faults = [
      github.service.faults.add({ method: 'POST', path: /check-runs/, action: hang }),
      meltano.service.faults.add({ path: /deployments/, action: hang }),
    ];
    github.branches.push({ repository: 'acme/data', files: { a: '2' } });
    await github.waitFor(() => faults.every((fault) => fault.hits > 0), 'both to hang');
    const began = performance.now();
    expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(10_000);
    for (const fault of faults) fault.remove();
  });

  test('reads the accounts file again on SIGHUP, and keeps the old one if it is invalid', async () => {
    const file = join(directory, 'accounts.yml');
    const write = (login: string, token: string) =>
      writeFileSync(file, `accounts:\n  ${login}:\n    token: ${token}\n`);
    const reference = `\${ACME_TOKEN}`;
    write('acme', reference);
    const { MELTANO_API_TOKEN: ACME_TOKEN = '', ...env } = await environment();
    // By its former name.
    const app = startProcess({ ...env, ACME_TOKEN, TENANTS_FILE: file }, directory);
    await app.ready();
    expect(app.output).toContain('TENANTS_FILE is now called ACCOUNTS_FILE: rename the variable');
    const untilPrinted = (text: string) =>
      sandbox.github.waitFor(() => app.output.includes(text) || null, `"${text}"`);
    write('beta', reference);
    app.signal('SIGHUP');
    await untilPrinted('"accounts":["beta"]');
    write('gamma', 'literal-secret');
    app.signal('SIGHUP');
    await untilPrinted('was not applied');
    expect(app.output).toContain('accounts.yml:3:12: accounts.gamma.token must be');
    expect(app.output).not.toContain('literal-secret');
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
    expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  test('refuses a data directory that another process uses, in one clear line', async () => {
    const first = startProcess(await environment(), directory);
    await first.ready();
    const second = startProcess(await environment(), directory);
    expect((await second.exited).code).toBe(1);
    expect(second.output).toMatch(/DATA_DIR .* is in use by another process/);
    expect(second.output).not.toContain('    at ');
    await first.kill('SIGKILL');
    const third = startProcess(await environment(), directory);
    await third.ready();
    await third.kill('SIGTERM');
  });

  test('names everything that is wrong with its environment, and serves nothing', async () => {
    const { WEBHOOK_SECRET: _, ...rest } = await environment();
    const app = startProcess({ ...rest, POLL_MIN_MS: 'often', APP_ID: '' }, directory);
    expect((await app.exited).code).toBe(1);
    for (const name of ['APP_ID', 'WEBHOOK_SECRET', 'POLL_MIN_MS']) expect(app.output).toContain(name);
    expect(app.output).not.toContain('    at ');
  });

  test("without APP_ID, outside production, opens Probot's set-up page with the app's manifest", async () => {
    const env = { HOST: '127.0.0.1', PORT: String(await findFreePort()), NO_SMEE_SETUP: 'true' };
    const root = join(import.meta.dirname, '../..');
    const app = startProcess({ ...env, NODE_ENV: 'test' }, root);
    const page = await sandbox.github.waitFor(
      () => (app.output.includes('Listening') ? app : null),
      'the page',
    );
    const html = await (await fetch(`${page.url}/probot`)).text();
    expect(html).toContain('"checks":"write"');
    await app.kill('SIGKILL');
  });

  test.each([
    '/node_modules/undici/',
    '/node_modules/undici/lib/llhttp/llhttp_simd-wasm.js',
    '/node_modules/@secretlint/core/',
    '/node_modules/@secretlint/secretlint-rule-preset-recommend/',
    '/node_modules/markdown-it/',
    '/src/commands/wiring.ts',
    '/src/recovery/wiring.ts',
  ])('ends with a clear line when %s can not be loaded, and serves nothing', async (part) => {
    const hook = pathToFileURL(join(import.meta.dirname, 'fail-to-load.mjs')).href;
    const app = startProcess(
      { ...(await environment()), NODE_OPTIONS: `--import=${hook}`, NOT_LOADED: part },
      directory,
    );
    const ended = app.exited.then(({ code }) => `ended with ${code}`);
    expect(await Promise.race([ended, app.ready().then(() => 'ready')])).toBe('ended with 1');
    expect(app.output.trim().split('\n')).toEqual([
      expect.stringMatching(
        /can't start: a part of the program can't be loaded \(EMFILE: too many open files/,
      ),
    ]);
  });

  test('runs with the flags of bin/serve, however it is started', async () => {
    const hook = 'data:text/javascript,console.log(process.execArgv.join());';
    const app = startProcess({ ...(await environment()), NODE_OPTIONS: `--import=${hook}` }, directory);
    await app.ready();
    expect(app.output).toMatch(/--max-semi-space-size=\d+,--heap-growing-percent=\d+/);
    await app.kill('SIGTERM');
    const root = join(import.meta.dirname, '../..');
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(scripts.start).toBe('exec bin/serve');
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toMatch(/^ *NODE_ENV=production .*\bbin\/serve$/m);
    expect(readFileSync(join(root, 'Dockerfile'), 'utf8')).toMatch(/^ENTRYPOINT \["bin\/serve"\]$/m);
  });

  test('says in one clear line that a Node is too old', () => {
    const script = `
      Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });
      import(${JSON.stringify(BIN)});`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/needs Node 24 or newer; this is Node 20/),
    ]);
  });

  test('knows its commands', () => {
    const run = (word: string) => spawnSync(process.execPath, [BIN, word], { encoding: 'utf8' });
    expect(run('help').stdout).toContain('start');
    const unknown = run('strat');
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toContain('There is no command "strat"');
  });
});
