import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Destination } from '../../../src/notifying/destinations.ts';
import type { ResolveName } from '../../../src/notifying/guarded-connector.ts';
import { NotificationConnections } from '../../../src/notifying/notification-connections.ts';
import { isPrivateAddress } from '../../../src/notifying/private-addresses.ts';
import { type SendResult, sendNotification } from '../../../src/notifying/send-notification.ts';

const REFUSED = { kind: 'failed', problem: 'its address is private, and private_network is not true' };
const BODY = JSON.stringify({ type: 'failed', timestamp: '2026-05-04T09:14:02Z', data: {} });

let server: Server;
let port: number;
let requests: string[];
let lookups: number;

beforeEach(async () => {
  requests = [];
  lookups = 0;
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** One try. `addresses` is what the name resolves to. */
async function send(
  url: string,
  { privateNetwork = false, addresses = [] as string[], proxy = '' } = {},
): Promise<SendResult> {
  const resolve: ResolveName = (_name, _options, callback) => {
    lookups += 1;
    if (addresses.length === 0) {
      return callback(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }), []);
    }
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  const settings = proxy === '' ? null : { http: proxy, https: proxy, except: '' };
  const connections = new NotificationConnections(settings, resolve);
  const destination: Destination = {
    id: 'one',
    account: '@acme',
    number: 1,
    url,
    format: 'json',
    secret: `whsec_${Buffer.alloc(32).toString('base64')}`,
    on: ['failed'],
    privateNetwork,
  };
  const ports = {
    dispatcherFor: (one: Destination) => connections.dispatcherFor(one),
    stop: new AbortController().signal,
    tryMs: 10_000,
  };
  try {
    return await sendNotification(ports, destination, { eventId: 'msg_1', body: BODY }, 0);
  } finally {
    await connections.destroy();
  }
}

test.each([
  '127.0.0.1',
  '127.1',
  '0x7f000001',
  '2130706433',
  'localhost.',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '0.0.0.0',
])('http://%s is refused, and reached only with private_network', async (host) => {
  const addresses = ['127.0.0.1'];
  expect(await send(`http://${host}:${port}/hook`, { addresses })).toEqual(REFUSED);
  expect(requests).toEqual([]);
});

test('with private_network the same address is reached', async () => {
  expect(await send(`http://127.0.0.1:${port}/hook`, { privateNetwork: true })).toEqual({ kind: 'sent' });
  expect(requests).toEqual(['/hook']);
});

test('a name that resolves to a private address is refused', async () => {
  expect(await send(`http://hooks.example:${port}/`, { addresses: ['10.1.2.3'] })).toEqual(REFUSED);
  expect(await send(`http://hooks.example:${port}/`, { addresses: ['fd00::1'] })).toEqual(REFUSED);
  expect(requests).toEqual([]);
});

test('one private address among public ones is enough, and the name is looked up once', async () => {
  const addresses = ['8.8.8.8', '127.0.0.1'];
  expect(await send(`http://hooks.example:${port}/`, { addresses })).toEqual(REFUSED);
  expect(lookups).toBe(1);
  expect(requests).toEqual([]);
});

test('a proxy is not asked to connect to a private address', async () => {
  const proxy = `http://127.0.0.1:${port}`;
  expect(await send('https://127.0.0.1/hook', { proxy })).toEqual(REFUSED);
  expect(await send('https://[fd00::1]/hook', { proxy })).toEqual(REFUSED);
  expect(await send('https://hooks.example/hook', { proxy, addresses: ['169.254.169.254'] })).toEqual(
    REFUSED,
  );
  expect(requests).toEqual([]);
});

test('a proxy in a private network is used for a name that only the proxy knows', async () => {
  const asked: string[] = [];
  server.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  const proxy = `http://127.0.0.1:${port}`;
  expect(await send('https://hooks.example/hook', { proxy })).toMatchObject({ kind: 'failed' });
  expect(asked).toEqual(['hooks.example:443']);
});

test.each([
  '0.1.2.3',
  '10.0.0.1',
  '100.64.0.1',
  '100.127.255.255',
  '127.255.255.255',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:a9fe:a9fe',
  '::ffff:0:10.0.0.1',
  '64:ff9b::10.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::8.8.8.8',
  '100::1',
  '2001::1',
  '2001:0:4136:e378::1',
  '2001:db8::1',
  '2002:a00:1::1',
  '2002:7f00:1::',
  '2002:c0a8:101::1',
  '2606:4700::5efe:10.0.0.1',
  '2606:4700:1:2:0:5efe:a9fe:a9fe',
  '2606:4700::200:5efe:7f00:1',
  '3fff::1',
  'fc00::1',
  'fdff::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  'ff0e::1',
  'no address',
])('%s is not public', (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});

test.each([
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '223.255.255.255',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
  '2002:808:808::1',
  '2606:4700::5efe:8.8.8.8',
  '2606:4700::1:5efe:a00:1',
  '2606:4700:4700::1111',
  '2a00:1450:4001::1',
])('%s is public', (address) => {
  expect(isPrivateAddress(address)).toBe(false);
});
