import type { Kysely, Selectable } from 'kysely';
import type { AppEvent, Delivery } from '../domain/delivery.ts';
import type { KeptPush, KeptPushStore } from '../domain/kept-push.ts';
import type { DeliveryStore, ReceivedDelivery } from '../domain/ports.ts';
import type { DeliveryTable, Schema } from './schema.ts';

export function createDeliveryStore(db: Kysely<Schema>): DeliveryStore & KeptPushStore {
  return {
    async record(delivery, push) {
      if (!push) return recordDelivery(db, delivery);
      return db.transaction().execute(async (tx) => {
        const isNew = await recordDelivery(tx, delivery);
        if (isNew) await keepPush(tx, delivery, push);
        return isNew;
      });
    },

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

    async listPending(repositoryId) {
      const rows = await db
        .selectFrom('delivery')
        .selectAll()
        .where('repositoryId', '=', repositoryId)
        .where('outcome', 'is', null)
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

async function recordDelivery(db: Kysely<Schema>, delivery: ReceivedDelivery): Promise<boolean> {
  const { id, name, receivedAt, event } = delivery;
  const result = await db
    .insertInto('delivery')
    .values({
      id,
      name,
      receivedAt,
      repositoryId: event.repository.id,
      event: JSON.stringify(event),
      afterSha: event.kind === 'push' ? event.after : null,
      outcome: event.kind === 'ignored' ? event.reason : null,
      retryAt: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** In the place of the branch's older one. */
async function keepPush(db: Kysely<Schema>, delivery: ReceivedDelivery, push: KeptPush): Promise<void> {
  const { receivedAt } = delivery;
  const { ref, pushedAt, payload } = push;
  await db
    .insertInto('pushPayload')
    .values({ id: nameBranch(delivery.event.repository.id, ref), payload, pushedAt, receivedAt })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({ payload, pushedAt, receivedAt })
        .where('pushPayload.pushedAt', '<=', pushedAt),
    )
    .execute();
}

function nameBranch(repositoryId: number, ref: string): string {
  return `${repositoryId} ${ref}`;
}

function toDelivery(row: Selectable<DeliveryTable>): Delivery {
  const { id, name, receivedAt, attempts, retryAt } = row;
  return { id, name, receivedAt, attempts, retryAt, event: JSON.parse(row.event) as AppEvent };
}
