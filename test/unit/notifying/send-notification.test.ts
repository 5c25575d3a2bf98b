import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { findFreePort } from '../../../sandbox/http/find-free-port.ts';
import { NotificationReceiver } from '../../../sandbox/receiver/notification-receiver.ts';
import type { Destination } from '../../../src/notifying/destinations.ts';
import { NotificationConnections } from '../../../src/notifying/notification-connections.ts';
import { type SendResult, sendNotification } from '../../../src/notifying/send-notification.ts';
import { buildEvent } from './build-event.ts';

const MESSAGE = { eventId: 'msg_1_failed', body: JSON.stringify(buildEvent()) };

let receiver: NotificationReceiver;
let connections: NotificationConnections;
let stopping: AbortController;

beforeEach(async () => {
  receiver = new NotificationReceiver();
  await receiver.start();
  connections = new NotificationConnections(null);
  stopping = new AbortController();
});

afterEach(async () => {
  await connections.destroy();
  await receiver.stop();
});

function send(
  differences: Partial<Destination> = {},
  { now = Date.now(), tryMs = 10_000 } = {},
): Promise<SendResult> {
  const destination: Destination = {
    id: 'one',
    account: '@acme',
    number: 1,
    url: receiver.url('json'),
    format: 'json',
    secret: receiver.secret,
    on: ['failed'],
    privateNetwork: true,
    ...differences,
  };
  const ports = {
    dispatcherFor: (one: Destination) => connections.dispatcherFor(one),
    stop: stopping.signal,
    tryMs,
  };
  return sendNotification(ports, destination, MESSAGE, now);
}

test('each try is signed at its own time with the same id, so that the reference library accepts it', async () => {
  const now = Date.now();
  expect(await send({}, { now: now - 200_000 })).toEqual({ kind: 'sent' });
  expect(await send({}, { now })).toEqual({ kind: 'sent' });
  expect(receiver.received.map(({ id }) => id)).toEqual(['msg_1_failed', 'msg_1_failed']);
  expect(receiver.received[0]?.body).toEqual(buildEvent());
  const times = receiver.service.exchanges.map(({ headers }) => headers['webhook-timestamp']);
  expect(times).toEqual([now - 200_000, now].map((time) => String(Math.floor(time / 1_000))));
});

test.each([24, 33, 64])('a key of %i bytes signs as the reference library does', async (length) => {
  const secret = `whsec_${Buffer.alloc(length, 0xfb).toString('base64')}`;
  Object.assign(receiver, { secret });
  expect(await send({ secret })).toEqual({ kind: 'sent' });
  const other = `whsec_${Buffer.alloc(length, 1).toString('base64')}`;
  expect(await send({ secret: other })).toEqual({ kind: 'failed', problem: 'it answered 400' });
});

test.each([200, 201, 202, 204, 299])('%i is a success', async (status) => {
  receiver.service.faults.add({ path: /./, action: { kind: 'status', status } });
  expect(await send()).toEqual({ kind: 'sent' });
});

test.each([400, 401, 404, 408, 429, 500, 503])('%i is a failure', async (status) => {
  receiver.service.faults.add({ path: /./, action: { kind: 'status', status } });
  expect(await send()).toEqual({ kind: 'failed', problem: `it answered ${status}` });
});

test.each([301, 302, 303, 307, 308])('a redirect (%i) is a failure and is not followed', async (status) => {
  const headers = { location: receiver.url('json', 'elsewhere') };
  receiver.service.faults.add({ path: /team/, action: { kind: 'status', status, headers } });
  expect(await send()).toEqual({
    kind: 'failed',
    problem: `it answered ${status}: redirects are not followed`,
  });
  expect(receiver.service.exchanges).toHaveLength(1);
});

test('410 means that the destination is gone', async () => {
  receiver.service.faults.add({ path: /./, action: { kind: 'status', status: 410 } });
  expect(await send()).toEqual({ kind: 'gone' });
});

test('a destination that hangs is left after the time of a try', async () => {
  receiver.service.faults.add({ path: /./, action: { kind: 'hang', when: 'before' } });
  expect(await send({}, { tryMs: 50 })).toEqual({
    kind: 'failed',
    problem: 'it did not answer within 0.05 s',
  });
});

test('an answer without end is a success by its status, and is not read on', async () => {
  let sent = 0;
  const server = createServer((_, response) => {
    response.writeHead(200);
    const write = () => {
      sent += 64 * 1024;
      response.write(Buffer.alloc(64 * 1024), () => setImmediate(write));
    };
    response.once('close', () => response.removeAllListeners());
    write();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  expect(await send({ url: `http://127.0.0.1:${port}/` })).toEqual({ kind: 'sent' });
  expect(sent).toBeLessThan(64 * 1024 * 1024);
});

test('a cut connection, and nobody who listens, are failures without the address', async () => {
  receiver.service.faults.add({ path: /./, action: { kind: 'reset', when: 'before' } });
  expect(await send()).toMatchObject({ kind: 'failed', problem: expect.stringMatching(/^no connection \(/) });
  const url = `http://127.0.0.1:${await findFreePort()}/secret-path`;
  expect(await send({ url })).toEqual({ kind: 'failed', problem: 'no connection (ECONNREFUSED)' });
});

test('the stop of the process cuts off a try, about which nothing is known then', async () => {
  receiver.service.faults.add({ path: /./, action: { kind: 'hang', when: 'before' } });
  const result = send();
  await expect.poll(() => receiver.service.exchanges.length, { timeout: 20_000 }).toBe(1);
  stopping.abort();
  expect(await result).toEqual({ kind: 'aborted' });
});

test('Slack and Teams take their messages, without a signature', async () => {
  expect(await send({ format: 'slack', url: receiver.url('slack'), secret: null })).toEqual({ kind: 'sent' });
  expect(await send({ format: 'teams', url: receiver.url('teams'), secret: null })).toEqual({ kind: 'sent' });
  expect(receiver.refusals).toEqual([]);
  expect(receiver.service.exchanges.some(({ headers }) => 'webhook-signature' in headers)).toBe(false);
});
