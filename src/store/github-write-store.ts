import type { Kysely } from 'kysely';
import type { GitHubWriteStore } from '../reporting/pace/github-write-store.ts';
import type { Schema } from './schema.ts';

export function createGitHubWriteStore(db: Kysely<Schema>): GitHubWriteStore {
  return {
    async noteGitHubWrite(installationId, at) {
      await db.insertInto('githubWrite').values({ installationId, at }).execute();
    },

    async listGitHubWrites(installationId) {
      const rows = await db
        .selectFrom('githubWrite')
        .select('at')
        .where('installationId', '=', installationId)
        .execute();
      return rows.map(({ at }) => at);
    },

    async forgetGitHubWrites(installationId, before) {
      await db
        .deleteFrom('githubWrite')
        .where('installationId', '=', installationId)
        .where('at', '<', before)
        .execute();
    },

    async saveGitHubHold(installationId, until) {
      await db
        .insertInto('note')
        .values({ name: `installation_${installationId}_held_until`, value: until })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: until }))
        .execute();
    },

    async readGitHubHold(installationId) {
      const row = await db
        .selectFrom('note')
        .select('value')
        .where('name', '=', `installation_${installationId}_held_until`)
        .executeTakeFirst();
      return row?.value ?? null;
    },
  };
}
