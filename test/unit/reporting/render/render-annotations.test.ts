import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../../src/logs/redact.ts';
import { hideOwnSecrets, hideOwnSecretsInView } from '../../../../src/reporting/hide-own-secrets.ts';
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

describe('the app’s own secrets', () => {
  const secret = ['own', 'secret', String(Math.random()).slice(2, 14)].join('-');
  const redactor = createRedactor({ secrets: [secret] });
  const render = (deployment: Parameters<typeof makeView>[0], errors = locatedErrors) => {
    const given = makeView({ ...failed, ...deployment }, { log: makeLog(['x'], { locatedErrors: errors }) });
    return hideOwnSecrets(renderCheckRun(hideOwnSecretsInView(given, redactor)), redactor);
  };

  test.each([
    'workspaceName',
    'environment',
    'branch',
    'directory',
    'requestedBy',
    'problem',
    'jobStatus',
    'checkName',
  ])('in %s are hidden, also where the text is cut in the middle of one', (field) => {
    for (let before = 0; before <= 300; before += 5) {
      const value = `${'x'.repeat(before)}${secret}`;
      const reason = field === 'problem' ? 'start_refused' : 'job_error';
      const shown = JSON.stringify(render({ [field]: value, reason }));
      expect(shown).not.toContain(secret.slice(0, 10));
      if (before === 0 && field !== 'requestedBy') expect(shown).toContain('[redacted]');
    }
  });

  test('in an error are hidden; one in a path leaves no annotation', () => {
    const errors = [
      { path: 'a.sql', line: 1, column: null, message: `bad ${secret}` },
      { path: `${secret}/a.sql`, line: 1, column: null, message: 'bad' },
    ];
    expect(render({ directory: null }, errors).output.annotations).toMatchObject([
      { path: 'a.sql', message: 'bad [redacted]' },
    ]);
    expect(render({ directory: secret }, errors.slice(0, 1)).output.annotations).toBeUndefined();
  });
});
