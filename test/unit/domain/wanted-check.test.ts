import { describe, expect, test } from 'vitest';
import {
  type CommitChecks,
  judgeChecks,
  type SeenCheck,
  type WantedCheck,
} from '../../../src/domain/wanted-check.ts';

const ACTIONS = { id: 1, slug: 'github-actions' };
const OTHER = { id: 2, slug: 'other-ci' };

let count = 0;

function run(name: string, conclusion: string | null, differences: Partial<SeenCheck> = {}): SeenCheck {
  count += 1;
  return { id: count, name, suiteId: 1, app: ACTIONS, conclusion, completedAt: null, ...differences };
}

function want(name: string, differences: Partial<WantedCheck> = {}): WantedCheck {
  return { name, app: null, accept: [], ...differences };
}

function judge(wanted: WantedCheck | readonly WantedCheck[], runs: SeenCheck[], open: number[] = []) {
  const checks: CommitChecks = { runs, openSuites: new Set(open) };
  return judgeChecks([wanted].flat(), checks);
}

describe('a name', () => {
  test('waits for a run that completed', () => {
    expect(judge(want('test'), [])).toEqual({
      kind: 'pending',
      waiting: [{ name: 'test', isMissing: true }],
    });
    expect(judge(want('test'), [run('test', null)])).toEqual({
      kind: 'pending',
      waiting: [{ name: 'test', isMissing: false }],
    });
    expect(judge(want('test'), [run('test', 'success')])).toEqual({ kind: 'passed' });
  });

  test.each([
    'failure',
    'cancelled',
    'timed_out',
    'action_required',
    'startup_failure',
    'stale',
    'neutral',
    'skipped',
  ])('fails with the conclusion %s', (conclusion) => {
    expect(judge(want('test'), [run('test', conclusion)])).toEqual({
      kind: 'failed',
      name: 'test',
      conclusion,
    });
  });

  test('accepts more conclusions if it says so', () => {
    expect(judge(want('test', { accept: ['skipped'] }), [run('test', 'skipped')])).toEqual({
      kind: 'passed',
    });
  });

  test('counts the newest run of each App', () => {
    const older = run('test', 'failure', { suiteId: 1 });
    const newer = run('test', 'success', { suiteId: 2 });
    expect(judge(want('test'), [newer, older]).kind).toBe('passed');
    expect(judge(want('test'), [newer, run('test', null, { app: OTHER })]).kind).toBe('pending');
    expect(judge(want('test'), [newer, run('test', 'failure', { app: OTHER })]).kind).toBe('failed');
  });

  test('counts only the App that it names', () => {
    const wanted = want('test', { app: 'GitHub-Actions' });
    expect(judge(wanted, [run('test', 'success', { app: OTHER })]).kind).toBe('pending');
    expect(judge(wanted, [run('test', 'success'), run('test', 'failure', { app: OTHER })]).kind).toBe(
      'passed',
    );
  });

  test('does not wait for the rest of its suite', () => {
    expect(judge(want('test'), [run('test', 'success')], [1]).kind).toBe('passed');
  });
});

describe('a pattern', () => {
  test('waits for one run at least, for all that match, and for their suites', () => {
    const wanted = want('ci*');
    expect(judge(wanted, [run('lint', 'success')]).kind).toBe('pending');
    expect(judge(wanted, [run('ci 1', 'success'), run('ci 2', null)]).kind).toBe('pending');
    expect(judge(wanted, [run('ci 1', 'success')], [1]).kind).toBe('pending');
    expect(judge(wanted, [run('ci 1', 'success')], [2]).kind).toBe('passed');
  });

  test('waits if the suites are unknown', () => {
    const checks = { runs: [run('ci 1', 'success')], openSuites: null };
    expect(judgeChecks([want('ci*')], checks).kind).toBe('pending');
  });
});

test('of several checks, one that failed decides', () => {
  const runs = [run('lint', 'failure')];
  expect(judge([want('test'), want('lint')], runs).kind).toBe('failed');
});
