import { type Kysely, sql } from 'kysely';
import type { NewNotification } from '../domain/notification.ts';
import type { NotificationStore } from '../notifying/notification-store.ts';
import type { Schema } from './schema.ts';

export function createNotificationStore(db: Kysely<Schema>): NotificationStore {
  return {
    async listNextNotifications(destination, { now, limit }) {
      return db
        .selectFrom('notification')
        .selectAll()
        .where('destination', '=', destination)
        .where('finishedAt', 'is', null)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('notification as earlier')
                .select(sql.lit(1).as('one'))
                .whereRef('earlier.destination', '=', 'notification.destination')
                .whereRef('earlier.subject', '=', 'notification.subject')
                .where('earlier.finishedAt', 'is', null)
                .where((where) =>
                  where.or([where('earlier.dueAt', 'is', null), where('earlier.dueAt', '<=', now)]),
                )
                .where(
                  sql<boolean>`(earlier.created_at, earlier.id) < (notification.created_at, notification.id)`,
                ),
            ),
          ),
        )
        .orderBy(sql`coalesce(due_at, 0)`)
        .orderBy('createdAt')
        .orderBy('id')
        .limit(limit)
        .execute();
    },

    async postponeNotification(id, attempts, dueAt) {
      await db.updateTable('notification').set({ attempts, dueAt }).where('id', '=', id).execute();
    },

    async finishNotification(id, now) {
      await db.updateTable('notification').set({ finishedAt: now }).where('id', '=', id).execute();
    },

    async listOpenDestinations() {
      const open = db.selectFrom('notification').select('destination').distinct();
      const rows = await open.where('finishedAt', 'is', null).execute();
      return rows.map((row) => row.destination);
    },

    async stopDestination(destination, now) {
      await db
        .insertInto('stoppedDestination')
        .values({ destination, stoppedAt: now })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async isStopped(destination) {
      const row = await db
        .selectFrom('stoppedDestination')
        .select('destination')
        .where('destination', '=', destination)
        .executeTakeFirst();
      return row !== undefined;
    },

    async resumeDestinations() {
      await db.deleteFrom('stoppedDestination').execute();
    },
  };
}

/** An event that is stored already changes nothing. */
export async function insertNotifications(
  db: Kysely<Schema>,
  notifications: readonly NewNotification[],
): Promise<void> {
  if (notifications.length === 0) return;
  await db
    .insertInto('notification')
    .values(notifications.map((one) => ({ ...one, attempts: 0, dueAt: null, finishedAt: null })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
