import { describe, expect, test } from 'vitest';
import type { LogExcerpt } from '../../../../src/domain/log-excerpt.ts';
import {
  describePipeline,
  type PipelineOutcome,
  type PipelineWatch,
} from '../../../../src/domain/pipeline-watch.ts';
import { renderCheckRun } from '../../../../src/reporting/render/render-check-run.ts';
import { makeRun, makeView } from './make-check-run-view.ts';

const LOG: LogExcerpt = {
  totalLines: 3,
  omittedLines: 0,
  tail: ['password: hunter2', 'the first error', 'more details'],
  firstError: {
    line: 2,
    message: 'the first error',
    words: 'the first error',
    context: ['password: hunter2'],
    contextBefore: 1,
  },
  locatedErrors: [],
  redactions: 0,
  complete: true,
};
const LOCATED = { path: 'meltano.yml', line: 7, column: null, message: 'the located error' };
const OTHER = { path: 'meltano.yml', line: 9, column: null, message: 'another error' };

function verify(outcomes: Readonly<Record<string, PipelineOutcome | null>>): PipelineWatch {
  const pipelines = Object.entries(outcomes).map(([name, outcome]) => ({
    ...describePipeline({ id: name, name }, { file: `analytics/pipelines/${name}.yml`, isStarted: true }),
    outcome,
    start: { attemptedAt: 1, knownJobIds: [], outcome: null },
  }));
  return { pipelines, state: 'concluded' } as unknown as PipelineWatch;
}

const FAILED = makeRun(102, { conclusion: 'failure', reason: 'verification_failed' });
const ONE_FAILED = verify({ facebook: 'failed', google: 'succeeded' });

function render(view: Parameters<typeof makeView>[1], deployment = FAILED) {
  return renderCheckRun(makeView(deployment, view));
}

describe('a verification that failed', () => {
  test('shows its one error in the title, in the summary and at its place, and nothing else of its log', () => {
    const verificationLog = { ...LOG, locatedErrors: [LOCATED, OTHER] };
    const { output } = render({ verification: ONE_FAILED, verificationLog });
    expect(output.title).toBe('Deployed, but 1 of 2 verified pipelines failed: facebook: the located error');
    expect(output.summary).toContain('- `facebook` **failed**: `the located error`\n- `google` passed');
    expect(output.summary).toContain('To see more, verify the pipeline on');
    expect(output.annotations).toEqual([
      {
        path: 'analytics/meltano.yml',
        start_line: 7,
        end_line: 7,
        annotation_level: 'failure',
        message: 'the located error',
      },
    ]);
    expect(JSON.stringify(output)).not.toMatch(/hunter2|more details|another error|the first error/);
  });

  test("without a place is marked in the pipeline's file", () => {
    const { output } = render({ verification: ONE_FAILED, verificationLog: LOG });
    expect(output.annotations).toMatchObject([
      { path: 'analytics/pipelines/facebook.yml', start_line: 1, message: 'the first error' },
    ]);
  });

  test('says only passed or failed on a public repository, even if its log was read', () => {
    const { repository } = makeView();
    const isPublic = { repository: { ...repository, private: false } };
    const { output } = render({ ...isPublic, verification: ONE_FAILED, verificationLog: LOG });
    expect(output.title).toBe('Deployed, but 1 of 2 verified pipelines failed: facebook');
    expect(output.summary).toContain('- `facebook` **failed**\n- `google` passed');
    expect(output.annotations).toBeUndefined();
    expect(JSON.stringify(output)).not.toMatch(/error"|hunter2|the first error/);
  });
});

test('a deployment says what it verifies, and afterwards the result of each', () => {
  const settling = { ...makeRun(102), state: 'settling', conclusion: null } as const;
  const open = verify({ facebook: null, google: null });
  expect(render({ verification: open }, settling).output.title).toBe(
    'Deployed in 1 min 42 s; verifying 2 pipelines',
  );
  const outcomes = { a: 'succeeded', b: 'stopped', c: 'unknown', d: null } as const;
  const success = makeRun(102, { conclusion: 'success', reason: 'job_complete' });
  const { title, summary } = render({ verification: verify(outcomes) }, success).output;
  expect(title).toBe('Deployed in 1 min 42 s');
  expect(summary).toContain(
    '- `a` passed\n- `b` was stopped\n- `c` was not verified: it is unknown whether the verification started\n- `d` was not verified in time',
  );
});

test('a deployment says that nothing was verified if GitHub could not be asked', () => {
  const success = makeRun(102, { conclusion: 'success', reason: 'job_complete' });
  expect(render({ verification: verify({}) }, success).output.summary).toContain('No pipeline was verified');
});
