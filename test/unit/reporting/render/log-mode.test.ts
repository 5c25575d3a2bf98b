import { expect, test } from 'vitest';
import type { LogSetting } from '../../../../src/domain/log-setting.ts';
import { renderCheckRun } from '../../../../src/reporting/render/render-check-run.ts';
import { makeLog, makeRun, makeView } from './make-check-run-view.ts';

const RUNNING = { state: 'running', jobId: 'job', acceptedAt: 1, jobStartedAt: 2 } as const;
const ENDED = makeRun(40, { conclusion: 'failure', reason: 'job_error' });
const ERROR = { line: 1, context: ['boom'], contextBefore: 0, message: 'boom', words: 'boom' };
const log = makeLog(['boom'], { firstError: ERROR, locatedErrors: [] });

function render(mode: LogSetting, isPrivate: boolean, deployment: object) {
  const view = makeView();
  const repository = { ...view.repository, private: isPrivate };
  const { output } = renderCheckRun(makeView({ ...deployment, log: mode }, { repository, log }));
  return { shown: JSON.stringify(output).includes('boom'), summary: output.summary };
}

test.each<[LogSetting, boolean, boolean, boolean]>([
  // log, private, shown while it runs, shown at the end
  [null, true, true, true],
  [null, false, false, false],
  ['live', false, true, true],
  ['final', true, false, true],
  ['final', false, false, true],
  ['final_if_private', true, false, true],
  ['final_if_private', false, false, false],
  ['none', true, false, false],
  ['none', false, false, false],
])('log: %s in a repository that is private (%s)', (mode, isPrivate, running, ended) => {
  expect(render(mode, isPrivate, RUNNING).shown).toBe(running);
  expect(render(mode, isPrivate, ENDED).shown).toBe(ended);
});

test.each<[LogSetting, boolean, object, RegExp]>([
  ['final_if_private', false, ENDED, /Logs are hidden in public repositories\. View it on/],
  [null, false, ENDED, /Logs are hidden in public repositories\. View it on/],
  ['none', true, ENDED, /This repository's configuration hides the log\. View it on/],
  ['final', true, RUNNING, /configuration shows the log when the job has ended/],
])('a log that is hidden says why (%s) and where it is', (mode, isPrivate, deployment, why) => {
  const { summary } = render(mode, isPrivate, deployment);
  expect(summary).toMatch(why);
  expect(summary).toContain('Meltano Cloud');
});

test('a deployment by the last good configuration links to the bad one', () => {
  const sha = 'b'.repeat(40);
  const badFile = { file: '.github/meltano-deploy.yml', sha };
  const { summary } = renderCheckRun(makeView({ ...ENDED, badFile })).output;
  expect(summary).toContain(`https://github.com/acme/data/blob/${sha}/.github/meltano-deploy.yml`);
});
