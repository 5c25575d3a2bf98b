import { describe, expect, test } from 'vitest';
import { describeJob } from '../../../src/deploying/describe-job.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { Job } from '../../../src/domain/job.ts';
import { buildDeployment } from '../domain/deployment-builder.ts';
import { buildJob } from '../domain/job-builder.ts';

const ASKED = 1_700_000_000_000;
const NOW = ASKED + 60_000;
const HOUR = 3_600_000;

function describeIt(job: Partial<Job>, deployment: Partial<Deployment> = {}) {
  const whole = buildJob({ status: 'RUNNING', ...job });
  return describeJob(buildDeployment({ startSince: ASKED, attemptedAt: ASKED, ...deployment }), whole, NOW);
}

describe('the time when a job began', () => {
  test.each([
    ['as Meltano Cloud says', ASKED + 5_000],
    ['a moment before it was asked for', ASKED - 1_500],
    ['a moment in the future', NOW + 1_500],
  ])('%s', (_, startTime) => {
    expect(describeIt({ startTime }).jobStartedAt).toBe(startTime);
  });

  test.each([
    ['is not given', null],
    ['is long before it was asked for', ASKED - HOUR],
    ['is in the future', NOW + HOUR],
  ])('that %s is when it was first seen to run', (_, startTime) => {
    expect(describeIt({ startTime }).jobStartedAt).toBe(NOW);
    const seen = { state: 'running', jobStartedAt: NOW - 20_000 } as const;
    expect(describeIt({ startTime }, seen).jobStartedAt).toBe(NOW - 20_000);
    expect(describeIt({ startTime, status: 'QUEUED' }).jobStartedAt).toBeNull();
  });

  test('by a clock that is ahead does not change when this clock catches up', () => {
    const seen = { state: 'running', jobStartedAt: NOW - HOUR } as const;
    expect(describeIt({ startTime: NOW - 10_000 }, seen).jobStartedAt).toBe(NOW - HOUR);
  });

  test('replaces the later time of the first observation when Meltano Cloud gives it', () => {
    const seen = { state: 'running', jobStartedAt: NOW - 20_000 } as const;
    expect(describeIt({ startTime: NOW - 30_000 }, seen).jobStartedAt).toBe(NOW - 30_000);
  });

  test('of a job that was queued again is the new one', () => {
    const queued = { state: 'queued', jobStartedAt: NOW - 50_000 } as const;
    expect(describeIt({ startTime: NOW - 10_000 }, queued).jobStartedAt).toBe(NOW - 10_000);
  });

  test('of a lost start’s job may be before the last attempt', () => {
    const late = { attemptedAt: NOW - 5_000 };
    expect(describeIt({ startTime: ASKED + 1_000 }, late).jobStartedAt).toBe(ASKED + 1_000);
  });
});

describe('the time when a job ended', () => {
  const seen = { state: 'running', jobStartedAt: ASKED + 5_000 } as const;
  const startTime = ASKED + 5_000;

  test('is Meltano Cloud’s', () => {
    const ended = describeIt({ status: 'COMPLETE', startTime, endTime: ASKED + 47_000 }, seen);
    expect(ended).toMatchObject({ jobStartedAt: startTime, jobEndedAt: ASKED + 47_000 });
  });

  test.each([
    ['is not given', null],
    ['is before its beginning', ASKED - HOUR],
    ['is in the future', NOW + HOUR],
  ])('that %s is now', (_, endTime) => {
    expect(describeIt({ status: 'ERROR', startTime, endTime }, seen).jobEndedAt).toBe(NOW);
  });

  test('is none while it runs', () => {
    expect(describeIt({ startTime, endTime: ASKED + 47_000 }, seen).jobEndedAt).toBeNull();
  });
});
