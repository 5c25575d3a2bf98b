import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg from 'pg';

export interface StatementLimits {
  /** For one statement on the server. */
  readonly statementMs: number;
  /** For an idle transaction. */
  readonly idleMs: number;
  /** For a query of Kysely, including the `begin` and `commit` that are added to it. */
  readonly answerMs: number;
}

/**
 * A pool that limits statements and transactions. On direct connections, session settings limit them. A pooler such as
 * PgBouncer in transaction mode hands the session to other clients, so there every statement runs in a transaction that
 * sets the limits. A connection without an answer in time is destroyed: later queries would wait behind the unanswered one.
 */
export class LimitedPool implements PostgresPool {
  readonly #pool: pg.Pool;
  readonly #limits: StatementLimits;
  readonly #isPooled: boolean;
  readonly #limited = new WeakSet<pg.PoolClient>();
  readonly options: object;

  constructor(pool: pg.Pool, limits: StatementLimits, isPooled: boolean) {
    this.#pool = pool;
    this.#limits = limits;
    this.#isPooled = isPooled;
    this.options = pool.options;
  }

  async connect(): Promise<PostgresPoolClient> {
    const client = await this.#pool.connect();
    if (!this.#isPooled && !this.#limited.has(client)) await this.#limit(client);
    return new LimitedClient(client, this.#limits, this.#isPooled);
  }
  end(): Promise<void> {
    return this.#pool.end();
  }

  async #limit(client: pg.PoolClient): Promise<void> {
    const query = { text: setLimits('session', this.#limits), query_timeout: this.#limits.answerMs };
    await client.query(query).catch((error: unknown) => {
      client.release(true);
      throw error;
    });
    this.#limited.add(client);
  }
}

function setLimits(scope: 'session' | 'local', { statementMs, idleMs }: StatementLimits): string {
  return `set ${scope} statement_timeout = ${statementMs}; set ${scope} idle_in_transaction_session_timeout = ${idleMs}`;
}

class LimitedClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient;
  readonly #limits: StatementLimits;
  readonly #isPooled: boolean;
  /** One statement for `begin` and the limits saves a round trip. */
  readonly #begin: string;
  #isInTransaction = false;
  #isSilent = false;

  constructor(client: pg.PoolClient, limits: StatementLimits, isPooled: boolean) {
    this.#client = client;
    this.#limits = limits;
    this.#isPooled = isPooled;
    this.#begin = isPooled ? `begin; ${setLimits('local', limits)}` : 'begin';
  }

  query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query(text: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof text !== 'string') throw new Error('Cursors are not used.');
    const endsAt = performance.now() + this.#limits.answerMs;
    if (text === 'begin') return this.#open(endsAt);
    if (this.#isPooled && !this.#isInTransaction) return this.#queryAlone(text, parameters, endsAt);
    if (text === 'commit' || text === 'rollback') this.#isInTransaction = false;
    return this.#send(text, parameters, endsAt);
  }

  release(destroy = false): void {
    this.#client.release(destroy || this.#isSilent);
  }

  async #open(endsAt: number): Promise<PostgresQueryResult<never>> {
    await this.#send(this.#begin, [], endsAt);
    this.#isInTransaction = true;
    return { command: 'SELECT', rowCount: 0, rows: [] };
  }

  async #queryAlone(text: string, parameters: readonly unknown[], endsAt: number): Promise<pg.QueryResult> {
    await this.#send(this.#begin, [], endsAt);
    try {
      const result = await this.#send(text, parameters, endsAt);
      await this.#send('commit', [], endsAt);
      return result;
    } catch (error) {
      // The first error matters. The server rolls back by itself when a silent connection closes.
      if (!this.#isSilent) await this.#send('rollback', [], endsAt).catch(() => {});
      throw error;
    }
  }

  async #send(text: string, parameters: readonly unknown[], endsAt: number): Promise<pg.QueryResult> {
    const query_timeout = Math.max(1, endsAt - performance.now());
    const query = { text, query_timeout, ...(parameters.length > 0 && { values: [...parameters] }) };
    try {
      return await this.#client.query(query);
    } catch (error) {
      // An error from the server is an answer.
      if (!(error instanceof pg.DatabaseError)) this.#isSilent = true;
      throw error;
    }
  }
}
