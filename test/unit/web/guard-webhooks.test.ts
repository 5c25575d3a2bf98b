import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { guardWebhooks } from '../../../src/web/guard-webhooks.ts';

const PATH = '/api/github/webhooks';
const SIGNED = { 'x-hub-signature-256': `sha256=${'a'.repeat(64)}` };
const MEGABYTE = Buffer.alloc(1024 * 1024);

/** A server that takes in whole bodies, as Probot's does; `taken` tells how long the last one was. */
async function openServer(webhookPath = PATH) {
  const taken: number[] = [];
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on('error', () => undefined);
    request.on('end', () => {
      taken.push(bytes);
      response.end('taken');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  guardWebhooks(server, webhookPath);
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const post = (path: string, headers: Record<string, string>, megabytes = 0) =>
    new Promise<number | string>((resolve) => {
      const request = send({ port, host: '127.0.0.1', path, method: 'POST', headers });
      request.on('response', (response) => {
        resolve(response.statusCode ?? 0);
        response.resume();
      });
      request.on('error', () => resolve('cut off'));
      for (let count = 0; count < megabytes; count += 1) request.write(MEGABYTE);
      request.end();
    });
  return { post, taken };
}

test.each([
  ['without a signature', {}],
  ['with a signature that can be none', { 'x-hub-signature-256': 'sha256=short' }],
  ['of no event', { ...SIGNED, 'x-github-event': '' }],
])('a delivery %s is refused before its body is read', async (_, headers) => {
  const { post, taken } = await openServer();
  expect(await post(PATH, headers)).toBe(400);
  expect(await post(`${PATH}/?x=1`, headers)).toBe(400);
  expect(taken).toEqual([]);
});

test.each(['/api/github/./webhooks', '/x/../api/github/webhooks', '/api/github/webhooks//', `${PATH}#x`])(
  'a delivery to %s, which the middleware takes for the same, is refused as well',
  async (path) => {
    const { post, taken } = await openServer();
    expect(await post(path, {})).toBe(400);
    expect(taken).toEqual([]);
  },
);

test('a delivery to a path that is set with a slash at its end is refused as well', async () => {
  const { post, taken } = await openServer(`${PATH}/`);
  expect(await post(PATH, {})).toBe(400);
  expect(taken).toEqual([]);
});

test('a delivery that says to be larger than any of GitHub is refused before its body is read', async () => {
  const { post, taken } = await openServer();
  expect(await post(PATH, { ...SIGNED, 'content-length': String(400 * 1024 * 1024) })).toBe(413);
  expect(taken).toEqual([]);
});

test('a body of unknown length is cut off where it becomes larger than any of GitHub', async () => {
  const { post, taken } = await openServer();
  expect(await post(PATH, { ...SIGNED, 'transfer-encoding': 'chunked' }, 40)).toBe('cut off');
  expect(taken).toEqual([]);
});

test('a delivery of 25 MB passes, and so does everything that is no delivery', async () => {
  const { post, taken } = await openServer();
  expect(await post(PATH, SIGNED, 25)).toBe(200);
  expect(await post('/elsewhere', {}, 1)).toBe(200);
  expect(taken).toEqual([25 * 1024 * 1024, 1024 * 1024]);
});
