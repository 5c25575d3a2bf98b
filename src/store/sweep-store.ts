import type { Kysely } from 'kysely';
import type { HeadSweepStore, SweepStore } from '../recovery/sweep-store.ts';
import type { ResumeStore } from '../reporting/report-store.ts';
import type { NoteTable, Schema } from './schema.ts';

export function createSweepStore(db: Kysely<Schema>): SweepStore & ResumeStore {
  async function readNote(name: NoteTable['name']): Promise<number | null> {
    const row = await db.selectFrom('note').select('value').where('name', '=', name).executeTakeFirst();
    return row?.value ?? null;
  }

  async function saveNote(name: NoteTable['name'], value: number): Promise<void> {
    await db
      .insertInto('note')
      .values({ name, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute();
  }

  return {
    async readBeginning() {
      return (await readNote('began_at')) ?? 0;
    },
    readDeliveriesSweptAt: () => readNote('deliveries_swept_at'),

    saveDeliveriesSweptAt: (time) => saveNote('deliveries_swept_at', time),

    saveResumedAt: (installationId, time) => saveNote(`installation_${installationId}_resumed_at`, time),
    readResumedAt: (installationId) => readNote(`installation_${installationId}_resumed_at`),

    async listUnknownDeliveries(guids) {
      if (guids.length === 0) return new Set();
      const rows = await db.selectFrom('delivery').select('id').where('id', 'in', guids).execute();
      const known = new Set(rows.map((row) => row.id));
      return new Set(guids.filter((guid) => !known.has(guid)));
    },

    async readRedeliveries(guids) {
      if (guids.length === 0) return new Map();
      const rows = await db.selectFrom('redelivery').selectAll().where('guid', 'in', guids).execute();
      return new Map(rows.map(({ guid, ...redelivery }) => [guid, redelivery]));
    },

    async noteRedelivery({ id: loggedId, guid }, askedAt) {
      await db
        .insertInto('redelivery')
        .values({ guid, attempts: 1, askedAt, loggedId })
        .onConflict((conflict) =>
          conflict.column('guid').doUpdateSet((column) => ({
            attempts: column('redelivery.attempts', '+', 1),
            askedAt,
            loggedId,
          })),
        )
        .execute();
    },

    async wasRedeliveryRequested(guid) {
      const row = await db
        .selectFrom('redelivery')
        .select('guid')
        .where('guid', '=', guid)
        .executeTakeFirst();
      return row !== undefined;
    },

    ...createHeadStore(db),
  };
}

function createHeadStore(db: Kysely<Schema>): HeadSweepStore {
  return {
    async listSweptPushes(repositoryIds) {
      if (repositoryIds.length === 0) return new Map();
      const rows = await db
        .selectFrom('sweptRepository')
        .selectAll()
        .where('repositoryId', 'in', repositoryIds)
        .execute();
      return new Map(rows.map((row) => [row.repositoryId, row.pushedAt]));
    },

    async saveSweptPush(repositoryId, pushedAt) {
      await db
        .insertInto('sweptRepository')
        .values({ repositoryId, pushedAt })
        .onConflict((conflict) => conflict.column('repositoryId').doUpdateSet({ pushedAt }))
        .execute();
    },

    async readBranchHead(repositoryId, branch) {
      const row = await db
        .selectFrom('branchHead')
        .selectAll()
        .where('repositoryId', '=', repositoryId)
        .where('branch', '=', branch)
        .executeTakeFirst();
      if (!row) return null;
      const { sha, candidateSha, candidateSeenAt } = row;
      const isKnown = candidateSha !== null && candidateSeenAt !== null;
      return { sha, candidate: isKnown ? { sha: candidateSha, seenAt: candidateSeenAt } : null };
    },

    async saveBranchHead(repositoryId, branch, { sha, candidate }) {
      const values = {
        sha,
        candidateSha: candidate?.sha ?? null,
        candidateSeenAt: candidate?.seenAt ?? null,
      };
      await db
        .insertInto('branchHead')
        .values({ repositoryId, branch, ...values })
        .onConflict((conflict) => conflict.columns(['repositoryId', 'branch']).doUpdateSet(values))
        .execute();
    },

    async hasPush(repositoryId, ref, sha) {
      const rows = await db
        .selectFrom('delivery')
        .select('event')
        .where('repositoryId', '=', repositoryId)
        .where('afterSha', '=', sha)
        .execute();
      return rows.some((row) => (JSON.parse(row.event) as { ref?: string }).ref === ref);
    },
  };
}
