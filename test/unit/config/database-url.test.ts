import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { readDatabaseUrl } from '../../../src/config/database-url.ts';
import { readEnvironment } from '../../../src/config/environment.ts';

/** The driver's reading of the URL. */
function connect(text: string) {
  const read = readDatabaseUrl(text);
  if (!read.ok) throw new Error(read.problem);
  const { host, port, user, password, database, ssl } = new pg.Client({ connectionString: read.url });
  expect(read.password).toBe(password ?? '');
  return { host, port, user, password, database, ssl };
}

describe('a password', () => {
  test.each([
    ['p%w', 'p%w'],
    ['100%', '100%'],
    ['50%25', '50%'],
    ['a%zz%2Fb', 'a%zz/b'],
    ['a b%2Fc', 'a b/c'],
    ['a@b', 'a@b'],
    ['a:b', 'a:b'],
    ['a%23b%2Fc%3Fd', 'a#b/c?d'],
    ['pä%C3%A4€', 'pää€'],
    ['x[y]{z}|"<>^`\\', 'x[y]{z}|"<>^`\\'],
    ['a&b=c+d', 'a&b=c+d'],
  ])('%s is accepted by the driver', (typed, password) => {
    expect(connect(`postgres://app:${typed}@db.example:6543/deploy`)).toMatchObject({
      host: 'db.example',
      port: 6543,
      user: 'app',
      password,
      database: 'deploy',
    });
  });

  test.each([
    'geheim#x',
    '12#geheim',
    'geheim/x',
    '12/geheim',
    'geheim?x',
    '12?geheim',
    '12?geheim=x',
    'a@b/geheim',
    'a@b?geheim',
    'geheim%ff',
    '%E4geheim',
  ])('%s is refused with what to encode, and isn’t shown', (typed) => {
    const DATABASE_URL = `postgres://app:${typed}@db.example/deploy`;
    const result = readEnvironment({ DATABASE_URL, NODE_ENV: 'production' });
    const problems = !result.ok && result.kind === 'invalid' ? result.problems : [];
    expect(problems).toContainEqual(
      expect.stringMatching(/^DATABASE_URL can't be read: .*% as %25.*# as %23\.$/),
    );
    expect(problems.join('\n')).not.toContain('geheim');
  });
});

describe('the address', () => {
  test.each([
    ['postgresql://u:p@/db?host=/cloudsql/a:b:c', { host: '/cloudsql/a:b:c', user: 'u', database: 'db' }],
    ['postgresql:///db?host=/tmp&user=u@x&password=a@b', { host: '/tmp', user: 'u@x', password: 'a@b' }],
    ['postgres://%2Fvar%2Frun%2Fpg/db', { host: '/var/run/pg', database: 'db' }],
    ['postgres://u:p@[::1]:5433/db', { host: '::1', port: 5433 }],
    ['postgres://u:p@h/db?application_name=a@b', { host: 'h', user: 'u', database: 'db' }],
  ])('%s is accepted by the driver', (url, expected) => {
    expect(connect(url)).toMatchObject(expected);
  });

  test.each(['postgres://u:p@h:port/db', 'postgres://u:p@h1:1,h2:2/db', 'postgres://u:p@h/db?port=x'])(
    '%s is refused',
    (url) => {
      expect(readDatabaseUrl(url)).toMatchObject({ ok: false });
    },
  );
});

describe('sslmode', () => {
  const on = (parameters: string) => `postgres://u:p@h/db?${parameters}`;
  const CA = new URL('../../../package.json', import.meta.url).pathname;

  test('does what libpq does', () => {
    expect(connect(on('sslmode=disable')).ssl).toBe(false);
    expect(connect(on('sslmode=require')).ssl).toEqual({ rejectUnauthorized: false });
    expect(connect(on(`sslmode=require&sslrootcert=${CA}`)).ssl).toMatchObject({
      ca: expect.any(String),
      checkServerIdentity: expect.any(Function),
    });
    expect(connect(on(`sslmode=verify-ca&sslrootcert=${CA}`)).ssl).toMatchObject({
      checkServerIdentity: expect.any(Function),
    });
    expect(connect(on('sslmode=verify-full')).ssl).toEqual({});
    expect(connect(on('sslmode=no-verify')).ssl).toEqual({ rejectUnauthorized: false });
  });

  test.each([
    ['allow', 'sslmode=allow'],
    ['prefer', 'sslmode=prefer'],
    ['required', 'that sslmode'],
    ['', 'that sslmode'],
  ])('%j is refused by name', (mode, named) => {
    expect(readDatabaseUrl(on(`sslmode=${mode}`))).toEqual({
      ok: false,
      problem: expect.stringContaining(`${named}: use one of disable, require`),
    });
  });

  test('needs the files that it names', () => {
    expect(readDatabaseUrl(on('sslmode=verify-ca'))).toMatchObject({
      problem: expect.stringContaining('sslrootcert'),
    });
    expect(readDatabaseUrl(on('sslmode=verify-full&sslrootcert=/none.pem'))).toEqual({
      ok: false,
      problem: "names the file /none.pem, which can't be read (ENOENT)",
    });
  });
});
