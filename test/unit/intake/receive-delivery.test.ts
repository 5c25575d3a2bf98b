import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import type { AppEvent, Delivery } from '../../../src/domain/delivery.ts';
import type { DeliveryStore } from '../../../src/domain/delivery-store.ts';
import type { KeptPush } from '../../../src/domain/kept-push.ts';
import { identifyEvent } from '../../../src/intake/identify-event.ts';
import { receiveDelivery } from '../../../src/intake/receive-delivery.ts';
import { FakeDispatcher } from '../deploying/fake-ports.ts';
import { REPOSITORY } from '../deploying/reconcile-world.ts';
import { buildPush } from '../planning/plan-world.ts';

const incoming = { id: 'guid', name: 'push', payload: { secret: 'hunter2' } } as const;

let dispatcher: FakeDispatcher;
let recorded: Pick<Delivery, 'id' | 'name' | 'receivedAt' | 'event'>[];
let outcomes: string[];
let lines: string[];
let kept: (KeptPush | undefined)[];
let keepsPushes: boolean;
/** What the store says; an error rejects. */
let answer: boolean | Error;

beforeEach(() => {
  dispatcher = new FakeDispatcher();
  [recorded, outcomes, lines, answer] = [[], [], [], true];
  [kept, keepsPushes] = [[], false];
});

function receive(read: (payload: unknown) => AppEvent = () => buildPush()): Promise<void> {
  const record: DeliveryStore['record'] = async (delivery, push) => {
    kept.push(push);
    if (answer instanceof Error) throw answer;
    // Nothing may be woken before the delivery is stored.
    expect(dispatcher.wakes).toEqual([]);
    recorded.push(delivery);
    return answer;
  };
  const ports = {
    deliveries: { record } as DeliveryStore,
    dispatcher,
    clock: { now: () => 1_234, elapsed: () => 1_234 },
    keepsPushes: async () => keepsPushes,
    log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
    onDelivery: (event: string, outcome: string) => void outcomes.push(`${event} ${outcome}`),
  };
  return receiveDelivery(ports, incoming, read);
}

test('a delivery is stored with its GUID, and then its repository is woken', async () => {
  await receive();
  const identity = identifyEvent(buildPush(), incoming.payload);
  expect(recorded).toEqual([{ id: 'guid', name: 'push', receivedAt: 1_234, event: buildPush(), identity }]);
  expect(dispatcher.wakes).toEqual([{ queue: 'plan', key: String(REPOSITORY.id) }]);
  expect(outcomes).toEqual(['push stored']);
});

test('a known one wakes nothing, and is answered like the first', async () => {
  answer = false;
  await receive();
  expect(dispatcher.wakes).toEqual([]);
  expect(outcomes).toEqual(['push duplicate']);
  expect(lines.map((line) => JSON.parse(line).noop)).toEqual(['duplicate']);
});

test('one that can not be read is answered with 422 and not stored', async () => {
  const error = new Error('ref: expected a string');
  const refused = receive(() => {
    throw error;
  });
  await expect(refused).rejects.toMatchObject({ status: 422, cause: error });
  expect(recorded).toEqual([]);
  expect(dispatcher.wakes).toEqual([]);
  expect(outcomes).toEqual(['push unreadable']);
});

test('one that can not be stored is answered with 503, so that it comes again', async () => {
  answer = new Error('disk full');
  await expect(receive()).rejects.toMatchObject({ status: 503, cause: answer });
  expect(dispatcher.wakes).toEqual([]);
  expect(outcomes).toEqual([]);
});

test('no payload reaches the log', async () => {
  await receive();
  dispatcher.wakes.length = 0;
  answer = false;
  await receive();
  await receive(() => {
    throw new Error('unreadable');
  }).catch(() => undefined);
  expect(lines).toHaveLength(2);
  expect(lines.join('')).not.toMatch('hunter2');
});

test('the payload of a push to a branch is kept where deployments are started by it', async () => {
  await receive();
  keepsPushes = true;
  for (const differences of [{}, { deleted: true }, { ref: 'refs/tags/v1' }]) {
    dispatcher.wakes.length = 0;
    await receive(() => buildPush(differences));
  }
  const { ref, pushedAt } = buildPush();
  const payload = JSON.stringify(incoming.payload);
  expect(kept).toEqual([undefined, { ref, pushedAt, payload }, undefined, undefined]);
  expect(lines.join('')).not.toMatch('hunter2');
});
