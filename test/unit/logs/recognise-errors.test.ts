import { expect, test } from 'vitest';
import { createLogExcerptBuilder } from '../../../src/logs/log-excerpt-builder.ts';
import { ErrorRecogniser } from '../../../src/logs/recognise-errors.ts';
import { createRedactor } from '../../../src/logs/redact.ts';

const TIME = '2026-06-10T07:13:40.123Z';
const from = (name: string) => (text: string) =>
  `${TIME} [info     ] ${text} cmd_type=elb consumer=False name=${name} producer=True stdio=stderr`;
const dbt = from('dbt-postgres');
const tap = from('tap-github');

/** The title, and the places in short. */
function recognise(...lines: string[]) {
  const recogniser = new ErrorRecogniser();
  for (const line of lines) recogniser.add(line);
  const places = recogniser.located().map(({ path, line, message }) => `${path}:${line} ${message}`);
  return { title: recogniser.found()?.message ?? null, places };
}

test.each<[string, string[], { title: string | null; places: string[] }]>([
  [
    'a YAML error is known by its place, whatever its words are',
    ["found character '\\t' that cannot start any token", '  in "meltano.yml", line 9, column 1'],
    {
      title: "meltano.yml:9 found character '\\t' that cannot start any token",
      places: ["meltano.yml:9 found character '\\t' that cannot start any token"],
    },
  ],
  [
    'the title begins with the place of a YAML error in one line too',
    ['mapping values are not allowed here in "meltano.yml", line 12, column 3'],
    {
      title: 'meltano.yml:12 mapping values are not allowed here',
      places: ['meltano.yml:12 mapping values are not allowed here'],
    },
  ],
  [
    'the place of another plug-in is not the place of the error',
    [tap("KeyError: 'id'"), dbt('  in "meltano.yml", line 9, column 1')],
    { title: "KeyError: 'id'", places: [] },
  ],
  [
    'what a plug-in calls a warning is no error',
    [dbt('WARNING models/a.sql:3: unexpected blank')],
    { title: null, places: [] },
  ],
  [
    'another plug-in’s lines do not end a traceback',
    [
      tap('Traceback (most recent call last):'),
      tap('  File "extract/tap.py", line 7, in sync'),
      dbt('models/a.sql:3: syntax error'),
      tap('ValueError: no start_date'),
    ],
    {
      title: 'models/a.sql:3 syntax error',
      places: ['models/a.sql:3 syntax error', 'extract/tap.py:7 ValueError: no start_date'],
    },
  ],
  [
    'a traceback ends with an exception, not with any line',
    [
      'Traceback (most recent call last):',
      '  File "extract/tap.py", line 7, in sync',
      '07:14:02 done so far',
    ],
    { title: null, places: [] },
  ],
  [
    'an exception ignored while it cleaned up is no error',
    [
      'Exception ignored in: <function x>',
      'Traceback (most recent call last):',
      '  File "extract/tap.py", line 7, in x',
      'ValueError: closed',
    ],
    { title: null, places: [] },
  ],
  [
    'an error that the job survived has its place all the same',
    ['models/a.sql:3: syntax error, skipping this model'],
    { title: null, places: ['models/a.sql:3 syntax error, skipping this model'] },
  ],
  [
    'a violation of sqlfluff has a place and is no title',
    [dbt('== [models/a.sql] FAIL'), dbt('L:   4 | P:   3 | LT09 | Select targets')],
    { title: null, places: ['models/a.sql:4 LT09 Select targets'] },
  ],
])('%s', (_, lines, expected) => {
  expect(recognise('Running', ...lines, 'last')).toEqual(expected);
});

test('the surroundings of an error that its next line made known begin before the error', async () => {
  const log = createLogExcerptBuilder(createRedactor({ secrets: [] }));
  await log.add(['a', 'b', "found character '@'", '  in "meltano.yml", line 9, column 1', 'c']);
  expect(log.excerpt(true).firstError).toEqual({
    line: 3,
    message: "meltano.yml:9 found character '@'",
    words: "meltano.yml:9 found character '@'",
    context: ['a', 'b', "found character '@'", '  in "meltano.yml", line 9, column 1', 'c'],
    contextBefore: 2,
  });
});
