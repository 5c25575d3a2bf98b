import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ErrorRecogniser } from '../../../src/logs/recognise-errors.ts';

/** The message of the error that a log ended with; null: none. */
function title(log: string): string | null {
  const finder = new ErrorRecogniser();
  for (const line of log.replace(/^\n/, '').split('\n')) finder.add(line);
  return finder.found()?.message ?? null;
}

let seconds = 0;
const stamp = () => `2026-06-10T07:13:${String(10 + (seconds++ % 50))}.123Z`;
/** Lines as Meltano prints them. */
const meltano = (level: string, text: string, fields = '') =>
  text
    .split('\n')
    .map((line) => `${stamp()} [${level.padEnd(9)}] ${line}${fields && ` ${fields}`}`)
    .join('\n');
const said = (name: string) => (text: string) =>
  meltano(
    'info',
    text,
    `cmd_type=elb consumer=False job_name=prod:a name=${name} producer=True stdio=stderr`,
  );
const tap = said('tap-github');
const target = said('target-postgres');
const dbt = said('dbt-postgres');
const lines = (...parts: string[]) => parts.join('\n');
const raised = (error: string) => `Traceback (most recent call last):
  File "/venv/lib/python3.12/site-packages/tap_github/client.py", line 12, in sync
    run(stream)
${error}`;

const PIP_RESOLVER = `ERROR: pip's dependency resolver does not currently take into account all the packages that are installed. This behaviour is the source of the following dependency conflicts.
meltano 3.4.0 requires click<9,>=8.1, but you have click 7.1.2 which is incompatible.
Successfully installed click-7.1.2 tap-github-1.0`;
const HELP = `Need help fixing this problem? Visit http://melta.no/ for troubleshooting steps, or to
join our friendly Slack community.`;

