import { describe, expect, test } from 'vitest';
import { renderCheckRun } from '../../../../src/reporting/render/render-check-run.ts';
import { makeLog, makeRun, makeView } from './make-check-run-view.ts';

const failed = makeRun(38, { conclusion: 'failure', reason: 'job_error' });
const locatedErrors = [
  { path: 'models/a.sql', line: 12, column: 5, message: 'syntax error' },
  { path: 'meltano.yml', line: 3, column: null, message: 'unexpected key' },
];
const log = makeLog(['x'], { locatedErrors });
const view = makeView(failed, { log });

describe('annotations', () => {
  test('are those of the workspace’s directory, as GitHub reads them', () => {
    expect(renderCheckRun(view).output.annotations).toEqual([
      {
        path: 'analytics/models/a.sql',
        start_line: 12,
        end_line: 12,
        start_column: 5,
        end_column: 5,
        annotation_level: 'failure',
        message: 'syntax error',
      },
      {
        path: 'analytics/meltano.yml',
        start_line: 3,
        end_line: 3,
        annotation_level: 'failure',
        message: 'unexpected key',
      },
    ]);
  });

  test.each([
    [null, 'models/a.sql'],
    ['', 'models/a.sql'],
    ['/a/./b/', 'a/b/models/a.sql'],
  ])('with the directory %j', (directory, path) => {
    const { annotations } = renderCheckRun(makeView({ ...failed, directory }, { log })).output;
    expect(annotations?.[0]?.path).toBe(path);
  });

  test.each([
    ['of a running job', makeView({ ...failed, state: 'running', conclusion: null }, { log })],
    [
      'of a job that succeeded',
      makeView(makeRun(38, { conclusion: 'success', reason: 'job_complete' }), { log }),
    ],
    [
      'of one no longer watched',
      makeView(makeRun(38, { conclusion: 'timed_out', reason: 'watch_timeout' }), { log }),
    ],
    ['of a public repository', { ...view, repository: { ...view.repository, private: false } }],
    ['of no errors', { ...view, log: makeLog(['x']) }],
    ['outside the repository', makeView({ ...failed, directory: 'a/../..' }, { log })],
  ])('%s are none', (_, other) => {
    expect(renderCheckRun(other).output).not.toHaveProperty('annotations');
  });
});
