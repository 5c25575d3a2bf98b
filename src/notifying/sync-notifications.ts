import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import { ageOf, stamp, timeLeft } from '../domain/stored-times.ts';
import type { Destination } from './destinations.ts';
import type { NotificationStore, StoredNotification } from './notification-store.ts';
import type { SendResult } from './send-notification.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The delays after each failed try. After the last one the notification is given up. */
const RETRY_DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
  8 * HOUR_MS,
];
/** How long notifications wait for a destination that is stopped, or missing in the accounts file. */
const HELD_MS = 24 * HOUR_MS;
/** Notifications that are sent at the same time to one destination. */
const AT_ONCE = 8;

type NotificationOutcome = 'sent' | 'failed' | 'given_up';

export interface NotificationPorts {
  readonly store: NotificationStore;
  readonly findDestination: (id: string) => Destination | null;
  readonly send: (destination: Destination, notification: StoredNotification) => Promise<SendResult>;
  /** Throws if another instance sends to the destination now. */
  readonly requireLease: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onOutcome: (outcome: NotificationOutcome) => void;
}

/**
 * Sends the stored notifications of a destination. The key is its id; the result is the delay until the next try
 * (milliseconds). Those of a workspace that are due together are sent in order. After a crash one may be sent again, with the
 * same id.
 */
export function createNotificationSync(ports: NotificationPorts): (id: string) => Promise<number | null> {
  const { store, clock } = ports;
  return async (id) => {
    const next = await store.listNextNotifications(id, { now: clock.now(), limit: AT_ONCE });
    if (next.length === 0) return null;
    const destination = ports.findDestination(id);
    if (!destination || (await store.isStopped(id))) return hold(ports, next);
    const waits = next.map((notification) => measureWait(clock, notification));
    const due = next.filter((_, index) => (waits[index] ?? 0) <= 0);
    if (due.length === 0) return Math.min(...waits);
    await ports.requireLease();
    const results = await Promise.all(
      due.map(async (notification) => ({
        notification,
        result: await ports.send(destination, notification),
      })),
    );
    for (const { notification, result } of results)
      await settle(ports, { destination, notification, result });
    if (results.some(({ result }) => result.kind === 'aborted')) return null;
    if (results.some(({ result }) => result.kind === 'gone')) await stop(ports, destination);
    return 0;
  };
}

/** Keeps notifications for the time when the accounts file is read again, but not for ever. */
async function hold(ports: NotificationPorts, next: readonly StoredNotification[]): Promise<number> {
  const { clock } = ports;
  const left = next.map(({ createdAt }) => HELD_MS - ageOf(clock, createdAt));
  const expired = next.filter((_, index) => (left[index] ?? 0) <= 0);
  for (const notification of expired) {
    await giveUp(ports, notification, { problem: 'no destination for it was in use for a day' });
  }
  return expired.length > 0 ? 0 : Math.min(...left);
}

function measureWait(clock: Clock, { dueAt, attempts }: StoredNotification): number {
  return dueAt === null ? 0 : timeLeft(clock, dueAt, RETRY_DELAYS_MS[attempts - 1] ?? 0);
}

interface Try {
  readonly destination: Destination;
  readonly notification: StoredNotification;
  readonly result: SendResult;
}

async function settle(ports: NotificationPorts, { destination, notification, result }: Try): Promise<void> {
  const { store, clock, log, onOutcome } = ports;
  const fields = { ...describeDestination(destination), event: notification.eventId };
  if (result.kind === 'sent') {
    await store.finishNotification(notification.id, clock.now());
    log.info(fields, 'Notification sent');
    onOutcome('sent');
  }
  if (result.kind !== 'failed') return;
  const attempts = notification.attempts + 1;
  const delayMs = RETRY_DELAYS_MS[attempts - 1];
  const { problem } = result;
  onOutcome('failed');
  log.warn({ ...fields, problem, attempts }, 'A destination did not accept a notification');
  if (delayMs === undefined) await giveUp(ports, notification, { ...fields, problem });
  else await store.postponeNotification(notification.id, attempts, stamp(clock, delayMs));
}

async function giveUp(
  { store, clock, log, onOutcome }: NotificationPorts,
  { id, eventId }: StoredNotification,
  fields: object,
): Promise<void> {
  await store.finishNotification(id, clock.now());
  log.warn({ ...fields, event: eventId }, 'Gave up on a notification');
  onOutcome('given_up');
}

async function stop({ store, clock, log }: NotificationPorts, destination: Destination): Promise<void> {
  await store.stopDestination(destination.id, clock.now());
  log.warn(
    describeDestination(destination),
    'A destination is gone: it gets nothing until the accounts file is read again',
  );
}

/** For the log, which must not contain the address. */
function describeDestination({ account, number, format }: Destination): object {
  return { account, destination: number, format };
}
