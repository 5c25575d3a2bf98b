import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { LeaseContext } from '../domain/lease.ts';
import { FencedDialect } from './fenced-dialect.ts';
import { ImpatientPool } from './impatient-pool.ts';
import { migrate } from './migrations.ts';
import type { Schema } from './schema.ts';

/** Connections of one instance for the queries of the app; the dispatcher has a few of its own. */
const CONNECTIONS = 10;
/**
 * Together below nine seconds, when a webhook would be answered "stored" whatever became of it (milliseconds): to get a
 * connection, for a statement on the server, and for its answer.
 */
const CONNECT_MS = 3_000;
const STATEMENT_MS = 4_000;
const ANSWER_MS = 5_000;
/** A transaction of a paused instance holds up those who take its place no longer than this (milliseconds). */
const IDLE_IN_TRANSACTION_MS = 5_000;
/** A change of the tables may take long where there is much in them (milliseconds). */
const MIGRATION_MS = 30 * 60_000;

const BIGINT_OID = 20;

export interface OpenPostgres {
  readonly db: Kysely<Schema>;
  close(): Promise<void>;
}

export interface PostgresOptions {
  /** `postgres://…`; TLS as its `sslmode` and `sslrootcert` say. */
  readonly url: string;
  /** Writes made in a lease's context succeed only while the lease is held. */
  readonly leases: LeaseContext;
  /** A connection that nobody was using broke: the next query makes a new one. */
  readonly onConnectionLost: (error: Error) => void;
}

/** Connects to the database and brings it to the newest schema. Throws an error that is fit for the operator. */
export async function openPostgres(options: PostgresOptions): Promise<OpenPostgres> {
  await migratePostgres(options.url);
  const pool = createPool(options, {
    max: CONNECTIONS,
    statement_timeout: STATEMENT_MS,
    query_timeout: ANSWER_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  });
  const dialect = new PostgresDialect({ pool: new ImpatientPool(pool) });
  const db = new Kysely<Schema>({
    dialect: new FencedDialect(dialect, options.leases),
    plugins: [new CamelCasePlugin()],
  });
  return { db, close: () => db.destroy() };
}

/** On a connection of its own, without the time limits: Kysely lets the other instances wait at an advisory lock. */
async function migratePostgres(url: string): Promise<void> {
  const pool = createPool({ url, onConnectionLost: () => {} }, { max: 1, statement_timeout: MIGRATION_MS });
  const db = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin()],
  });
  try {
    await pool.query('select 1').catch((error: Error) => {
      throw new Error(`The database of DATABASE_URL can't be used: ${describeConnectError(error)}`, {
        cause: error,
      });
    });
    await migrate(db);
  } finally {
    await pool.end();
  }
}

/** A host name with several addresses fails with an error that has no message of its own. */
export function describeConnectError(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((one: Error) => one.message).join(', ');
  return error.message;
}

function createPool(
  { url, onConnectionLost }: Pick<PostgresOptions, 'url' | 'onConnectionLost'>,
  config: pg.PoolConfig,
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'meltano-deploy',
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser },
    ...config,
  });
  pool.on('error', onConnectionLost);
  // In use, a connection that breaks fails its query; without a listener it would end the process as well.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Ids and times are whole numbers far below 2^53. */
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid: number, format?: 'text' | 'binary') =>
  oid === BIGINT_OID ? Number : pg.types.getTypeParser(oid, format as 'text');
