import { describe, expect, test } from 'vitest';
import type { LogExcerpt } from '../../../../src/domain/log-excerpt.ts';
import {
  describePipeline,
  type PipelineOutcome,
  type PipelineWatch,
  type WatchedPipeline,
} from '../../../../src/domain/pipeline-watch.ts';
import {
  type PipelineWatchView,
  renderPipelineWatch,
} from '../../../../src/reporting/render/render-pipeline-watch.ts';
import { START } from '../../deploying/fake-ports.ts';
import { REPOSITORY, WORKSPACE_KEY } from '../../deploying/reconcile-world.ts';

const OTHER = { sha: 'd4e5f6a'.padEnd(40, '0'), checkRunUrl: 'https://github.com/acme/data/runs/7' };
const LOG: LogExcerpt = {
  totalLines: 1,
  omittedLines: 0,
  tail: ['tap-facebook ended with exit code 1'],
  firstError: {
    line: 1,
    message: 'no access to the account',
    words: 'no access to the account',
    context: ['tap-facebook'],
    contextBefore: 0,
  },
  locatedErrors: [{ path: 'pipelines/facebook.yml', line: 3, column: null, message: 'no access' }],
  redactions: 0,
  complete: true,
};

function pipeline(name: string, differences: Partial<WatchedPipeline> = {}): WatchedPipeline {
  return { ...describePipeline({ id: name, name }, { file: null, isStarted: false }), ...differences };
}

/** A pipeline whose run took 90 seconds. */
function ended(name: string, outcome: PipelineOutcome): WatchedPipeline {
  return pipeline(name, { outcome, jobId: `job-${name}`, startedAt: START, endedAt: START + 90_000 });
}

const RUNNING = { jobId: 'job-1', jobStatus: 'RUNNING', startedAt: START - 70_000 };

function render(differences: Partial<PipelineWatch>, view: Partial<PipelineWatchView> = {}) {
  const watch: PipelineWatch = {
    ...WORKSPACE_KEY,
    id: 'pipelines:triggered:1',
    purpose: 'triggered',
    repositoryId: REPOSITORY.id,
    installationId: 1,
    workspaceName: 'Analytics',
    directory: null,
    log: null,
    checkName: 'Meltano Deploy (Analytics): runs after deployment',
    sha: 'a'.repeat(40),
    deploymentId: '1',
    deliveryId: null,
    requestedBy: '',
    pipelines: [],
    createdAt: START,
    state: 'concluded',
    ending: 'complete',
    supersededBy: null,
    rerun: null,
    concludedAt: START + 100_000,
    revision: 1,
    reportedRevision: 0,
    checkRunId: null,
    checkRunUrl: null,
    checkRunAttemptedAt: null,
    ...differences,
  };
  return renderPipelineWatch({
    watch,
    repository: REPOSITORY,
    workspaceUrl: 'https://app.meltano.com/workspaces/1',
    githubUrl: 'https://github.com',
    deployment: { sha: 'a'.repeat(40), checkRunUrl: null },
    supersededBy: null,
    logOf: () => null,
    deployTimeoutMinutes: 120,
    now: START,
    ...view,
  });
}

describe('the title and the conclusion', () => {
  test.each<[string, WatchedPipeline[], string]>([
    ['success', [ended('facebook', 'succeeded')], 'facebook succeeded in 1 min 30 s'],
    ['success', [ended('facebook', 'succeeded'), ended('google', 'succeeded')], '2 runs succeeded'],
    ['failure', [ended('facebook', 'failed')], 'facebook failed after 1 min 30 s'],
    [
      'failure',
      [ended('facebook', 'failed'), ended('google', 'succeeded'), ended('stripe', 'failed')],
      '2 of 3 runs failed: facebook, stripe',
    ],
    ['cancelled', [ended('facebook', 'stopped')], 'facebook was stopped on Meltano Cloud after 1 min 30 s'],
    ['cancelled', [ended('facebook', 'deleted')], 'The run of facebook was deleted on Meltano Cloud'],
    ['neutral', [pipeline('facebook', { outcome: 'unseen' })], 'No run was seen: facebook'],
    [
      'neutral',
      [pipeline('facebook', { outcome: 'unseen' }), pipeline('google', { outcome: 'unseen' })],
      'No run was seen: facebook, google',
    ],
    [
      'neutral',
      [ended('facebook', 'succeeded'), pipeline('google', { outcome: 'unseen' })],
      '1 of 2 runs succeeded; no run was seen: google',
    ],
    [
      'failure',
      [pipeline('facebook', { outcome: 'not_started', problem: 'Meltano Cloud answered 409 Conflict' })],
      'facebook could not be started: Meltano Cloud answered 409 Conflict',
    ],
    ['neutral', [pipeline('facebook', { outcome: 'unknown' })], 'It is unknown whether facebook was started'],
  ])('%s: %j is "%s"', (conclusion, pipelines, title) => {
    const fields = render({ pipelines });
    expect(fields).toMatchObject({ status: 'completed', conclusion, output: { title } });
  });

  test.each<[Partial<PipelineWatch>, string, string]>([
    [{ ending: 'superseded' }, 'neutral', 'No longer watched: d4e5f6a is being deployed'],
    [{ ending: 'timed_out' }, 'timed_out', 'Still running after 120 min: no longer watched'],
    [{ ending: 'refused' }, 'timed_out', 'No longer watched'],
  ])(
    '%j ends as %s with "%s"; a run that failed before counts all the same',
    (differences, conclusion, title) => {
      const pipelines = [pipeline('facebook', RUNNING)];
      const fields = render({ ...differences, pipelines }, { supersededBy: OTHER });
      expect(fields).toMatchObject({ conclusion, output: { title } });
      const failed = render({ ...differences, pipelines: [...pipelines, ended('google', 'failed')] });
      expect(failed).toMatchObject({
        conclusion: 'failure',
        output: { title: '1 of 2 runs failed: google' },
      });
    },
  );

  test.each<[PipelineWatch['state'], WatchedPipeline[], string, string]>([
    ['queued', [pipeline('facebook')], 'queued', 'Waiting for the run of facebook'],
    ['queued', [pipeline('facebook'), pipeline('google')], 'queued', 'Waiting for 2 runs'],
    ['running', [pipeline('facebook', RUNNING)], 'in_progress', 'facebook has been running for 1 min 10 s'],
    [
      'running',
      [ended('google', 'succeeded'), pipeline('facebook', RUNNING)],
      'in_progress',
      'facebook has been running for 1 min 10 s (1 of 2 done)',
    ],
    [
      'queued',
      [pipeline('facebook', { problem: 'Meltano Cloud answered 503' })],
      'queued',
      'Waiting for the run of facebook; Meltano Cloud answered 503: trying again',
    ],
  ])('%s: %j is %s with "%s"', (state, pipelines, status, title) => {
    const fields = render({ state, ending: null, concludedAt: null, pipelines });
    expect(fields).toMatchObject({ status, output: { title } });
    expect(fields.conclusion).toBeUndefined();
  });
});

