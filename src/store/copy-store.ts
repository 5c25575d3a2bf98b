import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema } from './schema.ts';

/** Rows copied at once: with 50 columns well below the 65,535 values of one statement. */
const BATCH = 500;

type Row = Record<string, unknown>;

export interface CopiedTable {
  readonly name: string;
  readonly rows: number;
}

/** The target holds records already. The message is for the operator. */
export class TargetNotEmpty extends Error {
  override name = 'TargetNotEmpty';
}

/**
 * Copies all that an embedded database holds into a PostgreSQL database of the same schema, all of it or nothing, and
 * counts both. Throws `TargetNotEmpty` when there is anything in the target.
 */
export async function copyStore(from: Kysely<Schema>, to: Kysely<Schema>): Promise<CopiedTable[]> {
  const source = from.withoutPlugins();
  const tables = (await source.introspection.getTables()).map((table) => table.name).sort();
  return to
    .withoutPlugins()
    .transaction()
    .execute(async (target) => {
      await requireEmpty(target, tables);
      const copied: CopiedTable[] = [];
      for (const name of tables) copied.push({ name, rows: await copyTable(source, target, name) });
      return copied;
    });
}

/** A new database has one note, of when it was made; the source's takes its place. */
async function requireEmpty(target: Transaction<Schema>, tables: readonly string[]): Promise<void> {
  for (const name of tables) {
    await sql`lock table ${sql.table(name)} in exclusive mode`.execute(target);
    if (name === 'note') await target.deleteFrom('note').where('name', '=', 'began_at').execute();
    const count = await countRows(target, name);
    if (count > 0) throw new TargetNotEmpty(`The target is not empty: its table ${name} has ${count} rows.`);
  }
}

async function copyTable(source: Kysely<Schema>, target: Transaction<Schema>, name: string): Promise<number> {
  let last = 0;
  for (;;) {
    const { rows } = await sql<Row & { copiedRow: number }>`
      select rowid as "copiedRow", * from ${sql.table(name)}
      where rowid > ${last} order by rowid limit ${BATCH}`.execute(source);
    const newest = rows.at(-1);
    if (!newest) break;
    last = newest.copiedRow;
    await insertRows(target, name, rows);
  }
  const [wanted, count] = [await countRows(source, name), await countRows(target, name)];
  if (wanted !== count) throw new Error(`Of the ${wanted} rows of ${name}, ${count} were copied.`);
  return count;
}

async function insertRows(target: Transaction<Schema>, name: string, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== 'copiedRow');
  const values = rows.map((row) => sql`(${sql.join(columns.map((column) => row[column]))})`);
  const names = sql.join(columns.map((column) => sql.ref(column)));
  await sql`insert into ${sql.table(name)} (${names}) values ${sql.join(values)}`.execute(target);
}

async function countRows(db: Kysely<Schema>, name: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(name)}`.execute(db);
  return Number(rows[0]?.count);
}
