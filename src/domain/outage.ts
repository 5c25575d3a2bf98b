import type { MeltanoFailure } from './meltano.ts';

const SENTENCE = /^Meltano Cloud does not answer \(since /;

/** Whether a call failed because the service is away or broken: a refusal (4xx), 429 included, is an answer. */
export function isOutage(failure: MeltanoFailure): boolean {
  if (failure.kind === 'status') return failure.status >= 500;
  return failure.kind !== 'unexpected_body';
}

/** One sentence for the whole of an outage, whatever each try ends in: `since` is when it began (epoch milliseconds). */
export function describeOutage(since: number): string {
  return `Meltano Cloud does not answer (since ${new Date(since).toISOString().slice(11, 16)} UTC)`;
}

/** Whether a deployment's problem is an outage that was said already. */
export function tellsOfOutage(problem: string): boolean {
  return SENTENCE.test(problem);
}
