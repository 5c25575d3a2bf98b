import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { AppProcess, makeEnvironment } from './app-process.ts';

const MEGABYTE = 1024 * 1024;
/** Each byte is six in JSON. */
const BODY = Buffer.alloc(25 * MEGABYTE, 1);
const CONNECTIONS = 40;
const ROUNDS = 2;

async function startApp(): Promise<{ sandbox: Sandbox; app: AppProcess }> {
  const sandbox = await startSandbox();
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  const app = new AppProcess({
    env: {
      ...(await makeEnvironment(sandbox)),
      DATA_DIR: directory,
    },
    cwd: directory,
  });
  onTestFinished(async () => {
    await app.kill('SIGKILL');
    await sandbox.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  await app.ready();
  return { sandbox, app };
}

/** Resolves to the status, or to "cut off". */
function post(app: AppProcess, body: Buffer, headers: Record<string, string> = {}): Promise<number | string> {
  return new Promise((resolve) => {
    const request = send(`${app.url}/api/github/webhooks`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': 'flood',
        'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
        ...headers,
      },
    });
    request.on('response', (response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
    });
    request.on('error', () => resolve('cut off'));
    request.end(body);
  });
}

async function readMemory(app: AppProcess): Promise<number> {
  const metrics = await (await fetch(`${app.url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1]) / MEGABYTE;
}

test.each([
  ['of known length', {}],
  ['of unknown length', { 'transfer-encoding': 'chunked' }],
])(
  'a flood of forged bodies of 25 MB %s fills neither memory nor log, and deliveries get through',
  async (_, headers) => {
    const { sandbox, app } = await startApp();
    const secret = sandbox.appEnvironment()['WEBHOOK_SECRET'] ?? '';
    const delivery = Buffer.from('{"zen":"Design for failure."}');
    const signature = `sha256=${createHmac('sha256', secret).update(delivery).digest('hex')}`;
    const before = await readMemory(app);
    let isOver = false;
    const flood = Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        const statuses: (number | string)[] = [];
        for (let round = 0; round < ROUNDS; round += 1) statuses.push(await post(app, BODY, headers));
        return statuses;
      }),
    ).finally(() => {
      isOver = true;
    });
    const peaks: number[] = [];
    while (!isOver) {
      expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
      expect(await post(app, delivery, { 'x-github-event': 'ping', 'x-hub-signature-256': signature })).toBe(
        200,
      );
      peaks.push(await readMemory(app));
    }
    const statuses = (await flood).flat();
    expect(statuses.filter((status) => status !== 400 && status !== 503)).toEqual([]);
    expect(Math.max(...peaks) - before).toBeLessThan(150);
    // Until the test's time is over.
    while ((await readMemory(app)) - before >= 100);
    expect(app.output.length).toBeLessThan(100_000);
  },
);
