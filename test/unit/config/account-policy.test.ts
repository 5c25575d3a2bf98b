import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAccounts } from '../../../src/config/accounts-file.ts';
import { readRepositoryConfiguration } from '../../../src/config/repository-configuration-file.ts';
import type { ACCOUNT_SETTINGS } from '../../../src/config/repository-configuration-schema.ts';
import { findLooseValues } from '../../../src/domain/find-loose-values.ts';
import { COMMAND_RULES, DEPLOY_RULES } from '../../../src/domain/limit-rules.ts';
import { chooseLogMode } from '../../../src/domain/log-setting.ts';
import {
  type CommandSettings,
  commandSettingsOf,
  completeConfiguration,
  type RepositoryConfiguration,
  settingsOf,
  type WorkspaceSettings,
} from '../../../src/domain/repository-configuration.ts';
import { buildWorkspace } from '../deploying/reconcile-world.ts';

const WORKSPACE = {
  id: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e',
  name: 'Analytics (prod)',
  alias: 'analytics',
  directory: null,
};

/** An account with these keys, which are written as JSON: that is YAML, too. */
function parse(keys: object) {
  const account = { token: `\${TOKEN}`, ...keys };
  const text = JSON.stringify({ accounts: { acme: account } }, null, 2);
  return parseAccounts(text, {
    file: 'accounts.yml',
    env: { TOKEN: 'a.b.c' },
    defaults: {
      apiUrl: 'https://app.meltano.com/api',
      authUrl: 'https://identity.matatika.com/oauth/token',
      audience: null,
      adoptJobs: true,
      allowInsecure: false,
    },
  });
}

/** The configuration of a repository with this file, in an account with these keys. */
function combine(account: object, file: object): RepositoryConfiguration {
  const parsed = parse(account);
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  const read = readRepositoryConfiguration(JSON.stringify(file, null, 2), { workspaces: [WORKSPACE] });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const policy = parsed.accounts[0]?.policy;
  if (!policy) throw new Error('The account has no policy.');
  return completeConfiguration(read.configuration, policy);
}

function problemsOf(account: object): readonly string[] {
  const parsed = parse(account);
  return parsed.ok ? [] : parsed.problems;
}

/** What is in force for the workspace, and for the commands. */
function inForce(account: object, file: object): WorkspaceSettings & CommandSettings {
  const configuration = combine(account, file);
  return { ...settingsOf(configuration, WORKSPACE), ...commandSettingsOf(configuration) };
}

/** Values of a key, as a file has them. */
interface Sample {
  readonly loose: unknown;
  readonly strict: unknown;
  /** What is in force with a loose value and a strict limit, if it isn't the limit. */
  readonly joined?: unknown;
  /** How a value looks that is in force; default: as in the file. */
  readonly toForce?: (value: unknown) => unknown;
}

const toRule = (value: unknown) => {
  const { role, not_by: notBy = null } = value as { role: string; not_by?: string };
  return { role, notBy };
};
/** The names of checks. */
const toWanted = (value: unknown) => (value as string[]).map((name) => ({ name, app: null, accept: [] }));
const WEEKEND = { cron: '0 0 18 * * FRI', for: '60h', timezone: 'Europe/London', reason: 'weekend' };
const NIGHT = { cron: '0 0 22 * * *', for: '30m' };
const toFreezes = (value: unknown) =>
  (value as Partial<typeof WEEKEND>[]).map(({ for: lasts, timezone = 'UTC', reason = null, ...one }) => ({
    ...one,
    durationMs: lasts === '60h' ? 216_000_000 : 1_800_000,
    timezone,
    reason,
  }));

