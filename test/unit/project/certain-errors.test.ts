import { describe, expect, test } from 'vitest';
import { findCircles } from '../../../src/project/circles.ts';
import { isNear } from '../../../src/project/is-near.ts';
import { checkFiles, listPlaces } from './check-files.ts';
import { SAMPLE_WORKSPACE } from './sample-workspace.ts';

describe('what may be right is no error', () => {
  test.each([
    ['nmae', 'name', true],
    ['nam', 'name', true],
    ['home', 'name', false],
    ['ui', 'cli', false],
    ['evn', 'env', true],
    ['dev', 'env', false],
    ['dataComponents', 'data_components', true],
    ['components', 'data_components', false],
  ])('%s is near to %s: %s', (word, known, expected) => expect(isNear(word, known)).toBe(expected));

  test.each<[what: string, path: string, text: string]>([
    ['keys with a dot and x- keys', 'meltano.yml', 'x-jobs: 1\nui.port: 5000\nplugins: {x-extractors: []}\n'],
    [
      'variables',
      'meltano.yml',
      'default_environment: $ENV\nschedules:\n- name: a\n  interval: $CRON\n  job: $JOB\n',
    ],
    ['an empty schedule', 'pipelines/x.yml', "schedule: ''\n"],
    [
      'a pipeline of the same name in other letters',
      'pipelines/x.yml',
      'name: WEEKLY report\ntriggered_by: weekly-report\n',
    ],
  ])('%s', async (_, path, text) => {
    const places = listPlaces(
      await checkFiles({ ...SAMPLE_WORKSPACE, 'meltano.yml': 'version: 1', [path]: text }),
    );
    const errors = [
      'misspelt-key',
      'bad-schedule',
      'bad-interval',
      'unknown-environment',
      'unknown-in-schedule',
      'trigger-circle',
    ];
    expect(places.filter((place) => errors.some((code) => place.endsWith(code)))).toEqual([]);
  });

  test('a plugin that inherits from its own name, and plugins of two types with one name', async () => {
    const text = `plugins:
  extractors:
  - name: same
    inherit_from: same
    namespace: same
  loaders:
  - name: same
    namespace: same
`;
    expect(listPlaces(await checkFiles({ 'meltano.yml': text }))).toEqual([]);
  });
});

test('a credential in the place of a name is not repeated', async () => {
  const secret = `ghp_${'0123456789abcdefghij'}ABCDEFGHIJ012345`;
  const { findings } = await checkFiles({
    'meltano.yml': `default_environment: ${secret}\n`,
    'pipelines/x.yml': `data_components: [${secret}]\ntriggered_by: ${secret}\n`,
  });
  expect(findings.length).toBeGreaterThan(3);
  expect(JSON.stringify(findings)).not.toContain('ABCDEFGHIJ');
});

test('keys that every object of JavaScript has are unknown ones', async () => {
  const text = 'constructor: 1\ntoString: {}\n__proto__: []\n';
  expect(listPlaces(await checkFiles({ 'meltano.yml': '', 'pipelines/x.yml': text }))).toEqual([
    'pipelines/x.yml:1: unknown-key',
    'pipelines/x.yml:2: unknown-key',
    'pipelines/x.yml:3: unknown-key',
  ]);
});

test('a misspelt type of plugins is one finding: what names its plugins is right', async () => {
  const files = {
    ...SAMPLE_WORKSPACE,
    'meltano.yml': SAMPLE_WORKSPACE['meltano.yml']?.replace('  extractors:', '  extractor:') ?? '',
    'pipelines/x.yml': 'data_components: [extractors/tap-shop--acme, Lake]\n',
  };
  const { findings } = await checkFiles(files);
  expect(findings.map(({ code }) => code)).toEqual(['misspelt-key']);
});

test('plugins of a type that Meltano does not know miss no lock files', async () => {
  const right = SAMPLE_WORKSPACE['meltano.yml'] ?? '';
  const more = 'plugins:\n  models:\n  - name: model-shop\n  extractor:\n  - name: tap-more\n';
  const files = { ...SAMPLE_WORKSPACE, 'meltano.yml': right.replace('plugins:\n', more) };
  const { findings } = await checkFiles(files);
  expect(findings.map(({ line, code }) => `${line} ${code}`)).toEqual(['11 unknown-key', '13 unknown-key']);
});

