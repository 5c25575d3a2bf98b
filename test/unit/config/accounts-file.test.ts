import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type AccountsResult,
  listAccountSecrets,
  parseAccounts,
  readAccountsFile,
} from '../../../src/config/accounts-file.ts';

const ID = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
const SOURCE = {
  file: 'accounts.yml',
  env: { ACME_TOKEN: 'acme-secret-value', BETA_SECRET: ' beta-secret-value\n', EMPTY: ' ' },
  defaults: {
    apiUrl: 'https://env/api',
    authUrl: 'https://env/token',
    audience: null,
    adoptJobs: true,
    allowInsecure: false,
  },
};

/** The file's text below one account. */
function acme(...lines: string[]): string {
  return ['accounts:', '  acme:', ...lines.map((line) => `    ${line}`), ''].join('\n');
}

const TOKEN = `token: \${ACME_TOKEN}`;

function problemsOf(result: AccountsResult): readonly string[] {
  return result.ok ? [] : result.problems;
}

describe('parseAccounts', () => {
  test('reads an account with every key', () => {
    const text = `
accounts:
  Acme:
    id: 583231
    api_url: https://cloud.example/api/
    token: \${ACME_TOKEN}
    trigger: api
    adopt_jobs: false
    hello: off
    allowed_workspaces:
      - ${ID.toUpperCase()}
    mappings:
      - repository: Acme/Data
        branch: release/v1
        directory: analytics
        workspace: ${ID}
`;
    expect(parseAccounts(text, SOURCE)).toEqual({
      ok: true,
      accounts: [
        {
          id: 583_231,
          login: 'acme',
          apiUrl: 'https://cloud.example/api',
          trigger: 'api',
          deploymentSecret: null,
          credentials: { kind: 'token', token: 'acme-secret-value' },
          adoptJobs: false,
          greets: false,
          allowedWorkspaces: [ID],
          mappings: [
            {
              repository: 'acme/data',
              branch: 'release/v1',
              directory: 'analytics',
              workspaceId: ID,
              trigger: null,
              deploymentSecret: null,
            },
          ],
        },
      ],
    });
  });

  test('takes the defaults of an account from the environment, and keeps a login of digits', () => {
    const text = `accounts: {007: {client_id: some-id, client_secret: "\${BETA_SECRET}", mappings: }}`;
    expect(parseAccounts(text, SOURCE)).toMatchObject({
      accounts: [
        {
          id: null,
          login: '007',
          apiUrl: 'https://env/api',
          allowedWorkspaces: null,
          mappings: [],
          credentials: {
            kind: 'client',
            clientId: 'some-id',
            clientSecret: 'beta-secret-value',
            authUrl: 'https://env/token',
            audience: 'https://env/api',
          },
        },
      ],
    });
  });

  const client = ['client_id: id', `client_secret: \${BETA_SECRET}`];
  test.each([
    ["its own, else the environment's", [...client, 'audience: own'], 'environment', 'own'],
    ["the environment's", client, 'environment', 'environment'],
    ["without that, the account's API URL", [...client, 'api_url: https://own/api'], null, 'https://own/api'],
  ])('the audience is %s', (_, lines, audience, expected) => {
    const source = { ...SOURCE, defaults: { ...SOURCE.defaults, audience } };
    expect(parseAccounts(acme(...lines), source)).toMatchObject({
      accounts: [{ credentials: { audience: expected } }],
    });
  });
});

