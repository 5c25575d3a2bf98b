import { createServer } from 'node:net';
import { errors, MockAgent } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  connect,
  connectBy,
  connectTo,
  createAgent,
  createClock,
  expectValue,
  failureOf,
  serve,
  startSandbox,
  systemError,
} from './client-setup.ts';

const ID = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
const ORIGIN = 'https://cloud.example';

function mockError(error: Error) {
  const agent = new MockAgent();
  agent.disableNetConnect();
  onTestFinished(() => agent.close());
  agent.get(ORIGIN).intercept({ path: /./, method: 'POST' }).replyWithError(error);
  return connectTo(ORIGIN, agent);
}

describe('nothing was sent: unreachable', () => {
  test.each([
    systemError('ECONNREFUSED', 'connect'),
    systemError('ENOTFOUND', 'getaddrinfo'),
    systemError('EAI_AGAIN', 'getaddrinfo'),
    systemError('EHOSTUNREACH', 'connect'),
    systemError('ENETUNREACH', 'connect'),
    new errors.ConnectTimeoutError('Connect Timeout Error'),
    new AggregateError([systemError('ECONNREFUSED', 'connect'), systemError('ENETUNREACH', 'connect')]),
  ])('%s', async (error) => {
    expect(failureOf(await mockError(error).startDeployment(ID)).kind).toBe('unreachable');
  });

  test('a port that nobody listens on', async () => {
    const sandbox = await startSandbox();
    const { host } = new URL(sandbox.origin);
    const client = connect(sandbox);
    await sandbox.stop();
    const failure = failureOf(await client.startDeployment(ID));
    expect(failure).toEqual({ kind: 'unreachable', message: `No connection to ${host} (ECONNREFUSED)` });
  });

  test('a server that does not speak TLS', async () => {
    const origin = await serve((_, response) => response.end('{}'));
    const client = connectTo(origin.replace('http:', 'https:'));
    expect(failureOf(await client.startDeployment(ID)).kind).toBe('unreachable');
  });

  test('a connection that is cut during the TLS handshake', async () => {
    const server = createServer((socket) => void socket.once('data', () => socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : null;
    expect(failureOf(await connectTo(`https://127.0.0.1:${port}`).startDeployment(ID)).kind).toBe(
      'unreachable',
    );
  });

  test('a call that waits for a free connection until its time is over is never sent', async () => {
    const sandbox = await startSandbox();
    sandbox.service.faults.add({ path: /deployments/, action: { kind: 'hang', when: 'before' } });
    const toService = connectBy(createAgent({ connections: 1 }));
    const first = connect(sandbox, { connect: toService }).startDeployment(ID);
    await sandbox.waitFor(() => sandbox.service.exchanges.length === 1, 'the first request');
    const second = connect(sandbox, { connect: toService, timeouts: { total: 20 } }).startDeployment(ID);
    expect(failureOf(await second).kind).toBe('unreachable');
    await sandbox.stop();
    expect(failureOf(await first).kind).toBe('no_answer');
    expect(sandbox.service.exchanges).toHaveLength(1);
  });
});

describe('sent, and no answer came: no_answer', () => {
  test.each([
    new errors.SocketError('other side closed'),
    new errors.HeadersTimeoutError(),
    new errors.BodyTimeoutError(),
    new errors.RequestAbortedError(),
  ])('%s', async (error) => {
    expect(failureOf(await mockError(error).startDeployment(ID)).kind).toBe('no_answer');
  });

  test.each(['before', 'after'] as const)('a connection cut %s the effect', async (when) => {
    const sandbox = await startSandbox();
    const { id } = sandbox.addWorkspace({ name: 'A', repositoryUrl: 'https://github.com/acme/data' });
    sandbox.service.faults.add({ path: /deployments/, action: { kind: 'reset', when } });
    expect(failureOf(await connect(sandbox).startDeployment(id)).kind).toBe('no_answer');
    expect(sandbox.service.exchanges).toHaveLength(1);
    expect(sandbox.jobs).toHaveLength(when === 'after' ? 1 : 0);
  });

  test('no headers in time', async () => {
    const sandbox = await startSandbox();
    sandbox.service.faults.add({ path: /./, action: { kind: 'hang', when: 'after' } });
    const failure = failureOf(await connect(sandbox, { timeouts: { headers: 20 } }).startDeployment(ID));
    expect(failure).toMatchObject({
      kind: 'no_answer',
      message: expect.stringMatching(/did not answer in time/),
    });
  });

  test('no more of the body in time', async () => {
    const origin = await serve((_, response) => void response.write('{"id":'));
    const failure = failureOf(await connectTo(origin, createAgent(), { timeouts: { body: 20 } }).getJob(ID));
    expect(failure.kind).toBe('no_answer');
  });

  test('a body that trickles past the overall limit', async () => {
    const origin = await serve((_, response) => {
      const timer = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(timer));
    });
    const failure = failureOf(await connectTo(origin, createAgent(), { timeouts: { total: 60 } }).getJob(ID));
    expect(failure).toMatchObject({ kind: 'no_answer', message: expect.stringMatching(/TIMEOUT/) });
  });

  test('a body that breaks off', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"id":', () => response.destroy());
    });
    expect(failureOf(await connectTo(origin).startDeployment(ID)).kind).toBe('no_answer');
  });
});

