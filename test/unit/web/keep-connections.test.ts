import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../../sandbox/sandbox.ts';
import { readEnvironment } from '../../../src/config/environment.ts';
import { keepConnections } from '../../../src/web/wiring.ts';

async function readEnv(more: Record<string, string>) {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.stop());
  return readEnvironment({ ...sandbox.appEnvironment(), ...more });
}

/** An answer on a connection that stays open. */
async function ask(seconds: number): Promise<{ response: IncomingMessage; headersTimeout: number }> {
  const server = createServer((_, response) => response.end('x'));
  keepConnections(server, seconds);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => {
    agent.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const [response] = await once(get({ host: '127.0.0.1', port, agent }), 'response');
  response.resume();
  return { response, headersTimeout: server.headersTimeout };
}

test('idle connections stay open longer than the 60 s of most load balancers, unless set otherwise', async () => {
  const read = await readEnv({});
  const seconds = read.ok ? read.configuration.server.keepAliveSeconds : 0;
  const { response, headersTimeout } = await ask(seconds);
  expect(response.headers['keep-alive']).toBe('timeout=75');
  // One on which no request has come yet is as idle.
  expect(headersTimeout).toBeGreaterThan(75_000);
  expect((await ask(300)).response.headers['keep-alive']).toBe('timeout=300');
});

test.each([
  ['0', 'KEEP_ALIVE_SECONDS must be at least 1 second.'],
  ['3601', 'KEEP_ALIVE_SECONDS must be at most 3600 seconds (an hour).'],
  ['1.5', 'KEEP_ALIVE_SECONDS must be a whole number of seconds.'],
  ['long', 'KEEP_ALIVE_SECONDS must be a number of seconds.'],
])('KEEP_ALIVE_SECONDS=%s is refused', async (value, problem) => {
  expect(await readEnv({ KEEP_ALIVE_SECONDS: value })).toMatchObject({ ok: false, problems: [problem] });
});
