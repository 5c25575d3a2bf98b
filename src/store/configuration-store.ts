import type { Kysely } from 'kysely';
import type { ConfigurationStore, StoredConfiguration } from '../domain/configuration-in-use.ts';
import type { Schema } from './schema.ts';

export function createConfigurationStore(db: Kysely<Schema>): ConfigurationStore {
  return {
    async readConfiguration(repositoryId) {
      const row = await db
        .selectFrom('configuration')
        .selectAll()
        .where('repositoryId', '=', repositoryId)
        .executeTakeFirst();
      if (!row) return null;
      return {
        branch: row.branch,
        sha: row.sha,
        pushedAt: row.pushedAt,
        content: row.content,
        good: row.good === null ? null : (JSON.parse(row.good) as StoredConfiguration['good']),
        bad: row.bad === null ? null : (JSON.parse(row.bad) as StoredConfiguration['bad']),
        wasHeld: row.wasHeld === 1,
        isUnnamed: row.isUnnamed === 1,
      };
    },

    async saveConfiguration(repositoryId, { good, bad, wasHeld, isUnnamed, ...stored }) {
      const values = {
        ...stored,
        good: good && JSON.stringify(good),
        bad: bad && JSON.stringify(bad),
        wasHeld: wasHeld ? 1 : 0,
        isUnnamed: isUnnamed ? 1 : 0,
      };
      await db
        .insertInto('configuration')
        .values({ repositoryId, ...values })
        .onConflict((conflict) => conflict.column('repositoryId').doUpdateSet(values))
        .execute();
    },
  };
}