describe('a connection that was closed while idle', () => {
  test('a GET is repeated once', async () => {
    const sandbox = await startSandbox();
    sandbox.service.faults.add({ path: /./, times: 1, action: { kind: 'reset', when: 'before' } });
    expect(await connect(sandbox).listWorkspaces()).toEqual({ ok: true, value: [] });
    expect(sandbox.service.exchanges).toHaveLength(2);
  });

  test('and not more often', async () => {
    const sandbox = await startSandbox();
    sandbox.service.faults.add({ path: /./, action: { kind: 'reset', when: 'before' } });
    expect(failureOf(await connect(sandbox).listWorkspaces()).kind).toBe('no_answer');
    expect(sandbox.service.exchanges).toHaveLength(2);
  });

  test('a GET that timed out is not repeated', async () => {
    const sandbox = await startSandbox();
    sandbox.service.faults.add({ path: /./, action: { kind: 'hang', when: 'before' } });
    await connect(sandbox, { timeouts: { headers: 20 } }).listWorkspaces();
    expect(sandbox.service.exchanges).toHaveLength(1);
  });
});

describe('answers that are not 2xx', () => {
  const answering = async (status: number, body: unknown, headers: Record<string, string> = {}) => {
    const sandbox = await startSandbox();
    sandbox.service.faults.add({ path: /./, action: { kind: 'status', status, body, headers } });
    const clock = createClock(Date.UTC(2026, 5, 10, 7, 0, 0));
    return { sandbox, failure: failureOf(await connect(sandbox, { clock }).startDeployment(ID)) };
  };

  test.each([
    [{ status: 403, error: 'Forbidden', message: 'Not a member' }, 'Not a member'],
    [{ status: 403, error: 'Forbidden by policy', message: '' }, 'Forbidden by policy'],
    [{ message: { nested: true } }, 'Forbidden'],
    ['<html><body>Forbidden</body></html>', 'Forbidden'],
    ['', 'Forbidden'],
    [{ message: 'two\nlines\u001b[31m\u0000 of it' }, 'two lines [31m of it'],
    [{ message: 'x'.repeat(300) }, `${'x'.repeat(199)}…`],
  ])('%j', async (body, message) => {
    const { failure } = await answering(403, body);
    expect(failure).toEqual({ kind: 'status', status: 403, message, retryAfterMs: null });
  });

  test('a token that the service repeats is not passed on', async () => {
    const sandbox = await startSandbox();
    const body = { message: `${'x'.repeat(180)} Invalid ${sandbox.token}` };
    sandbox.service.faults.add({ path: /./, action: { kind: 'status', status: 403, body } });
    const { message } = failureOf(await connect(sandbox).startDeployment(ID));
    expect(message).toMatch(/ Invalid \*\*\*$/);
  });

  test.each([
    ['120', 120_000],
    ['0', 0],
    ['Wed, 10 Jun 2026 07:01:30 GMT', 90_000],
    ['Wed, 10 Jun 2026 06:00:00 GMT', 0],
    ['soon', null],
    ['-5', null],
    ['1.5', null],
  ])('Retry-After: %s', async (header, retryAfterMs) => {
    const { failure, sandbox } = await answering(
      503,
      {},
      {
        'retry-after': header,
        date: 'Wed, 10 Jun 2026 07:00:00 GMT',
      },
    );
    expect(failure).toMatchObject({ kind: 'status', status: 503, retryAfterMs });
    expect(sandbox.service.exchanges).toHaveLength(1);
  });

  test('a refusal whose body never ends is still that refusal', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(409, { 'content-length': '100' });
      response.write('{"mess', () => response.destroy());
    });
    expect(failureOf(await connectTo(origin).startDeployment(ID))).toMatchObject({
      kind: 'status',
      status: 409,
      message: 'Conflict',
    });
  });
});

describe('2xx answers that are not what the API describes', () => {
  const SECRET = 'hunter2';
  test.each([
    ['<html>\n<title>Sign in</title>', '<html> <title>Sign in</title>'],
    ['x'.repeat(300), `${'x'.repeat(199)}…`],
    ['', 'The answer is empty'],
    [`{"id":"${ID}","sshPrivateKey":"${SECRET}`, 'The answer is not valid JSON'],
    [`{"sshPrivateKey":"${SECRET}"}`, expect.stringMatching(/^Unexpected JSON: id: /)],
    [`["${SECRET}"]`, expect.stringMatching(/^Unexpected JSON: the whole: /)],
    [`{"id":"${SECRET}","status":"QUEUED"}`, expect.stringMatching(/^Unexpected JSON: id: /)],
    ['null', expect.any(String)],
  ])('%s', async (body, message) => {
    const sandbox = await startSandbox();
    sandbox.service.faults.add({
      path: /./,
      action: { kind: 'answer', status: 202, contentType: 'text/html', body },
    });
    const failure = failureOf(await connect(sandbox).startDeployment(ID));
    expect(failure).toEqual({ kind: 'unexpected_body', status: 202, message });
    expect(failure.message).not.toContain(SECRET);
  });

  test('a list that is no collection is not an empty list', async () => {
    const sandbox = await startSandbox();
    sandbox.service.faults.add({ path: /./, action: { kind: 'status', status: 200, body: {} } });
    expect(failureOf(await connect(sandbox).listWorkspaces()).kind).toBe('unexpected_body');
  });

  test('an answer of more than 8 MiB', async () => {
    const origin = await serve((_, response) => response.end(`{"x":"${'x'.repeat(9 * 1024 * 1024)}"}`));
    expect(failureOf(await connectTo(origin).listJobs(ID))).toMatchObject({
      kind: 'unexpected_body',
      message: 'The answer is longer than 8 MiB',
    });
  });

  test('JSON under another content type is fine', async () => {
    const body = JSON.stringify({ id: ID, status: 'QUEUED' });
    const origin = await serve((_, response) => response.end(body));
    expect(expectValue(await connectTo(origin).getJob(ID)).id).toBe(ID);
  });
});