const CLIENT = [`client_secret: \${BETA_SECRET}`];
test.each<[string, string, string, RegExp]>([
  ['an empty file', '', '1:1', /the file must begin with accounts:/],
  ['no account', 'accounts: {}', '1:11', /at least one account/],
  [
    'an unknown key of the file',
    `${acme(TOKEN)}brunch: 1\n`,
    '4:1',
    /brunch is not a known key. Allowed here: accounts/,
  ],
  [
    'an unknown key of an account',
    acme(TOKEN, 'tokne: x'),
    '4:5',
    /tokne is not a known key. Allowed here: .* token/,
  ],
  ['a key that stands twice', acme(TOKEN, TOKEN), '4:5', /twice/],
  ['a login in two letter cases', `${acme(TOKEN)}  ACME:\n    ${TOKEN}\n`, '4:3', /ACME occurs twice/],
  ['what is no login', `accounts:\n  a b:\n    ${TOKEN}\n`, '2:3', /must be a GitHub login/],
  ['an account with nothing', 'accounts:\n  acme:\n', '2:3', /acme must be keys/],
  [
    'no credentials',
    acme('api_url: https://x'),
    '2:3',
    /has no .* add token, or client_id and client_secret/,
  ],
  ['half of the credentials', acme('client_id: x'), '2:3', /add client_secret/],
  ['two ways to sign in', acme(TOKEN, 'client_id: x'), '4:5', /client_id does not go with token/],
  ['an audience for a token', acme(TOKEN, 'audience: x'), '4:5', /audience does not go with token/],
  ['a literal token', acme('token: hunter2-literal'), '3:12', /token must be \$\{NAME\}/],
  [
    'a reference with a default',
    acme(`token: \${ACME_TOKEN:-hunter2-literal}`),
    '3:12',
    /must be \$\{NAME\}/,
  ],
  ['a variable that is not set', acme(`token: \${NOPE}`), '3:12', /variable NOPE, which is not set/],
  ['a variable that is empty', acme(`token: \${EMPTY}`), '3:12', /EMPTY, which is not set/],
  [
    'a password in the URL',
    acme(TOKEN, 'api_url: https://me:hunter2-literal@x/api'),
    '4:14',
    /without user name/,
  ],
  ['another protocol', acme(TOKEN, 'api_url: ftp://x'), '4:14', /http or https/],
  ['a reference in the URL', acme(TOKEN, `api_url: https://\${ACME_TOKEN}/api`), '4:14', /written out/],
  ['a reference inside the client id', acme(...CLIENT, `client_id: a\${B}`), '4:16', /must be \$\{NAME\}/],
  ['what is no workspace', acme(TOKEN, 'allowed_workspaces: [Analytics]'), '4:26', /a workspace's id/],
  ['a list that is none', acme(TOKEN, `allowed_workspaces: ${ID}`), '4:25', /must be a list/],
  ['a trigger that there is not', acme(TOKEN, 'trigger: push'), '4:14', /must be api or webhook/],
  ['an id that is a login', acme(TOKEN, 'id: acme'), '4:9', /must be the number of the GitHub account/],
  ['a switch that is none', acme(TOKEN, 'adopt_jobs: maybe'), '4:17', /must be true or false/],
  [
    'its secret without it',
    acme(TOKEN, `deployment_secret: \${BETA_SECRET}`),
    '4:5',
    /trigger: webhook only/,
  ],
  ['the webhook trigger with nothing else', acme('trigger: webhook'), '2:3', /add token/],
  ['a tab', 'accounts:\n\tacme:\n', '2:1', /use spaces/],
  ['a bracket left open', 'accounts: [hunter2-literal\n', '1:11', /bracket/],
  ['text after a quote', `${acme(TOKEN)}  beta: "x" hunter2-literal\n`, '4:13', /not expected/],
  ['an alias of nothing', acme('token: *hunter2-literal'), '3:12', /alias/],
  ['a tag', acme('token: !hunter2-literal x'), '3:12', /takes for a tag/],
])('refuses %s, with its place', (_, text, place, problem) => {
  const problems = problemsOf(parseAccounts(text, SOURCE));
  expect(problems).toEqual([expect.stringMatching(problem)]);
  expect(problems[0]).toMatch(new RegExp(`^accounts.yml:${place}: .*[.?]$`));
  expect(problems[0]).not.toContain('hunter2');
});

test('a message says where a misplaced key belongs', () => {
  expect(problemsOf(parseAccounts(acme(TOKEN, 'workspace: x'), SOURCE))).toEqual([
    'accounts.yml:4:5: accounts.acme.workspace is not a known key here: it belongs to an entry of "mappings".',
  ]);
});

describe('the reader', () => {
  const ALIASES = Array.from({ length: 12 }, (_, level) =>
    level === 0 ? 'a0: &a0 [x, x]' : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(5)}]`,
  ).join('\n');

  test('checks the rest of a file with a repeated key', () => {
    expect(problemsOf(parseAccounts(acme(TOKEN, TOKEN, 'id: acme'), SOURCE))).toEqual([
      'accounts.yml:4:5: This key is in this section twice: keep one of the two.',
      expect.stringMatching(/^accounts.yml:5:9: .*number of the GitHub account/),
    ]);
  });

  test('reports the first error of broken YAML alone: others follow from it', () => {
    const broken = acme('token: [hunter2-literal', TOKEN, 'allowed_workspaces: {');
    expect(problemsOf(parseAccounts(broken, SOURCE))).toHaveLength(1);
  });

  test.each([
    ['aliases of aliases', ALIASES, /too many values/],
    ['brackets in brackets', `accounts: ${'['.repeat(50)}${']'.repeat(50)}`, /nested too deeply/],
    ['a file without end', `# ${'x'.repeat(8 * 1024 * 1024)}`, /larger than 8192 KiB/],
    ['another encoding', 'accounts:\n  a\0c', /^accounts.yml:2:4: .*UTF-8/],
  ])('refuses %s', (_, text, problem) => {
    expect(problemsOf(parseAccounts(text, SOURCE))).toEqual([expect.stringMatching(problem)]);
  });

  test('takes a thousand accounts', () => {
    const one = acme(TOKEN, 'mappings:', `  - {repository: acme/data, workspace: ${ID}}`);
    const names = Array.from({ length: 1000 }, (_, index) => `login-${index}`);
    const accounts = names.map((name) => one.replace('accounts:\n', '').replaceAll('acme', name));
    expect(parseAccounts(`accounts:\n${accounts.join('')}`, SOURCE)).toMatchObject({ ok: true });
  });
});

