import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { inWorld, type World } from './world.ts';

type Payload = Record<string, unknown>;

/** The payload of a push that the sandbox doesn't deliver, with `change` applied. */
async function sendPush(world: World, change: (payload: Payload) => Payload): Promise<string> {
  const { github } = world;
  const { url: webhookUrl } = github.hook;
  github.hook.url = null;
  const { after, guid, delivered } = world.push();
  await delivered;
  github.hook.url = webhookUrl;
  const delivery = github.hook.deliveries.find((one) => one.guid === guid);
  if (!delivery || webhookUrl === null) throw new Error('No delivery');
  const body = JSON.stringify(change(structuredClone(delivery.payload)));
  const signature = createHmac('sha256', github.app.webhookSecret).update(body).digest('hex');
  const headers = {
    ...delivery.headers,
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': `sha256=${signature}`,
    'content-length': Buffer.byteLength(body),
  };
  expect(await post(webhookUrl, headers, body)).toBeLessThan(300);
  return after;
}

function post(url: string, headers: Record<string, string | number>, body: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = request(url, { method: 'POST', headers });
  sent.on('response', (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

const without =
  (...names: string[]) =>
  (payload: Payload): Payload =>
    Object.fromEntries(Object.entries(payload).filter(([name]) => !names.includes(name)));

test.concurrent.each<[string, (payload: Payload) => Payload]>([
  ['a sender', without('sender')],
  ['a sender and a pusher', without('sender', 'pusher')],
  ['commits and a head commit', (payload) => ({ ...without('commits')(payload), head_commit: null })],
  ['an installation', without('installation')],
  [
    'an owner of its repository',
    (payload) => ({ ...payload, repository: { ...(payload['repository'] as Payload), owner: null } }),
  ],
])('a push without %s is deployed', (_, change) =>
  inWorld(async (world) => {
    await world.deployPush();
    const after = await sendPush(world, change);
    const job = await world.job(2);
    job.run();
    job.end('COMPLETE');
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
  }),
);
