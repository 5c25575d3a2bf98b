import { CamelCasePlugin, Kysely, PostgresAdapter, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { LeaseContext } from '../domain/lease.ts';
import { FencedDialect } from './fenced-dialect.ts';
import { LimitedPool, type StatementLimits } from './limited-pool.ts';
import { migrate } from './migrations.ts';
import type { Schema } from './schema.ts';

/** Connections of one instance for the queries of the app; the dispatcher has a few of its own. */
const CONNECTIONS = 8;
/** And for storing deliveries, which nothing else can take; one statement each stores all that wait. */
export const DELIVERY_CONNECTIONS = 2;
/** Together with the answer's limit less than the 9 s after which a webhook is answered 503 (milliseconds). */
const CONNECT_MS = 3_000;
/** A transaction of a paused instance holds up those who take its place no longer than `idleMs`. */
const LIMITS: StatementLimits = { statementMs: 4_000, idleMs: 5_000, answerMs: 5_000 };
/** A change of the tables may take long where there is much in them (milliseconds). */
const MIGRATION_MS = 30 * 60_000;
const MIGRATION_LIMITS: StatementLimits = {
  statementMs: MIGRATION_MS,
  idleMs: MIGRATION_MS,
  answerMs: MIGRATION_MS,
};

/** Any number, as long as no other program takes it in the same database. */
const MIGRATION_LOCK = 7_140_814;

const BIGINT_OID = 20;

export interface OpenPostgres {
  readonly db: Kysely<Schema>;
  /** The same database on connections that nothing but the storing of deliveries takes; no lease is asked for there. */
  readonly deliveries: Kysely<Schema>;
  /** Whether another program (PgBouncer) hands out the server's connections: LISTEN doesn't work then. */
  readonly isPooled: boolean;
  close(): Promise<void>;
}

interface ConnectionOptions {
  /** `postgres://…`; TLS as its `sslmode` and `sslrootcert` say. */
  readonly url: string;
  /** An idle connection broke: the next query makes a new one. */
  readonly onConnectionLost: (error: Error) => void;
}

export interface PostgresOptions extends ConnectionOptions {
  /** Writes made in a lease's context succeed only while the lease is held. */
  readonly leases: LeaseContext;
}

/** Connects to the database and brings it to the newest schema. Throws an error that is fit for the operator. */
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

/** Kysely's own lock belongs to the session: it would stay with a pooler's connection when another client gets that. */
class MigrationAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

class MigrationDialect extends PostgresDialect {
  override createAdapter() {
    return new MigrationAdapter();
  }
}

/** On a connection of its own, with other limits: the other instances wait for the one that migrates. */
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

/** A pooler gives its clients process numbers of its own. */
async function detectPooler(pool: pg.Pool): Promise<boolean> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    // The driver knows the number, and its types don't.
    return rows[0]?.pid !== (client as { processID?: number }).processID;
  } finally {
    client.release();
  }
}

/** A host name with several addresses fails with an error that has no message of its own. */
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
  // In use, a connection that breaks fails its query; without a listener it would end the process as well.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Ids and times are whole numbers far below 2^53. */
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid: number, format?: 'text' | 'binary') =>
  oid === BIGINT_OID ? Number : pg.types.getTypeParser(oid, format as 'text');
