import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { MeltanoApi } from '../../../src/domain/meltano.ts';
import { connectTo, createAgent, expectValue, failureOf, serve } from './client-setup.ts';

const ID = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
const MIB = 1024 * 1024;
const JOB = JSON.stringify({ id: ID, status: 'QUEUED' });

/** A server with answers of 100 MB and more, and how much of each it sent. */
async function serveHuge(status: number, chunk: string) {
  const seen = { written: 0 };
  const origin = await serve((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    pour(response, chunk, seen);
  });
  return { origin, seen };
}

function pour(response: ServerResponse, chunk: string, seen: { written: number }): void {
  while (!response.destroyed && seen.written < 100 * MIB) {
    seen.written += chunk.length;
    if (response.write(chunk)) continue;
    response.once('drain', () => pour(response, chunk, seen));
    return;
  }
  response.end();
}

describe('an answer of 100 MB', () => {
  test.each([
    ['1 MiB, where it is of one thing', 1, (api: MeltanoApi) => api.getJob(ID)],
    ['8 MiB, where it is a page', 8, (api: MeltanoApi) => api.listWorkspaces()],
  ])('is left after %s', async (_, most, ask) => {
    const { origin, seen } = await serveHuge(200, `{"x":"${'x'.repeat(MIB)}`);
    const result = await ask(connectTo(origin));
    expect(failureOf(result)).toMatchObject({ message: `The answer is longer than ${most} MiB` });
    // What the sockets hold may be on its way.
    expect(seen.written).toBeLessThan(32 * MIB);
  });

  test.each([403, 409, 503])('with the status %i is that refusal, left after 64 KiB', async (status) => {
    const { origin, seen } = await serveHuge(status, 'x'.repeat(MIB));
    expect(failureOf(await connectTo(origin).startDeployment(ID))).toMatchObject({ kind: 'status', status });
    expect(seen.written).toBeLessThan(32 * MIB);
  });

  test('leaves its connection usable for nothing else, and the next call works', async () => {
    let requests = 0;
    const origin = await serve((_, response) => {
      requests += 1;
      if (requests > 1) return void response.end(JOB);
      pour(response, 'x'.repeat(MIB), { written: 0 });
    });
    const api = connectTo(origin, createAgent({ connections: 1 }));
    await api.getJob(ID);
    expect(expectValue(await api.getJob(ID)).id).toBe(ID);
  });
});

describe('a refusal that trickles', () => {
  test('is a refusal when its time is over', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(503, { 'retry-after': '7' });
      const timer = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(timer));
    });
    const api = connectTo(origin, createAgent(), { timeouts: { total: 1_500 } });
    expect(failureOf(await api.startDeployment(ID))).toEqual({
      kind: 'status',
      status: 503,
      message: 'Service Unavailable',
      retryAfterMs: 7_000,
    });
  });
});

describe('a packed answer', () => {
  const packed = gzipSync(Buffer.alloc(50 * MIB, '{"id":'));

  test('is not asked for', async () => {
    let asked: unknown;
    const origin = await serve((request, response) => {
      asked = request.headers['accept-encoding'];
      response.end(JOB);
    });
    await connectTo(origin).getJob(ID);
    expect(asked).toBe('identity');
  });

  test.each(['gzip', 'br', 'deflate, gzip', 'GZIP'])('(%s) is never unpacked', async (encoding) => {
    const origin = await serve((_, response) => {
      response.writeHead(202, { 'content-encoding': encoding, 'content-type': 'application/json' });
      response.end(packed);
    });
    const failure = failureOf(await connectTo(origin).startDeployment(ID));
    expect(failure).toEqual({
      kind: 'unexpected_body',
      status: 202,
      message: `The response is compressed (${encoding.toLowerCase()}), which was not requested`,
    });
  });

  test('of a log brings no lines', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' });
      response.end(gzipSync('one\ntwo\n'));
    });
    const lines: string[] = [];
    const onLines = async (batch: string[]) => void lines.push(...batch);
    const read = await connectTo(origin).readLog({ jobId: ID, from: 0, until: 'once', onLines });
    expect(failureOf(read).kind).toBe('unexpected_body');
    expect(lines).toEqual([]);
  });

  test('of a refusal is that refusal', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(403, { 'content-encoding': 'gzip' });
      response.end(gzipSync('{"message":"Not a member"}'));
    });
    expect(failureOf(await connectTo(origin).getJob(ID))).toMatchObject({
      status: 403,
      message: 'Forbidden',
    });
  });

  test('named identity is not packed', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'identity' });
      response.end(JOB);
    });
    expect(expectValue(await connectTo(origin).getJob(ID)).id).toBe(ID);
  });
});

test('headers that never end are no answer', async () => {
  const origin = await serve((_, response) => {
    response.writeHead(200, { 'x-long': 'x'.repeat(200_000) });
    response.end(JOB);
  });
  expect(failureOf(await connectTo(origin).startDeployment(ID)).kind).toBe('no_answer');
});
