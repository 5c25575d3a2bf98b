import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg from 'pg';

/**
 * A pool that throws a connection away when a query got no answer from it in time: it still waits for that answer, and
 * would let every later query wait as well.
 */
export class ImpatientPool implements PostgresPool {
  readonly #pool: pg.Pool;
  readonly options: object;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
    this.options = pool.options;
  }

  async connect(): Promise<PostgresPoolClient> {
    return new ImpatientClient(await this.#pool.connect());
  }
  end(): Promise<void> {
    return this.#pool.end();
  }
}

class ImpatientClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient;
  #isSilent = false;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query(text: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof text !== 'string') throw new Error('Cursors are not used.');
    return this.#client.query(text, [...parameters]).catch((error: unknown) => {
      // Whatever the server itself says is an answer.
      if (!(error instanceof pg.DatabaseError)) this.#isSilent = true;
      throw error;
    });
  }

  release(destroy = false): void {
    this.#client.release(destroy || this.#isSilent);
  }
}
