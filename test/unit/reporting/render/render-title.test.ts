import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../../../src/domain/deployment.ts';
import type { Hold } from '../../../../src/domain/gate.ts';
import type { CheckRunView } from '../../../../src/reporting/render/check-run-view.ts';
import { renderTitle } from '../../../../src/reporting/render/render-title.ts';
import { makeLog, makeRun, makeView, NEWER_SHA, SHA, START } from './make-check-run-view.ts';

const UNAVAILABLE = 'Meltano Cloud answered 503 Service Unavailable: maintenance';
const AWAY = 'Meltano Cloud does not answer (since 14:03 UTC): 503 maintenance';
const FORBIDDEN = 'Meltano Cloud answered 403 Forbidden: Access is denied';
const JOB = { jobId: 'j', jobStartedAt: START } as const;
const HOLD: Hold = { reason: 'project_pending' };
const waitsFor = { sha: SHA, checkRunUrl: null };

describe('under way', () => {
  test.each<[string, Partial<Deployment>, Partial<CheckRunView>]>([
    ['Waiting for a1b2c3d, which is being deployed', {}, { waitsFor }],
    ['Starting on Meltano Cloud', {}, {}],
    ['Waiting for the project check', { hold: HOLD }, {}],
    ['Waiting for a1b2c3d, which is being deployed', { hold: HOLD }, { waitsFor }],
    [
      'Waiting for "test" and "lint" on d4e5f6a',
      { hold: { reason: 'checks_pending', names: ['test', 'lint'], sha: NEWER_SHA } },
      {},
    ],
    ['Waiting for staging to be deployed', { hold: { reason: 'order_pending', name: 'staging' } }, {}],
    ['Locked by @ana: month end', { hold: { reason: 'locked', by: 'ana', why: 'month end' } }, {}],
    [
      'Frozen until Mon 06:00 UTC: weekend',
      { hold: { reason: 'frozen', until: 'Mon 06:00 UTC', why: 'weekend' } },
      {},
    ],
    ['Frozen: weekend', { hold: { reason: 'frozen', until: null, why: 'weekend' } }, {}],
    ['Frozen', { hold: { reason: 'frozen', until: null, why: null } }, {}],
    ['Starting on Meltano Cloud', { state: 'starting', gates: [{ kind: 'project', passed: null }] }, {}],
    ['Starting on Meltano Cloud', { state: 'starting' }, {}],
    [
      'Waiting for Meltano Cloud: it answered 503 Service Unavailable; trying again',
      { problem: UNAVAILABLE },
      {},
    ],
    [
      'Waiting for Meltano Cloud: it could not be reached; trying again',
      { problem: 'Meltano Cloud could not be reached: connect ECONNREFUSED 127.0.0.1:443' },
      {},
    ],
    [
      'Waiting for Meltano Cloud: it did not answer; looking for the job',
      { state: 'starting', attemptOutcome: 'lost', problem: 'Meltano Cloud did not answer: socket hang up' },
      {},
    ],
    [
      'Waiting: another deployment of this workspace is running on Meltano Cloud',
      { problem: 'another deployment of this workspace is running on Meltano Cloud' },
      {},
    ],
    ['Waiting: Meltano Cloud does not answer (since 14:03 UTC)', { problem: AWAY }, {}],
    [
      'Waiting: Meltano Cloud does not answer (since 14:03 UTC)',
      { state: 'starting', attemptOutcome: 'lost', problem: AWAY },
      {},
    ],
    [
      'Running for 10 s; Meltano Cloud does not answer (since 14:03 UTC): trying again',
      { state: 'running', ...JOB, jobStatus: 'RUNNING', problem: AWAY },
      { now: START + 10_000 },
    ],
    ['Queued on Meltano Cloud', { state: 'queued', jobStatus: 'QUEUED' }, {}],
    [
      '1st attempt failed; waiting for the 2nd',
      { state: 'running', ...JOB, attempts: { first: 0, current: 0, failedAt: START } },
      { now: START + 20_000 },
    ],
    [
      'Queued; Meltano Cloud answered 503 Service Unavailable: trying again',
      { state: 'queued', problem: UNAVAILABLE },
      {},
    ],
    ['Running for 1 min 10 s', { state: 'running', ...JOB, jobStatus: 'RUNNING' }, { now: START + 70_400 }],
    ['Running for 10 s', { state: 'running', jobId: 'j', acceptedAt: START }, { now: START + 10_000 }],
    ['Running', { state: 'running', jobId: 'j' }, {}],
    [
      'Running for 10 s (status PAUSED)',
      { state: 'running', ...JOB, jobStatus: 'PAUSED' },
      { now: START + 10_000 },
    ],
    [
      'Running for 3 min; Meltano Cloud answered 503 Service Unavailable: trying again',
      { state: 'running', ...JOB, problem: UNAVAILABLE },
      { now: START + 180_000 },
    ],
  ])('%s', (title, deployment, view) => {
    expect(renderTitle(makeView(deployment, view))).toBe(title);
  });
});