const GLOBS = { loose: ['docs/**'], strict: ['**/*.md'], joined: ['docs/**', '**/*.md'] };
const LIMITABLE: Readonly<Record<keyof typeof DEPLOY_RULES, Sample>> = {
  onPush: { loose: true, strict: false },
  pathsIgnore: GLOBS,
  skipTokens: { loose: ['[wip]'], strict: ['[hold]'], joined: ['[wip]', '[hold]'] },
  ignoreSenders: { loose: [], strict: ['renovate[bot]'] },
  log: { loose: 'live', strict: 'final' },
  projectCheck: { loose: 'off', strict: 'block' },
  waitFor: { loose: ['lint'], strict: ['ci*', 'test'], joined: ['lint', 'ci*', 'test'], toForce: toWanted },
  approval: {
    loose: { role: 'write', not_by: 'author' },
    strict: { role: 'admin' },
    joined: { role: 'admin', not_by: 'author' },
    toForce: toRule,
  },
  freeze: { loose: [NIGHT], strict: [WEEKEND], joined: [NIGHT, WEEKEND], toForce: toFreezes },
};
const LIMITABLE_COMMANDS: Readonly<Record<keyof typeof COMMAND_RULES, Sample>> = {
  enabled: { loose: true, strict: false },
  permission: { loose: 'triage', strict: 'maintain' },
};

/** A file of a repository that sets the key for all workspaces. */
function writeFile({ section, key }: { section: string; key: string }, value: unknown): object {
  if (key === 'approval') return { workspaces: [{ workspace: 'analytics', approval: value }] };
  return { [section]: { [key]: value } };
}

const rulesOf = <K extends string>(rules: Readonly<Record<K, { section: string; key: string }>>) =>
  Object.entries(rules) as [K, { section: string; key: string }][];
const DEPLOY = rulesOf(DEPLOY_RULES).map(([name, rule]) => ({ name, rule, ...LIMITABLE[name] }));
const COMMANDS = rulesOf(COMMAND_RULES).map(([name, rule]) => ({ name, rule, ...LIMITABLE_COMMANDS[name] }));

const AS_IN_FILE = (value: unknown) => value;

describe.each(DEPLOY)('a limit for $rule.key', ({ name, rule, loose, strict, ...sample }) => {
  const { toForce = AS_IN_FILE } = sample;
  const limits = { [rule.key]: strict };
  const joined = toForce(sample.joined ?? strict);

  test('holds over a looser file, and a stricter file over a looser limit', () => {
    expect(inForce({ limits }, writeFile(rule, loose))[name]).toEqual(joined);
    expect(inForce({ limits: { [rule.key]: loose } }, writeFile(rule, strict))[name]).toEqual(
      Array.isArray(joined) ? expect.arrayContaining(joined) : joined,
    );
  });

  test('of the workspaces that match holds for these only', () => {
    const file = writeFile(rule, loose);
    const match = (pattern: string) => ({ workspaces: [{ match: pattern, limits }] });
    for (const pattern of ['* (PROD)', WORKSPACE.id, '*', 'Analytics (prod)', 'A*a*s*)']) {
      expect(inForce(match(pattern), file)[name]).toEqual(joined);
    }
    for (const pattern of ['* (staging)', 'Analytics', 'analytics', '*prod', 'A.* (prod)']) {
      expect(inForce(match(pattern), file)[name]).toEqual(toForce(loose));
    }
  });
});

test.each(DEPLOY.filter(({ rule }) => rule.key !== 'freeze'))(
  'a limit for $rule.key holds over an entry of "workspaces" of the file',
  ({ name, rule: { section, key }, loose, strict, joined = strict, toForce = AS_IN_FILE }) => {
    const value = section === 'checks' ? { checks: { [key]: loose } } : { [key]: loose };
    const file = { workspaces: [{ workspace: 'analytics', ...value }] };
    expect(inForce({ limits: { [key]: strict } }, file)[name]).toEqual(toForce(joined));
  },
);

describe.each(COMMANDS)('a limit for commands.$rule.key', ({ name, rule, loose, strict }) => {
  const { key } = rule;

  test('holds over a looser file, and a stricter file over a looser limit', () => {
    expect(inForce({ limits: { commands: { [key]: strict } } }, writeFile(rule, loose))[name]).toEqual(
      strict,
    );
    expect(inForce({ limits: { commands: { [key]: loose } } }, writeFile(rule, strict))[name]).toEqual(
      strict,
    );
  });
});

