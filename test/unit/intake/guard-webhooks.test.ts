import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { describeLogger } from '../../../src/config/create-logger.ts';
import {
  guardWebhooks,
  type SignedDelivery,
  type WebhookLimits,
} from '../../../src/intake/guard-webhooks.ts';

const PATH = '/api/github/webhooks';
const SECRET = `secret-${Math.random()}`;
const MEGABYTE = 1024 * 1024;
const PAYLOAD = JSON.stringify({ ref: 'refs/heads/main', commits: ['ä'] });

interface ServerOptions {
  readonly path?: string;
  readonly limits?: WebhookLimits;
  readonly receive?: (delivery: SignedDelivery) => Promise<void>;
}

/** A server whose other paths answer "elsewhere". */
async function openServer({ path = PATH, receive, limits }: ServerOptions = {}) {
  const received: SignedDelivery[] = [];
  const onFailure = vi.fn();
  const lines: string[] = [];
  const log = pino(
    describeLogger('debug', (line) => line),
    { write: (line: string) => void lines.push(line) },
  );
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end('elsewhere'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  guardWebhooks(server, {
    path,
    secret: SECRET,
    log,
    onFailure,
    receive: async (delivery) => {
      await receive?.(delivery);
      received.push(delivery);
    },
    ...(limits && { limits }),
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const open = (headers: Record<string, string | string[]>, to = PATH) => {
    const request = send({ port, host: '127.0.0.1', path: to, method: 'POST', headers });
    const answer = Promise.withResolvers<number | 'cut off'>();
    request.on('response', (response) => {
      answer.resolve(response.statusCode ?? 0);
      response.resume();
    });
    request.on('error', () => answer.resolve('cut off'));
    return { request, answer: answer.promise };
  };
  const post = (
    body: string | Buffer,
    headers: Record<string, string | string[]> = sign(body),
    to = PATH,
  ) => {
    const { request, answer } = open(headers, to);
    request.end(body);
    return answer;
  };
  return { open, post, received, lines, onFailure };
}

function sign(body: string | Buffer, headers: Record<string, string> = {}): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': 'guid',
    'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
    ...headers,
  };
}

/** Without a length: it comes in pieces. */
function writeMegabytes(request: ClientRequest, count: number): void {
  for (let piece = 0; piece < count; piece += 1) request.write(Buffer.alloc(MEGABYTE, 1));
}

test('a signed delivery is handed over as it was sent, whatever pieces it comes in', async () => {
  const { open, post, received, lines } = await openServer();
  expect(await post(PAYLOAD)).toBe(200);
  const { request, answer } = open(sign(PAYLOAD, { 'transfer-encoding': 'chunked' }));
  for (const byte of Buffer.from(PAYLOAD)) request.write(Buffer.of(byte));
  request.end();
  expect(await answer).toBe(200);
  const delivery = { id: 'guid', name: 'push', payload: JSON.parse(PAYLOAD) };
  expect(received).toEqual([delivery, delivery]);
  expect(lines).toEqual([]);
});

test('a delivery of 25 MB passes, of known and of unknown length', async () => {
  const { post, received } = await openServer();
  const body = JSON.stringify({ text: 'x'.repeat(25 * MEGABYTE - 20) });
  expect(await post(body)).toBe(200);
  expect(await post(body, sign(body, { 'transfer-encoding': 'chunked' }))).toBe(200);
  expect(received).toHaveLength(2);
});

test.each([
  ['without a signature', 400, { 'x-hub-signature-256': '' }],
  ['with a signature that can be none', 400, { 'x-hub-signature-256': 'sha256=short' }],
  ['with the signature of another body', 400, sign('{}')],
  ['with the signature of SHA-1 alone', 400, { 'x-hub-signature-256': '', 'x-hub-signature': 'sha1=aa' }],
  ['of no event', 400, { 'x-github-event': '' }],
  ['without a GUID', 400, { 'x-github-delivery': '' }],
  ['whose event holds a control character', 400, { 'x-github-event': 'push\u009b2J' }],
  ['whose GUID holds a control character', 400, { 'x-github-delivery': 'guid\u009b2J' }],
  ['that is a form', 415, { 'content-type': 'application/x-www-form-urlencoded' }],
])('a delivery %s is refused with %i', async (_, status, headers) => {
  const { post, received } = await openServer();
  expect(await post(PAYLOAD, sign(PAYLOAD, headers))).toBe(status);
  expect(received).toEqual([]);
});

test('two signatures are none', async () => {
  const { post, received, onFailure } = await openServer();
  const headers = sign(PAYLOAD);
  const twice = [headers['x-hub-signature-256'] ?? '', `sha256=${'0'.repeat(64)}`];
  expect(await post(PAYLOAD, { ...headers, 'x-hub-signature-256': twice })).toBe(400);
  expect(received).toEqual([]);
  expect(onFailure).not.toHaveBeenCalled();
});

test.each(['null', '5', '"text"', 'true', '[]', '', '{', '\u0001'])(
  'a signed body of %j, which is no object, is refused with 400',
  async (body) => {
    const { post, received } = await openServer();
    expect(await post(body)).toBe(400);
    expect(received).toEqual([]);
  },
);

test.each([
  [PATH, `${PATH}/?x=1`],
  [PATH, '/api/github/./webhooks'],
  [PATH, '/x/../api/github/webhooks'],
  [PATH, '/api/github/webhooks//'],
  [PATH, `${PATH}#x`],
  [`${PATH}/`, PATH],
])('where the path is %s, %s is the same', async (path, to) => {
  const { post, received } = await openServer({ path });
  expect(await post(PAYLOAD, {}, to)).toBe(400);
  expect(await post(PAYLOAD, sign(PAYLOAD), to)).toBe(200);
  expect(received).toHaveLength(1);
});

test('a request that is no delivery goes to the other listeners', async () => {
  const { post, received } = await openServer();
  expect(await post(PAYLOAD, {}, '/elsewhere')).toBe(200);
  expect(received).toEqual([]);
});

test('a delivery that says to be larger than any of GitHub is refused before its body comes', async () => {
  const { open } = await openServer();
  const { request, answer } = open(sign('', { 'content-length': String(400 * MEGABYTE) }));
  request.flushHeaders();
  expect(await answer).toBe(413);
});

test('a body of unknown length is refused where it becomes larger than any of GitHub', async () => {
  const { open } = await openServer();
  const { request, answer } = open(sign('', { 'transfer-encoding': 'chunked' }));
  writeMegabytes(request, 27);
  expect(await answer).toBe(413);
});

test.each([
  ['its last byte', { 'content-length': String(Buffer.byteLength(PAYLOAD) + 1) }],
  ['its last chunk', { 'transfer-encoding': 'chunked' }],
])('a signed body without %s is refused with 408, and stored as nothing', async (_, headers) => {
  const { open, received } = await openServer({ limits: { completeWithinMs: 100, answerWithinMs: 9_000 } });
  const { request, answer } = open(sign(PAYLOAD, headers));
  request.write(PAYLOAD);
  expect(await answer).toBe(408);
  expect(received).toEqual([]);
});

test('a delivery that is not stored in time is refused with 503, and asked for again', async () => {
  const { post, onFailure } = await openServer({
    limits: { completeWithinMs: 30_000, answerWithinMs: 50 },
    receive: () => new Promise(() => undefined),
  });
  expect(await post(PAYLOAD)).toBe(503);
  expect(onFailure).toHaveBeenCalledOnce();
});

test('more than 64 MB that nobody has verified are refused with 503; a small delivery gets through', async () => {
  const { open, post, received } = await openServer();
  const wait = (headers: Record<string, string>) => {
    const { request, answer } = open(sign('x', headers));
    request.write('x');
    return answer;
  };
  const large = { 'content-length': String(25 * MEGABYTE) };
  const held = [wait(large), wait(large)];
  await expect(Promise.race([...held, post(PAYLOAD)])).resolves.toBe(200);
  expect(await wait(large)).toBe(503);
  // It fits only in the place of a larger one.
  const smaller = wait({ 'content-length': String(20 * MEGABYTE) });
  expect(await Promise.race(held)).toBe(503);
  expect(await Promise.race([smaller, post(PAYLOAD)])).toBe(200);
  expect(received).toHaveLength(2);
});
