import type { MeltanoFailure } from './meltano.ts';
import { chooseRetryDelay } from './retry-delay.ts';

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
