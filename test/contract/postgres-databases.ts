import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { CamelCasePlugin, Kysely, PGliteDialect, sql } from 'kysely';
import pg from 'pg';
import { type ConstructorOptions, fromPglite } from 'pg-boss';
import type { LeaseContext } from '../../src/domain/lease.ts';
import { createLeaseContext } from '../../src/scheduling/lease-context.ts';
import { FencedDialect } from '../../src/store/fenced-dialect.ts';
import { migrate } from '../../src/store/migrations.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import type { Schema } from '../../src/store/schema.ts';

const MODULES = join(import.meta.dirname, '../../node_modules');
const { version } = JSON.parse(readFileSync(join(MODULES, '@electric-sql/pglite/package.json'), 'utf8'));
const EMPTY_CLUSTER = join(MODULES, `.cache/pglite-${version}.tar`);

export interface StartedDatabase {
  readonly db: Kysely<Schema>;
  readonly leases: LeaseContext;
  /** How pg-boss reaches the same database. */
  readonly boss: ConstructorOptions;
  stop(): Promise<void>;
}

export interface TestDatabase {
  readonly name: string;
  start(): Promise<StartedDatabase>;
}

/** The databases that a suite runs on: one in this process, and the server of `TEST_DATABASE_URL` if there is one. */
export function listPostgresDatabases(): TestDatabase[] {
  const url = process.env['TEST_DATABASE_URL'];
  const inProcess = { name: 'PostgreSQL in process (PGlite)', start: startPGlite };
  return url ? [inProcess, { name: 'a PostgreSQL server', start: () => startOnServer(url) }] : [inProcess];
}

/** For tests only: it has one connection, and doesn't sync to disk. */
async function startPGlite(): Promise<StartedDatabase> {
  const pglite = await createPGlite();
  const leases = createLeaseContext();
  const db = new Kysely<Schema>({
    dialect: new FencedDialect(new PGliteDialect({ pglite }), leases),
    plugins: [new CamelCasePlugin()],
  });
  await migrate(db);
  const boss = { db: fromPglite(pglite), backend: 'pglite' as const };
  return { db, leases, boss, stop: () => db.destroy() };
}

/** To make an empty cluster takes three seconds of processor time, to copy one half a second. */
async function createPGlite(): Promise<PGlite> {
  // Read at once: another worker may put its own copy there meanwhile.
  if (existsSync(EMPTY_CLUSTER))
    return PGlite.create({ loadDataDir: new Blob([readFileSync(EMPTY_CLUSTER)]) });
  const pglite = await PGlite.create();
  const dump = await pglite.dumpDataDir('none');
  const unfinished = `${EMPTY_CLUSTER}.${process.pid}`;
  mkdirSync(dirname(EMPTY_CLUSTER), { recursive: true });
  writeFileSync(unfinished, await dump.bytes());
  renameSync(unfinished, EMPTY_CLUSTER);
  return pglite;
}

/** A database of its own, so that test files that run side by side don't meet. */
async function startOnServer(url: string): Promise<StartedDatabase> {
  const own = await createDatabase(url);
  const leases = createLeaseContext();
  const { db, close } = await openPostgres({ url: own.url, leases, onConnectionLost: () => {} });
  const stop = async () => {
    await close();
    await own.drop();
  };
  return { db, leases, boss: { connectionString: own.url }, stop };
}

export interface ServerDatabase {
  readonly url: string;
  /** Ends all connections and lets no new ones in, as if the server were away. */
  takeAway(): Promise<void>;
  bringBack(): Promise<void>;
  drop(): Promise<void>;
}

/** Makes an empty database on a server. */
export async function createDatabase(url: string): Promise<ServerDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await runOnce(url, `create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    url: own.href,
    async takeAway() {
      await runOnce(url, `alter database ${name} allow_connections false`);
      await runOnce(url, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
    },
    bringBack: () => runOnce(url, `alter database ${name} allow_connections true`),
    drop: () => runOnce(url, `drop database ${name} with (force)`),
  };
}

async function runOnce(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** As it is right after the migration. One statement, so that foreign keys don't mind the order; `truncate` takes ten times as long. */
export async function emptyDatabase(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ tablename: string }>`
    select tablename from pg_tables
    where schemaname = 'public' and tablename not like 'kysely_%' and tablename <> 'note'`.execute(db);
  const deletions = rows.map(
    ({ tablename }) => sql`${sql.ref(tablename)} as (delete from public.${sql.ref(tablename)})`,
  );
  await sql`with ${sql.join(deletions)} delete from note where name <> 'began_at'`.execute(db);
}