describe('an action that may be a command is no mistake', () => {
  const check = async (action: string, more: Record<string, string> = {}) =>
    listPlaces(
      await checkFiles({ 'meltano.yml': PLUGINS, 'pipelines/x.yml': `actions: ${action}\n`, ...more }),
    );
  const PLUGINS = `plugins:
  transformers:
  - name: dbt
    namespace: dbt
  utilities:
  - name: great
    namespace: great
    commands: {validate: run}
  - name: child
    inherit_from: great
  - name: hub
    variant: acme
`;
  const STORE = { 'datastores/lake.yml': 'name: lake\n' };

  test.each([
    'install',
    'run-operation',
    'validate',
    'python publish.py',
    'meltano run nothing',
    'dbt:clone',
    'dbt:my-own-command',
    'dbt run --select nope',
    'great:validate',
    'child:validate',
    'hub:anything',
    '$COMMAND',
  ])('%s', async (action) => expect(await check(action, STORE)).toEqual([]));

  test('nope, without a data store file', async () => expect(await check('nope')).toEqual([]));

  test.each([
    ['nope', 'unknown-action'],
    ['great:valdate', 'unknown-command'],
    ['child:other', 'unknown-command'],
    ['dbt:depps', 'unknown-command'],
  ])('but %s is', async (action, code) =>
    expect(await check(action, STORE)).toEqual([`pipelines/x.yml:1: ${code}`]),
  );
});

test('circles among chains', () => {
  const edges: Record<string, string[]> = {
    a: ['b'],
    b: ['c', 'd'],
    c: ['a'],
    d: ['e'],
    e: ['e'],
    f: ['a', 'g'],
    g: [],
  };
  const circles = findCircles(Object.keys(edges), (node) => edges[node] ?? []);
  expect(circles.map((circle) => circle.toSorted().join(''))).toEqual(['e', 'abc']);
});

test('each pipeline of a circle is marked at the entry that closes it', async () => {
  const files = {
    'meltano.yml': 'version: 1',
    'pipelines/a.yml': 'triggered_by:\n- deploy\n- C\n',
    'pipelines/b.yml': 'triggered_by: [a]\n',
    'pipelines/c.yml': 'triggered_by:\n- b\n',
    'pipelines/d.yml': 'triggered_by:\n- c\n',
  };
  expect(listPlaces(await checkFiles(files))).toEqual([
    'pipelines/a.yml:3: trigger-circle',
    'pipelines/b.yml:1: trigger-circle',
    'pipelines/c.yml:2: trigger-circle',
  ]);
});

test('long chains and many unknown names are looked through in bounded time', async () => {
  const chain = Array.from(
    { length: 4_000 },
    (_, index) => `  - {name: p${index}, inherit_from: p${index + 1}}`,
  );
  const names = Array.from({ length: 10_000 }, (_, index) => `- n${index}`);
  const check = await checkFiles({
    'meltano.yml': `plugins:\n  extractors:\n${chain.join('\n')}\n`,
    'pipelines/a.yml': `data_components:\n${names.join('\n')}\n`,
    'datastores/b.yml': 'name: b\n',
  });
  expect(listPlaces(check).filter((place) => place.endsWith('unknown-component'))).toHaveLength(1_000);
});

test.each([
  'meltano --environment=prod run tap-shop',
  'meltano --log-level debug --no-color invoke tap-shop --discover',
  'FOO=1 meltano install extractor tap-shop',
  'cat x | meltano run \\\n    dbt:run \\\n    tap-shop',
])('a script runs a command that is not listed: %s', async (command) => {
  const text = `data_components: [dbt, Lake]\nscript: |\n  # meltano run tap-tickets\n  ${command}\n`;
  const { findings } = await checkFiles({ ...SAMPLE_WORKSPACE, 'pipelines/x.yml': text });
  expect(findings.filter(({ code }) => code === 'not-listed')).toMatchObject([
    { line: 4 + command.split('\n').length - 1, message: expect.stringContaining('runs tap-shop,') },
  ]);
});

test.each([
  ['meltano run tap-shop\n  target-postgres', false],
  ['meltano run tap-shop &&\n  meltano run dbt:run', false],
  ['meltano install \\\n  meltano', false],
  ['>\n  meltano install\n\n  meltano run dbt:run', false],
  ['>\n  meltano install\n    meltano run dbt:run', false],
  ['|-\n  meltano install\n  meltano run dbt:run', false],
  ['meltano install\n  meltano run dbt:run', true],
  ['"meltano install\n  meltano run dbt:run"', true],
  ['>-\n  echo begin\n  meltano install\n  meltano run dbt:run | tee log', true],
])('YAML joins the commands of a script: %j is %s', async (script, isJoined) => {
  const { findings } = await checkFiles({ 'pipelines/x.yml': `name: x\nscript: ${script}\n` });
  expect(findings.some(({ code, line }) => code === 'joined-lines' && line === 2)).toBe(isJoined);
});
