import { type Kysely, sql } from 'kysely';
import { nameRepository } from '../domain/match-workspaces.ts';
import type { RepositoryNames } from '../domain/repository-store.ts';
import type { Schema } from './schema.ts';

/** Pins per statement: each has five values, and the databases accept some 32,000. */
const PIN_BATCH = 1_000;

export function createRepositoryNamesStore(db: Kysely<Schema>): RepositoryNames {
  return {
    async findNameOwner(fullName) {
      const row = await db
        .selectFrom('repositoryName')
        .select('repositoryId')
        .where('fullName', '=', fullName.toLowerCase())
        .executeTakeFirst();
      return row?.repositoryId ?? null;
    },

    async listHolders(fullNames) {
      if (fullNames.length === 0) return new Map();
      const rows = await db
        .selectFrom('repository')
        .select(['id', 'owner', 'name', 'namedAt'])
        .where(sql<string>`lower(owner || '/' || name)`, 'in', fullNames)
        // The last one wins in the map: the app may have missed that the other repository was renamed.
        .orderBy('seenAt')
        .execute();
      return new Map(rows.map((row) => [nameRepository(row), { repositoryId: row.id, since: row.namedAt }]));
    },

    async listPinnedNames(account, repositoryId) {
      const rows = await db
        .selectFrom('workspacePin')
        .select('fullName')
        .distinct()
        .where('account', '=', account)
        .where('repositoryId', '=', repositoryId)
        .execute();
      return rows.map((row) => row.fullName);
    },

    async listPins(account, workspaceIds) {
      if (workspaceIds.length === 0) return [];
      return db
        .selectFrom('workspacePin')
        .select(['workspaceId', 'source', 'fullName', 'repositoryId'])
        .where('account', '=', account)
        .where('workspaceId', 'in', workspaceIds)
        .execute();
    },

    async savePins(account, pins) {
      for (let from = 0; from < pins.length; from += PIN_BATCH) {
        await db
          .insertInto('workspacePin')
          .values(pins.slice(from, from + PIN_BATCH).map((pin) => ({ account, ...pin })))
          .onConflict((conflict) =>
            conflict.columns(['account', 'workspaceId', 'source']).doUpdateSet(({ ref }) => ({
              fullName: ref('excluded.fullName'),
              repositoryId: ref('excluded.repositoryId'),
            })),
          )
          .execute();
      }
    },

    async listNames(repositoryId) {
      const rows = await db
        .selectFrom('repositoryName')
        .select('fullName')
        .where('repositoryId', '=', repositoryId)
        .execute();
      return rows.map((row) => row.fullName);
    },
  };
}
