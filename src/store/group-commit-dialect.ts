import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { retryWhileBusy } from './sqlite-errors.ts';

const PRAGMA = /^pragma /i;
const WRITES = new Set(['InsertQueryNode', 'UpdateQueryNode', 'DeleteQueryNode']);
/** The queries of this app are few and fixed; the bound only guards against one that is built from values. */
const MOST_STATEMENTS = 200;

/**
 * Kysely over Node's own SQLite with group commit: all writes of two turns of the event loop share a transaction, and so its
 * sync to disk, which is what most of the time goes to. Each is answered only after it, and so is whoever read what it
 * wrote: what anybody here knows is on disk. A transaction of the caller's is a savepoint in it. A statement that fails
 * takes nothing else with it; a commit that fails, or a disk that is full, fails all that shared it.
 */
export class GroupCommitDialect implements Dialect {
  readonly #database: DatabaseSync;
  readonly #explain: (error: unknown) => unknown;

  /** `explain` puts into words what SQLite says of the disk and its files. */
  constructor(database: DatabaseSync, explain: (error: unknown) => unknown = (error) => error) {
    this.#database = database;
    this.#explain = explain;
  }

  createDriver(): Driver {
    return new GroupCommitDriver(this.#database, this.#explain);
  }
  createQueryCompiler() {
    return new SqliteQueryCompiler();
  }
  createAdapter() {
    return new ConcurrentSqliteAdapter();
  }
  createIntrospector(db: Kysely<unknown>) {
    return new SqliteIntrospector(db);
  }
}

class ConcurrentSqliteAdapter extends SqliteAdapter {
  /** The driver itself keeps statements and transactions apart; one at a time, writes could share nothing. */
  override get supportsMultipleConnections() {
    return true;
  }
  /** Migrations run in a transaction of their caller. */
  override get supportsTransactionalDdl() {
    return true;
  }
}

interface Transaction {
  readonly connection: DatabaseConnection;
  readonly ended: PromiseWithResolvers<void>;
}

class GroupCommitDriver implements Driver {
  readonly #database: DatabaseSync;
  readonly #explain: (error: unknown) => unknown;
  readonly #statements = new Map<string, StatementSync>();
  /** Settles with the commit of the writes that came together. */
  #group: PromiseWithResolvers<void> | null = null;
  /** The caller's transaction: no other statement may come between its own. */
  #transaction: Transaction | null = null;

  constructor(database: DatabaseSync, explain: (error: unknown) => unknown) {
    this.#database = database;
    this.#explain = explain;
  }

  async init(): Promise<void> {}

  async destroy(): Promise<void> {
    for (let busy = this.#underWay(); busy; busy = this.#underWay()) await busy;
    this.#statements.clear();
    this.#database.close();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return new GroupCommitConnection(this);
  }
  async releaseConnection(): Promise<void> {}

  async execute<R>(connection: DatabaseConnection, query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return await this.#execute(connection, query);
    } catch (error) {
      throw this.#explain(error);
    }
  }

  async #execute<R>(connection: DatabaseConnection, query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#transaction?.connection === connection) {
      this.#requireGroup();
      return this.#run(query);
    }
    if (WRITES.has(query.query.kind)) {
      const written = await this.#whenFree(() => ({
        stored: this.#joinGroup().promise,
        result: this.#run<R>(query),
      }));
      await written.stored;
      return written.result;
    }
    if (query.query.kind === 'SelectQueryNode') {
      const read = await this.#whenFree(() => ({
        result: this.#run<R>(query),
        stored: this.#group?.promise,
      }));
      await read.stored;
      return read.result;
    }
    // A pragma: some work only outside of a transaction.
    return this.#whenFree(() => this.#run<R>(query), true);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const begin = () => {
      this.#joinGroup();
      this.#database.exec('SAVEPOINT caller');
      this.#transaction = { connection, ended: Promise.withResolvers() };
    };
    await this.#whenFree(begin).catch((error: unknown) => {
      throw this.#explain(error);
    });
  }

  /** Does the step once neither a transaction of a caller's is in its way (nor a group), nor another program's. */
  async #whenFree<T>(step: () => T, isAlone = false): Promise<T> {
    return retryWhileBusy(async () => {
      while (this.#transaction) await this.#transaction.ended.promise;
      if (isAlone) for (let busy = this.#underWay(); busy; busy = this.#underWay()) await busy;
      return step();
    });
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const { promise } = this.#requireGroup();
    this.#database.exec('RELEASE caller');
    this.#endTransaction(connection);
    await promise;
  }

  /** Also of a transaction whose commit failed, and that is over therefore. */
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#transaction?.connection !== connection) return;
    try {
      if (this.#group) this.#database.exec('ROLLBACK TO caller; RELEASE caller');
    } finally {
      this.#endTransaction(connection);
    }
  }

  #endTransaction(connection: DatabaseConnection): void {
    if (this.#transaction?.connection !== connection) return;
    this.#transaction.ended.resolve();
    this.#transaction = null;
  }

  /** What the transaction of a caller's is a part of. Throws when it failed: no statement may follow by itself. */
  #requireGroup(): PromiseWithResolvers<void> {
    if (this.#group) return this.#group;
    throw new Error('The transaction was rolled back before its end.');
  }

  /** Settles with what is under way, however it ends: something else may be under way then. */
  #underWay(): Promise<void> | undefined {
    return this.#transaction?.ended.promise ?? this.#group?.promise.catch(() => undefined);
  }

  #joinGroup(): PromiseWithResolvers<void> {
    if (this.#group) return this.#group;
    this.#database.exec('BEGIN IMMEDIATE');
    const group = Promise.withResolvers<void>();
    this.#group = group;
    // Avoids an unhandled rejection: a caller whose own statement failed doesn't wait for this one.
    group.promise.catch(() => undefined);
    // Those whose requests come while the last commit's answers go out can join: half as many commits under load.
    setImmediate(() => setImmediate(() => void this.#commit(group)));
    return group;
  }

  async #commit(group: PromiseWithResolvers<void>): Promise<void> {
    while (this.#transaction) await this.#transaction.ended.promise;
    if (this.#group !== group) return;
    try {
      this.#database.exec('COMMIT');
      this.#group = null;
      group.resolve();
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #run<R>(query: CompiledQuery): QueryResult<R> {
    try {
      const statement = this.#prepare(query.sql);
      const parameters = query.parameters as SQLInputValue[];
      // incremental_vacuum frees a page with each row, though it has no columns: it must be read to its end.
      if (statement.columns().length > 0 || PRAGMA.test(query.sql)) {
        return { rows: statement.all(...parameters) as R[] };
      }
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    } catch (error) {
      // A full disk, for one, ends the whole transaction: nothing of it may be taken for done, or be added to it.
      if (this.#group && !this.#database.isTransaction) this.#giveUp(error);
      throw error;
    }
  }

  #giveUp(error: unknown): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    this.#group?.reject(this.#explain(error));
    this.#group = null;
  }

  /** Statements are prepared once. */
  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    if (this.#statements.size >= MOST_STATEMENTS) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }
}

class GroupCommitConnection implements DatabaseConnection {
  readonly #driver: GroupCommitDriver;

  constructor(driver: GroupCommitDriver) {
    this.#driver = driver;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#driver.execute(this, query);
  }

  streamQuery(): never {
    throw new Error('No query of this app is streamed.');
  }
}
