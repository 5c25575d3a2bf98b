import { STATUS_CODES } from 'node:http';
import { describeOutage, isOutage, tellsOfOutage } from '../domain/outage.ts';
import type { MeltanoFailure } from '../domain/ports.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';

/** What a failed start means for the deployment. */
export type StartVerdict =
  /** Nothing was made: try again. */
  | { readonly kind: 'retry'; readonly retryAfterMs: number | null }
  /** A job may have been made: look for it before anything is sent again. */
  | { readonly kind: 'look'; readonly outcome: 'lost' | 'unreadable' }
  /** The workspace is busy, or still being set up. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'fail' };

/** What a failed read means. */
export type ReadVerdict =
  | { readonly kind: 'retry'; readonly retryAfterMs: number | null }
  | { readonly kind: 'refused' }
  | { readonly kind: 'missing' };

/** Refusals that say "later": nothing was made, and the same request may well succeed. */
const LATER = new Set([408, 425, 429, 503]);

export function judgeStart(failure: MeltanoFailure): StartVerdict {
  if (failure.kind === 'unreachable') return { kind: 'retry', retryAfterMs: null };
  if (failure.kind === 'held') return { kind: 'retry', retryAfterMs: failure.heldMs };
  if (failure.kind === 'no_answer') return { kind: 'look', outcome: 'lost' };
  if (failure.kind === 'unexpected_body') return { kind: 'look', outcome: 'unreadable' };
  if (failure.status === 409) return { kind: 'conflict' };
  if (LATER.has(failure.status)) return { kind: 'retry', retryAfterMs: failure.retryAfterMs };
  return failure.status >= 500 ? { kind: 'look', outcome: 'lost' } : { kind: 'fail' };
}

export function judgeRead(failure: MeltanoFailure): ReadVerdict {
  if (failure.kind === 'held') return { kind: 'retry', retryAfterMs: failure.heldMs };
  if (failure.kind !== 'status') return { kind: 'retry', retryAfterMs: null };
  if (failure.status === 404 || failure.status === 410) return { kind: 'missing' };
  if (LATER.has(failure.status) || failure.status >= 500) {
    return { kind: 'retry', retryAfterMs: failure.retryAfterMs };
  }
  return { kind: 'refused' };
}

/** True if the answer to a signed request says that its signature is wrong. */
export function refusesSecret(failure: MeltanoFailure): boolean {
  return failure.kind === 'status' && (failure.status === 401 || failure.status === 403);
}

/** Milliseconds until a failed read is tried again: growing with the failures in a row; what is held waits for the circuit alone. */
export function chooseReadDelay(failure: MeltanoFailure, failures: number, random: number): number {
  if (failure.kind === 'held') return failure.heldMs;
  const verdict = judgeRead(failure);
  return chooseRetryDelay(failures, verdict.kind === 'retry' ? verdict.retryAfterMs : null, random);
}

/** What a deployment says of a failed read. An outage that it tells of already stays one, whatever each try ends in. */
export function describeReadFailure(said: string | null, failure: MeltanoFailure): string {
  return said !== null && tellsOfOutage(said) && isOutage(failure) ? said : describeFailure(failure);
}

/** The failure as a clause for a title: `Meltano Cloud answered 403 Forbidden: access denied`. */
export function describeFailure(failure: MeltanoFailure): string {
  switch (failure.kind) {
    case 'unreachable':
      return `Meltano Cloud could not be reached: ${failure.message}`;
    case 'no_answer':
      return `Meltano Cloud did not answer: ${failure.message}`;
    case 'unexpected_body':
      return `Meltano Cloud answered ${failure.status} with something unexpected: ${failure.message}`;
    case 'held':
      return `${describeOutage(failure.since)}: ${failure.message}`;
    case 'status': {
      const phrase = STATUS_CODES[failure.status];
      const answer = `Meltano Cloud answered ${failure.status}${phrase ? ` ${phrase}` : ''}`;
      return failure.message && failure.message !== phrase ? `${answer}: ${failure.message}` : answer;
    }
  }
}
