import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor, REDACTED, WITHHELD_LINE } from '../../../src/report/redact.ts';

// Nothing here may look like a secret to a scanner of this repository: what does is put together at run time.
const join = (...parts: string[]) => parts.join('');
const letters = (length: number) => randomBytes(length).toString('hex').slice(0, length);
const redactLine = async (line: string, secrets: string[] = []) => {
  const { lines } = await createRedactor({ secrets }).forLog().redactLines([line]);
  return lines[0];
};
const makeKey = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString()
    .trim();

describe("the app's own secrets", () => {
  const token = `t0k-${letters(8)}&+ü"${letters(8)}`;

  test.each([
    ['as it is', (secret: string) => secret],
    ['in base64', (secret: string) => Buffer.from(secret).toString('base64')],
    ['in base64url', (secret: string) => Buffer.from(secret).toString('base64url')],
    ['in an address', encodeURIComponent],
    ['in JSON', (secret: string) => JSON.stringify({ x: secret }).slice(6, -2)],
    ['in JSON in JSON', (secret: string) => JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
  ])('%s', async (_, encode) => {
    expect(await redactLine(`before ${encode(token)} after`, [token])).toBe(`before ${REDACTED} after`);
  });

  test.each(['', 'a', 'ab', 'abc', 'abcd'])('in base64 behind "%s:"', async (user) => {
    const encoded = Buffer.from(`${user}:${token}`).toString('base64');
    const line = await redactLine(`x ${encoded} y`, [token]);
    expect(line).toContain(REDACTED);
    const left = line?.replace(REDACTED, '').replace(/^x | y$/g, '') ?? '';
    // At most a character that holds a few bits of it, and padding.
    expect(left.length).toBeLessThanOrEqual(Buffer.from(`${user}:`).toString('base64').length + 3);
  });

  test('the longest wins, and short ones are left alone', async () => {
    const long = `${token}-and-more`;
    expect(await redactLine(`a ${long} b`, [token, long, 'main', ''])).toBe(`a ${REDACTED} b`);
    expect(await redactLine('the branch main', ['main'])).toBe('the branch main');
  });

  test('every line of a key, in any order, and with its newlines escaped', async () => {
    const key = makeKey();
    const body = key.split('\n').slice(1, -1);
    const { lines } = await createRedactor({ secrets: [key] })
      .forLog()
      .redactLines(body.toReversed().map((line) => `> ${line}`));
    expect(lines.filter((line) => line !== `> ${REDACTED}`).every((line) => line.length < 23)).toBe(true);
    expect(await redactLine(`key=${JSON.stringify(key)}`, [key])).not.toContain(body[3]);
    const escaped = key.replaceAll('\n', '\\n');
    expect(await redactLine(`at ${body[5]}`, [escaped])).toBe(`at ${REDACTED}`);
  });

  test('an access token is known from then on, in logs that are read already too, until its account has many newer ones', async () => {
    const redactor = createRedactor({ secrets: [token] });
    const log = redactor.forLog();
    const later = `later-${letters(20)}`;
    expect((await log.redactLines([later])).lines).toEqual([later]);
    redactor.learnToken('acme', later);
    expect((await log.redactLines([`${later} ${token}`])).lines).toEqual([`${REDACTED} ${REDACTED}`]);
    expect(redactor.redactOwn(`x ${later}`)).toBe(`x ${REDACTED}`);
    for (let n = 0; n < 32; n++) redactor.learnToken('other', `${n}-${letters(20)}`);
    expect(redactor.redactOwn(`${later} ${token}`)).toBe(`${REDACTED} ${REDACTED}`);
    for (let n = 0; n < 32; n++) redactor.learnToken('acme', `${n}-${letters(20)}`);
    expect(redactor.redactOwn(`${later} ${token}`)).toBe(`${later} ${REDACTED}`);
  });

  test('redactOwn covers titles: own secrets, addresses and headers, not words', () => {
    const { redactOwn } = createRedactor({ secrets: [token] });
    expect(redactOwn(`answered 403: ${token}`)).toBe(`answered 403: ${REDACTED}`);
    expect(redactOwn('invalid token: expired')).toBe('invalid token: expired');
    expect(redactOwn(join('https://ana:', 'pa55', '@host.test/x'))).toBe(`https://${REDACTED}@host.test/x`);
  });

  test('learnt later are found too, in logs that are being read as well', async () => {
    const redactor = createRedactor({ secrets: [token] });
    const log = redactor.forLog();
    const later = `l4t-${letters(12)}`;
    redactor.learnSecrets([later]);
    expect((await log.redactLines([`${later} and ${token}`])).lines).toEqual([`${REDACTED} and ${REDACTED}`]);
    expect(redactor.redactOwn(`a ${later} b`)).toBe(`a ${REDACTED} b`);
  });

  test('are found wherever they are', async () => {
    const words = fc.string({ maxLength: 20 }).filter((text) => !text.includes(token));
    await fc.assert(
      fc.asyncProperty(fc.array(words), words, async (before, after) => {
        const log = createRedactor({ secrets: [token] }).forLog();
        const { lines } = await log.redactLines([
          ...before.map(clean),
          `${clean(after)}${token}${clean(after)}`,
        ]);
        expect(lines).toHaveLength(before.length + 1);
        expect(lines.join('\n')).not.toContain(token);
      }),
    );
  });
});

const clean = (text: string) => text.replaceAll('\n', ' ');

describe('secrets of known shapes', () => {
  const alphanumeric = (length: number) => 'aB3dE5fG7hJ9kL1m'.repeat(9).slice(0, length);

  test.each([
    ['GitHub', join('gh', 'p_', alphanumeric(36))],
    ['GitHub, fine-grained', join('github', '_pat_', alphanumeric(82))],
    ['GitLab', join('gl', 'pat-', alphanumeric(20))],
    ['Slack', join('xo', 'xb-', '1234567890-', alphanumeric(24))],
    ['Stripe', join('sk_', 'live_', alphanumeric(24))],
    ['npm', join('np', 'm_', alphanumeric(36))],
    ['SendGrid', join('S', 'G.', alphanumeric(22), '.', alphanumeric(43))],
    ['AWS key id', join('AK', 'IA', 'ABCDEFGHIJKLMNOP')],
    [
      'JSON web token',
      join('ey', 'J', alphanumeric(20), '.ey', 'J', alphanumeric(40), '.', alphanumeric(43)),
    ],
    ['Databricks', join('da', 'pi', '0123456789abcdef'.repeat(2))],
  ])('%s', async (_, token) => {
    expect(await redactLine(`2026-06-10T07:13:40Z [info     ] using ${token} now`)).toBe(
      `2026-06-10T07:13:40Z [info     ] using ${REDACTED} now`,
    );
  });

  test('a line of the log does not switch the scanner off', async () => {
    const token = join('gh', 'p_', alphanumeric(36));
    const log = createRedactor({ secrets: [] }).forLog();
    const { lines, count } = await log.redactLines([
      'secretlint-disable',
      `${token} # secretlint-disable-line`,
      token,
    ]);
    expect(lines).toEqual(['secretlint-disable', `${REDACTED} # secretlint-disable-line`, REDACTED]);
    expect(count).toBe(2);
  });

  test('a byte order mark moves nothing', async () => {
    const token = join('gh', 'p_', alphanumeric(36));
    expect(await redactLine(`\ufeff${token}!`)).toBe(`\ufeff${REDACTED}!`);
  });

  test('the scanner keeps no marks of its runs', async () => {
    await redactLine('nothing');
    expect(performance.getEntriesByType('mark').filter(({ name }) => name.startsWith('@core'))).toEqual([]);
  });

  test('secrets in many batches, each in its line', async () => {
    const token = join('gh', 'p_', alphanumeric(36));
    const lines = Array.from({ length: 5000 }, (_, index) =>
      index % 1000 === 7 ? `at ${index}: ${token}` : 'x'.repeat(60),
    );
    const result = await createRedactor({ secrets: [] }).forLog().redactLines(lines);
    expect(result.count).toBe(5);
    expect(result.lines).toEqual(lines.map((line) => line.replace(token, REDACTED)));
  });
});

describe('credentials by their place', () => {
  const value = join('hun', 'ter', '2!');

  test.each([
    [`postgres://ana:${value}@db.test:5432/x`, `postgres://${REDACTED}@db.test:5432/x`],
    [`mysql://root:p@${value}@db.test/x`, `mysql://${REDACTED}@db.test/x`],
    [`postgres://u:ab/${value}@db.test/x`, `postgres://${REDACTED}@db.test/x`],
    [`redis://:${value}@cache.test`, `redis://${REDACTED}@cache.test`],
    [`snowflake://u:${value}@account/db?x=1`, `snowflake://${REDACTED}@account/db?x=1`],
    [`https://${'t'.repeat(30)}@github.com/acme/data`, `https://${REDACTED}@github.com/acme/data`],
    [`Authorization: Bearer ${value}`, `Authorization: Bearer ${REDACTED}`],
    [`{'Authorization': 'Basic ${value}', 'x': 1}`, `{'Authorization': '${REDACTED}', 'x': 1}`],
    [`sent bearer ${'a1'.repeat(10)} to`, `sent bearer ${REDACTED} to`],
    [`sent Basic ${'QWxh'.repeat(5)}== to`, `sent Basic ${REDACTED} to`],
    [`password=${value}`, `password=${REDACTED}`],
    [`TAP_GITHUB_AUTH_TOKEN=${value} next`, `TAP_GITHUB_AUTH_TOKEN=${REDACTED} next`],
    [`dbPassword: ${value}`, `dbPassword: ${REDACTED}`],
    [`"api_key": "${value} with blanks"}`, `"api_key": "${REDACTED}"}`],
    [
      `{"config":"{\\"client_secret\\":\\"${value}\\",\\"a\\":1}"}`,
      `{"config":"{\\"client_secret\\":\\"${REDACTED}\\",\\"a\\":1}"}`,
    ],
    [`{'secret': 'it\\'s ${value}'}`, `{'secret': '${REDACTED}'}`],
    [`GET /x?access_token=${value}&page=2 HTTP/1.1`, `GET /x?access_token=${REDACTED}&page=2 HTTP/1.1`],
    [`Server=h;Password=${value};Database=d`, `Server=h;Password=${REDACTED};Database=d`],
    [`password=a&b,c;${value}`, `password=${REDACTED}`],
    [`token=b'${value}', x`, `token=${REDACTED}', x`],
    [`(private-key := ${value})`, `(private-key := ${REDACTED})`],
    [`--db-password ${value} --verbose`, `--db-password ${REDACTED} --verbose`],
    [`if token == "${value}":`, `if token == "${REDACTED}":`],
    [`passwd: \${PASSWORD:-${value}}`, `passwd: ${REDACTED}}`],
    [`//registry.test/:_authToken=${value}`, `//registry.test/:_authToken=${REDACTED}`],
  ])('%s', async (line, expected) => {
    expect(await redactLine(line)).toBe(expected);
  });

  test.each([
    'password=',
    'password: ***',
    'password: "********"',
    `token: ${REDACTED}`,
    'secret: null',
    'api_key=None,',
    'use_token: true',
    `password: \${DB_PASSWORD}`,
    'password=$DB_PASSWORD',
    `password: "{{ env_var('DB_PASSWORD') }}"`,
    `postgres://\${DB_USER}:\${DB_PASSWORD}@db.test/x`,
    'max_tokens=4096',
    'Token::parse failed',
    'def connect(token: str)',
    "unexpected token: 'foo'",
    'Enter password:',
    '--password --verbose',
    'git@github.com:acme/data.git and ssh://git@github.com/acme/data',
    'http://localhost:8080/path?mail=ana@example.test',
    'basic authentication is on; the bearer of bad news',
    '2026-06-10T07:13:40.123Z [info     ] Extract & load complete! tokenizer=none secrets=3',
  ])('%s stays', async (line) => {
    expect(await redactLine(line)).toBe(line);
  });
});

describe('private keys', () => {
  const key = makeKey().split('\n');
  const prefix = '2026-06-10T07:13:40.123Z [info     ] ';

  test('in one call', async () => {
    const { lines, count } = await createRedactor({ secrets: [] })
      .forLog()
      .redactLines(['before', ...key, 'after']);
    expect(lines).toEqual(['before', ...key.map(() => REDACTED), 'after']);
    expect(count).toBe(1);
  });

  test.each([1, 2, 5, 26])('over several calls of %i lines, behind prefixes', async (size) => {
    const log = createRedactor({ secrets: [] }).forLog();
    const all = ['before', ...key.map((line) => prefix + line), 'after', 'more'];
    const lines: string[] = [];
    let count = 0;
    for (let at = 0; at < all.length; at += size) {
      const result = await log.redactLines(all.slice(at, at + size));
      lines.push(...result.lines);
      count += result.count;
    }
    expect(lines).toEqual([
      'before',
      prefix + REDACTED,
      ...key.slice(1).map(() => REDACTED),
      'after',
      'more',
    ]);
    expect(count).toBe(1);
  });

  test('logs do not share their state', async () => {
    const redactor = createRedactor({ secrets: [] });
    await redactor.forLog().redactLines(key.slice(0, 3));
    expect((await redactor.forLog().redactLines(['after'])).lines).toEqual(['after']);
  });

  test('two in one line with escaped newlines, and text behind them', async () => {
    const line = key.join('\\n');
    expect(await redactLine(`a ${line} b ${line} c`)).toBe(`a ${REDACTED} b ${REDACTED} c`);
  });

  test('one that never ends hides no more than what could be it', async () => {
    const rest = ['this is not a key', 'nor is this one', 'nor that one here', 'seen again'];
    const { lines } = await createRedactor({ secrets: [] })
      .forLog()
      .redactLines([...key.slice(0, 4), ...rest]);
    expect(lines.slice(0, 4)).toEqual(key.slice(0, 4).map(() => REDACTED));
    expect(lines.at(-1)).toBe('seen again');
  });
});

describe('a scanner that fails', () => {
  test('hides the lines that it failed on, and no others', async () => {
    const scan = async (text: string) => {
      if (text.includes('poison')) throw new Error('failed');
      return [];
    };
    const filler = 'x'.repeat(65_530);
    const { lines } = await createRedactor({ secrets: [], scan })
      .forLog()
      .redactLines([filler, 'poison', 'beside it', filler]);
    expect(lines).toEqual([filler, WITHHELD_LINE, WITHHELD_LINE, filler]);
  });

  test('also when it is thrown off by line breaks inside lines', async () => {
    const result = await createRedactor({ secrets: [] }).forLog().redactLines(['password=ab\nb', 'c']);
    expect(result).toEqual({ lines: [WITHHELD_LINE, WITHHELD_LINE], count: 0 });
  });
});

test('whatever comes in, as many lines go out', async () => {
  const part = fc.constantFrom(
    'token=',
    '"',
    "'",
    '\\"',
    '://',
    '@',
    ':',
    'bearer ',
    '-----',
    'BEGIN PRIVATE KEY',
    ' ',
    '&',
    ',',
    '{{',
  );
  const line = fc.array(fc.oneof(part, fc.string({ maxLength: 8 }))).map((parts) => clean(parts.join('')));
  await fc.assert(
    fc.asyncProperty(fc.array(line), async (lines) => {
      const result = await createRedactor({ secrets: [] }).forLog().redactLines(lines);
      expect(result.lines).toHaveLength(lines.length);
      expect(result.lines).not.toContain(WITHHELD_LINE);
    }),
  );
});
