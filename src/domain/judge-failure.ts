import type { MeltanoFailure } from './meltano.ts';
import { chooseRetryDelay } from './retry-delay.ts';

/** What to do after a failed start. */
export type StartVerdict =
  /** No job was created: try again. */
  | { readonly kind: 'retry'; readonly retryAfterMs: number | null }
  /** A job may exist: look for it before sending another start. */
  | { readonly kind: 'look'; readonly outcome: 'lost' | 'unreadable' }
  /** The workspace is busy or not ready yet. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'fail' };

/** What to do after a failed read. */
export type ReadVerdict =
  | { readonly kind: 'retry'; readonly retryAfterMs: number | null }
  | { readonly kind: 'refused' }
  | { readonly kind: 'missing' };

/** Statuses after which the same request may succeed later. Nothing was created. */
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

/** True if Meltano Cloud refused the signature of a signed request. */
export function refusesSecret(failure: MeltanoFailure): boolean {
  return failure.kind === 'status' && (failure.status === 401 || failure.status === 403);
}

/** Milliseconds until the next attempt of a failed read. A held call waits for the circuit only. */
export function chooseReadDelay(failure: MeltanoFailure, failures: number, random: number): number {
  if (failure.kind === 'held') return failure.heldMs;
  const verdict = judgeRead(failure);
  return chooseRetryDelay(failures, verdict.kind === 'retry' ? verdict.retryAfterMs : null, random);
}