test.each([...DEPLOY, ...COMMANDS])(
  'a looser $rule.section.$rule.key gets a notice on its line, a value as strict as the limit none',
  ({ rule, loose, strict, joined = strict }) => {
    const limit = { [rule.key]: strict };
    const account = { limits: rule.section === 'commands' ? { commands: limit } : limit };
    const find = (value: unknown) => {
      const file = writeFile(rule, value);
      const written = JSON.stringify(file, null, 2).split('\n');
      const line = written.findIndex((one) => one.includes(`"${rule.key}":`)) + 1;
      return { line, found: findLooseValues(combine(account, file), [buildWorkspace(WORKSPACE)]) };
    };
    const { line, found } = find(loose);
    expect(found).toEqual([
      expect.objectContaining({ line, message: expect.stringMatching(/: the operator [a-z]+ .+\.$/) }),
    ]);
    expect(find(joined).found).toEqual([]);
  },
);

/** For each key that an account's defaults may have: another value than the built-in default, and one for a file. */
const DEFAULTS: Readonly<Record<keyof typeof ACCOUNT_SETTINGS, readonly [other: unknown, own: unknown]>> = {
  on_push: [false, true],
  paths: [['a/**'], ['b/**']],
  paths_ignore: [['a/**'], []],
  skip_tokens: [['[hold]'], []],
  unmatched: ['skipped', 'silent'],
  ignore_senders: [['octocat'], []],
  log: ['final', 'live'],
  verify: [true, false],
  approval: [{ role: 'admin' }, { role: 'write', not_by: 'author' }],
  retry: [{ transient: 1 }, { transient: 0 }],
  wait_for: [['test'], []],
  wait_for_timeout: [5, 60],
  freeze: [[{ cron: '0 0 18 * * FRI', for: '60h' }], []],
  project: ['block', 'report'],
  pipelines: ['off', 'report'],
  commands: [
    { enabled: false, permission: 'admin', pipelines: true },
    { enabled: true, permission: 'write', pipelines: false },
  ],
  comments: [{ on_failure: 'pull_request' }, { on_failure: 'none' }],
  notify: [
    { issue: 'on_failure', labels: ['a'] },
    { issue: 'none', labels: [] },
  ],
  github_deployments: ['all', false],
  gate: [true, false],
};

/** A file of a repository with a key of the defaults. */
function placeKey(key: string, value: unknown): object {
  if (key === 'approval') return { workspaces: [{ workspace: 'analytics', approval: value }] };
  if (['commands', 'comments', 'notify', 'github_deployments'].includes(key)) return { [key]: value };
  return { [['project', 'pipelines', 'gate'].includes(key) ? 'checks' : 'deploy']: { [key]: value } };
}

describe.each(Object.entries(DEFAULTS))('the default for %s', (key, [other, own]) => {
  const withoutPolicy = (configuration: RepositoryConfiguration) => {
    const { limits: _, places: __, workspaces: ___, deploy, ...rest } = configuration;
    return { ...rest, deploy: key === 'paths' ? deploy : settingsOf(configuration, WORKSPACE) };
  };

  test('does what a file with that value does, and the file may say otherwise', () => {
    const account = { defaults: { [key]: other } };
    const asInFile = withoutPolicy(combine({ defaults: {} }, placeKey(key, other)));
    const expected =
      key === 'log' ? { ...asInFile, deploy: { ...asInFile.deploy, log: 'final_if_private' } } : asInFile;
    expect(withoutPolicy(combine(account, {}))).toEqual(expected);
    expect(asInFile).not.toEqual(withoutPolicy(combine({ defaults: {} }, {})));
    const file = placeKey(key, own);
    expect(withoutPolicy(combine(account, file))).toEqual(withoutPolicy(combine({ defaults: {} }, file)));
  });
});

