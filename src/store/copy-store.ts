import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema } from './schema.ts';

/** Rows per statement: 50 columns stay well below PostgreSQL's limit of 65,535 values. */
const BATCH = 500;

type Row = Record<string, unknown>;

export interface CopiedTable {
  readonly name: string;
  readonly rows: number;
}

/** The target already holds records. The message is for the operator. */
export class TargetNotEmpty extends Error {
  override name = 'TargetNotEmpty';
}

/**
 * Copies an embedded database into a PostgreSQL database of the same schema in one transaction, and compares the numbers
 * of rows. Throws `TargetNotEmpty` if the target holds records.
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

/** Removes the only row of a new database, the note of its creation. The copy replaces it. */
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
  const expected = await countRows(source, name);
  const copied = await countRows(target, name);
  if (copied !== expected) throw new Error(`Only ${copied} of the ${expected} rows of ${name} were copied.`);
  return copied;
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
