import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor, REDACTED, WITHHELD_LINE } from '../../../src/logs/redact.ts';

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
    expect(redactor.redactText(`x ${later}`)).toBe(`x ${REDACTED}`);
    for (let n = 0; n < 32; n++) redactor.learnToken('other', `${n}-${letters(20)}`);
    expect(redactor.redactText(`${later} ${token}`)).toBe(`${REDACTED} ${REDACTED}`);
    for (let n = 0; n < 32; n++) redactor.learnToken('acme', `${n}-${letters(20)}`);
    expect(redactor.redactText(`${later} ${token}`)).toBe(`${later} ${REDACTED}`);
  });

  test('redactText covers titles: own secrets, addresses and headers, not words', () => {
    const { redactText } = createRedactor({ secrets: [token] });
    expect(redactText(`answered 403: ${token}`)).toBe(`answered 403: ${REDACTED}`);
    expect(redactText('invalid token: expired')).toBe('invalid token: expired');
    expect(redactText(join('https://ana:', 'pa55', '@host.test/x'))).toBe(`https://${REDACTED}@host.test/x`);
  });

  test('learnt later are found too, in logs that are being read as well', async () => {
    const redactor = createRedactor({ secrets: [token] });
    const log = redactor.forLog();
    const later = `l4t-${letters(12)}`;
    redactor.learnSecrets([later]);
    expect((await log.redactLines([`${later} and ${token}`])).lines).toEqual([`${REDACTED} and ${REDACTED}`]);
    expect(redactor.redactText(`a ${later} b`)).toBe(`a ${REDACTED} b`);
  });

  test('of every workspace are remembered, however many there are', async () => {
    const redactor = createRedactor({ secrets: [token] });
    const log = redactor.forLog();
    // One at a time, as starts read the deployment secrets of workspaces, with tokens in between.
    const secrets = Array.from({ length: 100 }, (_, n) => `w${n}-${letters(16)}-${n}`);
    for (const [n, secret] of secrets.entries()) {
      redactor.learnSecrets([secret]);
      redactor.learnToken('acme', `t${n}-${letters(20)}`);
    }
    const lines = secrets.map((secret) => `export A=${secret}`);
    expect((await log.redactLines(lines)).lines).toEqual(lines.map(() => `export A=${REDACTED}`));
    expect(lines.map(redactor.redactText)).toEqual(lines.map(() => `export A=${REDACTED}`));
    expect(lines.map(redactor.redactLogLine)).toEqual(lines.map(() => `export A=${REDACTED}`));
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
    [`token=b'${value}', x`, `token=b'${REDACTED}', x`],
    [`(private-key := ${value})`, `(private-key := ${REDACTED})`],
    [`--db-password ${value} --verbose`, `--db-password ${REDACTED} --verbose`],
    [`if token == "${value}":`, `if token == "${REDACTED}":`],
    [`passwd: \${PASSWORD:-${value}}`, `passwd: ${REDACTED}}`],
    [`//registry.test/:_authToken=${value}`, `//registry.test/:_authToken=${REDACTED}`],
    [
      `{'oauth_credentials': {'refresh_token': '${value}', 'client_id': 'y'}}`,
      `{'oauth_credentials': {'refresh_token': '${REDACTED}', 'client_id': 'y'}}`,
    ],
    [`token={"access_token":"${value}"}`, `token={"access_token":"${REDACTED}"}`],
    [`credentials={'password': '${value}'}`, `credentials={'password': '${REDACTED}'}`],
    [`password: !!str ${value}`, `password: !!str ${REDACTED}`],
    [`password = b"two ${value}"`, `password = b"${REDACTED}"`],
    [`blob.core.windows.net/c?sv=2022&sig=${value}`, `blob.core.windows.net/c?sv=2022&sig=${REDACTED}`],
    [`SharedAccessSignature=${value}`, `SharedAccessSignature=${REDACTED}`],
    [`AccountName=a;AccountKey=${value};x=1`, `AccountName=a;AccountKey=${REDACTED};x=1`],
    [`ALTER USER ana PASSWORD '${value}'`, `ALTER USER ana PASSWORD '${REDACTED}'`],
    [`CREATE USER ana IDENTIFIED BY '${value}'`, `CREATE USER ana IDENTIFIED BY '${REDACTED}'`],
    [`Authorization: SSWS ${value}`, `Authorization: SSWS ${REDACTED}`],
    [`Authorization: Klaviyo-API-Key ${value}`, `Authorization: Klaviyo-API-Key ${REDACTED}`],
    [`Authorization: Zoho-oauthtoken ${value}`, `Authorization: Zoho-oauthtoken ${REDACTED}`],
    [`MYSQL_PWD=${value} mysqldump`, `MYSQL_PWD=${REDACTED} mysqldump`],
    [`      pass: ${value}`, `      pass: ${REDACTED}`],
    [`Cookie: a=1; session=${value}`, `Cookie: ${REDACTED}`],
    [`curl -u ana:${value} https://x`, `curl -u ana:${REDACTED} https://x`],
    [`sqlplus scott/${value}@orcl`, `sqlplus scott/${REDACTED}@orcl`],
    [`DB_PASSWORD_PROD=${value}`, `DB_PASSWORD_PROD=${REDACTED}`],
    [`SECRET_KEY_BASE=${value}`, `SECRET_KEY_BASE=${REDACTED}`],
    [`('X-Auth-Token', '${value}')`, `('X-Auth-Token', '${REDACTED}')`],
    [`[b'Authorization', b'Bearer ${value}']`, `[b'Authorization', b'${REDACTED}']`],
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

describe('credentials by how they look', () => {
  const random = (length: number) => 'aB3dE5fG7hJ9kL1m'.repeat(40).slice(0, length);
  const jwt = `${join('ey', 'J')}${random(30)}.${join('ey', 'J')}${random(200)}.${random(43)}`;
  const shaped = [
    join('AI', 'za', random(35)),
    join('ya', '29.', random(60)),
    join('GOC', 'SPX-', random(28)),
    join('py', 'pi-', random(60)),
    join('h', 'f_', random(34)),
    join('dop', '_v1_', '0123456789abcdef'.repeat(4)),
    join('ATA', 'TT', random(40)),
    join('pat', '-na1-', '01234567-89ab-cdef-0123-456789abcdef'),
    join('NR', 'AK-', 'ABCDEFGHIJKLMNOP0123456789A'),
    join('db', 'tc_', random(40)),
    join('gh', 's_', '123456_', jwt),
    join('gh', 's_', random(36)),
    join('CF', 'PAT-', random(43)),
    join('x', 'ai-', random(80)),
    join('dt0', 'c01.', 'ABCDEFGH'.repeat(3), '.', 'ABCDEFGH'.repeat(8)),
    join('pu', 'l-', '0123456789abcdef0123'.repeat(2)),
    join('p', 'k_', '12345678_', 'ABCDEFGH'.repeat(4)),
    join('pa', 't', random(14), '.', '0123456789abcdef'.repeat(4)),
  ];

  test.each(shaped.map((token) => [token.slice(0, 8), token]))('%s…', async (_, token) => {
    expect(await redactLine(`using ${token} now`)).toBe(`using ${REDACTED} now`);
    // In titles, replies and names, and in a line of the app's own log.
    const { redactText, redactLogLine } = createRedactor({ secrets: [] });
    expect(redactText(`refused: ${token}.`)).toBe(`refused: ${REDACTED}.`);
    expect(redactLogLine(`{"msg":"${token}"}`)).toBe(`{"msg":"${REDACTED}"}`);
  });

  test.each([
    ['Azure', 'aB3', '8Q~', random(34)],
    ['Terraform Cloud', random(14), '.atlasv1.', random(67)],
    ['Mailchimp', '0123456789abcdef'.repeat(2), '-us', '12'],
    ['Telegram', '1234567890', ':AA', random(33)],
    ['Asana', '1/1234567890123456', ':', '0123456789abcdef'.repeat(2)],
  ])('a token of %s, most of it', async (_, ...parts) => {
    const secret = parts.toSorted((a, b) => b.length - a.length)[0] ?? '';
    const shown = await redactLine(`using ${join(...parts)} now`);
    expect(shown).toContain(REDACTED);
    expect(shown).not.toContain(secret);
  });

  test.each([
    ['Teams', 'https://acme.webhook.office.com/webhookb2/'],
    ['Discord', 'https://discord.com/api/webhooks/'],
    ['Slack', 'https://hooks.slack.com/services/'],
  ])('an address that lets everyone post to %s', async (_, address) => {
    expect(await redactLine(`POST ${address}1234/${random(40)} 200`)).toBe(`POST ${address}${REDACTED} 200`);
  });

  test('a JSON web token right behind an underscore', async () => {
    expect(await redactLine(`session_${jwt}`)).toBe(`session_${REDACTED}`);
  });

  test('titles are searched as logs are', () => {
    const { redactText } = createRedactor({ secrets: [] });
    expect(redactText(`Failed after 3 s: no login with password=${random(9)}`)).toBe(
      `Failed after 3 s: no login with password=${REDACTED}`,
    );
    const title = 'Failed after 38 s: meltano.yml:12 while scanning for the next token: found character';
    expect(redactText(title)).toBe(title);
  });

  test('with joiners in the middle', async () => {
    const token = join('gh', 'p_', random(36));
    const cut = `${token.slice(0, 9)}\u200d${token.slice(9, 20)}\u200c${token.slice(20)}`;
    expect(await redactLine(`👩\u200d🚀 می\u200cخواهم ${cut} 👩\u200d🚀`)).toBe(
      `👩\u200d🚀 می\u200cخواهم ${REDACTED} 👩\u200d🚀`,
    );
    expect(createRedactor({ secrets: [] }).redactText(`a ${cut} b`)).toBe(`a ${REDACTED} b`);
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

  const fields = '   cmd_type=extractor name=tap-x run_id=6c2f9d1e-5a0b-4a43-9d50-1d1f0a7f7b11 stdio=stderr';
  const timestamp = '2026-06-10T07:13:40.123Z';
  test.each<[string, (line: string) => string]>([
    ['with fields', (line) => `${prefix}${line}${fields}`],
    ['with a logger and fields', (line) => `${prefix}INFO tap_x | ${line}${fields}`],
    ['of JSON', (line) => JSON.stringify({ event: line, level: 'info', name: 'tap-x', timestamp })],
    ['of JSON with another key', (line) => JSON.stringify({ timestamp, line, level: 'info' })],
    ['of a logger that names the code', (line) => `INFO 2026-06-10 07:13:40 ${line} (client.py:42)`],
    ['in quotes', (line) => `${prefix}    '${line}\\n'${fields}`],
    ['in a box', (line) => `│ │   ${line.padEnd(90)} │ │`],
    ['behind a pipe', (line) => `tap-x | ${line}`],
  ])("in lines %s, with other plug-ins' lines between, in batches", async (_, write) => {
    for (const size of [1, 3, 100]) {
      const log = createRedactor({ secrets: [] }).forLog();
      const other = `${prefix}Extract is going on`;
      const all = key.flatMap((line, index) => (index % 5 === 4 ? [other, write(line)] : [write(line)]));
      const lines: string[] = [];
      for (let at = 0; at < all.length; at += size) {
        lines.push(...(await log.redactLines(all.slice(at, at + size))).lines);
      }
      const shown = lines.join('\n');
      for (const line of key.slice(1, -1)) expect(shown).not.toContain(line.slice(0, 20));
      expect(lines.filter((line) => line === other)).toHaveLength(5);
      expect((await log.redactLines([other])).lines).toEqual([other]);
    }
  });

  test('one without an end is looked for in 400 lines', async () => {
    const log = createRedactor({ secrets: [] }).forLog();
    const body = key[3] ?? '';
    const between = Array.from({ length: 399 }, (_, index) => `line ${index}`);
    const { lines } = await log.redactLines([key[0] ?? '', ...between, `a ${body}`, `a ${body}`]);
    expect(lines.slice(1, 400)).toEqual(between);
    expect(lines.slice(400)).toEqual([`a ${REDACTED}`, `a ${body}`]);
  });

  test('what only speaks of a key hides no name of a class below it', async () => {
    const error = [
      'snowflake.connector.errors.ProgrammingError: 250001: Could not deserialize key data',
      '  File "client.py", line 42, in PostgresConnector',
      '    raise FatalAPIErrorWithContext(message)',
      'RuntimeError: TargetSnowflakeSink failed',
    ];
    const log = createRedactor({ secrets: [] }).forLog();
    await log.redactLines(['ValueError: the key has to begin with -----BEGIN PRIVATE KEY-----']);
    expect((await log.redactLines(error)).lines).toEqual(error);
  });

  test('in an address, as a file in base64, and of PuTTY', async () => {
    const address = encodeURIComponent(key.join('\n'));
    expect(await redactLine(`GET /?key=${address} 200`)).toBe(`GET /?key=${REDACTED} 200`);
    const file = Buffer.from(key.join('\n')).toString('base64');
    expect(await redactLine(`SSH_IDENTITY=${file}`)).toBe(`SSH_IDENTITY=${REDACTED}`);
    const log = createRedactor({ secrets: [] }).forLog();
    const putty = ['Private-Lines: 25', ...key.slice(1, -1), 'Private-MAC: 0123456789abcdef', 'after'];
    const { lines } = await log.redactLines(putty.map((line) => prefix + line));
    for (const line of key.slice(1, -1)) expect(lines.join('\n')).not.toContain(line.slice(0, 20));
    expect(lines.at(-1)).toBe(`${prefix}after`);
  });

  test('the base64 of a certificate stays', async () => {
    const line = `certificate-authority-data: ${Buffer.from('-----BEGIN CERTIFICATE-----\nMIIB').toString('base64')}`;
    expect(await redactLine(line)).toBe(line);
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

describe('long lines', () => {
  const LENGTH = 64 * 1024;
  const parts = [
    'token=',
    'token: ',
    '"token',
    '\\"token=',
    'token={',
    'token=[(',
    '"',
    "'",
    '\\',
    '://',
    '://u:',
    '@',
  ];
  const more = [
    'a/b@',
    'Authorization: x ',
    'Cookie: a=b ',
    '-----BEGIN PRIVATE KEY-----',
    'insert into a (token) values (',
    '| token ',
    '==',
    'A',
    ' ',
  ];

  test.each([...parts, ...more].map((part) => [part]))(
    'of %j take no longer than their length',
    async (part) => {
      const log = createRedactor({ secrets: [] }).forLog();
      for (const other of ['', ...parts]) {
        const unit = part + other;
        const line = unit.repeat(LENGTH / unit.length);
        const { lines } = await log.redactLines([line]);
        expect(lines).toHaveLength(1);
        expect(lines).not.toContain(WITHHELD_LINE);
      }
    },
    10_000,
  );
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
