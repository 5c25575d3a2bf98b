import { createHash } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { CommandStore } from '../commands/command-store.ts';
import { type CommandRecord, type NewCommand, NOTHING_WRITTEN } from '../domain/conversation.ts';
import { isOfRepositoryWorkspace } from './deployment-conditions.ts';
import { toDeployment } from './deployment-row.ts';
import type { CommandTable, Schema } from './schema.ts';

export function createCommandStore(db: Kysely<Schema>): CommandStore {
  return {
    async getCommand(id) {
      const row = await db.selectFrom('command').selectAll().where('id', '=', id).executeTakeFirst();
      return row ? toCommand(row) : null;
    },

    async saveCommand(id, change) {
      await db.updateTable('command').set(change).where('id', '=', id).execute();
    },

    async listCommandDeployments(id) {
      const rows = await db
        .selectFrom('deployment')
        .selectAll()
        .where((where) => where.or([where('deliveryId', '=', id), where('withdrawDeliveryId', '=', id)]))
        .orderBy('workspaceName')
        .orderBy('receivedAt')
        .orderBy('id')
        .execute();
      return rows.map(toDeployment);
    },

    async isRepeated(command, withinMs) {
      const row = await db
        .selectFrom('command')
        .select('id')
        .where('fingerprint', '=', fingerprint(command))
        // In both directions: deliveries of two comments may arrive in either order.
        .where('askedAt', '>=', command.askedAt - withinMs)
        .where('askedAt', '<=', command.askedAt + withinMs)
        .where('id', '<>', command.id)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    async findRerun({ repositoryId, deploymentId, actor, isForced, since, until }) {
      const row = await db
        .selectFrom('deployment')
        .selectAll()
        .where('redeployOf', '=', deploymentId)
        .where('repositoryId', '=', repositoryId)
        .where('requestedBy', '=', actor)
        .where('forcedBy', isForced ? 'is not' : 'is', null)
        .where('receivedAt', '>=', since)
        .where('receivedAt', '<=', until)
        .limit(1)
        .executeTakeFirst();
      return row ? toDeployment(row) : null;
    },

    async listRecent(workspace, limit) {
      const rows = await db
        .selectFrom('deployment')
        .selectAll()
        .where(isOfRepositoryWorkspace(workspace))
        .where('revision', '>', 0)
        .orderBy('receivedAt', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toDeployment);
    },
  };
}

export function toCommandRow(command: NewCommand): Selectable<CommandTable> {
  const { place, parsed, answer, ...rest } = command;
  return {
    ...rest,
    place: JSON.stringify(place),
    parsed: JSON.stringify(parsed),
    answer: JSON.stringify(answer),
    fingerprint: fingerprint(command),
    ...NOTHING_WRITTEN,
  };
}

function toCommand({ fingerprint: _, ...row }: Selectable<CommandTable>): CommandRecord {
  return {
    ...row,
    place: JSON.parse(row.place) as CommandRecord['place'],
    parsed: JSON.parse(row.parsed) as CommandRecord['parsed'],
    answer: JSON.parse(row.answer) as CommandRecord['answer'],
  };
}

/** Equal for equal commands of the same person in the same place. */
function fingerprint({
  repositoryId,
  place,
  actor,
  parsed,
}: Omit<Parameters<CommandStore['isRepeated']>[0], 'id' | 'askedAt'>): string {
  const target = place.kind === 'commit' ? place.sha : place.number;
  const parts = JSON.stringify([repositoryId, target, actor.toLowerCase(), parsed]);
  return createHash('sha256').update(parts).digest('base64');
}
