import type { Clock } from './clock.ts';
import type { Job } from './job.ts';
import { ageOf } from './stored-times.ts';

/** The seen attempts of a job that Meltano Cloud retries when it fails. */
export interface JobAttempts {
  /** The number of the first attempt: the service may count from 0 or 1. */
  readonly first: number;
  readonly current: number;
  /** When the failure of the current attempt was seen (epoch milliseconds); null while it runs. */
  readonly failedAt: number | null;
}

/** How long the next attempt of a failed job is awaited. */
const NEXT_ATTEMPT_MS = 60_000;

/** Adds the job's present state to its known attempts. Null for a job that is tried once. */
export function noteAttempt(known: JobAttempts | null, job: Job, now: number): JobAttempts | null {
  const { attempt, maxAttempts } = job;
  if (attempt === null || maxAttempts === null) return null;
  const isLast = attempt >= maxAttempts;
  if (isLast && !known) return null;
  const before = known?.current === attempt ? known : null;
  const failedAt = job.status === 'ERROR' && !isLast ? (before?.failedAt ?? now) : null;
  if (before?.failedAt === failedAt) return before;
  return {
    first: known?.first ?? Math.min(attempt, 1),
    current: attempt,
    failedAt,
  };
}

/** How long a failed job still counts as running (milliseconds); 0 if it failed for good or didn't fail. */
export function nextAttemptLeft(clock: Clock, attempts: JobAttempts | null): number {
  const failedAt = attempts?.failedAt ?? null;
  return failedAt === null ? 0 : Math.max(0, NEXT_ATTEMPT_MS - ageOf(clock, failedAt));
}

/** A failed job whose next attempt is awaited counts as running. */
export function countAsRunning(job: Job): Job {
  return { ...job, status: 'RUNNING', endTime: null };
}

/** `1st attempt failed; waiting for the 2nd`. Null if no attempt is awaited. */
export function describeAwaitedAttempt(attempts: JobAttempts | null): string | null {
  if (!attempts || attempts.failedAt === null) return null;
  const number = attempts.current - attempts.first + 1;
  return `${formatOrdinal(number)} attempt failed; waiting for the ${formatOrdinal(number + 1)}`;
}

function formatOrdinal(number: number): string {
  const isTeen = number % 100 >= 11 && number % 100 <= 13;
  const ending = isTeen ? undefined : (['th', 'st', 'nd', 'rd'] as const)[number % 10];
  return `${number}${ending ?? 'th'}`;
}
