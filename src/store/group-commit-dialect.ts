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
/** The app has few distinct queries. The limit guards against queries that are built from values. */
const MOST_STATEMENTS = 200;

/**
 * Kysely on Node's SQLite with group commit. All writes within two turns of the event loop share a transaction and its
 * sync to disk, the slowest part. A write resolves after the commit, and so does a read that may have seen it: callers
 * only see data that is on disk. A caller's transaction is a savepoint. A failed statement affects no other one; a failed
 * commit or a full disk fails the whole group.
 */
export class GroupCommitDialect implements Dialect {
  readonly #database: DatabaseSync;
  readonly #explain: (error: unknown) => unknown;

  /** `explain` adds a message for the operator to errors of SQLite. */
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
  /** The driver isolates transactions itself. With a single connection, Kysely would run one write at a time. */
  override get supportsMultipleConnections() {
    return true;
  }
  /** The caller of the migrations opens the transaction. */
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
  /** Settles with the commit of the current group. */
  #group: PromiseWithResolvers<void> | null = null;
  /** The caller's transaction. Other statements wait for its end. */
  #transaction: Transaction | null = null;

  constructor(database: DatabaseSync, explain: (error: unknown) => unknown) {
    this.#database = database;
    this.#explain = explain;
  }

  async init(): Promise<void> {}

  async destroy(): Promise<void> {
    await this.#untilIdle();
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
    // Some pragmas only work outside a transaction.
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

  /** Runs `step` when no caller's transaction and no other program is in the way; with `isAlone`, no group either. */
  async #whenFree<T>(step: () => T, isAlone = false): Promise<T> {
    return retryWhileBusy(async () => {
      while (this.#transaction) await this.#transaction.ended.promise;
      if (isAlone) await this.#untilIdle();
      return step();
    });
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const { promise } = this.#requireGroup();
    this.#database.exec('RELEASE caller');
    this.#endTransaction(connection);
    await promise;
  }

  /** Does nothing if a failed commit already ended the transaction. */
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

  /** The group of the caller's transaction. Throws if it failed: a later statement must not run alone. */
  #requireGroup(): PromiseWithResolvers<void> {
    if (this.#group) return this.#group;
    throw new Error('The transaction was rolled back before its end.');
  }

  async #untilIdle(): Promise<void> {
    while (this.#transaction || this.#group) {
      await (this.#transaction?.ended.promise ?? this.#group?.promise.catch(() => undefined));
    }
  }

  #joinGroup(): PromiseWithResolvers<void> {
    if (this.#group) return this.#group;
    this.#database.exec('BEGIN IMMEDIATE');
    const group = Promise.withResolvers<void>();
    this.#group = group;
    // Avoids an unhandled rejection: a caller whose own statement failed doesn't wait for this one.
    group.promise.catch(() => undefined);
    // Two turns: requests that arrive during the callers' answers to the last commit join the group. Halves the commits.
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
      // incremental_vacuum has no columns but frees one page per row, so all rows have to be read.
      if (statement.columns().length > 0 || PRAGMA.test(query.sql)) {
        return { rows: statement.all(...parameters) as R[] };
      }
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    } catch (error) {
      // Some errors, such as a full disk, make SQLite roll back the whole transaction, so the group fails.
      if (this.#group && !this.#database.isTransaction) this.#giveUp(error);
      throw error;
    }
  }

  #giveUp(error: unknown): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    this.#group?.reject(this.#explain(error));
    this.#group = null;
  }

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
    throw new Error('Streaming is not supported.');
  }
}