const LOGS: readonly [string, string, string | null][] = [
  // pip, uv, builds
  [
    'pip warns about its resolver, and the tap fails',
    lines(PIP_RESOLVER, tap(raised("KeyError: 'id'"))),
    "KeyError: 'id'",
  ],
  ['pip warns about its resolver, and all is well', PIP_RESOLVER, null],
  [
    'pip retries its connection and finds nothing',
    `
Collecting tap-github==9.9
WARNING: Retrying (Retry(total=4, connect=None, read=None)) after connection broken by 'NewConnectionError('<pip>: Failed to establish a new connection')': /simple/tap-github/
ERROR: Could not find a version that satisfies the requirement tap-github==9.9 (from versions: 1.0)
ERROR: No matching distribution found for tap-github==9.9
[notice] A new release of pip is available: 24.0 -> 25.1`,
    'Could not find a version that satisfies the requirement tap-github==9.9 (from versions: 1.0)',
  ],
  [
    'a wheel that is built in another way',
    `
  Building wheel for psutil (pyproject.toml): finished with status 'error'
  ERROR: Failed building wheel for psutil
Failed to build psutil
Installing collected packages: psutil
  Running setup.py install for psutil: started
Successfully installed psutil-5.9
Traceback (most recent call last):
  File "extract/run.py", line 3, in <module>
ImportError: cannot import name 'Catalog' from 'singer'`,
    "ImportError: cannot import name 'Catalog' from 'singer'",
  ],
  [
    'a package whose build fails',
    `
  error: subprocess-exited-with-error
  × python setup.py egg_info did not run successfully.
  │ exit code: 1
  ╰─> [4 lines of output]
      Traceback (most recent call last):
        File "<string>", line 2, in <module>
      ModuleNotFoundError: No module named 'setuptools'
      [end of output]
  note: This error originates from a subprocess, and is likely not a problem with pip.
error: metadata-generation-failed`,
    "ModuleNotFoundError: No module named 'setuptools'",
  ],
  [
    'uv finds no solution',
    `
Resolved 12 packages in 30ms
  × No solution found when resolving dependencies:
  ╰─▶ Because tap-github depends on requests>=3 and there is no version of requests>=3, we can conclude that they are unsatisfiable.`,
    'No solution found when resolving dependencies: Because tap-github depends on requests>=3 and there is no version of req…',
  ],
  [
    'uv does not reach the index',
    `
error: Failed to fetch: \`https://pypi.org/simple/dbt/\`
  Caused by: Request failed after 3 retries
  Caused by: dns error: failed to lookup address information`,
    'Failed to fetch: `https://pypi.org/simple/dbt/`',
  ],
  // git
  [
    'a git call that may fail',
    `
fatal: not a git repository (or any of the parent directories): .git
Using version 0.0.0
Installing 3 plugins
Error: Plugin 'tap-x' is not known to Meltano`,
    "Plugin 'tap-x' is not known to Meltano",
  ],
  [
    'a git call that may fail, and nothing else but a summary',
    `
fatal: No names found, cannot describe anything.
Using version 0.0.0
Running 2 steps
${meltano('error', 'Block run failed')}`,
    'Block run failed',
  ],
  [
    'a git call that ends it',
    `
Cloning into '/tmp/x'...
fatal: repository 'https://github.com/acme/gone.git/' not found
${meltano('error', 'Failed to install 1 plugin')}`,
    "repository 'https://github.com/acme/gone.git/' not found",
  ],
  // Singer
  [
    'an error is retried, and another one ends it',
    lines(
      tap('ERROR 503 Service Unavailable, retrying in 5 s'),
      tap('INFO Syncing stream commits'),
      tap(raised('tap_github.errors.BadCredentials: 401 Unauthorized')),
      meltano('error', 'Extractor failed'),
    ),
    'tap_github.errors.BadCredentials: 401 Unauthorized',
  ],
  [
    'an error is retried in the next line, and another one ends it',
    lines(
      meltano('error', 'Connection to api.github.com failed'),
      meltano('info', 'Retrying in 5 seconds'),
      meltano('info', 'Connected'),
      meltano('error', 'Stream commits has no primary key'),
    ),
    'Stream commits has no primary key',
  ],
  [
    'attempts that fail, the last for good',
    `
2026-06-10 07:13:40 ERROR Attempt 1 of 3 failed: timed out
2026-06-10 07:13:45 ERROR Attempt 2 of 3 failed: timed out
2026-06-10 07:13:50 ERROR Attempt 3 of 3 failed: connection refused`,
    'Attempt 3 of 3 failed: connection refused',
  ],
  [
    'backoff gives up',
    `
INFO:backoff:Backing off request(...) for 0.8s (requests.exceptions.HTTPError: 500 Server Error)
INFO:backoff:Backing off request(...) for 1.9s (requests.exceptions.HTTPError: 500 Server Error)
ERROR:backoff:Giving up request(...) after 3 tries (requests.exceptions.HTTPError: 500 Server Error)`,
    'requests.exceptions.HTTPError: 500 Server Error',
  ],
  [
    'backoff that tells of it as an error, and the schema is wrong in the end',
    `
ERROR:backoff:Backing off request(...) for 0.8s (requests.exceptions.ReadTimeout: timed out)
INFO:tap:Syncing users
CRITICAL:tap:Schema of users has no properties`,
    'Schema of users has no properties',
  ],
  [
    'retries of urllib3 that are used up',
    `
WARNING Retrying (Retry(total=0, connect=None)) after connection broken by 'ConnectTimeoutError'
${raised("requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.x.test', port=443): Max retries exceeded with url: /v1")}`,
    "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.x.test', port=443): Max retries exceeded with url: /…",
  ],
  [
    'a traceback that was caught, logged as a warning',
    `
WARNING:tap:could not read the state, starting anew
${raised('FileNotFoundError: state.json')}
INFO:tap:Syncing users
CRITICAL:tap:HTTP 403 Forbidden: rate limit`,
    'HTTP 403 Forbidden: rate limit',
  ],
  [
    'a traceback that was caught, logged as an error while the job went on',
    `
ERROR:tap:row 17 is broken
${raised('ValueError: invalid literal for int()')}
INFO:tap:Syncing users
INFO:tap:Syncing orders
ERROR:tap:Stream orders: 404 Not Found`,
    'Stream orders: 404 Not Found',
  ],
  [
    'a row that is skipped, and a target that fails',
    lines(
      tap('ERROR Row 17 is invalid, skipping it'),
      tap('INFO Syncing stream orders'),
      target(raised('psycopg2.errors.UndefinedColumn: column "amout" does not exist\nLINE 1: insert into x')),
      meltano('error', 'Loader failed'),
      meltano('error', 'Block run failed'),
    ),
    'psycopg2.errors.UndefinedColumn: column "amout" does not exist',
  ],
  [
    'the words of log.exception and the traceback below them',
    lines(
      tap('ERROR Failed to sync stream orders'),
      tap(raised("KeyError: 'updated_at'")),
      meltano('error', 'Extractor failed'),
    ),
    "KeyError: 'updated_at'",
  ],
  [
    'an exception in the handler of another',
    lines(
      raised("KeyError: 'access_token'"),
      '',
      'During handling of the above exception, another exception occurred:',
      '',
      raised('singer_sdk.exceptions.FatalAPIError: 401 Client Error: Unauthorized for path: /v1'),
    ),
    'singer_sdk.exceptions.FatalAPIError: 401 Client Error: Unauthorized for path: /v1',
  ],
  [
    'an exception that only wraps its cause',
    lines(
      raised('tap_github.errors.NoSuchRepository: acme/gone'),
      '',
      'The above exception was the direct cause of the following exception:',
      '',
      raised('meltano.core.runner.RunnerError: Extractor failed'),
      '',
      'The above exception was the direct cause of the following exception:',
      '',
      raised('meltano.cli.utils.CliError: ELT could not be completed: Extractor failed'),
    ),
    'tap_github.errors.NoSuchRepository: acme/gone',
  ],
  [
    'the target reads on after the tap failed',
    lines(
      tap(raised("KeyError: 'id'")),
      target('INFO Target sink for orders is flushed'),
      target('INFO 12 records loaded'),
      target(raised('BrokenPipeError: [Errno 32] Broken pipe')),
      meltano('error', 'Extractor failed'),
      meltano('error', 'Block run completed.', 'block_type=ExtractLoadBlocks err=RunnerError success=False'),
    ),
    "KeyError: 'id'",
  ],
  [
    'tap and target in turns within a traceback',
    lines(
      tap('Traceback (most recent call last):'),
      tap('  File "/app/tap.py", line 12, in main'),
      target('INFO Loading'),
      tap('    run()'),
      tap('tap.ConfigError: no start_date'),
    ),
    'tap.ConfigError: no start_date',
  ],
  [
    'an exception that Python ignores',
    `
Exception ignored in: <function Pool.__del__ at 0x7f>
Traceback (most recent call last):
  File "/usr/lib/python3.12/multiprocessing/pool.py", line 270, in __del__
ResourceWarning: unclosed running multiprocessing pool
CRITICAL:root:Bucket raw-data does not exist`,
    'Bucket raw-data does not exist',
  ],
  [
    'the fields of Singer',
    `
time=2026-06-10 07:13:40 name=tap level=INFO message=Starting sync
time=2026-06-10 07:13:41 name=tap level=ERROR message=Request failed, retrying
time=2026-06-10 07:13:45 name=tap level=INFO message=Syncing
time=2026-06-10 07:13:46 name=tap level=CRITICAL message=Bad credentials for acme`,
    'Bad credentials for acme',
  ],
  [
    'Meltano 1 with pipes',
    `
tap-github      | INFO Starting
tap-github      | CRITICAL 'NoneType' object is not iterable
target-postgres | INFO Loaded 0 rows
meltano         | Extraction failed (1): CRITICAL 'NoneType' object is not iterable
meltano         | ELT could not be completed: Extractor failed`,
    "'NoneType' object is not iterable",
  ],
  [
    'Meltano 1, its own words',
    "Extraction failed (1): tap_x.Error: no such stream 'a'",
    "tap_x.Error: no such stream 'a'",
  ],
  // Meltano
  [
    'help is offered before the message',
    lines(
      meltano('info', "Environment 'prod' is active"),
      HELP,
      '',
      "Cannot start extractor: executable 'tap-github' could not be found.",
    ),
    "Cannot start extractor: executable 'tap-github' could not be found.",
  ],
  [
    'help is offered at level error, and the message stands below',
    lines(
      meltano('error', HELP),
      meltano('error', ''),
      meltano('error', "No plugin named 'tap-x'. Did you mean 'tap-y'?"),
    ),
    "No plugin named 'tap-x'. Did you mean 'tap-y'?",
  ],
  [
    'help is offered in one JSON line with the message',
    JSON.stringify({ event: `${HELP}\n\nState backend is locked by run 7`, level: 'error', timestamp: 'x' }),
    'State backend is locked by run 7',
  ],
  [
    'an event that begins with a line break',
    lines(meltano('error', ''), 'Catalog discovery failed: invalid JSON'),
    'Catalog discovery failed: invalid JSON',
  ],
  [
    'Meltano 4 in JSON',
    lines(
      JSON.stringify({ event: 'Running extract & load...', level: 'info', name: 'meltano' }),
      JSON.stringify({ event: 'Retrying after 429', level: 'warning', name: 'tap-github' }),
      JSON.stringify({
        event: 'tap_github.RateLimit: 403 secondary limit',
        level: 'error',
        name: 'tap-github',
      }),
      JSON.stringify({ event: 'Extractor failed', level: 'error', name: 'meltano' }),
    ),
    'tap_github.RateLimit: 403 secondary limit',
  ],
  [
    'a JSON error that is retried',
    lines(
      JSON.stringify({ event: 'Request failed: 502', level: 'error', name: 'tap-github' }),
      JSON.stringify({ event: 'Retrying in 3 s', level: 'info', name: 'tap-github' }),
      JSON.stringify({ event: 'No such table: orders', level: 'error', name: 'tap-github' }),
    ),
    'No such table: orders',
  ],
  [
    'nothing but a summary',
    lines(meltano('info', 'Running job prod'), meltano('error', 'Block run failed')),
    'Block run failed',
  ],
  [
    'a summary in words of its own',
    lines(
      meltano('error', 'Database "analytics" does not exist'),
      meltano('error', 'Command `dbt run` failed with exit code 2'),
      'Error: Process completed with exit code 1.',
    ),
    'Database "analytics" does not exist',
  ],
  [
    'YAML that is wrong',
    lines(
      meltano('error', 'mapping values are not allowed here'),
      meltano('error', '  in "/project/meltano.yml", line 12, column 5'),
      HELP,
      '',
      'Failed to parse meltano.yml',
    ),
    'meltano.yml:12 mapping values are not allowed here',
  ],
  // dbt
  [
    "dbt's second line, with the fields of Meltano",
    dbt(
      "07:14:02  Encountered an error:\n07:14:02  Runtime Error\n07:14:02    Could not find profile named 'analytics'",
    ),
    "Runtime Error: Could not find profile named 'analytics'",
  ],
  [
    'dbt: a model fails among others, and why stands at the end',
    dbt(`07:14:02  1 of 3 START sql view model dbt.orders
07:14:02  1 of 3 ERROR creating sql view model dbt.orders ......... [ERROR in 0.5s]
07:14:03  2 of 3 OK created sql view model dbt.users ......... [CREATE VIEW in 0.5s]
07:14:03  3 of 3 SKIP relation dbt.totals ......... [SKIP]
07:14:03  Finished running 3 view models in 0 hours 0 minutes and 2 seconds.
07:14:03  Completed with 1 error, 0 partial successes, and 0 warnings:
07:14:03
07:14:03    Database Error in model orders (models/orders.sql)
07:14:03    column "amout" does not exist
07:14:03    LINE 14: select amout
07:14:03    compiled code at target/run/models/orders.sql
07:14:03  Done. PASS=1 WARN=0 ERROR=1 SKIP=1 TOTAL=3`),
    'Database Error in model orders (models/orders.sql): column "amout" does not exist',
  ],
  [
    'dbt: a test fails',
    `
07:14:02  1 of 1 FAIL 3 not_null_orders_id ............ [FAIL 3 in 0.1s]
07:14:02  Completed with 1 error and 0 warnings:
07:14:02  Failure in test not_null_orders_id (models/schema.yml)
07:14:02    Got 3 results, configured to fail if != 0
07:14:02  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 TOTAL=1`,
    'Failure in test not_null_orders_id (models/schema.yml): Got 3 results, configured to fail if != 0',
  ],
  [
    'dbt: an operation fails',
    `
07:14:02  Encountered an error while running operation: Database Error
  permission denied for schema raw`,
    'Database Error: permission denied for schema raw',
  ],
  [
    'dbt: an error without a name',
    '07:14:02  Encountered an error:\n07:14:02  no such file: profiles.yml',
    'no such file: profiles.yml',
  ],
  [
    'dbt warns, and the loader fails',
    `
07:14:02  [WARNING]: Configuration paths exist in your dbt_project.yml file which do not apply to any resources.
07:14:03  Completed with 1 warning:
07:14:03  Done. PASS=3 WARN=1 ERROR=0 SKIP=0 TOTAL=4
ERROR:loader:Disk quota exceeded`,
    'Disk quota exceeded',
  ],
  // Shells and others
  [
    'a script that goes on without a file',
    `
cat: /etc/extra.conf: No such file or directory
error: could not read /etc/extra.conf, using default settings
Starting
npm ERR! code E404`,
    'npm ERR! code E404',
  ],
  [
    'errors that are only counted',
    `
INFO validated 10 files, 0 errors
INFO error_rate=0.0
FATAL: password authentication failed for user "loader"`,
    'password authentication failed for user "loader"',
  ],
  [
    'the work is cleaned up after the error',
    `
2026-06-10 07:13:40 ERROR Table orders is locked
2026-06-10 07:13:41 INFO Rolling back
2026-06-10 07:13:41 INFO Closing connections
2026-06-10 07:13:42 ERROR Job failed`,
    'Table orders is locked',
  ],
  ['nothing went wrong', 'INFO Starting\nINFO Done', null],
  [
    'an exception whose class is named for what went wrong',
    lines(
      target('google.api_core.exceptions.Forbidden: 403 Access Denied: Table a:b.c'),
      meltano('error', 'Loader failed'),
    ),
    'google.api_core.exceptions.Forbidden: 403 Access Denied: Table a:b.c',
  ],
  [
    'such an exception, and the pipe that breaks with it',
    lines(
      target('psycopg2.errors.DatatypeMismatch: column "amount" is of type integer'),
      target('HINT:  You will need to rewrite or cast the expression.'),
      tap(raised('BrokenPipeError: [Errno 32] Broken pipe')),
      meltano('error', 'Loader failed'),
    ),
    'psycopg2.errors.DatatypeMismatch: column "amount" is of type integer',
  ],
  [
    'a tap logs one more line after its error',
    lines(
      tap("CRITICAL Config validation failed: 'start_date' is a required property"),
      tap("INFO JSONSchema was: {'type': 'object'}"),
      meltano('error', 'Extractor failed'),
    ),
    "Config validation failed: 'start_date' is a required property",
  ],
  [
    'Snowflake says in a third line what it is about',
    lines(
      dbt('07:14:05    Database Error in model a (models/a.sql)'),
      dbt('  002003 (02000): SQL compilation error:'),
      dbt("  Object 'X.Y' does not exist or not authorized."),
    ),
    "Database Error in model a (models/a.sql): 002003 (02000): SQL compilation error: Object 'X.Y' does not exist or not aut…",
  ],
  [
    'an exception of Snowflake says so below',
    lines(
      target('snowflake.connector.errors.ProgrammingError: 002003 (42S02): SQL compilation error:'),
      target("Object 'X' does not exist."),
      meltano('error', 'Loader failed'),
    ),
    "snowflake.connector.errors.ProgrammingError: 002003 (42S02): SQL compilation error: Object 'X' does not exist.",
  ],
  [
    'an exception has a message of many lines',
    lines(
      target(raised("jsonschema.exceptions.ValidationError: 12 is not of type 'string'")),
      target("Failed validating 'type' in schema['properties']['a']:"),
      target("    {'type': 'string'}"),
      target("On instance['a']:"),
      target('    12'),
      meltano('error', 'Loader failed'),
    ),
    "jsonschema.exceptions.ValidationError: 12 is not of type 'string'",
  ],
  [
    'Python itself fails',
    'Fatal Python error: Segmentation fault\n\nCurrent thread 0x1 (most recent call first):',
    'Segmentation fault',
  ],
  [
    'uv says what git said',
    `
  × Failed to download and build \`tap-x @ git+https://github.com/acme/tap-x.git\`
  ├─▶ Git operation failed
  ╰─▶ process didn't exit successfully: \`/usr/bin/git fetch --force\` (exit status: 128)
      --- stderr
      fatal: repository 'https://github.com/acme/tap-x.git/' not found`,
    "repository 'https://github.com/acme/tap-x.git/' not found",
  ],
  [
    'a shell finds no program',
    '+ meltano install\n/bin/sh: 1: meltano: not found\nError: exit status 127',
    'meltano: not found',
  ],
  [
    'a shell finds no file',
    './run.sh: line 12: dbt_project.yml: No such file or directory\nError: exit status 1',
    'dbt_project.yml: No such file or directory',
  ],
  ['the kernel ends the job', `${tap('INFO Syncing orders')}\nKilled\nError: exit status 137`, 'Killed'],
  [
    'ssh has no key',
    'git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.',
    'git@github.com: Permission denied (publickey).',
  ],
  [
    'Docker finds no image',
    'Using default tag: latest\nError response from daemon: manifest for acme/x:latest not found',
    'manifest for acme/x:latest not found',
  ],
  [
    'a database that logs its process',
    '2026-06-10 07:13:40.123 UTC [55] ERROR:  permission denied for schema analytics\n2026-06-10 07:13:40.123 UTC [55] STATEMENT:  CREATE TABLE analytics.x (id int)',
    'permission denied for schema analytics',
  ],
  [
    'Java',
    'Exception in thread "main" java.lang.ClassNotFoundException: com.x.Main\n\tat java.base/x(Y.java:1)',
    'java.lang.ClassNotFoundException: com.x.Main',
  ],
  [
    'Rust',
    "thread 'main' panicked at src/main.rs:12:5:\ncalled `Result::unwrap()` on an `Err` value: Os { code: 2 }\nnote: run with `RUST_BACKTRACE=1`",
    'called `Result::unwrap()` on an `Err` value: Os { code: 2 }',
  ],
  [
    'Poetry',
    'Resolving dependencies...\n\nBecause no versions of tap-x match >1.0 and root depends on tap-x (>1.0), version solving failed.',
    'Because no versions of tap-x match >1.0 and root depends on tap-x (>1.0), version solving failed.',
  ],
];

test('there are enough of them', () => {
  expect(LOGS.length).toBeGreaterThanOrEqual(40);
});

describe('what a log ended with', () => {
  test.each(LOGS)('%s', (_title, log, expected) => {
    expect(title(log)).toBe(expected);
  });

  test.each(LOGS)('however long it went on before: %s', (_title, log, expected) => {
    const work = Array.from({ length: 200 }, (_, n) => `INFO Row ${n} is read`).join('\n');
    expect(title(`${work}\n${log.replace(/^\n/, '')}`)).toBe(expected);
  });
});

test('for any input, few errors are kept, and one of them is reported in one short line', () => {
  const line = fc.oneof(
    fc.constantFrom(...LOGS.flatMap(([, log]) => log.split('\n'))),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), (all) => {
      const finder = new ErrorRecogniser();
      for (const one of all) {
        finder.add(one);
        const found = finder.found();
        expect(finder.candidates().length).toBeLessThanOrEqual(4);
        expect(found === null || finder.candidates().includes(found.line)).toBe(true);
        expect(found?.message.length ?? 0).toBeLessThanOrEqual(120);
        expect(found?.message ?? '').not.toContain('\n');
      }
    }),
    { numRuns: 300 },
  );
});
