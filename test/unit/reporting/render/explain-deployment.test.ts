import { describe, expect, test } from 'vitest';
import { renderCheckRun } from '../../../../src/reporting/render/render-check-run.ts';
import { makeRun, makeView, NEWER_SHA } from './make-check-run-view.ts';

const OTHER = { sha: NEWER_SHA, checkRunUrl: 'https://github.com/acme/data/runs/7' };

describe('a withdrawal', () => {
  test('is said while it is awaited, and names who wants it', () => {
    const running = { state: 'running', jobId: 'job', jobStartedAt: 0, withdrawnBy: 'ana' } as const;
    const { output } = renderCheckRun(makeView(running));
    expect(output.title).toMatch(/^Running for .*; being withdrawn by @ana$/);
    expect(output.summary).toMatch(/^`ana` withdrew this deployment: the job is being stopped\./);
  });

  test.each([
    [
      'with a job',
      makeRun(20),
      'Withdrawn by @ana after 20 s',
      /^`ana` withdrew this deployment and the job was stopped\./,
    ],
    [
      'without one',
      { state: 'concluded' },
      'Withdrawn by @ana before it started',
      /^`ana` withdrew this deployment before the job started\./,
    ],
  ] as const)('%s ends as cancelled', (_, run, title, summary) => {
    const end = { ...run, reason: 'withdrawn', conclusion: 'cancelled', withdrawnBy: 'ana' } as const;
    const fields = renderCheckRun(makeView(end));
    expect(fields).toMatchObject({ conclusion: 'cancelled', output: { title } });
    expect(fields.output.summary).toMatch(summary);
  });

  test('that came too late says so', () => {
    const end = {
      ...makeRun(20),
      reason: 'job_complete',
      conclusion: 'success',
      withdrawnBy: 'ana',
    } as const;
    expect(renderCheckRun(makeView(end)).output.summary).toMatch(
      /^`ana` withdrew .* ended before it could be stopped/,
    );
  });
});

describe('a re-run', () => {
  test.each([
    ['command', '`/redeploy` by [`ana`](https://github.com/ana)'],
    ['button', 'Redeploy button, pressed by [`ana`](https://github.com/ana)'],
    ['rerun', 're-run by [`ana`](https://github.com/ana)'],
  ] as const)('by %s says who requested it, and links to the run before', (cause, requester) => {
    const { output } = renderCheckRun(makeView({ cause }, { redeployOf: OTHER }));
    expect(output.summary).toContain(`| Requested by | ${requester} |`);
    expect(output.summary).toContain(
      `| Redeployment of | [\`${NEWER_SHA.slice(0, 7)}\`](${OTHER.checkRunUrl}) |`,
    );
  });

  test('leads from the old run to the new one, and leaves its conclusion as it was', () => {
    const rerun = { kind: 'redeployed', by: 'bob', deploymentId: 'new' } as const;
    const end = { ...makeRun(20), reason: 'job_complete', conclusion: 'success', rerun } as const;
    const fields = renderCheckRun(makeView(end, { redeployedAs: OTHER }));
    expect(fields.conclusion).toBe('success');
    expect(fields.output.summary).toMatch(
      /^\*\*Redeployed\*\* with \[`d4e5f6a`\]\(.*runs\/7\), as requested by `bob`:/,
    );
  });

  test('that was refused says why, with nothing alive in it', () => {
    const rerun = { kind: 'refused', by: '@ana', why: 'it went wrong', problem: 'fixes #1' } as const;
    const fields = renderCheckRun(makeView({ ...makeRun(20), conclusion: 'failure', rerun }));
    expect(fields.output.summary).toMatch(
      /^\*\*Not redeployed:\*\* `@ana` requested it, but it went wrong: `fixes #1`\./,
    );
  });
});

test('only a run that has ended offers the button, within GitHub’s limits', () => {
  expect(renderCheckRun(makeView()).actions).toBeUndefined();
  const [action, ...others] =
    renderCheckRun(makeView({ ...makeRun(1), conclusion: 'success' })).actions ?? [];
  expect(others).toEqual([]);
  expect(action?.identifier).toBe('redeploy');
  expect(action?.label.length).toBeLessThanOrEqual(20);
  expect(action?.description.length).toBeLessThanOrEqual(40);
});
