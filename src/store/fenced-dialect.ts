import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import { type Lease, type LeaseContext, LeaseLost } from '../domain/lease.ts';

const WRITES = new Set(['InsertQueryNode', 'UpdateQueryNode', 'DeleteQueryNode', 'MergeQueryNode']);

/**
 * Locks the row until the write is committed. An instance that takes over the lease changes the fencing number, a key
 * column, so it waits for the commit and then reads what was written. A renewal changes no key column and doesn't wait.
 */
const HOLD = 'select 1 from lease where queue = $1 and key = $2 and fencing = $3 for key share';

/**
 * Checks in the transaction of each write that the current lease is still held. Throws `LeaseLost` and writes nothing if
 * it isn't. The lease comes from the async context, so queries and their callers don't pass it. Reads need no lease.
 */
export class FencedDialect implements Dialect {
  readonly #dialect: Dialect;
  readonly #leases: LeaseContext;

  constructor(dialect: Dialect, leases: LeaseContext) {
    this.#dialect = dialect;
    this.#leases = leases;
  }

  createDriver(): Driver {
    return new FencedDriver(this.#dialect.createDriver(), this.#leases);
  }
  createQueryCompiler() {
    return this.#dialect.createQueryCompiler();
  }
  createAdapter() {
    return this.#dialect.createAdapter();
  }
  createIntrospector(db: Kysely<unknown>) {
    return this.#dialect.createIntrospector(db);
  }
}

class FencedDriver implements Driver {
  readonly #driver: Driver;
  readonly #leases: LeaseContext;
  readonly #connections = new WeakMap<DatabaseConnection, FencedConnection>();

  constructor(driver: Driver, leases: LeaseContext) {
    this.#driver = driver;
    this.#leases = leases;
  }

  init(): Promise<void> {
    return this.#driver.init();
  }
  destroy(): Promise<void> {
    return this.#driver.destroy();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const inner = await this.#driver.acquireConnection();
    const known = this.#connections.get(inner) ?? new FencedConnection(inner, this.#driver, this.#leases);
    this.#connections.set(inner, known);
    return known;
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const { inner } = asFenced(connection);
    await this.#driver.beginTransaction(inner, settings);
    const lease = this.#leases.current();
    try {
      if (lease) await requireHeld(inner, lease);
    } catch (error) {
      await this.#driver.rollbackTransaction(inner);
      throw error;
    }
    asFenced(connection).isInTransaction = true;
  }
  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    asFenced(connection).isInTransaction = false;
    await this.#driver.commitTransaction(asFenced(connection).inner);
  }
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    asFenced(connection).isInTransaction = false;
    await this.#driver.rollbackTransaction(asFenced(connection).inner);
  }
  releaseConnection(connection: DatabaseConnection): Promise<void> {
    return this.#driver.releaseConnection(asFenced(connection).inner);
  }
}

class FencedConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection;
  isInTransaction = false;
  readonly #driver: Driver;
  readonly #leases: LeaseContext;

  constructor(inner: DatabaseConnection, driver: Driver, leases: LeaseContext) {
    this.inner = inner;
    this.#driver = driver;
    this.#leases = leases;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const lease = this.#leases.current();
    if (!lease || this.isInTransaction || !WRITES.has(query.query.kind)) {
      return this.inner.executeQuery<R>(query);
    }
    await this.#driver.beginTransaction(this.inner, {});
    try {
      await requireHeld(this.inner, lease);
      const result = await this.inner.executeQuery<R>(query);
      await this.#driver.commitTransaction(this.inner);
      return result;
    } catch (error) {
      // The first error matters. A connection that can't roll back is destroyed.
      await this.#driver.rollbackTransaction(this.inner).catch(() => {});
      throw error;
    }
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.inner.streamQuery<R>(query, chunkSize);
  }
}

async function requireHeld(connection: DatabaseConnection, lease: Lease): Promise<void> {
  const { rows } = await connection.executeQuery(
    CompiledQuery.raw(HOLD, [lease.queue, lease.key, lease.fencing]),
  );
  if (rows.length === 0) throw new LeaseLost(lease);
}

function asFenced(connection: DatabaseConnection): FencedConnection {
  if (connection instanceof FencedConnection) return connection;
  throw new Error('The connection is not from this driver.');
}