describe('a mapping', () => {
  const map = (...lines: string[]) => ['mappings:', ...lines.map((line) => `  ${line}`)];
  const good = [`- repository: acme/data`, `  workspace: ${ID}`];
  const other = ID.replace('7', '8');

  test.each<[string, string[], string, RegExp]>([
    ['without a workspace', map('- repository: acme/data'), '5:9', /mappings\[0\].workspace must be/],
    [
      'with an unknown key',
      map(...good, '  brunch: x'),
      '7:9',
      /mappings\[0\].brunch is not .* mean "branch"/,
    ],
    ['with an address', map('- repository: https://x/acme/data', good[1] ?? ''), '5:21', /owner\/name/],
    ['of another account', map('- repository: beta/data', good[1] ?? ''), '5:21', /another account/],
    ['with a ref', map(...good, '  branch: refs/heads/x'), '7:17', /without refs\/heads/],
    ['out of the repository', map(...good, '  directory: ../x'), '7:20', /inside the repository/],
    [
      'that stands twice',
      map(...good, '- repository: ACME/data', good[1] ?? ''),
      '7:9',
      /repeats the mapping/,
    ],
    [
      'that is not allowed',
      [...map(...good), `allowed_workspaces: [${other}]`],
      '6:20',
      /allowed_workspaces/,
    ],
    [
      'with a secret for nothing',
      map(...good, `  deployment_secret: \${BETA_SECRET}`),
      '7:9',
      /is for trigger: webhook only/,
    ],
  ])('%s is refused, with its place', (_, lines, place, problem) => {
    const problems = problemsOf(parseAccounts(acme(TOKEN, ...lines), SOURCE));
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems[0]).toMatch(new RegExp(`^accounts.yml:${place}: `));
  });

  test('is started by push if it or its account says so, with its own secret or the account’s', () => {
    const secret = `deployment_secret: \${BETA_SECRET}`;
    const own = acme(TOKEN, ...map(...good, '  trigger: webhook', `  ${secret}`));
    expect(parseAccounts(own, SOURCE)).toMatchObject({
      ok: true,
      accounts: [
        { trigger: 'api', mappings: [{ trigger: 'webhook', deploymentSecret: 'beta-secret-value' }] },
      ],
    });
    expect(parseAccounts(acme(TOKEN, 'trigger: webhook', secret, ...map(...good)), SOURCE)).toMatchObject({
      ok: true,
      accounts: [{ trigger: 'webhook', deploymentSecret: 'beta-secret-value', adoptJobs: true }],
    });
  });

  test('needs credentials of its account even if it is started by push', () => {
    const start = ['trigger: webhook', `deployment_secret: \${BETA_SECRET}`];
    for (const lines of [[...start, ...map(...good)], map(...good, ...start.map((line) => `  ${line}`))]) {
      expect(problemsOf(parseAccounts(acme(...lines), SOURCE))).toEqual([
        'accounts.yml:2:3: accounts.acme has no Meltano Cloud credentials: add token, or client_id and client_secret (trigger: webhook needs them too).',
      ]);
    }
  });

  test('may give one workspace to two repositories', () => {
    const lines = map(...good, '- repository: acme/other', good[1] ?? '');
    expect(parseAccounts(acme(TOKEN, ...lines), SOURCE)).toMatchObject({ ok: true });
  });
});

