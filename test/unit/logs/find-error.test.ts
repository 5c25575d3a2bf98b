import { describe, expect, test } from 'vitest';
import { ErrorRecogniser } from '../../../src/logs/recognise-errors.ts';

function find(...lines: string[]) {
  const finder = new ErrorRecogniser();
  for (const line of lines) finder.add(line);
  const found = finder.found();
  return found && { line: found.line, message: found.message };
}

const TIME = '2026-06-10T07:13:40.123Z';
const FIELDS = ' cmd_type=elb consumer=False job_name=prod:a name=tap-github producer=True stdio=stderr';

describe('one line', () => {
  test.each([
    // Meltano
    [`${TIME} [error    ] Extractor failed`, 'Extractor failed'],
    [
      `${TIME} [critical ] Cannot start plugin tap-github: no such file`,
      'Cannot start plugin tap-github: no such file',
    ],
    [`[error    ] Block run failed            set_number=0`, 'Block run failed set_number=0'],
    [`${TIME} [info     ] KeyError: 'id'${FIELDS}`, "KeyError: 'id'"],
    [
      `${TIME} [info     ] 07:14:02  Runtime Error in model a (models/a.sql)`,
      'Runtime Error in model a (models/a.sql)',
    ],
    [
      `{"event": "Block \\"run\\" failed\\nbadly", "level": "error", "timestamp": "x"}`,
      'Block "run" failed badly',
    ],
    [`{"info": {"level": "error", "msg": "Database Error"}}`, 'Database Error'],
    // Singer taps and Python logging
    ['time=2026-06-10 07:13:40 name=tap level=CRITICAL message=Bad credentials', 'Bad credentials'],
    ['2026-06-10 07:13:40,123 | ERROR    | tap-github | 404 Client Error', '404 Client Error'],
    ['2026-06-10 07:13:40,123 - tap_github - ERROR - no stream', 'no stream'],
    ['2026-06-10 07:13:40 ERROR Could not connect', 'Could not connect'],
    ['ERROR:root:no stream', 'no stream'],
    [
      'requests.exceptions.HTTPError: 401 Client Error: Unauthorized',
      'requests.exceptions.HTTPError: 401 Client Error: Unauthorized',
    ],
    // dbt
    [
      '07:14:02  Compilation Error in model orders (models/orders.sql)',
      'Compilation Error in model orders (models/orders.sql)',
    ],
    ['Database Error in test unique_id (models/a.yml)', 'Database Error in test unique_id (models/a.yml)'],
    [
      '07:14:02  1 of 5 ERROR creating sql view model dbt.orders ......... [ERROR in 0.52s]',
      '1 of 5 ERROR creating sql view model dbt.orders',
    ],
    [
      '07:14:02  3 of 5 FAIL 12 unique_orders_id ........ [FAIL 12 in 0.1s]',
      '3 of 5 FAIL 12 unique_orders_id',
    ],
    // Others
    ['npm ERR! code ELIFECYCLE', 'npm ERR! code ELIFECYCLE'],
    ['npm error code E404', 'npm error code E404'],
    ["fatal: repository 'https://x.test/' not found", "repository 'https://x.test/' not found"],
    [
      'ERROR: Could not find a version that satisfies the requirement x',
      'Could not find a version that satisfies the requirement x',
    ],
    ['error: subprocess-exited-with-error', 'subprocess-exited-with-error'],
    ['error[E0308]: mismatched types', 'mismatched types'],
    ['Error: No such option: --foo', 'No such option: --foo'],
    [
      "TypeError: Cannot read properties of undefined (reading 'x')",
      "TypeError: Cannot read properties of undefined (reading 'x')",
    ],
    ['models/orders.sql:12:5: syntax error at "form"', 'models/orders.sql:12 syntax error at "form"'],
    ['./src/main.go:3: error: undefined: x', './src/main.go:3 undefined: x'],
  ])('%s', (line, message) => {
    expect(find('first', line, 'last')).toEqual({ line: 2, message });
  });

  test.each([
    '0 errors',
    'errors=0',
    'Completed with 0 errors',
    'Done. PASS=5 WARN=0 ERROR=0 SKIP=0 TOTAL=5',
    `${TIME} [info     ] Module error_handler loaded`,
    `${TIME} [info     ] No errors were found${FIELDS}`,
    `${TIME} [warning  ] Error: retrying in 5 s`,
    `${TIME} [debug    ] ValueError: ignored`,
    '2026-06-10 07:13:40 WARNING something failed: x',
    'error: 0',
    'Error: none',
    'ERROR: ',
    'ERROR=0',
    'errors: none',
    `{"level": "info", "event": "error handler ready"}`,
    'models/a.py:12: DeprecationWarning: old',
    'models/a.py:12: warning: unexpected blank',
    'loading errors.yml',
    'http://localhost:8080: not found is fine here',
    'Installing failed-retry 1.0',
    'on_error: continue',
    'extract_error_rate 0.0',
    '',
  ])('"%s" is none', (line) => {
    expect(find('first', line, 'last')).toBeNull();
  });

  test('only the first counts, and it stays', () => {
    expect(find('ok', 'Error: one', 'Error: two', 'in "x.yml", line 3, column 1')).toEqual({
      line: 2,
      message: 'one',
    });
  });

  test('long messages are cut', () => {
    const message = find(`Error: ${'word '.repeat(60)}`)?.message ?? '';
    expect(message).toHaveLength(120);
    expect(message).toMatch(/^word .*…$/);
  });
});