test('a default shows no log in a public repository, unless its file asks for it', () => {
  const mode = (account: object, file: object) =>
    [true, false].map((isPrivate) => chooseLogMode(inForce(account, file), isPrivate));
  expect(mode({ defaults: { log: 'final' } }, {})).toEqual(['final', 'none']);
  expect(mode({ defaults: { log: 'live' } }, {})).toEqual(['live', 'none']);
  expect(mode({ defaults: { log: 'final' } }, { deploy: { log: 'live' } })).toEqual(['live', 'live']);
  expect(mode({ limits: { log: 'final' } }, {})).toEqual(['final', 'none']);
  expect(mode({ limits: { log: 'final' } }, { deploy: { log: 'live' } })).toEqual(['final', 'final']);
  expect(mode({ defaults: { log: 'live' }, limits: { log: 'none' } }, {})).toEqual(['none', 'none']);
});

describe('no file gets looser than its limits', () => {
  const MODES = ['none', 'final', 'live'];
  const ROLES = ['triage', 'write', 'maintain', 'admin'];
  const CHECKS = ['off', 'report', 'block'];
  const isAsStrict: Readonly<Record<string, (value: unknown, limit: unknown) => boolean>> = {
    on_push: (value, limit) => limit === true || value === false,
    enabled: (value, limit) => limit === true || value === false,
    project: (value, limit) => CHECKS.indexOf(String(value)) >= CHECKS.indexOf(String(limit)),
    permission: (value, limit) => ROLES.indexOf(String(value)) >= ROLES.indexOf(String(limit)),
    approval: (value, limit) => {
      const [rule, wanted] = [value, limit] as { role: string; notBy: string | null }[];
      if (!rule || !wanted || ROLES.indexOf(rule.role) < ROLES.indexOf(wanted.role)) return false;
      return wanted.notBy === null || rule.notBy === wanted.notBy;
    },
    log: (value, limit) =>
      [true, false].every((isPrivate) => {
        const mode = chooseLogMode({ log: value as WorkspaceSettings['log'] }, isPrivate);
        return MODES.indexOf(mode) <= MODES.indexOf(String(limit));
      }),
  };
  const isSuperset = (value: unknown, limit: unknown) => {
    const [all, some] = [JSON.stringify(value), (limit as unknown[]).map((one) => JSON.stringify(one))];
    return some.every((one) => all.includes(one));
  };
  const valuesOf = ({ loose, strict, joined }: Sample) =>
    fc.constantFrom(loose, strict, ...(joined ? [joined] : []));
  const some = (samples: readonly (Sample & { rule: { key: string } })[]) =>
    fc.record(Object.fromEntries(samples.map((one) => [one.rule.key, valuesOf(one)])), { requiredKeys: [] });
  const settings = some(DEPLOY);
  const matched = fc.record({ match: fc.constantFrom('*', '* (prod)', WORKSPACE.id), limits: settings });
  const account = fc.record({
    defaults: settings,
    limits: fc.tuple(settings, some(COMMANDS)).map(([own, commands]) => ({ ...own, commands })),
    workspaces: fc.array(matched, { maxLength: 3 }),
  });
  const toEntry = ({ project, freeze: _, ...deploy }: Record<string, unknown>) => ({
    ...deploy,
    ...(project === undefined ? {} : { checks: { project } }),
  });

  test('whatever the account, the repository and its entries say', () => {
    fc.assert(
      fc.property(account, settings, settings, some(COMMANDS), (operator, deploy, own, commands) => {
        const { project, approval: _, ...rest } = deploy;
        const file = {
          deploy: rest,
          ...(project === undefined ? {} : { checks: { project } }),
          workspaces: [{ workspace: 'analytics', ...toEntry(own) }],
          commands,
        };
        const found: Readonly<Record<string, unknown>> = { ...inForce(operator, file) };
        const all = [
          operator.limits,
          operator.limits.commands,
          ...operator.workspaces.map((one) => one.limits),
        ];
        for (const { name, rule, toForce = AS_IN_FILE } of [...DEPLOY, ...COMMANDS]) {
          for (const limit of all.map((one) => (one as Record<string, unknown>)[rule.key])) {
            if (limit === undefined) continue;
            expect(
              (isAsStrict[rule.key] ?? isSuperset)(found[name], toForce(limit)),
              `${rule.key} in ${JSON.stringify({ operator, file })}`,
            ).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('mistakes', () => {
  const CAN = 'on_push, paths_ignore, skip_tokens, ignore_senders, log, wait_for, freeze, approval, project';
  const ALL = `${CAN}, commands.enabled, commands.permission`;

  test.each<[object, string]>([
    [
      { limits: { unmatched: 'silent' } },
      `6:9: accounts.acme.limits.unmatched can't be limited. These can: ${ALL}.`,
    ],
    [
      { limits: { logs: 'final' } },
      `6:9: accounts.acme.limits.logs can't be limited. Did you mean "log"? These can: ${ALL}.`,
    ],
    [
      { limits: { commands: { pipelines: false } } },
      `7:11: accounts.acme.limits.commands.pipelines can't be limited. These can: ${ALL}.`,
    ],
    [
      { workspaces: [{ match: '*', limits: { verify: false } }] },
      `9:13: accounts.acme.workspaces[0].limits.verify can't be limited. These can: ${CAN}.`,
    ],
    [
      { workspaces: [{ match: '*', limits: { commands: { permission: 'admin' } } }] },
      `9:13: accounts.acme.workspaces[0].limits.commands can be limited for the whole account only: put it under its "limits".`,
    ],
    [
      { limits: { wait_for: [{ name: 'test', apps: 'x' }] } },
      '9:13: accounts.acme.limits.wait_for[0].apps is not a known key. Did you mean "app"?',
    ],
    [{ limits: { wait_for: [7] } }, '7:11: accounts.acme.limits.wait_for[0] must be a text.'],
    [
      { limits: { freeze: [{ cron: '0 18 * * FRI', for: '2d' }] } },
      '8:21: accounts.acme.limits.freeze[0].cron is not usable: five fields, but the first of six is the second: put "0 " in front.',
    ],
    [
      { limits: { approval: { role: 'owner' } } },
      '7:19: accounts.acme.limits.approval.role must be triage, write, maintain or admin.',
    ],
    [
      { limits: { approval: { rule: 'admin' } } },
      '7:11: accounts.acme.limits.approval.rule is not a known key. Did you mean "role"?',
    ],
    [
      { defaults: { retry: { transiend: 1 } } },
      '7:11: accounts.acme.defaults.retry.transiend is not a known key. Did you mean "transient"?',
    ],
    [{ limits: { log: 'all' } }, '6:16: accounts.acme.limits.log must be live, final or none.'],
    [{ limits: { on_push: 'no' } }, '6:20: accounts.acme.limits.on_push must be true or false.'],
    [{ limits: { skip_tokens: 'x' } }, '6:24: accounts.acme.limits.skip_tokens must be a list.'],
    [{ limits: [] }, '5:17: accounts.acme.limits must be a section with its own keys.'],
    [
      { defaults: { on_pus: true } },
      '6:9: accounts.acme.defaults.on_pus is not a known key. Did you mean "on_push"?',
    ],
    [{ workspaces: [{ limits: {} }] }, '6:9: accounts.acme.workspaces[0].match must be a text.'],
    [
      { workspaces: [{ match: ' ', limits: {} }] },
      '7:20: accounts.acme.workspaces[0].match must not be blank.',
    ],
    [
      { defaults: { paths: ['a\\b'] } },
      '7:11: accounts.acme.defaults.paths[0] can\'t contain a backslash: folders are separated by "/", and [*] means a real "*".',
    ],
  ])('%j', (account, problem) => {
    expect(problemsOf(account)).toEqual([`accounts.yml:${problem}`]);
  });
});
