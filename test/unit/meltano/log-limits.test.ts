import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { createMeltanoClient } from '../../../src/meltano/meltano-client.ts';

const JOB = '4a98dcd6-94d7-473b-9267-549d00cded8b';

/** A log that never ends: sends the result of `write` again and again. */
async function openEndless(write: (response: ServerResponse) => void) {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    const timer = setInterval(() => write(response), 5);
    response.on('close', () => clearInterval(timer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dispatcher = new Agent();
  onTestFinished(async () => {
    await dispatcher.destroy();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return createMeltanoClient({
    apiUrl: `http://127.0.0.1:${port}/api`,
    auth: { kind: 'token', token: 'secret' },
    connect: async () => dispatcher,
    clock: { now: Date.now, elapsed: Date.now },
    // Long enough for the first lines on a busy machine.
    timeouts: { log: 2_000 },
  });
}

test('a log answer that never ends is left after its limit, and read on from the line reached', async () => {
  const api = await openEndless((response) => response.write('another line\n'));
  const lines: string[] = [];
  const onLines = async (batch: string[]) => void lines.push(...batch);
  const read = await api.readLog({ jobId: JOB, from: 0, until: 'once', onLines });
  expect(lines.length).toBeGreaterThan(0);
  expect(read).toEqual({ ok: true, value: { next: lines.length } });
});

test('one that brings no whole line is a failure', async () => {
  const api = await openEndless((response) => response.write('.'));
  const read = await api.readLog({ jobId: JOB, from: 0, until: 'once', onLines: async () => undefined });
  expect(read).toMatchObject({ ok: false, failure: { kind: 'no_answer' } });
});

test('reading to the end stops too, however long the log is', async () => {
  const api = await openEndless((response) => response.write('another line\n'));
  const read = await api.readLog({ jobId: JOB, from: 0, until: 'end', onLines: async () => undefined });
  expect(read).toMatchObject({ ok: false, failure: { kind: 'no_answer' } });
});
