import type { Kysely, Selectable } from 'kysely';
import type { AppEvent, Delivery } from '../domain/delivery.ts';
import type { KeptPushStore } from '../domain/kept-push.ts';
import type { DeliveryStore } from '../domain/ports.ts';
import { nameBranch } from './name-branch.ts';
import { createDeliveryRecorder } from './record-deliveries.ts';
import type { DeliveryTable, Schema } from './schema.ts';

export function createDeliveryStore(db: Kysely<Schema>): DeliveryStore & KeptPushStore {
  return {
    record: createDeliveryRecorder(db),

    async findPush(repositoryId, branch) {
      const row = await db
        .selectFrom('pushPayload')
        .select('payload')
        .where('id', '=', nameBranch(repositoryId, `refs/heads/${branch}`))
        .executeTakeFirst();
      return row?.payload ?? null;
    },

    async listPendingRepositories() {
      const rows = await db
        .selectFrom('delivery')
        .select('repositoryId')
        .distinct()
        .where('outcome', 'is', null)
        .execute();
      return rows.map((row) => row.repositoryId);
    },

    async listPending(repositoryId, since = 0) {
      const rows = await db
        .selectFrom('delivery')
        .selectAll()
        .where('repositoryId', '=', repositoryId)
        .where('outcome', 'is', null)
        .where('receivedAt', '>=', since)
        .orderBy('receivedAt')
        .execute();
      return rows.map(toDelivery);
    },

    async findDelivery(id) {
      const row = await db.selectFrom('delivery').selectAll().where('id', '=', id).executeTakeFirst();
      return row ? toDelivery(row) : null;
    },

    async postpone(id, attempts, retryAt) {
      await db.updateTable('delivery').set({ attempts, retryAt }).where('id', '=', id).execute();
    },
  };
}

function toDelivery(row: Selectable<DeliveryTable>): Delivery {
  const { id, name, receivedAt, attempts, retryAt } = row;
  return { id, name, receivedAt, attempts, retryAt, event: JSON.parse(row.event) as AppEvent };
}
