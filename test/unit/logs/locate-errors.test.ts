import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ErrorRecogniser } from '../../../src/logs/recognise-errors.ts';

function locate(...lines: string[]) {
  const locator = new ErrorRecogniser();
  for (const line of lines) locator.add(line);
  return locator.located();
}

/** In short: `path:line[:column] message`. */
const tell = (...lines: string[]) =>
  locate(...lines).map(({ path, line, column, message }) =>
    [`${path}:${line}${column === null ? '' : `:${column}`}`, message].join(' '),
  );

const TIME = '2026-06-10T07:13:40.123Z';
const FIELDS = ' cmd_type=elb consumer=False job_name=prod:a name=dbt-postgres producer=True stdio=stderr';

describe('an error with its place in the same line', () => {
  test.each([
    ['models/orders.sql:12:5: syntax error at "form"', 'models/orders.sql:12:5 syntax error at "form"'],
    ['./extract/tap.py:3: error: undefined name x', 'extract/tap.py:3 undefined name x'],
    ['Error: models/a.yml:7: unexpected key', 'models/a.yml:7 unexpected key'],
    [`${TIME} [error    ] meltano.yml:12 mapping values are odd`, 'meltano.yml:12 mapping values are odd'],
    ["fatal: extract/a.json:4:2: Expecting ',' delimiter", "extract/a.json:4:2 Expecting ',' delimiter"],
    ['scripts/a.py:1:1: F401 `os` imported but unused', 'scripts/a.py:1:1 F401 `os` imported but unused'],
    [
      'SyntaxError: invalid syntax (orchestrate/dag.py, line 12)',
      'orchestrate/dag.py:12 SyntaxError: invalid syntax (orchestrate/dag.py, line 12)',
    ],
    [
      `${TIME} [error    ] Failed to parse 'load/a.toml' at line 3 column 9`,
      "load/a.toml:3:9 Failed to parse 'load/a.toml' at line 3 column 9",
    ],
    [
      'mapping values are not allowed here in "meltano.yml", line 12, column 3',
      'meltano.yml:12:3 mapping values are not allowed here',
    ],
    [
      String.raw`{"event": "mapping values are not allowed here\n  in \"meltano.yml\", line 12, column 3", "level": "error"}`,
      'meltano.yml:12:3 mapping values are not allowed here',
    ],
  ])('%s', (line, told) => {
    expect(tell('first', line, 'last')).toEqual([told]);
  });

  test.each([
    'models/a.py:12: DeprecationWarning: old',
    'models/a.py:12: warning: unexpected blank',
    'models/a.sql:12:3: note: in expansion',
    'models/a.py:3:1: W291 trailing whitespace',
    `${TIME} [warning  ] models/a.sql:3: unexpected blank`,
    `${TIME} [debug    ]   in "meltano.yml", line 12, column 3`,
    '{"level": "warning", "event": "models/a.sql:3: unexpected blank"}',
    'models/a.sql:3: done',
    'reading models/a.sql, line 3',
    'db.internal:5432: connection not found',
    'http://localhost.yml:8080: not found',
    'https://example.com/a/b.yml:3: error: not found',
    'see https://example.com/a.sql line 3: error',
    'error: file:///project/a.sql:3: unexpected',
    'error: /etc/app.yml:3: unexpected',
    'error: ../other/a.yml:3: unexpected',
    'error: a/../../b.yml:3: unexpected',
    'error: venv/lib/python3.12/site-packages/x.py:3: unexpected',
    'error: .meltano/extractors/tap/x.py:3: unexpected',
    'error: dbt_packages/utils/a.sql:3: unexpected',
    'error: target/compiled/a.sql:3: unexpected',
    'error: C:\\data\\a.sql:3: unexpected',
    'error: ~/a.sql:3: unexpected',
    'error: a.sql:0: unexpected',
    'mapping values are not allowed here in "<unicode string>", line 12, column 3',
  ])('"%s" is none', (line) => {
    expect(tell('first', line, 'last')).toEqual([]);
  });
});

describe('YAML', () => {
  test('the problem and its place', () => {
    const lines = [
      'yaml.scanner.ScannerError: mapping values are not allowed here',
      '  in "meltano.yml", line 12, column 3',
    ];
    const told = ['meltano.yml:12:3 mapping values are not allowed here'];
    expect(tell(...lines)).toEqual(told);
    expect(tell(...lines.map((line) => `${TIME} [error    ] ${line}`), 'next')).toEqual(told);
    expect(tell(...lines.map((line) => `${TIME} [info     ] ${line}${FIELDS}`))).toEqual(told);
  });

  test('the place of the problem counts, not that of what was being read', () => {
    const context = [
      'yaml.parser.ParserError: while parsing a block mapping',
      '  in "meltano.yml", line 3, column 1',
    ];
    const problem = ["expected <block end>, but found '-'", '  in "meltano.yml", line 14, column 5'];
    expect(tell(...context, ...problem)).toEqual(["meltano.yml:14:5 expected <block end>, but found '-'"]);
    const alone = ['meltano.yml:3:1 while parsing a block mapping'];
    expect(tell(...context)).toEqual(alone);
    expect(tell(...context, 'something', 'else')).toEqual(alone);
  });
});

