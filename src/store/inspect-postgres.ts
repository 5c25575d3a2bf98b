import pg from 'pg';
import type { InspectedDatabase } from './inspect-sqlite.ts';
import { describeConnectError } from './postgres.ts';

const CONNECT_MS = 5_000;
const ANSWER_MS = 5_000;

/** Reads the state of the database at `url` without changing it. Throws an error with a message for the operator. */
export async function inspectPostgres(
  url: string,
): Promise<InspectedDatabase & { readonly version: string }> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'meltano-deploy-doctor',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
  });
  // A broken connection already fails its query. Without a listener it would also end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; found: string | null }>(
      "select current_setting('server_version') as version, to_regclass('kysely_migration')::text as found",
    );
    const [about] = rows;
    return {
      version: about?.version ?? 'unknown',
      migrations: about?.found ? await listMigrations(client) : null,
    };
  } catch (error) {
    throw new Error(describeConnectError(error as Error), { cause: error });
  } finally {
    await client.end().catch(() => {});
  }
}

async function listMigrations(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>('select name from kysely_migration order by name');
  return rows.map(({ name }) => name);
}
