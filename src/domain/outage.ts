import type { MeltanoFailure } from './meltano.ts';

const SENTENCE = /^Meltano Cloud does not answer \(since /;

/** True if the service is unavailable or broken. A 4xx, even 429, is an answer. */
export function isOutage(failure: MeltanoFailure): boolean {
  if (failure.kind === 'status') return failure.status >= 500;
  return failure.kind !== 'unexpected_body';
}

/** One text for a whole outage, regardless of the single failures. `since` is its beginning (epoch milliseconds). */
export function describeOutage(since: number): string {
  return `Meltano Cloud does not answer (since ${new Date(since).toISOString().slice(11, 16)} UTC)`;
}

/** True if `problem` is from `describeOutage`. */
export function isOutageProblem(problem: string): boolean {
  return SENTENCE.test(problem);
}
