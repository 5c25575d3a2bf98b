import { CamelCasePlugin, Kysely, PostgresAdapter, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { LeaseContext } from '../domain/lease.ts';
import { FencedDialect } from './fenced-dialect.ts';
import { LimitedPool, type StatementLimits } from './limited-pool.ts';
import { migrate } from './migrations.ts';
import type { Schema } from './schema.ts';

/** Connections of one instance for queries. The dispatcher has its own pool. */
const CONNECTIONS = 8;
/** Connections reserved for storing deliveries. */
export const DELIVERY_CONNECTIONS = 2;
/** `CONNECT_MS` and `answerMs` together stay below the 9 s after which a webhook is answered with 503. */
const CONNECT_MS = 3_000;
/** An open transaction of a paused instance blocks other instances for `idleMs` at most. */
const LIMITS: StatementLimits = { statementMs: 4_000, idleMs: 5_000, answerMs: 5_000 };
/** Changing large tables takes time. */
const MIGRATION_MS = 30 * 60_000;
const MIGRATION_LIMITS: StatementLimits = {
  statementMs: MIGRATION_MS,
  idleMs: MIGRATION_MS,
  answerMs: MIGRATION_MS,
};

/** An arbitrary number that no other program uses in the same database. */
const MIGRATION_LOCK = 7_140_814;

const BIGINT_OID = 20;

export interface OpenPostgres {
  readonly db: Kysely<Schema>;
  /** The same database on the connections reserved for deliveries. Writes there need no lease. */
  readonly deliveries: Kysely<Schema>;
  /** True if a pooler (PgBouncer) is in front of the server: LISTEN doesn't work then. */
  readonly isPooled: boolean;
  close(): Promise<void>;
}

interface ConnectionOptions {
  /** `postgres://…`; its `sslmode` and `sslrootcert` configure TLS. */
  readonly url: string;
  /** An idle connection broke: the next query makes a new one. */
  readonly onConnectionLost: (error: Error) => void;
}

export interface PostgresOptions extends ConnectionOptions {
  /** Writes made in a lease's context succeed only while the lease is held. */
  readonly leases: LeaseContext;
}

/** Connects to the database and migrates it to the newest schema. Throws an error with a message for the operator. */
export async function openPostgres(options: PostgresOptions): Promise<OpenPostgres> {
  const isPooled = await migratePostgres(options.url);
  const connect = (connections: number) =>
    new PostgresDialect({ pool: new LimitedPool(createPool(options, connections), LIMITS, isPooled) });
  const plugins = [new CamelCasePlugin()];
  const db = new Kysely<Schema>({
    dialect: new FencedDialect(connect(CONNECTIONS), options.leases),
    plugins,
  });
  const deliveries = new Kysely<Schema>({ dialect: connect(DELIVERY_CONNECTIONS), plugins });
  return {
    db,
    deliveries,
    isPooled,
    async close() {
      await Promise.all([db.destroy(), deliveries.destroy()]);
    },
  };
}

/** For a command that reads beside the app: one connection, no migration. */
export function createReadingDialect(url: string): PostgresDialect {
  return new PostgresDialect({ pool: createPool({ url, onConnectionLost: () => {} }, 1) });
}

/** Kysely's own lock belongs to the session. A pooler would hand the session, and the lock, to another client. */
class MigrationAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

class MigrationDialect extends PostgresDialect {
  override createAdapter() {
    return new MigrationAdapter();
  }
}

/** Migrates on a separate connection with longer limits: other instances wait for the migration. Returns true for a pooler. */
async function migratePostgres(url: string): Promise<boolean> {
  const pool = createPool({ url, onConnectionLost: () => {} }, 1);
  const db = new Kysely<Schema>({
    dialect: new MigrationDialect({ pool: new LimitedPool(pool, MIGRATION_LIMITS, true) }),
    plugins: [new CamelCasePlugin()],
  });
  try {
    const isPooled = await detectPooler(pool).catch((error: Error) => {
      throw new Error(`The database of DATABASE_URL can't be used: ${describeConnectError(error)}`, {
        cause: error,
      });
    });
    await db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(tx);
      await migrate(tx);
    });
    return isPooled;
  } finally {
    await pool.end();
  }
}

/** A pooler reports its own process numbers to its clients. */
async function detectPooler(pool: pg.Pool): Promise<boolean> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    // The driver's types lack `processID`.
    return rows[0]?.pid !== (client as { processID?: number }).processID;
  } finally {
    client.release();
  }
}

/** Connecting to a host name with several addresses fails with an `AggregateError` without a message. */
export function describeConnectError(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((one: Error) => one.message).join(', ');
  return error.message;
}

function createPool({ url, onConnectionLost }: ConnectionOptions, max: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'meltano-deploy',
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser },
    max,
  });
  pool.on('error', onConnectionLost);
  // A broken connection already fails its query. Without a listener it would also end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Ids and times are whole numbers far below 2^53. */
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid: number, format?: 'text' | 'binary') =>
  oid === BIGINT_OID ? Number : pg.types.getTypeParser(oid, format as 'text');
