import { type Kysely, type Selectable, sql } from 'kysely';
import type { AppEvent, Delivery } from '../domain/delivery.ts';
import type { DeliveryStore } from '../domain/delivery-store.ts';
import { toRef } from '../domain/git-ref.ts';
import type { KeptPushStore } from '../domain/kept-push.ts';
import { type DeliveryRecorder, formatBranchKey } from './record-deliveries.ts';
import type { DeliveryTable, Schema, StoredEvent } from './schema.ts';

export function createDeliveryStore(
  db: Kysely<Schema>,
  recorder: DeliveryRecorder,
): DeliveryStore & KeptPushStore {
  return {
    record: (delivery, push) => recorder.record(delivery, push),
    untilRecorded: () => recorder.untilRecorded(),

    async findPush(repositoryId, branch) {
      const row = await db
        .selectFrom('pushPayload')
        .select('payload')
        .where('id', '=', formatBranchKey(repositoryId, toRef(branch)))
        .executeTakeFirst();
      return row?.payload ?? null;
    },

    async listPending(repositoryId, since = 0) {
      const rows = await selectDeliveries(db)
        .where('repositoryId', '=', repositoryId)
        .where('outcome', 'is', null)
        .where('receivedAt', '>=', since)
        .orderBy('receivedAt')
        .execute();
      return rows.map(toDelivery);
    },

    async findDelivery(id) {
      const row = await selectDeliveries(db).where('id', '=', id).executeTakeFirst();
      return row ? toDelivery(row) : null;
    },

    async postpone(id, attempts, retryAt) {
      await db.updateTable('delivery').set({ attempts, retryAt }).where('id', '=', id).execute();
    },
  };
}

/**
 * GitHub redelivers for three days, and the app keeps records for at least four. A delivery that arrives later than this
 * after its event is a replay if the event is older than the removed deliveries.
 */
const REDELIVERED_WITHIN_MS = 3.5 * 24 * 60 * 60_000;

const IS_REPLAY = sql<unknown>`(
  (delivery.signed_at <= (select value from note where name = 'events_forgotten_until')
    and delivery.received_at - delivery.signed_at > ${sql.lit(REDELIVERED_WITHIN_MS)})
  or exists (select 1 from forgotten_press where forgotten_press.fingerprint = delivery.fingerprint))`;

function selectDeliveries(db: Kysely<Schema>) {
  return db.selectFrom('delivery').selectAll().select(IS_REPLAY.as('isReplay'));
}

function toDelivery(row: Selectable<DeliveryTable> & { isReplay: unknown }): Delivery {
  return {
    id: row.id,
    name: row.name,
    receivedAt: row.receivedAt,
    event: readEvent(row),
    isReplay: Boolean(row.isReplay),
    attempts: row.attempts,
    retryAt: row.retryAt,
  };
}

function readEvent({ event: text, message }: StoredEvent): AppEvent {
  const event = JSON.parse(text) as AppEvent;
  return event.kind === 'push' && message !== null ? { ...event, message } : event;
}
