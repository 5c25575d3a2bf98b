import { describe, expect, test } from 'vitest';
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