describe('dbt', () => {
  const lines = [
    'Compilation Error in model orders (models/orders.sql)',
    "  expected token 'end of print statement', got 'x'",
    '    line 12',
    '      select {{ a x }}',
  ];
  const told = [
    "models/orders.sql:12 Compilation Error in model orders: expected token 'end of print statement', got 'x'",
  ];

  test.each([
    ['plain', lines],
    ['with times', lines.map((line) => `07:14:02  ${line}`)],
    ['within Meltano', lines.map((line) => `${TIME} [info     ] 07:14:02  ${line}${FIELDS}`)],
  ])('%s', (_, given) => {
    expect(tell('Running', ...given, 'Done.')).toEqual(told);
  });

  test('a line number that belongs to no file of the project is left alone', () => {
    expect(tell('Database Error in model a (models/a.sql)', '  syntax error', '  LINE 14: x')).toEqual([]);
    expect(tell('Compilation Error in model a (models/a.sql)', '  no node', 'Done.', '  line 3')).toEqual([]);
  });

  test('below an arrow', () => {
    expect(
      tell('error: dbt0101: no viable alternative', '  --> models/a.sql:5:1', '  --> models/b.sql:6:1'),
    ).toEqual(['models/a.sql:5:1 dbt0101: no viable alternative']);
  });
});

describe('tracebacks', () => {
  const frame = (path: string, line: number) => [`  File "${path}", line ${line}, in main`, '    run()'];
  const installed = frame('/project/.venv/lib/python3.12/site-packages/singer/x.py', 99);

  test('the last frame inside the project', () => {
    const block = [
      'Traceback (most recent call last):',
      ...frame('extract/a.py', 3),
      ...frame('extract/b.py', 7),
    ];
    expect(tell(...block, ...installed, 'ValueError: no start_date')).toEqual([
      'extract/b.py:7 ValueError: no start_date',
    ]);
    for (const level of ['info ', 'error']) {
      const inMeltano = [...block, 'ValueError: x'].map((line) => `${TIME} [${level}    ] ${line}${FIELDS}`);
      expect(tell(...inMeltano)).toEqual(['extract/b.py:7 ValueError: x']);
    }
    expect(tell(block[0] ?? '', ...installed, 'ValueError: x')).toEqual([]);
  });

  test('absolute paths count once the log says where the project is, before or after', () => {
    const root = `${TIME} [info     ] Reading /srv/job 1/meltano.yml`;
    const block = ['Traceback (most recent call last):', ...frame('/srv/job/extract/a.py', 3), 'KeyError'];
    const known = 'Reading /srv/job/meltano.yml';
    const told = ['extract/a.py:3 KeyError'];
    expect(tell(...block)).toEqual([]);
    expect(tell(root, ...block)).toEqual([]);
    expect(tell(known, ...block)).toEqual(told);
    expect(tell(...block, 'a.sql:3: error: other', known)).toEqual([...told, 'a.sql:3 other']);
    expect(tell('Reading /srv/jo/meltano.yml', ...block)).toEqual([]);
    expect(tell('Reading /meltano.yml', ...block)).toEqual([]);
    expect(
      tell('mapping values are not allowed here', '  in "/srv/job/meltano.yml", line 2, column 3'),
    ).toEqual(['meltano.yml:2:3 mapping values are not allowed here']);
  });
});

test('sqlfluff: the violations of files that fail', () => {
  expect(
    tell(
      '== [models/a.sql] FAIL',
      'L:   4 | P:   3 | LT09 | Select targets should be on a new line unless there is',
      '                       | only one select target.',
      'L:  12 | P:   5 |  PRS | Found unparsable section',
      '== [models/b.sql] PASS',
      'L:   1 | P:   1 | LT01 | none of this file',
    ),
  ).toEqual([
    'models/a.sql:4:3 LT09 Select targets should be on a new line unless there is only one select target.',
    'models/a.sql:12:5 PRS Found unparsable section',
  ]);
  expect(tell('== [a.sql] FAIL', 'L: 1 | P: 2 | LT01 | the last line')).toEqual([
    'a.sql:1:2 LT01 the last line',
  ]);
});

describe('limits', () => {
  test('at most 50, the first ones, none twice', () => {
    const lines = Array.from({ length: 60 }, (_, n) => `a.sql:${n + 1}: error: broken`);
    const told = tell(...lines.flatMap((line) => [line, line]));
    expect(told).toEqual(lines.slice(0, 50).map((_, n) => `a.sql:${n + 1} broken`));
  });

  test('those that wait for the place of the project take no room from the others', () => {
    const waiting = Array.from({ length: 500 }, (_, n) => `/p/a.sql:${n + 1}: error: broken`);
    expect(tell(...waiting, 'b.sql:1: error: broken')).toEqual(['b.sql:1 broken']);
    expect(tell(...waiting, 'b.sql:1: error: broken', 'Reading /p/meltano.yml')).toHaveLength(50);
  });

  test('a message keeps to 1,024 bytes', () => {
    const [error] = locate(`a.sql:1: error: broken ${'é'.repeat(1900)}`);
    expect(Buffer.byteLength(error?.message ?? '')).toBeLessThanOrEqual(1024);
    expect(error?.message).toMatch(/^broken é{500,}…$/);
  });

  test('whatever comes in, what comes out is well-formed, inside the project and bounded', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'a.sql',
        '/p/',
        '../',
        ':3',
        ': ',
        'error: ',
        'in "',
        '", line 7',
        ', column 2',
        '\n',
        '| ',
      ),
      fc.constantFrom(
        'Traceback (most recent call last):',
        '  File "',
        'L:  1 | P: 2 | X |',
        '== [a.sql] FAIL',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    const line = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        for (const error of locate('Reading /p/meltano.yml', ...lines)) {
          expect(error.path).not.toMatch(/^\/|(?:^|\/)\.\.(?:\/|$)|:|\\/);
          expect(error.message.isWellFormed() && error.message.length > 0).toBe(true);
          expect(error.line).toBeGreaterThan(0);
          expect(Buffer.byteLength(error.message)).toBeLessThanOrEqual(1024);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
