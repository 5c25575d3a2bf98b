import { type SqlBool, sql } from 'kysely';

// An index that is limited to a condition serves a query that has the same one, word for word.

/** A start was attempted, or a job that was there already was taken; a success known only from its check run is one too. */
export const WAS_STARTED = sql<SqlBool>`(conclusion = 'success' or attempted_at is not null or accepted_at is not null)`;

/** A push that may have changed something for the workspace. */
export const MAY_HAVE_CHANGED = sql<SqlBool>`(cause = 'push' and reason not in ('branch_not_tracked', 'paths_unchanged', 'paths_unmatched', 'nothing_changed'))`;
