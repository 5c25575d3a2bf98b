import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import pg from 'pg';

const SCRIPT = join(import.meta.dirname, '../../scripts/with-postgres');
/** Says where the server is, and ends with its input: with this process, however that ends. */
const COMMAND = 'echo "$TEST_DATABASE_URL"; echo "$TEST_DATABASE_RESTART"; read -r _';

const run = promisify(execFile);

export interface OwnServer {
  readonly url: string;
  /** Ends all connections, stops the server and starts it again. */
  restart(): Promise<void>;
  query(statement: string): Promise<void>;
  stop(): Promise<void>;
}

/** A PostgreSQL server that no other test file uses, so that this one may restart it. */
export async function startOwnServer(): Promise<OwnServer> {
  const child = spawn(SCRIPT, ['sh', '-c', COMMAND], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value: url } = await lines.next();
  const { value: restart } = await lines.next();
  if (!url || !restart) throw new Error('The PostgreSQL server did not start.');
  return {
    url,
    restart: async () => void (await run('sh', [restart])),
    async query(statement) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(statement);
      await client.end();
    },
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}