describe('tracebacks', () => {
  const block = [
    'Traceback (most recent call last):',
    '  File "/app/tap.py", line 12, in main',
    '    raise ValueError("Error: not this one")',
    '    ^^^^^^^^^^^^^^^^^^^^^^^^',
  ];

  test('the message is the last line of the block, and so is the error', () => {
    expect(find(...block, 'tap.errors.ConfigError: no start_date', 'next')).toEqual({
      line: 5,
      message: 'tap.errors.ConfigError: no start_date',
    });
  });

  test('behind the prefixes of Meltano', () => {
    const lines = [...block, 'KeyError'].map((line) => `${TIME} [info     ] ${line}${FIELDS}`);
    expect(find('before', ...lines)).toEqual({ line: 6, message: 'KeyError' });
  });

  test('in the box of rich', () => {
    const box = [
      '╭──── Traceback (most recent call last) ────╮',
      '│ /app/tap.py:12 in main │',
      '╰────────────────╯',
    ];
    expect(find(...box, 'ValueError: bad')).toEqual({ line: 4, message: 'ValueError: bad' });
  });

  test('nothing is said before the block ends, or when it never does', () => {
    expect(find(...block)).toBeNull();
    expect(
      find('Traceback (most recent call last):', ...Array.from({ length: 600 }, () => '  x')),
    ).toBeNull();
  });

  test('a block that breaks off does not hide what comes next', () => {
    expect(find(...block, '(the rest is missing)', 'Error: next')).toEqual({ line: 6, message: 'next' });
  });
});

describe('what follows an error makes its message better', () => {
  test('the place of a YAML error', () => {
    expect(find('mapping values are not allowed here', '  in "meltano.yml", line 12, column 5', 'x')).toEqual(
      {
        line: 1,
        message: 'meltano.yml:12 mapping values are not allowed here',
      },
    );
    expect(
      find(
        `${TIME} [error    ] mapping values are not allowed here`,
        `${TIME} [error    ]   in "meltano.yml", line 12, column 5`,
      ),
    ).toEqual({ line: 1, message: 'meltano.yml:12 mapping values are not allowed here' });
  });

  test('the class of the exception makes room for it', () => {
    const lines = [
      'Traceback (most recent call last):',
      '  File "x.py", line 1, in y',
      'yaml.scanner.ScannerError: mapping values are not allowed here',
    ];
    expect(find(...lines, '  in "meltano.yml", line 12, column 5')?.message).toBe(
      'meltano.yml:12 mapping values are not allowed here',
    );
  });

  test('the problem counts more than what was being read', () => {
    expect(
      find(
        'yaml.parser.ParserError: while parsing a block mapping',
        '  in "meltano.yml", line 3, column 1',
        "expected <block end>, but found '-'",
        '  in "meltano.yml", line 14, column 3',
      )?.message,
    ).toBe("meltano.yml:14 expected <block end>, but found '-'");
  });

  test('what dbt says below', () => {
    const lines = [
      'Database Error in model orders (models/orders.sql)',
      '  column "amout" does not exist',
      '  LINE 14: x',
    ];
    const message = 'Database Error in model orders (models/orders.sql): column "amout" does not exist';
    expect(find(...lines)?.message).toBe(message);
    expect(find(...lines.map((line) => `07:14:02  ${line}`))?.message).toBe(message);
    expect(find(...lines.map((line) => `${TIME} [info     ] 07:14:02  ${line}${FIELDS}`))?.message).toBe(
      message,
    );
    expect(find('07:14:02  Runtime Error', '07:14:02    no profile')?.message).toBe(
      'Runtime Error: no profile',
    );
    expect(find('07:14:02  Runtime Error in model x', '07:14:02  Done.')?.message).toBe(
      'Runtime Error in model x',
    );
  });
});