test('every problem is reported together, in the order of the file', () => {
  const text = `
version: 1
accounts:
  a b:
    token: \${NOPE}
  acme:
    token: hunter2-literal
    hunter2-literal: x
    mappings: [{repository: beta/data}]
`;
  const problems = problemsOf(parseAccounts(text, SOURCE));
  expect(problems.map((one) => one.split(': ')[0])).toEqual([
    ...['accounts.yml:2:1', 'accounts.yml:4:3', 'accounts.yml:5:12', 'accounts.yml:7:12', 'accounts.yml:8:5'],
    ...['accounts.yml:9:16', 'accounts.yml:9:29'],
  ]);
  expect(problems.join('\n')).not.toContain('hunter2');
});

describe('readAccountsFile', () => {
  test('reads the file', () => {
    const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'accounts.yml');
    writeFileSync(file, acme(TOKEN));
    expect(readAccountsFile({ ...SOURCE, file })).toMatchObject({ ok: true });
  });

  test('reports a missing file', () => {
    const file = join(tmpdir(), 'no-such-file.yml');
    expect(readAccountsFile({ ...SOURCE, file })).toEqual({
      ok: false,
      problems: [`ACCOUNTS_FILE ${file} can't be read (ENOENT).`],
    });
  });
});

describe('notify', () => {
  const KEY = Buffer.alloc(32, 1).toString('base64');
  const env = {
    ...SOURCE.env,
    HOOK: 'https://hooks.example/T0/B0/hunter2-hunter2-token\n',
    PLAIN_HOOK: 'http://10.0.0.5/hook',
    SECRET: `whsec_${KEY}`,
    SHORT: `whsec_${Buffer.alloc(23).toString('base64')}`,
    LONG: `whsec_${Buffer.alloc(65).toString('base64')}`,
    NO_PREFIX: KEY,
    NO_BASE64: 'whsec_hunter2-hunter2-hunter2-hunter2-hunter2',
    LOOSE: `whsec_${KEY.slice(0, -1)}`,
  };
  const read = (...lines: string[]) => parseAccounts(acme(TOKEN, 'notify:', ...lines), { ...SOURCE, env });
  const URL = `url: "\${HOOK}"`;

  test('reads every key, with its defaults', () => {
    const result = read(
      `  - {${URL}, format: json, secret: "\${SECRET}", on: [waiting, failed, failed], private_network: true}`,
      '  - {url: https://hooks.example, format: slack}',
      `  - {url: "\${PLAIN_HOOK}", format: teams, private_network: true}`,
    );
    expect(result).toMatchObject({
      accounts: [
        {
          notify: [
            {
              url: 'https://hooks.example/T0/B0/hunter2-hunter2-token',
              format: 'json',
              secret: `whsec_${KEY}`,
              on: ['failed', 'waiting'],
              privateNetwork: true,
            },
            {
              url: 'https://hooks.example/',
              format: 'slack',
              secret: null,
              on: ['failed', 'repaired'],
              privateNetwork: false,
            },
            { url: 'http://10.0.0.5/hook', format: 'teams', privateNetwork: true },
          ],
        },
      ],
    });
    const secrets = result.ok ? result.accounts.flatMap(listAccountSecrets) : [];
    expect(secrets).toEqual([
      'acme-secret-value',
      'https://hooks.example/T0/B0/hunter2-hunter2-token',
      'hunter2-hunter2-token',
      `whsec_${KEY}`,
      KEY,
      'http://10.0.0.5/hook',
    ]);
  });

  test.each([[[]], [['notify:']], [['notify: []']]])('is empty without entries (%j)', (lines) => {
    const result = parseAccounts(acme(TOKEN, ...lines), SOURCE);
    expect(result.ok && result.accounts[0]?.notify).toBe(undefined);
  });

  const literal = (secret: string) => `  - {${URL}, format: json, secret: ${secret}}`;
  const json = (name: string) => literal(`"\${${name}}"`);
  test.each<[string, string, number, RegExp]>([
    ['no list', '  url: https://x', 7, /notify must be a list/],
    ['an entry that is none', '  - https://x', 9, /notify\[0\] must be keys/],
    ['no address', '  - {format: slack}', 9, /url must be/],
    ['no format', `  - {${URL}}`, 9, /format must be json, slack or teams/],
    ['another format', `  - {${URL}, format: discord}`, 34, /format must be json, slack or teams/],
    ['an unknown key', `  - {${URL}, format: slack, chanel: x}`, 41, /chanel is not a known key/],
    ['a key of a mapping', `  - {${URL}, format: slack, branch: x}`, 41, /branch .* belongs .*"mappings"/],
    ['another event', `  - {${URL}, format: slack, on: [success]}`, 46, /on\[0\] must be a list of failed/],
    ['an event without a list', `  - {${URL}, format: slack, on: failed}`, 45, /on must be a list of failed/],
    ['no event', `  - {${URL}, format: slack, on: []}`, 45, /on must be a list of failed/],
    [
      'a switch that is none',
      `  - {${URL}, format: slack, private_network: yes}`,
      58,
      /must be true or false/,
    ],
    [
      'http',
      '  - {url: http://hooks.example/hunter2, format: slack}',
      15,
      /private_network: true allows http/,
    ],
    ['http in a variable', `  - {url: "\${PLAIN_HOOK}", format: slack}`, 15, /must begin with https/],
    ['another protocol', '  - {url: ftp://hooks.example/hunter2, format: slack}', 15, /must be an https URL/],
    ['a password', '  - {url: https://me:hunter2@x, format: slack}', 15, /without user name and password/],
    ['no URL', '  - {url: hooks.example, format: slack}', 15, /must be an https URL/],
    ['a part of a reference', `  - {url: "https://x/\${HOOK}", format: slack}`, 15, /must be \$\{NAME\}/],
    ['a variable that is not set', `  - {url: "\${NOPE}", format: slack}`, 15, /NOPE, which is not set/],
    ['no secret', `  - {${URL}, format: json}`, 9, /notify\[0\] needs a secret/],
    ['a secret for Slack', `  - {${URL}, format: slack, secret: "\${SECRET}"}`, 41, /format: json only/],
    ['a literal secret', literal('whsec_hunter2'), 48, /secret must be \$\{NAME\}/],
    ['a short secret', json('SHORT'), 48, /24 to 64 bytes in base64/],
    ['a long secret', json('LONG'), 48, /24 to 64 bytes/],
    ['a secret without whsec_', json('NO_PREFIX'), 48, /whsec_/],
    ['a secret that is no base64', json('NO_BASE64'), 48, /in base64/],
    ['base64 without its end', json('LOOSE'), 48, /in base64/],
  ])('refuses %s, with its place', (_, line, column, problem) => {
    const problems = problemsOf(read(line));
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems[0]).toMatch(new RegExp(`^accounts.yml:5:${column}: .*[.?]$`));
    expect(problems[0]).not.toContain('hunter2');
  });

  test.each([
    'https://hooks.example/T0/B0/hunter2-hunter2-token',
    'https://HOOKS.example:443/T0/./B0/hunter2-hunter2-token',
  ])('refuses an entry that stands twice: %s', (url) => {
    const entry = `  - {${URL}, format: slack}`;
    expect(problemsOf(read(entry, `  - {url: "${url}", format: slack}`))).toEqual([
      'accounts.yml:6:9: accounts.acme.notify[1] repeats the url and format of an entry above: keep one.',
    ]);
  });
});
