import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ENVIRONMENT_NAMES, readEnvironment } from '../../../src/config/environment.ts';

const PRIVATE_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

const COMPLETE = { APP_ID: '12', PRIVATE_KEY, WEBHOOK_SECRET: 'hook', MELTANO_API_TOKEN: 'token' };

function problemsOf(env: Record<string, string>): string {
  const result = readEnvironment(env);
  return result.ok || result.kind === 'not set up' ? '' : result.problems.join('\n');
}

describe('readEnvironment', () => {
  test('fills in the documented defaults', () => {
    const result = readEnvironment(COMPLETE);
    expect(result).toMatchObject({
      ok: true,
      configuration: {
        github: {
          appId: 12,
          apiUrl: 'https://api.github.com',
          webUrl: 'https://github.com',
          host: 'github.com',
        },
        server: { host: 'localhost', port: 3000, webhookPath: '/api/github/webhooks', webhookProxyUrl: null },
        log: { level: 'info', format: 'pretty' },
        meltano: { apiUrl: 'https://app.meltano.com/api', credentials: { kind: 'token', token: 'token' } },
        dataDirectory: './data',
        allowedAccounts: null,
        deployTimeoutMinutes: 120,
        startTimeoutMinutes: 60,
        poll: { min: 1_000, max: 10_000 },
      },
    });
  });

  test.each([
    'postgres://app:secret@db.example/deploy?sslmode=verify-full',
    'postgresql://db.example/deploy',
  ])('shares the database %s with other instances', (url) => {
    const result = readEnvironment({ ...COMPLETE, DATABASE_URL: url });
    expect(result).toMatchObject({ configuration: { databaseUrl: url } });
    expect(readEnvironment(COMPLETE)).toMatchObject({ configuration: { databaseUrl: null } });
  });

  test('a database of another kind is refused, without the value', () => {
    const problems = problemsOf({ ...COMPLETE, DATABASE_URL: 'mysql://app:secret@db.example/deploy' });
    expect(problems).toBe('DATABASE_URL must be a URL that begins with postgres:// or postgresql://.');
  });

  test('serves GitHub Enterprise Server under its own address', () => {
    const result = readEnvironment({ ...COMPLETE, GHE_HOST: 'git.example:8443', GHE_PROTOCOL: 'http' });
    expect(result).toMatchObject({
      configuration: {
        github: {
          apiUrl: 'http://git.example:8443/api/v3',
          webUrl: 'http://git.example:8443',
          host: 'git.example:8443',
        },
      },
    });
  });

  test('signs in with client credentials for the API URL', () => {
    const { MELTANO_API_TOKEN: _, ...rest } = COMPLETE;
    const result = readEnvironment({ ...rest, MELTANO_CLIENT_ID: 'id', MELTANO_CLIENT_SECRET: 'secret' });
    expect(result).toMatchObject({
      configuration: {
        meltano: {
          credentials: { kind: 'client', clientId: 'id', audience: 'https://app.meltano.com/api' },
        },
      },
    });
  });

  test('can not be changed', () => {
    const result = readEnvironment(COMPLETE);
    if (!result.ok) throw new Error('not read');
    expect(Object.isFrozen(result.configuration.github)).toBe(true);
  });

  test('without APP_ID asks for the set-up page, but not in production', () => {
    expect(readEnvironment({})).toEqual({ ok: false, kind: 'not set up' });
    expect(problemsOf({ NODE_ENV: 'production' })).toContain('APP_ID is missing');
  });

  test('reports every problem together, each by the name of its variable', () => {
    const problems = problemsOf({
      APP_ID: 'twelve',
      PORT: '99999',
      LOG_LEVEL: 'loud',
      MELTANO_API_URL: 'ftp://x',
      POLL_MIN_MS: '1.5',
      GHE_HOST: 'https://git.example/acme',
      DEPLOY_TIMEOUT_MINUTES: '0',
      PRIVATE_KEY: 'not a key',
    });
    for (const name of [
      ...[
        'APP_ID',
        'PORT',
        'LOG_LEVEL',
        'MELTANO_API_URL',
        'POLL_MIN_MS',
        'GHE_HOST',
        'DEPLOY_TIMEOUT_MINUTES',
      ],
      ...['PRIVATE_KEY', 'WEBHOOK_SECRET', 'MELTANO_API_TOKEN'],
    ]) {
      expect(problems).toContain(name);
    }
  });

  test.each([
    ['no webhook secret', { WEBHOOK_SECRET: ' ' }, 'WEBHOOK_SECRET is missing'],
    ['both kinds of credentials', { MELTANO_CLIENT_ID: 'id' }, 'both set'],
    ['bounds the wrong way round', { POLL_MIN_MS: '5000', POLL_MAX_MS: '1000' }, 'must not be more than'],
    ['a key file that is not there', { PRIVATE_KEY: '', PRIVATE_KEY_PATH: '/none.pem' }, 'PRIVATE_KEY'],
  ])('refuses %s', (_, differences, problem) => {
    expect(problemsOf({ ...COMPLETE, ...differences })).toContain(problem);
  });

  test('reads the accounts file, which may replace credentials in the environment', () => {
    const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'accounts.yml');
    const { MELTANO_API_TOKEN: _, ...rest } = COMPLETE;
    const env = { ...rest, ACCOUNTS_FILE: file, MELTANO_API_URL: 'https://cloud.example/api' };
    writeFileSync(file, `accounts:\n  acme:\n    token: \${ACME_TOKEN}\n`);
    expect(readEnvironment({ ...env, ACME_TOKEN: 'secret' })).toMatchObject({
      configuration: {
        meltano: { credentials: null },
        accountsFile: { accounts: [{ login: 'acme', apiUrl: 'https://cloud.example/api' }] },
      },
    });
    const problems = problemsOf({ ...env, PORT: 'x', MELTANO_CLIENT_ID: 'half' });
    expect(problems).toContain('PORT');
    expect(problems).toContain('MELTANO_CLIENT_SECRET is missing');
    expect(problems).toContain(`${file}:3:12: accounts.acme.token names the environment variable ACME_TOKEN`);
  });

  test('accepts the former name of the accounts file with a mark; the new name wins', () => {
    const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const [old, current] = ['acme', 'globex'].map((login) => {
      const file = join(directory, `${login}.yml`);
      writeFileSync(file, `accounts:\n  ${login}:\n    token: \${TOKEN}\n`);
      return file;
    });
    const { MELTANO_API_TOKEN: _, ...rest } = COMPLETE;
    const read = (files: Record<string, string | undefined>) => {
      const result = readEnvironment({ ...rest, TOKEN: 'secret', ...files });
      if (!result.ok) throw new Error(problemsOf(rest));
      const { usesFormerName, accountsFile } = result.configuration;
      return [usesFormerName, accountsFile?.accounts.map(({ login }) => login)];
    };
    expect(read({ TENANTS_FILE: old })).toEqual([true, ['acme']]);
    expect(read({ ACCOUNTS_FILE: current })).toEqual([false, ['globex']]);
    expect(read({ ACCOUNTS_FILE: current, TENANTS_FILE: old })).toEqual([true, ['globex']]);
  });

  test('never shows a secret in a problem', () => {
    const problems = problemsOf({ ...COMPLETE, PRIVATE_KEY: 'top-secret-key', PORT: '-1' });
    expect(problems).not.toContain('top-secret-key');
  });
});

test('.env.example names exactly the variables that the code reads, by their present names', () => {
  const example = readFileSync(join(import.meta.dirname, '../../../.env.example'), 'utf8');
  const named = [...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1]);
  expect(named.toSorted()).toEqual(ENVIRONMENT_NAMES.filter((name) => name !== 'TENANTS_FILE').toSorted());
});
