import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ENVIRONMENT_NAMES, readEnvironment } from '../../../src/config/environment.ts';
import { loadEnvFile } from '../../../src/config/load-env-file.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PKCS1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const PKCS8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const COMPLETE = { APP_ID: '12', PRIVATE_KEY: PKCS1, WEBHOOK_SECRET: 'hook', MELTANO_API_TOKEN: 'token' };

function read(env: Record<string, string>) {
  const result = readEnvironment({ ...COMPLETE, ...env });
  if (!result.ok) throw new Error(result.kind === 'invalid' ? result.problems.join('\n') : result.kind);
  return result.configuration;
}

function problemsOf(env: Record<string, string>): readonly string[] {
  const result = readEnvironment({ ...COMPLETE, ...env });
  return !result.ok && result.kind === 'invalid' ? result.problems : [];
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** One accepted value for each variable; together they would contradict each other. */
const ACCEPTED: Record<string, string> = {
  APP_ID: '7',
  PRIVATE_KEY: PKCS8,
  WEBHOOK_SECRET: 'a b',
  GHE_HOST: 'git.example',
  GHE_PROTOCOL: 'http',
  HOST: '0.0.0.0',
  PORT: '80',
  WEBHOOK_PATH: '/hook',
  WEBHOOK_PROXY_URL: 'https://smee.io/x',
  NODE_ENV: 'production',
  LOG_LEVEL: 'debug',
  LOG_FORMAT: 'json',
  DATA_DIR: '/data dir',
  MELTANO_API_URL: 'https://x.example/api',
  MELTANO_API_TOKEN: 'top',
  MELTANO_AUDIENCE: 'them',
  DATABASE_URL: 'postgres://u:p@h/d',
  ALLOWED_ACCOUNTS: 'acme',
  RETENTION_DAYS: '7',
};

describe('white space around a value', () => {
  test.each(Object.entries(ACCEPTED))('is no part of %s', (name, value) => {
    for (const [before, after] of [
      ['', '\n'],
      ['', '\r\n'],
      [' \t', ' '],
      ['\uFEFF', '\u00A0'],
    ]) {
      expect(read({ [name]: `${before}${value}${after}` })).toEqual(read({ [name]: value }));
    }
  });

  test.each(ENVIRONMENT_NAMES)('alone is no value of %s', (name) => {
    expect(problemsOf({ [name]: ' \n' }).join('\n')).toContain(name);
    expect(problemsOf({ [name]: '' }).filter((problem) => problem.startsWith(`${name} contains`))).toEqual(
      [],
    );
  });

  test('is removed around the secrets of the accounts file', () => {
    const file = join(makeFolder(), 'accounts.yml');
    writeFileSync(file, `\uFEFFaccounts:\n  acme:\n    token: \${ACME_TOKEN}\n`);
    const { accountsFile } = read({ ACCOUNTS_FILE: file, ACME_TOKEN: 'acme-token\n' });
    expect(accountsFile?.accounts[0]?.credentials).toEqual({ kind: 'token', token: 'acme-token' });
    const [problem = '', ...others] = problemsOf({ ACCOUNTS_FILE: file, ACME_TOKEN: 'acme\u200Btoken' });
    expect(others).toEqual([]);
    expect(problem).toMatch(/:3:12: accounts\.acme\.token .*ACME_TOKEN, which contains .*U\+200B/);
    expect(problem).not.toContain('token\u200B');
  });

  test('separates accounts, line by line too', () => {
    expect(read({ ALLOWED_ACCOUNTS: 'Acme\r\nglobex:12345,\n initech\n' }).allowedAccounts).toEqual([
      { login: 'acme', id: null },
      { login: 'globex', id: 12_345 },
      { login: 'initech', id: null },
    ]);
  });
});

describe('an invisible character', () => {
  const invisible = [
    ...['\u200B', '\u200D', '\u2060', '\uFEFF', '\u202A', '\u2068', '\u00AD', '\u00A0', '\u3000', '\u3164'],
    ...['\n', '\t', '\u0000', '\u001B', '\u0085', '\u2028'],
  ];

  test.each(['WEBHOOK_SECRET', 'MELTANO_API_TOKEN', 'MELTANO_AUDIENCE', 'HOST', 'DATA_DIR', 'GHE_HOST'])(
    'inside of %s is refused, without the value',
    (name) => {
      for (const character of invisible) {
        const problems = problemsOf({ [name]: `geheim${character}nis` });
        expect(problems.join('\n')).toMatch(
          new RegExp(`^${name} contains (an invisible character|a line end)`),
        );
        expect(problems.join('\n')).not.toContain('geheim');
      }
    },
  );

  test('is accepted in variables of other programs', () => {
    expect(read({ PS1: '\u001B[1m$ ' }).github.appId).toBe(12);
  });

  test('a token that can not be a header is refused, without the value', () => {
    for (const token of ['geheim…', 'gehéim', '“geheim”']) {
      expect(problemsOf({ MELTANO_API_TOKEN: token }).join('\n')).toMatch(
        /^MELTANO_API_TOKEN must be a token/,
      );
      expect(problemsOf({ MELTANO_API_TOKEN: token }).join('\n')).not.toContain('geh');
    }
  });
});

test.each(['"', "'", '`'])('a value in quotes (%s) is refused, without the value', (quote) => {
  const names = ['MELTANO_API_TOKEN', 'WEBHOOK_SECRET', 'HOST', 'DATABASE_URL', 'ALLOWED_ACCOUNTS'];
  for (const name of names) {
    const problems = problemsOf({ [name]: `${quote}geheim${quote}\n` });
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} is in quotes`))]);
    expect(problems.join('\n')).not.toContain('geheim');
  }
  expect(problemsOf({ MELTANO_AUDIENCE: `a${quote}` })).toEqual([]);
});

test('an unreadable variable is not reported as missing too', () => {
  for (const name of ['APP_ID', 'WEBHOOK_SECRET', 'MELTANO_API_TOKEN']) {
    expect(problemsOf({ [name]: '1\u200B' })).toEqual([expect.stringContaining(`${name} contains`)]);
  }
});

test('a missing or unreadable key file is reported as such', () => {
  const folder = makeFolder();
  for (const path of [join(folder, 'gone.pem'), folder]) {
    const [problem = ''] = problemsOf({ PRIVATE_KEY: '', PRIVATE_KEY_PATH: path });
    expect(problem).toMatch(/the file of PRIVATE_KEY_PATH does not exist|can't be read \(EISDIR\)/);
  }
});

test('a key that isn’t RSA is refused', () => {
  const { privateKey: other } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = other.export({ type: 'pkcs8', format: 'pem' }).toString();
  expect(problemsOf({ PRIVATE_KEY: pem })).toEqual([expect.stringContaining('it is not an RSA key')]);
});

describe('a private key', () => {
  const base64 = Buffer.from(PKCS1).toString('base64');
  const wrapped = `${base64.replaceAll(/.{76}/g, '$&\n')}\n`;
  const forms = {
    'PEM with line ends of Windows': PKCS1.replaceAll('\n', '\r\n'),
    'PEM with blanks around its lines': PKCS1.replaceAll('\n', ' \n  '),
    'PEM with \\n for its line ends': PKCS1.replaceAll('\n', '\\n'),
    'PEM with \\r\\n for its line ends': PKCS1.replaceAll('\n', '\\r\\n'),
    'PEM in one line': PKCS1.trim().replaceAll('\n', ' '),
    'PEM in quotes': `"${PKCS1}"\n`,
    'PEM with \\n in single quotes': `'${PKCS1.replaceAll('\n', '\\n')}'`,
    'PEM after a byte order mark': `\uFEFF${PKCS1}`,
    'PKCS #8 in PEM': PKCS8,
    'base64 in one line': base64,
    'base64 as the program prints it': wrapped,
    'base64 with line ends of Windows': wrapped.replaceAll('\n', '\r\n'),
    'base64 in quotes': `"${wrapped}"`,
    'base64 of PEM with \\n': Buffer.from(PKCS8.replaceAll('\n', '\\n')).toString('base64'),
  };

  test.each(Object.entries(forms))('is read as %s, in the variable and in a file', (_, form) => {
    const file = join(makeFolder(), 'key.pem');
    writeFileSync(file, form);
    for (const env of [{ PRIVATE_KEY: form }, { PRIVATE_KEY: '', PRIVATE_KEY_PATH: `${file}\n` }]) {
      const { pem } = { pem: read(env).github.privateKey };
      expect(createPrivateKey(pem).equals(privateKey)).toBe(true);
      expect(pem).toMatch(/^-----BEGIN [A-Z ]+-----\n([A-Za-z0-9+/=]{1,64}\n)+-----END [A-Z ]+-----\n$/);
    }
  });

  test('that is cut off is reported as such, without OpenSSL’s message', () => {
    const cut = PKCS1.replace(/\n.*\n.*\n/, '\n');
    expect(problemsOf({ PRIVATE_KEY: cut })).toEqual([
      "PRIVATE_KEY or PRIVATE_KEY_PATH can't be used: it is not a complete private key in PEM format, as GitHub creates it for the App.",
    ]);
  });
});

describe('the address of the Meltano API', () => {
  test.each(['MELTANO_API_URL', 'MELTANO_AUTH_URL'])('%s goes unencrypted to this machine only', (name) => {
    for (const url of [
      'http://localhost:1/api',
      'http://127.8.0.1/api',
      'http://[::1]:2/x',
      'http://x.localhost/y',
    ]) {
      expect(problemsOf({ [name]: url })).toEqual([]);
    }
    for (const url of ['http://meltano.example/api', 'http://10.0.0.1/api', 'HTTP://127.0.0.1.example/x']) {
      expect(problemsOf({ [name]: url }).join('\n')).toMatch(
        new RegExp(`^${name} must begin with https://.*ALLOW_INSECURE_API`),
      );
      expect(problemsOf({ [name]: url, ALLOW_INSECURE_API: 'true' })).toEqual([]);
    }
  });

  test('follows the same rule in the accounts file', () => {
    const ACCOUNTS_FILE = join(makeFolder(), 'accounts.yml');
    writeFileSync(
      ACCOUNTS_FILE,
      `accounts:\n  acme:\n    client_id: x\n    client_secret: \${S}\n    api_url: http://a.example\n    auth_url: http://b.example\n`,
    );
    const problems = problemsOf({ ACCOUNTS_FILE, S: 's' }).join('\n');
    expect(problems).toMatch(/:5:14: accounts\.acme\.api_url must begin with https:/);
    expect(problems).toMatch(/:6:15: accounts\.acme\.auth_url must begin with https:/);
    const { accountsFile } = read({ ACCOUNTS_FILE, S: 's', ALLOW_INSECURE_API: 'true' });
    expect(accountsFile?.accounts[0]?.apiUrl).toBe('http://a.example');
  });
});

describe('.env', () => {
  const text = 'FIRST=one # note\nHASH=a#b\nQUOTED="a#b"\nKEPT=file\nLINES="a\nb"\n';

  test.each([
    ['without a byte order mark', Buffer.from(text)],
    ['with one', Buffer.from(`\uFEFF${text}`)],
    ['in UTF-16', Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ])('%s sets all of its variables, and none that is set already', (_, bytes) => {
    const file = join(makeFolder(), '.env');
    writeFileSync(file, bytes);
    const env: Record<string, string> = { KEPT: 'environment' };
    expect(loadEnvFile(env, file)).toBe(true);
    expect(env).toEqual({ FIRST: 'one', HASH: 'a', QUOTED: 'a#b', KEPT: 'environment', LINES: 'a\nb' });
  });

  test('need not be there, and is named if it can’t be read', () => {
    const folder = makeFolder();
    expect(loadEnvFile({}, join(folder, '.env'))).toBe(false);
    expect(() => loadEnvFile({}, folder)).toThrow(`The file ${folder} can't be read (EISDIR).`);
  });
});
