import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Configuration } from '../config/environment.ts';
import type { LeaseContext, LeaseStore } from '../domain/lease.ts';
import { createStores, type Stores } from './create-stores.ts';
import { createLeaseStore } from './lease-store.ts';
import { DeliveryRecorder } from './record-deliveries.ts';
import { openSqlite } from './sqlite.ts';

export interface Database {
  readonly stores: Stores;
  /** Null for the embedded database: only PostgreSQL is shared by several instances. */
  readonly leases: LeaseStore | null;
  /** True if a pooler (PgBouncer) is in front of PostgreSQL: LISTEN doesn't work then. */
  readonly isPooled: boolean;
  /** Rejects while the database is unavailable. */
  ping(): Promise<unknown>;
  close(): Promise<void>;
}

/** Opens the PostgreSQL database of `DATABASE_URL`, or the embedded one in `DATA_DIR`. */
export async function openDatabase(
  { databaseUrl, dataDirectory }: Configuration,
  leases: LeaseContext,
  log: Logger,
): Promise<Database> {
  if (databaseUrl) return openShared(databaseUrl, leases, log);
  const { db, close } = await openSqlite(dataDirectory);
  return {
    stores: createStores(db),
    leases: null,
    isPooled: false,
    ping: () => sql`select 1`.execute(db),
    close,
  };
}

async function openShared(url: string, leases: LeaseContext, log: Logger): Promise<Database> {
  // Imported on demand: the embedded database doesn't need the driver.
  const { DELIVERY_CONNECTIONS, openPostgres } = await import('./postgres.ts');
  const onConnectionLost = (err: Error) => log.warn({ err }, 'A connection to the database was lost');
  const { db, deliveries, isPooled, close } = await openPostgres({ url, leases, onConnectionLost });
  return {
    stores: createStores(db, new DeliveryRecorder(deliveries, DELIVERY_CONNECTIONS)),
    leases: createLeaseStore(db),
    isPooled,
    ping: () => sql`select 1`.execute(db),
    close,
  };
}
