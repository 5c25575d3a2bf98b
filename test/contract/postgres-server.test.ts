import { createServer, connect as openSocket, type Socket } from 'node:net';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLeaseContext } from '../../src/scheduling/lease-context.ts';
import { createStores } from '../../src/store/create-stores.ts';
import { inspectPostgres } from '../../src/store/inspect-postgres.ts';
import { compareMigrations } from '../../src/store/migrations.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { createDatabase } from './postgres-databases.ts';

const SERVER = process.env['TEST_DATABASE_URL'];
/** The authority of the server's certificate. */
const CA = process.env['TEST_DATABASE_CA'];

function open(url: string) {
  return openPostgres({ url, leases: createLeaseContext(), onConnectionLost: () => {} });
}

/** A proxy in front of the server that can fall silent: it then drops everything. */
async function startSilentProxy(url: string) {
  const { port, hostname } = new URL(url);
  const own = new URL(url);
  const sockets = new Set<Socket>();
  let isSilent = false;
  const forward = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.on('data', (chunk) => !isSilent && to.write(chunk));
    from.on('close', () => to.destroy());
    from.on('error', () => to.destroy());
  };
  const server = createServer((socket) => {
    const upstream = openSocket(Number(port), hostname);
    forward(socket, upstream);
    forward(upstream, socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  own.port = String(typeof address === 'object' && address ? address.port : 0);
  return {
    url: own.href,
    setSilent(silent: boolean) {
      isSilent = silent;
    },
  };
}

describe('a PostgreSQL server', () => {
  test.skipIf(!SERVER)('is brought to the newest schema once by instances that start together', async () => {
    const database = await createDatabase(SERVER ?? '');
    onTestFinished(() => database.drop());
    const instances = await Promise.all(Array.from({ length: 4 }, () => open(database.url)));
    onTestFinished(async () => void (await Promise.all(instances.map((one) => one.close()))));
    const beginnings = await Promise.all(instances.map(({ db }) => createStores(db).readBeginning()));
    expect(new Set(beginnings).size).toBe(1);
  });

  test.skipIf(!SERVER)(
    'that falls silent fails what is asked, and is asked anew when it is back',
    async () => {
      const database = await createDatabase(SERVER ?? '');
      onTestFinished(() => database.drop());
      const proxy = await startSilentProxy(database.url);
      const { db, close } = await open(proxy.url);
      onTestFinished(() => close());
      const ask = () => sql`select 1`.execute(db);
      await ask();
      proxy.setSilent(true);
      await expect(ask()).rejects.toThrow('timeout');
      proxy.setSilent(false);
      // The connection that fell silent still waits for its answer.
      await ask();
    },
  );

  test.skipIf(!SERVER || !CA)('is reached with TLS as the URL says', async () => {
    const database = await createDatabase(SERVER ?? '');
    onTestFinished(() => database.drop());
    const openWith = (parameters: string) => {
      const url = new URL(database.url);
      url.hostname = 'localhost';
      url.search = parameters;
      return open(url.href);
    };
    const isEncrypted = async (parameters: string) => {
      const { db, close } = await openWith(parameters);
      const { rows } = await sql<{ ssl: boolean }>`
        select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(db);
      await close();
      return rows[0]?.ssl;
    };
    expect(await isEncrypted(`?sslmode=verify-full&sslrootcert=${CA}`)).toBe(true);
    expect(await isEncrypted('')).toBe(false);
    await expect(openWith('?sslmode=verify-full')).rejects.toThrow(/can't be used: .*certificate/);
  });

  test('that does not exist is reported at the start, without the password', async () => {
    const opened = open('postgres://app:geheim@127.0.0.1:1/deploy');
    await expect(opened).rejects.toThrow(/^The database of DATABASE_URL can't be used: .*ECONNREFUSED/);
    await expect(opened).rejects.not.toThrow('geheim');
  });
});

describe('the doctor’s look at a server', () => {
  test.skipIf(!SERVER)(
    'finds an empty database, then the tables of this version, and changes nothing',
    async () => {
      const database = await createDatabase(SERVER ?? '');
      onTestFinished(() => database.drop());
      expect(await inspectPostgres(database.url)).toEqual({
        version: expect.stringMatching(/^\d/),
        migrations: null,
      });
      expect((await inspectPostgres(database.url)).migrations).toBeNull();
      const { db, close } = await open(database.url);
      const { migrations } = await inspectPostgres(database.url);
      expect(compareMigrations(migrations ?? [])).toEqual({
        due: [],
        unknown: [],
        isFromDevelopment: false,
      });
      await sql`update kysely_migration set name = '9999-later' where name = '0001-release'`.execute(db);
      await close();
      const changed = await inspectPostgres(database.url);
      expect(compareMigrations(changed.migrations ?? [])).toEqual({
        due: ['0001-release'],
        unknown: ['9999-later'],
        isFromDevelopment: false,
      });
    },
  );

  test.skipIf(!SERVER)('says what the server says', async () => {
    const wrong = new URL(SERVER ?? '');
    wrong.pathname = '/there-is-no-such-database';
    await expect(inspectPostgres(wrong.href)).rejects.toThrow(
      /database "there-is-no-such-database" does not exist/,
    );
  });
});
