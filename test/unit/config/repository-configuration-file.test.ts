import { describe, expect, test } from 'vitest';
import {
  LONGEST_FILE_BYTES,
  MOST_PROBLEMS,
  readRepositoryConfiguration,
} from '../../../src/config/repository-configuration-file.ts';
import {
  completeConfiguration,
  DEFAULT_CONFIGURATION,
  NO_POLICY,
  type RepositoryConfiguration,
  settingsOf,
} from '../../../src/domain/repository-configuration.ts';

const WORKSPACES = [
  { id: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e', name: 'Analytics (prod)', alias: 'analytics' },
  { id: '81c0ef56-7f7e-47c1-9700-2d7e2eb5a04e', name: 'Twin', alias: null },
  { id: '91c0ef56-7f7e-47c1-9700-2d7e2eb5a04e', name: 'twin', alias: null },
];

function read(text: string, workspaces: typeof WORKSPACES | null = WORKSPACES) {
  return readRepositoryConfiguration(text, { workspaces });
}

/** With the defaults; null if the file has problems. */
function complete(text: string): RepositoryConfiguration | null {
  const result = read(text);
  return result.ok ? completeConfiguration(result.configuration, NO_POLICY) : null;
}

/** Each problem as `line:column message`, or `line-last:column message` over several lines. */
function complain(text: string, workspaces: typeof WORKSPACES | null = WORKSPACES): string[] {
  const result = read(text, workspaces);
  if (result.ok) return [];
  return result.problems.map(
    ({ line, endLine, column, message }) => `${line}${endLine ? `-${endLine}` : ''}:${column} ${message}`,
  );
}

describe('a good file', () => {
  test.each([
    [''],
    ['# nothing yet\n'],
    ['\uFEFF'],
    ['---\n'],
    ['{}'],
    ['version: 1\r\n'],
    ['deploy:\n  # paths: [a]\nworkspaces:\ncommands:\ncomments:\n'],
    ['github_deployments: false\n'],
  ])('%j sets nothing', (text) => {
    expect(complete(text)).toEqual(DEFAULT_CONFIGURATION);
  });

  test('sets every key', () => {
    const text = `
version: 1
deploy:
  on_push: false
  paths: ["pipelines/**"]
  paths_ignore: ["**/*.md"]
  skip_tokens: []
  ignore_senders: ["renovate[bot]"]
  unmatched: skipped
  log: final
  verify: true
  retry: { transient: 1 }
  wait_for: [test]
  wait_for_timeout: 5
  freeze:
    - { cron: 0 0 18 * * FRI, for: 60h, timezone: Europe/London, reason: weekend }
    - { cron: '0 0 0 24 DEC ?', for: 3d }
checks:
  project: off
  pipelines: off
  gate: true
workspaces:
  - workspace: ANALYTICS
    on_push: true
    paths: [shared/*, 'dwh/**']
    paths_ignore: []
    skip_tokens: [wip]
    unmatched: silent
    ignore_senders: []
    log: none
    verify: false
    retry: { transient: 0 }
    wait_for: [{ name: ci, app: other-ci, accept: [neutral] }]
    wait_for_timeout: 6
    environment: production
    approval: { role: admin, not_by: author }
    checks: { project: report, pipelines: report }
  - workspace: 81c0ef56
commands:
  enabled: false
  permission: admin
  pipelines: true
comments:
  on_failure: pull_request
notify:
  issue: on_failure
  labels: [deployment]
github_deployments: true
`;
    expect(read(text)).toEqual({
      ok: true,
      configuration: {
        deploy: {
          onPush: false,
          paths: ['pipelines/**'],
          pathsIgnore: ['**/*.md'],
          skipTokens: [],
          unmatched: 'skipped',
          ignoreSenders: ['renovate[bot]'],
          log: 'final',
          verify: true,
          retryTransient: 1,
          waitFor: [{ name: 'test', app: null, accept: [] }],
          waitForTimeout: 5,
          freeze: [
            {
              cron: '0 0 18 * * FRI',
              durationMs: 216_000_000,
              timezone: 'Europe/London',
              reason: 'weekend',
            },
            { cron: '0 0 0 24 DEC ?', durationMs: 259_200_000, timezone: 'UTC', reason: null },
          ],
          projectCheck: 'off',
          pipelineCheck: 'off',
        },
        workspaces: [
          {
            workspace: 'ANALYTICS',
            environment: 'production',
            approval: { role: 'admin', notBy: 'author' },
            onPush: true,
            paths: ['shared/*', 'dwh/**'],
            pathsIgnore: [],
            skipTokens: ['wip'],
            unmatched: 'silent',
            ignoreSenders: [],
            log: 'none',
            verify: false,
            retryTransient: 0,
            waitFor: [{ name: 'ci', app: 'other-ci', accept: ['neutral'] }],
            waitForTimeout: 6,
            projectCheck: 'report',
            pipelineCheck: 'report',
          },
          { workspace: '81c0ef56' },
        ],
        commands: { enabled: false, permission: 'admin', pipelines: true },
        comments: { onFailure: 'pull_request' },
        notify: { issue: 'on_failure', labels: ['deployment'] },
        githubDeployments: true,
        gate: true,
        places: expect.any(Array),
      },
    });
  });

  test('says where the values stand that the operator may limit', () => {
    const text = `deploy:
  unmatched: skipped
  log: live
workspaces:
  - workspace: analytics
    paths_ignore:
      - docs/**
      - "**/*.md"
    checks: { project: off }
`;
    const result = read(text);
    expect(result.ok && result.configuration.places).toEqual([
      {
        section: 'deploy',
        key: 'paths_ignore',
        entry: 0,
        path: 'workspaces[0].paths_ignore',
        line: 7,
        column: 7,
        endLine: 8,
      },
      { section: 'deploy', key: 'log', entry: null, path: 'deploy.log', line: 3, column: 8 },
      {
        section: 'checks',
        key: 'project',
        entry: 0,
        path: 'workspaces[0].checks.project',
        line: 9,
        column: 24,
      },
    ]);
  });

  test('a section that sets one key has the defaults for the others', () => {
    expect(complete('commands: {permission: triage}\n')?.commands).toEqual({
      enabled: true,
      permission: 'triage',
      pipelines: null,
    });
  });

  test('holds workspaces whose project has an error: all, one, or all but one', () => {
    const modes = (text: string) => {
      const result = read(text);
      if (!result.ok) return result.problems.map(({ message }) => message);
      const of = (id: string | undefined) =>
        settingsOf(completeConfiguration(result.configuration, NO_POLICY), {
          id: id ?? '',
          name: '',
          alias: null,
          directory: null,
        });
      return WORKSPACES.slice(0, 2).map(({ id }) => of(id).projectCheck);
    };
    const one = (mode: string) =>
      `workspaces: [{ workspace: ${WORKSPACES[0]?.id}, checks: { project: ${mode} } }]\n`;
    expect(modes('checks: { project: block }\n')).toEqual(['block', 'block']);
    expect(modes(one('block'))).toEqual(['block', 'report']);
    expect(modes(`checks: { project: block }\n${one('off')}`)).toEqual(['off', 'block']);
    expect(modes('checks: { project: blok }\n')).toEqual([
      'checks.project must be report, block or off, not the text "blok". Did you mean block?',
    ]);
  });

  test('waits for checks: for all workspaces, or for those that one replaces', () => {
    const text = `deploy:
  wait_for: [test, { name: 'ci / *', app: github-actions, accept: [skipped] }]
workspaces:
  - { workspace: ${WORKSPACES[0]?.id}, wait_for: [], wait_for_timeout: 10080 }
`;
    const result = read(text);
    if (!result.ok) throw new Error(result.problems[0]?.message);
    expect(result.configuration).toMatchObject({
      deploy: {
        waitFor: [
          { name: 'test', app: null, accept: [] },
          { name: 'ci / *', app: 'github-actions', accept: ['skipped'] },
        ],
      },
      workspaces: [{ waitFor: [], waitForTimeout: 10_080 }],
    });
  });

  test.each([
    ['[""]', '2:14 deploy.wait_for[0] must not be blank; found the text "".'],
    ['[test, "  "]', '2:20 deploy.wait_for[1] must not be blank; found the text "  ".'],
    ['[{ app: ci }]', '2:14 deploy.wait_for[0].name is missing: each entry needs it.'],
    ['[{ name: a, nam: b }]', '2:25 deploy.wait_for[0].nam is not a known key. Did you mean "name"?'],
    ['test', '2:13 deploy.wait_for must be a list, not the text "test": write ["test"].'],
    ['[3]', '2:14 deploy.wait_for[0] must be a text, not the number 3: put it in quotes.'],
    ['[[a]]', '2:14 deploy.wait_for[0] must be a section with its own keys, not a list.'],
    [
      '[{ name: a, app: "a b" }]',
      '2:30 deploy.wait_for[0].app must be the slug of a GitHub App, such as "github-actions"; found the text "a b".',
    ],
    [
      '[{ name: a, accept: [failure] }]',
      '2:34 deploy.wait_for[0].accept[0] must be neutral or skipped, not the text "failure".',
    ],
    [`[${'a, '.repeat(21)}]`, '2:13 deploy.wait_for has 21 entries: 20 are allowed.'],
    ...['Meltano Deploy', 'meltano deploy project', 'Meltano Deploy (*)', 'Meltano Deploy*'].map((name) => [
      `["${name}"]`,
      `2:14 deploy.wait_for[0]: "${name}" is a check of this app itself, which a deployment cannot wait for.`,
    ]),
  ])('the checks %s are refused on their line', (wanted, problem) => {
    expect(complain(`deploy:\n  wait_for: ${wanted}\n`)).toEqual([problem]);
  });

  test.each([
    ['0', 'at least 1, not the number 0.'],
    ['10081', 'at most 10080, not the number 10081.'],
    ['1.5', 'a whole number, not the number 1.5.'],
    ['"60"', 'a whole number, not the text "60": write 60 without quotes.'],
  ])('a time of %s is refused', (minutes, problem) => {
    expect(complain(`deploy:\n  wait_for_timeout: ${minutes}\n`)).toEqual([
      `2:21 deploy.wait_for_timeout must be ${problem}`,
    ]);
  });

  test.each([
    ['itself', 'analytics', /^2:37 workspaces\[0\]\.after\[0\]: "analytics" would wait for itself\.$/],
    ['a workspace that there is not', 'nowhere', /^2:37 .*"nowhere" is none of this repository's workspaces/],
  ])('an entry cannot wait for %s', (_, name, message) => {
    const text = `workspaces:\n  - { workspace: analytics, after: ["${name}"] }\n`;
    expect(complain(text)).toEqual([expect.stringMatching(message)]);
  });

  test('entries wait for each other in no circle, known workspaces or not', () => {
    const names = ['a', 'b', 'c'];
    const entries = names.map(
      (name, index) => `  - { workspace: ${name}, after: [${names[(index + 1) % 3]}] }\n`,
    );
    expect(complain(`workspaces:\n${entries.join('')}`, null)).toHaveLength(3);
    expect(complain(`workspaces:\n${entries.slice(0, 2).join('')}`, null)).toEqual([]);
  });

  test('may use anchors, and is frozen all through', () => {
    const result = read('deploy:\n  paths: &all ["a/**"]\n  paths_ignore: *all\n');
    expect(result.ok && result.configuration.deploy?.pathsIgnore).toEqual(['a/**']);
    expect(result.ok && Object.isFrozen(result.configuration.deploy?.pathsIgnore)).toBe(true);
  });
});

describe('keys', () => {
  test.each([
    ['deploy:\n  on_pus: true\n', '2:3 deploy.on_pus is not a known key. Did you mean "on_push"?'],
    ['deploy:\n  skipTokens: []\n', '2:3 deploy.skipTokens is not a known key. Did you mean "skip_tokens"?'],
    ['\uFEFFdeploi: 1\n', '1:1 deploi is not a known key. Did you mean "deploy"?'],
    ['paths: [a]\n', '1:1 paths is not a known key here: it belongs under "deploy".'],
    [
      'deploy: {environment: x}\n',
      '1:10 deploy.environment is not a known key here: it belongs to an entry of "workspaces".',
    ],
    [
      'deploy:\n  version: 1\n',
      '2:3 deploy.version is not a known key here: it belongs at the top of the file.',
    ],
    [
      'colour: red\n',
      '1:1 colour is not a known key. Allowed here: version, deploy, checks, workspaces, commands, comments, notify, github_deployments.',
    ],
    ['__proto__: 1\n', expect.stringMatching(/^1:1 __proto__ is not a known key\./)],
    ['"a\\u001bb": 1\n', expect.stringMatching(/^1:1 "a\\u001bb" is not a known key\./)],
    ['<<: {version: 1}\n', expect.stringMatching(/^1:1 "<<" is not a known key\./)],
    ['version: 1\nversion: 1\n', '2:1 The key "version" is in this section twice: keep one of the two.'],
    ['? [a]\n: 1\n', '1:3 A key must be a plain word.'],
  ])('%j', (text, problem) => {
    expect(complain(text)).toEqual([problem]);
  });
});

describe('values', () => {
  test.each([
    ['on_push: yes', 'on_push must be true or false, not the text "yes": write true.', 12],
    ['on_push: 1', 'on_push must be true or false, not the number 1.', 12],
    ['on_push:', 'on_push has no value: give it one, or remove the key.', 3],
    ['log: finl', 'log must be live, final or none, not the text "finl". Did you mean final?', 8],
    ['retry: { transient: 2 }', 'retry.transient must be 0 or 1, not the number 2.', 23],
    ['unmatched: loud', 'unmatched must be silent or skipped, not the text "loud".', 14],
    ['paths: docs/**', 'paths must be a list, not the text "docs/**": write ["docs/**"].', 10],
    [
      `skip_tokens: ${'x'.repeat(40)}`,
      `skip_tokens must be a list, not the text "${'x'.repeat(40)}": write ["${'x'.repeat(40)}"].`,
      16,
    ],
    ['paths: []', 'paths is an empty list: name something, or remove the key.', 10],
    ['paths: [1]', 'paths[0] must be a text, not the number 1: put it in quotes.', 11],
    [
      'paths: ["docs/"]',
      'paths[0]: "docs/" ends with "/": for everything in a folder write "/**" at the end.',
      11,
    ],
    ['paths: [""]', 'paths[0] is an empty text.', 11],
    [`paths: [${'a'.repeat(257)}]`, 'paths[0] has 257 characters: 256 are allowed.', 11],
    [`paths_ignore: [${'a,'.repeat(51)}]`, 'paths_ignore has 51 entries: 50 are allowed.', 17],
    [
      'skip_tokens: [[skip ci]]',
      'skip_tokens[0] must be a text, not a list: square brackets make a list, so put the whole text in quotes.',
      17,
    ],
    [
      'skip_tokens: [" "]',
      'skip_tokens[0] must not be blank: every message would contain it; found the text " ".',
      17,
    ],
    [
      'ignore_senders: ["@ana"]',
      'ignore_senders[0] must be a GitHub login without "@", such as "octocat" or "renovate[bot]"; found the text "@ana".',
      20,
    ],
    ['log: "a\\u202eb"', 'log must be live, final or none, not the text "a\\u202eb".', 8],
  ])('deploy.%s', (line, message, column) => {
    expect(complain(`deploy:\n  ${line}\n`)).toEqual([`2:${column} deploy.${message}`]);
  });

  test.each([
    ['version: "1"\n', '1:10 version must be 1, not the text "1": write 1 without quotes.'],
    [
      'version: |+\n  a\n\n\n',
      '1-2:10 version must be 1, not the text "a\\n\\n\\n": write 1 without quotes.',
    ],
    ['version: 2\n', '1:10 version must be 1, not the number 2.'],
    ['deploy: true\n', '1:9 deploy must be a section with its own keys, not true.'],
    [
      'a:b\n',
      '1:1 The file must contain keys, such as "deploy:", not the text "a:b". Is a space missing after the colon?',
    ],
    ['- version\n- deploy\n', '1-2:1 The file must contain keys, such as "deploy:", not a list.'],
    [
      'commands:\n  permission: read\n',
      '2:15 commands.permission must be triage, write, maintain or admin, not the text "read".',
    ],
    [
      'workspaces:\n  analytics:\n    on_push: true\n',
      '2-3:3 workspaces must be a list, not a section with its own keys: begin each entry with "- workspace: <name>".',
    ],
    [
      'workspaces:\n  - analytics\n',
      '2:5 workspaces[0] must be a section with its own keys, not the text "analytics": write "- workspace: <name>".',
    ],
    ['workspaces:\n  - on_push: true\n', '2:5 workspaces[0].workspace is missing: each entry needs it.'],
    [
      'workspaces:\n  - workspace: 2024\n',
      '2:16 workspaces[0].workspace must be a text, not the number 2024: put it in quotes.',
    ],
    [
      'workspaces:\n  - workspace: twin\n    environment: " x"\n',
      expect.stringMatching(/^2:16 .*2 workspaces/),
      '3:18 workspaces[0].environment must be one line of text, without spaces around it; found the text " x".',
    ],
  ])('%j', (text, ...problems) => {
    expect(complain(text)).toEqual(problems);
  });
});

describe('names of workspaces', () => {
  const entries = (...names: string[]) =>
    `workspaces:\n${names.map((name) => `  - workspace: ${name}\n`).join('')}`;

  test.each([
    ['Analitics', 'is none of this repository\'s workspaces. Did you mean "analytics"?'],
    ['Finance', 'is none of this repository\'s workspaces, which are "Analytics (prod)", "Twin", "twin".'],
    [
      'Twin',
      'is 2 workspaces of this repository: name one by its id, 81c0ef56-7f7e-47c1-9700-2d7e2eb5a04e or 91c0ef56-7f7e-47c1-9700-2d7e2eb5a04e.',
    ],
  ])('%s', (name, message) => {
    expect(complain(entries(name))).toEqual([`2:16 workspaces[0].workspace: "${name}" ${message}`]);
  });

  test('two entries for one workspace, by different names', () => {
    expect(complain(entries('analytics', '71c0ef56'))).toEqual([
      '3:16 workspaces[1].workspace: "71c0ef56" is the workspace of workspaces[0] already: put both into one entry.',
    ]);
  });

  test('a repository without workspaces', () => {
    expect(complain(entries('analytics'), [])).toEqual([
      '2:16 workspaces[0].workspace: "analytics" is none of this repository\'s workspaces: no workspace on Meltano Cloud that this app sees uses this repository.',
    ]);
  });

  test('unknown workspaces: only repeated names are wrong', () => {
    expect(complain(entries('Finance', 'analytics', 'ANALYTICS'), null)).toEqual([
      '4:16 workspaces[2].workspace: "ANALYTICS" is the workspace of workspaces[1] already: put both into one entry.',
    ]);
  });
});

describe('what is not YAML', () => {
  test.each([
    [
      'deploy:\n\ton_push: true\n',
      '2:1 This line is indented with a tab, which YAML does not allow: use spaces.',
    ],
    [
      'deploy:\r\n  paths:\r\n    - **/*.md\r\n',
      '3:7 "**/*.md" begins with *, which YAML takes for an alias: put it in quotes.',
    ],
    [
      'deploy:\n  paths:\n    - !docs/**\n    - a\n    - !x\n',
      '3:7 "!docs/**" begins with !, which YAML takes for a tag: put it in quotes.',
      '5:7 "!x" begins with !, which YAML takes for a tag: put it in quotes.',
    ],
    ['version: !!binary aGk=\n', '1:10 "!!binary" is a YAML tag, which is not allowed here.'],
    [
      'deploy:\n  paths:\n    - {a,b}/**\n',
      '3:12 "/**" is not expected. If it belongs to a text, put the whole text in quotes.',
    ],
    [
      'deploy:\n  ignore_senders: [renovate[bot]]\n',
      '2:28 Missing , or : between flow sequence items. If a text holds brackets, commas, quotes or colons, put the whole text in quotes.',
    ],
    [
      'deploy:\n  ignore_senders: @ana\n',
      '2:19 "@ana" begins with a character that YAML reserves: put the text in quotes.',
    ],
    [
      'deploy:\n  on_push: true\n paths: [a]\n',
      '3:1 The indentation does not fit the lines above, or a bracket or brace is not closed.',
    ],
    ['version:1\ndeploy:\n', '1-2:1 A key, a colon and a space are expected here, as in "version: 1".'],
    ['deploy:\n  ignore_senders: "ana\nversion: 1\n', '2-3:19 This quote is not closed.'],
    [
      'deploy:\n  ignore_senders: [ana, [bo]\nversion: 1\n',
      '2-3:19 The indentation does not fit the lines above, or a bracket or brace is not closed.',
    ],
    [
      'version: 1\n  deploy:\n',
      '2:3 There is a second key in this line, or the next line is indented too far. If the colon is part of the text, put the text in quotes.',
    ],
    [
      'version: 1\n---\nversion: 1\n',
      '2-3:1 A second document begins here, after "---": the file may contain only one.',
    ],
    [
      'deploy:\n  paths: ["a\\*"]\n',
      '2:13 A backslash begins an escape in double quotes: use single quotes, or remove it.',
    ],
    ['version: 1\ndeploy:\0\n', '2:8 This character is not UTF-8 text: save the file as UTF-8.'],
    ['\uFFFD\uFFFDv\0e\0', '1:1 This character is not UTF-8 text: save the file as UTF-8.'],
  ])('%j', (text, ...problems) => {
    expect(complain(text)).toEqual(problems);
  });
});

describe('too much', () => {
  const aliases = Array.from({ length: 9 }, (_, level) =>
    level === 0 ? 'a0: &a0 [x, x, x, x, x]' : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(5)}]`,
  ).join('\n');

  test.each([
    ['a large file', `# ${'ä'.repeat(LONGEST_FILE_BYTES / 2)}`, '1:1 The file is larger than 64 KiB.'],
    ['brackets all the way', '['.repeat(20_000), expect.stringMatching(/ The file is nested too deeply\.$/)],
    [
      'nothing but brackets',
      '[]'.repeat(32_000),
      expect.stringMatching(/ more brackets, commas and other marks /),
    ],
    [
      'nothing but commas',
      `[${'@,'.repeat(32_000)}]`,
      expect.stringMatching(/ more brackets, commas and other marks /),
    ],
    ['deeper than any key', `${'['.repeat(20)}${']'.repeat(20)}`, '1:18 The file is nested too deeply.'],
    ['an alias within its own anchor', 'a: &a [*a]\n', '1:8 The file is nested too deeply.'],
    ['aliases of aliases', aliases, expect.stringMatching(/ The file has too many values\.$/)],
  ])('%s', (_, text, problem) => {
    expect(complain(text)).toEqual([problem]);
  });

  test('the first problems are reported, from the top of the file', () => {
    const lines = Array.from({ length: 200 }, (_, line) => `k${line}: 1`).join('\n');
    const result = read(lines);
    expect(result.ok || result.problems.map(({ line }) => line)).toEqual(
      Array.from({ length: MOST_PROBLEMS }, (_, index) => index + 1),
    );
  });
});

test('each problem names the path of its key', () => {
  const result = read('workspaces:\n  - workspace: analytics\n    paths: [a, "b/"]\n    x y: 1\n');
  expect(result.ok || result.problems.map(({ path }) => path)).toEqual([
    'workspaces[0].paths[1]',
    'workspaces[0]."x y"',
  ]);
});
