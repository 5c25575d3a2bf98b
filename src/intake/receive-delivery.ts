import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type { AppEvent, PushEvent } from '../domain/delivery.ts';
import type { DeliveryStore, ReceivedDelivery } from '../domain/delivery-store.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';
import { branchOf } from '../domain/git-ref.ts';
import { keepPayload } from '../domain/kept-push.ts';
import type { Owner } from '../domain/owner.ts';
import { stamp } from '../domain/stored-times.ts';
import { identifyEvent } from './identify-event.ts';
import { Refusal } from './refusal.ts';

export interface ReceivePorts {
  readonly deliveries: DeliveryStore;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Logger;
  /** True if the owner's deployments use the webhook trigger, which needs the payload of the push. */
  readonly keepsPushes: (owner: Owner) => Promise<boolean>;
  readonly onDelivery: (event: string, outcome: 'stored' | 'duplicate' | 'unreadable') => void;
}

/** An event from Probot with an undecoded payload. */
export interface IncomingEvent {
  readonly id: string;
  readonly name: string;
  readonly payload: unknown;
}

/**
 * Stores a delivery and wakes its planning. Throws a `Refusal`: 422 for an invalid payload, 503 while the database is
 * unavailable.
 */
export async function receiveDelivery(
  ports: ReceivePorts,
  incoming: IncomingEvent,
  read: (payload: unknown) => AppEvent,
): Promise<void> {
  const { id, name } = incoming;
  const event = readOrRefuse(ports, incoming, read);
  const identity = identifyEvent(event, incoming.payload);
  const delivery = { id, name, receivedAt: stamp(ports.clock), event, identity };
  const isNew = await store(ports, delivery, incoming).catch((error: unknown) => {
    throw new Refusal(503, 'Storing the delivery failed.', { cause: error });
  });
  ports.onDelivery(name, isNew ? 'stored' : 'duplicate');
  const fields = { delivery: id, event: name, repository: event.repository.id };
  if (!isNew) return ports.log.info({ ...fields, noop: 'duplicate' }, 'Delivery already known');
  if (event.kind === 'ignored') return ports.log.debug({ ...fields, noop: event.reason }, 'Delivery ignored');
  ports.log.info(fields, 'Delivery stored');
  ports.dispatcher.wake('plan', String(event.repository.id));
}

async function store(
  { deliveries, keepsPushes }: ReceivePorts,
  delivery: ReceivedDelivery,
  { payload }: IncomingEvent,
): Promise<boolean> {
  const { event } = delivery;
  if (event.kind !== 'push' || !movesBranch(event)) return deliveries.record(delivery);
  const { owner: login, ownerId: id } = event.repository;
  if (!(await keepsPushes({ id, login }))) return deliveries.record(delivery);
  return deliveries.record(delivery, {
    ref: event.ref,
    pushedAt: event.pushedAt ?? 0,
    payload: keepPayload(payload as object),
  });
}

/** Whether the payload is worth keeping. Planning decides whether the push deploys. */
function movesBranch({ deleted, ref }: PushEvent): boolean {
  return !deleted && branchOf(ref) !== null;
}

function readOrRefuse(
  ports: ReceivePorts,
  { name, payload }: IncomingEvent,
  read: (payload: unknown) => AppEvent,
): AppEvent {
  try {
    return read(payload);
  } catch (error) {
    ports.onDelivery(name, 'unreadable');
    throw new Refusal(422, 'The payload does not have the documented form.', { cause: error });
  }
}
