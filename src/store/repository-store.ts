import { isDeepStrictEqual } from 'node:util';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Repository } from '../domain/deployment.ts';
import { UNKNOWN_OWNER } from '../domain/owner.ts';
import type { RepositoryNames, RepositoryStore } from '../domain/repository-store.ts';
import type { RepositoryTable, Schema } from './schema.ts';

/** When a repository becomes public, the app hides the logs of deployments that ended within this time. */
const HIDE_LOGS_MS = 30 * 24 * 3_600_000;
/** A stored time further in the future was written before the clock was set back. */
const MAX_AHEAD_MS = 60_000;

export function createRepositoryStore(db: Kysely<Schema>): Omit<RepositoryStore, keyof RepositoryNames> {
  return {
    async getRepository(id) {
      const row = await db.selectFrom('repository').selectAll().where('id', '=', id).executeTakeFirst();
      return row ? toRepository(row) : null;
    },

    async listKnown(ids) {
      if (ids.length === 0) return [];
      const rows = await db.selectFrom('repository').selectAll().where('id', 'in', ids).execute();
      return rows.map(toRepository);
    },

    async learnRepository(repository, formerFullName, seenAt, now) {
      // The common case: most pushes contain nothing new about their repository.
      if (await isKnown(db, repository, formerFullName)) return [];
      return db.transaction().execute(async (tx) => {
        const known = await tx
          .selectFrom('repository')
          .select(['installationId', 'private', 'seenAt'])
          .where('id', '=', repository.id)
          .executeTakeFirst();
        const latest = now === undefined ? Number.MAX_SAFE_INTEGER : now + MAX_AHEAD_MS;
        await upsertRepository(tx, repository, { seenAt, latest });
        const isNews = known !== undefined && (known.seenAt <= seenAt || known.seenAt > latest);
        const isMoved = isNews && known.installationId !== repository.installationId;
        const isMadePublic = isNews && known.private === 1 && !repository.private;
        if (isMoved) await moveDeployments(tx, repository);
        if (formerFullName) await upsertName(tx, formerFullName, repository.id, seenAt);
        await upsertName(tx, `${repository.owner}/${repository.name}`, repository.id, seenAt);
        return isMadePublic ? requestHiddenLogs(tx, repository.id, seenAt) : [];
      });
    },
  };
}

function toRepository({
  seenAt: _,
  namedAt: __,
  private: isPrivate,
  ...rest
}: Selectable<RepositoryTable>): Repository {
  return { ...rest, private: isPrivate === 1 };
}

/** True if the repository and its names are already stored with the same values. */
async function isKnown(
  db: Kysely<Schema>,
  repository: Repository,
  formerFullName: string | null,
): Promise<boolean> {
  const names = [`${repository.owner}/${repository.name}`, formerFullName ?? []].flat();
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const row = await db
    .selectFrom('repository')
    .selectAll()
    .select((query) =>
      query
        .selectFrom('repositoryName')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('fullName', 'in', [...wanted])
        .as('namesKnown'),
    )
    .where('id', '=', repository.id)
    .executeTakeFirst();
  if (!row) return false;
  const { namesKnown, ...known } = row;
  return Number(namesKnown) === wanted.size && isDeepStrictEqual(toRepository(known), repository);
}

/** Moves open and unreported deployments to the new installation. Finished ones keep the old one. */
async function moveDeployments(tx: Kysely<Schema>, { id, installationId }: Repository): Promise<void> {
  for (const table of ['deployment', 'pipelineWatch'] as const) {
    await tx
      .updateTable(table)
      .set({ installationId })
      .where('repositoryId', '=', id)
      .where((where) =>
        where.or([
          where('state', '<>', sql.lit('concluded')),
          where('reportedRevision', '<', where.ref('revision')),
        ]),
      )
      .execute();
  }
}

/**
 * Makes the check runs with logs of open and recent work due again, unless the repository's configuration sets `log`. Returns
 * the ids of the deployments and watches.
 */
async function requestHiddenLogs(
  tx: Kysely<Schema>,
  repositoryId: number,
  madePublicAt: number,
): Promise<string[]> {
  const ids: string[] = [];
  for (const table of ['deployment', 'pipelineWatch'] as const) {
    const rows = await tx
      .updateTable(table)
      .set((column) => ({ revision: column('revision', '+', 1) }))
      .where('repositoryId', '=', repositoryId)
      .where((where) => where.or([where('log', 'is', null), where('log', '=', 'final_if_private')]))
      .$if(table === 'deployment', (query) => query.where('jobId', 'is not', null))
      .$if(table === 'pipelineWatch', (query) => query.where('checkName', 'is not', null))
      .where((where) =>
        where.or([
          where('state', '<>', sql.lit('concluded')),
          where('concludedAt', '>', madePublicAt - HIDE_LOGS_MS),
        ]),
      )
      .returning('id')
      .execute();
    ids.push(...rows.map((row) => row.id));
  }
  return ids;
}

async function upsertRepository(
  tx: Kysely<Schema>,
  repository: Repository,
  { seenAt, latest }: { readonly seenAt: number; readonly latest: number },
): Promise<void> {
  const { id, installationId, owner, ownerId, name, defaultBranch } = repository;
  const values = {
    installationId,
    owner,
    ownerId,
    name,
    defaultBranch,
    private: repository.private ? 1 : 0,
  };
  await tx
    .insertInto('repository')
    .values({ id, ...values, seenAt, namedAt: seenAt })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({
          ...values,
          ownerId: sql<number>`case when excluded.owner_id = ${sql.lit(UNKNOWN_OWNER)}
            and lower(repository.owner) = lower(excluded.owner)
            then repository.owner_id else excluded.owner_id end`,
          seenAt,
          namedAt: sql<number>`case when repository.owner = excluded.owner and repository.name = excluded.name
            then repository.named_at else excluded.seen_at end`,
        })
        .where((where) =>
          where.or([where('repository.seenAt', '<=', seenAt), where('repository.seenAt', '>', latest)]),
        )
        .where((where) =>
          where.or([
            where('repository.installationId', '!=', installationId),
            where('repository.owner', '!=', owner),
            where('repository.ownerId', '!=', ownerId),
            where('repository.name', '!=', name),
            where('repository.defaultBranch', '!=', defaultBranch),
            where('repository.private', '!=', values.private),
          ]),
        ),
    )
    .execute();
}

/**
 * A name always belongs to the first repository seen with it: a new repository with the same name must not get the
 * workspaces of the old one.
 */
async function upsertName(
  tx: Kysely<Schema>,
  fullName: string,
  repositoryId: number,
  seenAt: number,
): Promise<void> {
  await tx
    .insertInto('repositoryName')
    .values({ fullName: fullName.toLowerCase(), repositoryId, seenAt })
    .onConflict((conflict) => conflict.column('fullName').doNothing())
    .execute();
}