describe('concluded', () => {
  const firstError = {
    line: 2,
    message: 'meltano.yml:12 mapping values are not allowed here',
    words: 'meltano.yml:12 mapping values are not allowed here',
    context: [],
    contextBefore: 0,
  };
  const log = makeLog(['x'], { firstError });

  test.each<[string, Partial<Deployment>, Partial<CheckRunView>]>([
    [
      'Withdrawn by @ana after 20 s',
      { reason: 'read_from_check_run', conclusion: 'cancelled', problem: 'Withdrawn by @ana after 20 s' },
      {},
    ],
    ['Deployed in 1 min 42 s', makeRun(102, { reason: 'job_complete' }), { log }],
    ['Deployed', { reason: 'job_complete', concludedAt: START }, {}],
    [
      'Failed after 38 s: meltano.yml:12 mapping values are not allowed here',
      makeRun(38, { reason: 'job_error' }),
      { log },
    ],
    ['Failed after 38 s', makeRun(38, { reason: 'job_error' }), {}],
    ['Failed after 1 h 5 min', makeRun(3901, { reason: 'job_error' }), { log: makeLog(['x']) }],
    ['Stopped on Meltano Cloud after 20 s', makeRun(20, { reason: 'job_stopped' }), {}],
    [
      'Stopped on Meltano Cloud before it ran',
      makeRun(20, { reason: 'job_stopped', jobStartedAt: null }),
      {},
    ],
    ['Deleted on Meltano Cloud after 20 s', makeRun(20, { reason: 'job_deleted' }), {}],
    [
      'Superseded by d4e5f6a',
      { reason: 'superseded' },
      { supersededBy: { sha: NEWER_SHA, checkRunUrl: null } },
    ],
    ['Superseded by a newer deployment', { reason: 'superseded' }, {}],
    [
      'Could not start: Meltano Cloud answered 403 Forbidden',
      { reason: 'start_refused', problem: FORBIDDEN },
      {},
    ],
    [
      'Could not start: there are no Meltano Cloud credentials for the account acme any more',
      {
        reason: 'start_refused',
        problem: 'there are no Meltano Cloud credentials for the account acme any more',
      },
      {},
    ],
    [
      'Could not start within 60 min: Meltano Cloud answered 503 Service Unavailable',
      { reason: 'start_timeout', problem: UNAVAILABLE },
      {},
    ],
    ['Could not start within 60 min', { reason: 'start_timeout' }, {}],
    ["Could not start: Meltano Cloud's answer could not be read", { reason: 'start_unreadable' }, {}],
    ['Still running after 120 min: no longer watched', makeRun(7200, { reason: 'watch_timeout' }), {}],
    [
      'Still queued after 120 min: no longer watched',
      makeRun(0, { reason: 'watch_timeout', jobStartedAt: null }),
      {},
    ],
    [
      'No longer watched after 120 min: Meltano Cloud does not answer (since 14:03 UTC)',
      makeRun(7200, { reason: 'watch_timeout', problem: AWAY }),
      {},
    ],
    [
      'Could not start within 60 min: Meltano Cloud does not answer (since 14:03 UTC)',
      { reason: 'start_timeout', problem: AWAY },
      {},
    ],
    [
      'No longer watched: Meltano Cloud answered 403 Forbidden',
      makeRun(9, { reason: 'watch_refused', problem: FORBIDDEN }),
      {},
    ],
    [
      'Looks like a loop: 11th deployment in 15 min from pushes by renovate[bot]; press Redeploy to continue',
      { reason: 'loop_brake', requestedBy: 'renovate[bot]' },
      {},
    ],
    [
      'No longer tracked: the workspace tracks the branch prod now',
      { reason: 'no_longer_tracked', problem: 'the workspace tracks the branch prod now' },
      {},
    ],
    [
      'Nothing to deploy: the workspace uses the directory b now, where nothing changed',
      { reason: 'paths_unchanged', problem: 'the workspace uses the directory b now, where nothing changed' },
      {},
    ],
    [
      'Skipped: the commit message says [skip deploy]',
      { reason: 'skip_token', problem: '[skip deploy]' },
      {},
    ],
    [
      'Skipped: a.yml:7: unknown key b; did you mean c?',
      { reason: 'project_error', problem: 'a.yml:7: unknown key b; did you mean c?' },
      {},
    ],
    ['"test" failed on a1b2c3d', { reason: 'checks_failed', problem: '"test" failed on a1b2c3d' }, {}],
    ['Waiting for approval: press Deploy', { reason: 'approval_needed', armedUntil: START }, {}],
    ['Not approved: the branch has moved', { reason: 'approval_needed' }, {}],
    ['Approved: see the new check run', { reason: 'approval_needed', supersededBy: 'x' }, {}],
    ['Approval expired after 7 days; push or /redeploy', { reason: 'approval_expired' }, {}],
    [
      'Not started within 7 days: Locked by @ana: month end',
      { reason: 'held_too_long', problem: 'Locked by @ana: month end' },
      {},
    ],
    [
      'Deployed d4e5f6a, which "test" had not passed',
      makeRun(102, {
        reason: 'job_complete',
        deployedSha: NEWER_SHA,
        ungated: 'which "test" had not passed',
      }),
      {},
    ],
    ['Skipped: on_push is false for this workspace', { reason: 'push_off', problem: null }, {}],
    [
      'Skipped: pushes by renovate[bot] are ignored',
      { reason: 'ignored_sender', problem: 'renovate[bot]' },
      {},
    ],
    ['Skipped: no changed file passes the path filters', { reason: 'paths_unmatched', problem: null }, {}],
    ['Not deployed: no workspace uses the repository', { reason: 'no_workspace' }, {}],
  ])('%s', (title, deployment, view) => {
    expect(renderTitle(makeView({ state: 'concluded', ...deployment }, view))).toBe(title);
  });
});

test('is one clean line of at most 255 characters', () => {
  const problem = `Something\nwent \u001b[31mvery\u202e wrong ${'x'.repeat(400)}`;
  const title = renderTitle(makeView({ problem }));
  expect(title).toMatch(/^Waiting: Something went very wrong x+…$/);
  expect(title).toHaveLength(255);
});
