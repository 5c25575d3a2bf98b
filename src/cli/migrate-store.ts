import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readDatabaseUrl } from '../config/database-url.ts';
import { createLeaseContext } from '../scheduling/lease-context.ts';
import { type CopiedTable, copyStore } from '../store/copy-store.ts';
import { openPostgres } from '../store/postgres.ts';
import { openSqlite } from '../store/sqlite.ts';

const USAGE = 'Usage: meltano-deploy migrate-store --from <data directory> --to <postgres://…>';

/** Copies the embedded database of a stopped app into an empty PostgreSQL database. Sets the process's exit code. */
export async function runMigrateStore(words: string[]): Promise<void> {
  const places = readPlaces(words);
  if (!places) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  try {
    const target = readDatabaseUrl(places.to.trim());
    if (!target.ok) throw new Error(`--to ${target.problem}.`);
    const copied = await migrateStore(places.from, target.url);
    for (const { name, rows } of copied) console.log(`${name.padEnd(20)} ${rows}`);
    console.log(`All tables were copied. Start the app with DATABASE_URL now. ${places.from} is unchanged.`);
  } catch (error) {
    console.error(`Nothing was copied: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

function readPlaces(words: string[]): { from: string; to: string } | null {
  try {
    const options = { from: { type: 'string' }, to: { type: 'string' } } as const;
    const { from, to } = parseArgs({ args: words, options }).values;
    return from && to ? { from, to } : null;
  } catch {
    return null;
  }
}

async function migrateStore(directory: string, url: string): Promise<CopiedTable[]> {
  // Opening a missing database would create it.
  if (!existsSync(join(directory, 'meltano-deploy.db'))) {
    throw new Error(`There is no database of this app in ${directory}.`);
  }
  const source = await openSqlite(directory);
  try {
    const leases = createLeaseContext();
    const target = await openPostgres({ url, leases, onConnectionLost: () => {} });
    try {
      return await copyStore(source.db, target.db);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
