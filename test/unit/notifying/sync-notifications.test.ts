import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import type { NewNotification } from '../../../src/domain/notification.ts';
import { Destinations } from '../../../src/notifying/destinations.ts';
import type { SendResult } from '../../../src/notifying/send-notification.ts';
import { createNotificationSync } from '../../../src/notifying/sync-notifications.ts';
import type { Stores } from '../../../src/store/create-stores.ts';
import { FakeClock } from '../deploying/fake-ports.ts';
import { openStores } from '../deploying/reconcile-world.ts';
import { buildPlanned } from '../domain/deployment-builder.ts';
import { buildRepository } from '../domain/push-builder.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const HOOK = {
  url: 'https://hooks.example/secret-path',
  format: 'slack',
  on: ['failed'],
  secret: null,
  privateNetwork: false,
} as const;
const CONFIGURED = [{ key: '@acme', notify: [HOOK] }];

let clock: FakeClock;
let stores: Stores;
let lines: Record<string, unknown>[];
let tries: { event: string; at: number }[];
/** The answer to each event; the default is success. */
let answers: Map<string, SendResult>;
let outcomes: string[];
let destinations: Destinations;
let id: string;
let run: (id: string) => Promise<number | null>;

beforeEach(async () => {
  clock = new FakeClock();
  stores = await openStores();
  lines = [];
  tries = [];
  answers = new Map();
  outcomes = [];
  destinations = new Destinations(CONFIGURED);
  id = destinations.ofAccount('@acme')[0]?.id ?? '';
  run = start();
});

/** A process: only the store survives it. */
function start() {
  const write = (line: string) => void lines.push(JSON.parse(line));
  return createNotificationSync({
    store: stores,
    findDestination: (wanted) => destinations.byId(wanted),
    async send(_, { eventId }) {
      tries.push({ event: eventId, at: clock.elapsed() });
      return answers.get(eventId) ?? { kind: 'sent' };
    },
    requireLease: async () => undefined,
    clock: { now: clock.now, elapsed: clock.elapsed },
    log: pino({ level: 'debug' }, { write }),
    onOutcome: (outcome) => void outcomes.push(outcome),
  });
}

async function store(event: string, subject = 'analytics'): Promise<void> {
  const deliveryId = `delivery of ${event}`;
  const planned = buildPlanned({ deliveryId });
  const notification: NewNotification = {
    id: `${event}:${id}`,
    eventId: event,
    destination: id,
    subject,
    body: '{}',
    createdAt: clock.now(),
  };
  const delivery = { kind: 'push', account: 'acme', repository: buildRepository() } as never;
  await stores.record({ id: deliveryId, name: 'push', receivedAt: clock.now(), event: delivery });
  const plan = { deliveryId, outcome: 'push', deployments: [planned], now: clock.now() } as const;
  await stores.commitPlan(plan, () => [notification]);
}

/** Runs the handler at the times that it asks for, until it has nothing to do; at most until `until`. */
async function runUntil(until = Number.POSITIVE_INFINITY): Promise<void> {
  for (let wait = await run(id); wait !== null; wait = await run(id)) {
    if (clock.elapsed() + wait > until) return;
    clock.advance(wait);
  }
}

const FAILED: SendResult = { kind: 'failed', problem: 'it answered 500' };

test('a message is tried ten times at the published times, and then given up', async () => {
  await store('one');
  answers.set('one', FAILED);
  await runUntil();
  const delays = tries.map(({ at }, index) => at - (tries[index - 1]?.at ?? 0));
  expect(delays).toEqual([
    0,
    5_000,
    30_000,
    2 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    8 * HOUR,
  ]);
  expect(outcomes).toEqual([...Array.from({ length: 10 }, () => 'failed'), 'given_up']);
  expect(lines.at(-1)).toMatchObject({
    msg: 'Gave up on a notification',
    account: '@acme',
    destination: 1,
    format: 'slack',
    problem: 'it answered 500',
    event: 'one',
  });
  expect(JSON.stringify(lines)).not.toContain('hooks.example');
});

test('a restart keeps the time of the next try', async () => {
  await store('one');
  answers.set('one', FAILED);
  await runUntil(MINUTE);
  expect(tries.map(({ at }) => at)).toEqual([0, 5_000, 35_000]);
  run = start();
  answers.clear();
  await runUntil();
  expect(tries.map(({ at }) => at)).toEqual([0, 5_000, 35_000, 155_000]);
  expect(outcomes.at(-1)).toBe('sent');
});

test('messages of a workspace that are due together are sent in order', async () => {
  for (const event of ['broken', 'repaired', 'broken again']) {
    await store(event);
    clock.advance(1);
  }
  await store('elsewhere', 'billing');
  await runUntil();
  expect(tries.map(({ event }) => event)).toEqual(['broken', 'elsewhere', 'repaired', 'broken again']);
});

test('a message that is tried again later does not hold up the later ones', async () => {
  await store('broken');
  answers.set('broken', FAILED);
  clock.advance(1_000);
  await store('repaired');
  await runUntil(4_000);
  expect(tries).toEqual([
    { event: 'broken', at: 1_000 },
    { event: 'repaired', at: 1_000 },
  ]);
  answers.clear();
  await runUntil();
  expect(tries.at(-1)).toEqual({ event: 'broken', at: 6_000 });
});

test('more workspaces than are sent at once get their turn, also if the first ones fail', async () => {
  const events = Array.from({ length: 20 }, (_, index) => `event ${index}`);
  for (const event of events) {
    await store(event, event);
    if (event !== 'event 19') answers.set(event, FAILED);
  }
  await runUntil(0);
  expect(new Set(tries.map(({ event }) => event))).toEqual(new Set(events));
  expect(outcomes.filter((one) => one === 'sent')).toHaveLength(1);
});

test('after 410 nothing is sent until the accounts file is read again, and then the same messages', async () => {
  await store('one');
  await store('other', 'billing');
  answers.set('one', { kind: 'gone' });
  answers.set('other', { kind: 'gone' });
  await runUntil(HOUR);
  expect(tries).toHaveLength(2);
  expect(lines.map(({ msg }) => msg)).toEqual([
    'A destination is gone: it gets nothing until the accounts file is read again',
  ]);
  run = start();
  await runUntil(2 * HOUR);
  expect(tries).toHaveLength(2);
  answers.clear();
  await stores.resumeDestinations();
  await runUntil();
  expect(tries.map(({ event }) => event)).toEqual(['one', 'other', 'one', 'other']);
  expect(outcomes).toEqual(['sent', 'sent']);
});

test.each([
  ['stopped', async () => stores.stopDestination(id, clock.now())],
  ['missing in the file', async () => destinations.replace([])],
])('the messages of a destination that is %s are given up after a day', async (_, leave) => {
  await store('one');
  await leave();
  await runUntil();
  expect(tries).toEqual([]);
  expect(clock.elapsed()).toBe(24 * HOUR);
  expect(outcomes).toEqual(['given_up']);
});

test('a try that the stop of the process cuts off does not count', async () => {
  await store('one');
  answers.set('one', { kind: 'aborted' });
  expect(await run(id)).toBeNull();
  expect(outcomes).toEqual([]);
  expect(await stores.listNextNotifications(id, { now: clock.now(), limit: 1 })).toMatchObject([
    { attempts: 0, dueAt: null },
  ]);
});
