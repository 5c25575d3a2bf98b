import { type Kysely, sql } from 'kysely';
import type { HealthStore } from '../web/readiness.ts';
import type { Schema } from './schema.ts';
import { DataDirectoryProblem } from './sqlite-errors.ts';

export function createHealthStore(db: Kysely<Schema>): HealthStore {
  return {
    async tryWrite(now) {
      try {
        await db
          .insertInto('note')
          .values({ name: 'written_at', value: now })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: now }))
          .execute();
        return null;
      } catch (error) {
        return describeProblem(error);
      }
    },

    async readOldestDue(now) {
      const { oldest } = await db
        .selectFrom('delivery')
        .select(sql<number | null>`min(coalesce(retry_at, received_at))`.as('oldest'))
        .where('outcome', 'is', null)
        .where((where) => where.or([where('retryAt', 'is', null), where('retryAt', '<=', now)]))
        .executeTakeFirstOrThrow();
      return oldest;
    },
  };
}

/** The code of an error from SQLite, or an SQLSTATE of PostgreSQL. */
const ANSWERED = /^(?:ERR_SQLITE_ERROR|[0-9A-Z]{5})$/;

/** The text is public: it contains neither the directory nor the address of the server. */
function describeProblem(error: unknown): string {
  if (error instanceof DataDirectoryProblem) return error.trouble.problem;
  const { message, code } = error as NodeJS.ErrnoException;
  return ANSWERED.test(code ?? '') ? message : 'it does not answer';
}