describe('the log of a failed run', () => {
  const pipelines = [ended('google', 'succeeded'), ended('facebook', 'failed')];
  const logOf = (jobId: string) => (jobId === 'job-facebook' ? LOG : null);

  test('is shown, with its first error, and annotations in the directory of the workspace', () => {
    const { output } = render({ pipelines, directory: 'analytics' }, { logOf });
    expect(output.title).toBe('1 of 2 runs failed: facebook: no access to the account');
    expect(output.text).toContain('exit code 1');
    expect(output.summary).toContain('failed: `no access to the account`');
    expect(output.summary).toContain('The log is that of `facebook`.');
    expect(output.annotations).toMatchObject([
      { path: 'analytics/pipelines/facebook.yml', start_line: 3, annotation_level: 'failure' },
    ]);
  });

  test('says below the table what to do about a known error, once for all that failed with it', () => {
    const words = "ModuleNotFoundError: No module named 'pkg_resources'";
    const known = {
      ...LOG,
      firstError: { line: 1, message: words, words, context: [words], contextBefore: 0 },
    };
    const failed = [ended('google', 'failed'), ended('facebook', 'failed'), ended('stripe', 'failed')];
    const view = { logOf: (jobId: string) => (jobId === 'job-facebook' ? LOG : known) };
    const { output } = render({ pipelines: failed }, view);
    expect(output.summary).toMatch(
      /\|\n\n\*\*What to do\*\* about `google`, `stripe`: The plugin needs `setuptools`/,
    );
    expect(output.summary?.match(/What to do/g)).toHaveLength(1);
    expect(render({ pipelines: failed, log: 'none' }, view).output.summary).not.toMatch(
      /What to do|setuptools/,
    );
  });

  test('is hidden on a public repository, and wherever the repository hides logs', () => {
    const isPublic = render({ pipelines }, { logOf, repository: { ...REPOSITORY, private: false } });
    for (const { output } of [isPublic, render({ pipelines, log: 'none' }, { logOf })]) {
      expect(output.title).toBe('1 of 2 runs failed: facebook');
      expect(output.text).toBe('The log is hidden.');
      expect(output.annotations).toBeUndefined();
      expect(JSON.stringify(output)).not.toMatch(/no access|exit code/);
    }
  });
});

test('the summary names each pipeline, the deployment and the newer one; names are only text', () => {
  const { output } = render(
    { ending: 'superseded', pipelines: [pipeline('@ana | <b>', RUNNING), ended('google', 'succeeded')] },
    { supersededBy: OTHER },
  );
  expect(output.summary).toContain('`@ana \\| <b>`');
  expect(output.summary).toContain('| `google` | succeeded | 1 min 30 s | `job-google` |');
  expect(output.summary).toContain('[`d4e5f6a`](https://github.com/acme/data/runs/7)');
  expect(output.summary).toContain('Deployment: [`aaaaaaa`]');
});

test('a re-run of the check starts nothing, and the summary says so', () => {
  const rerun = { kind: 'refused', by: 'ana', why: 'a re-run starts no pipeline' } as const;
  const { output } = render({ pipelines: [ended('facebook', 'succeeded')], rerun });
  expect(output.summary).toMatch(/^\*\*Nothing was run again:\*\* `ana` re-ran this check/);
});
