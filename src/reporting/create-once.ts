import type { Clock } from '../domain/clock.ts';
import type { GitHubFailure, GitHubResult } from '../domain/github-result.ts';
import { growDelay } from '../domain/retry-delay.ts';
import { ageOf } from '../domain/stored-times.ts';

/** When to look for the object after an unanswered create. */
const LOOKS_MS = [1_000, 2_000, 4_000];
/** When to create it again if it was not found. */
const CREATE_RETRY_MS = 5_000;
/** After this many unanswered creates in a row, the time to the next one doubles. */
const PATIENT_CREATES = 4;
/** When to look for duplicates: an earlier create may have taken effect late. */
export const DUPLICATE_CHECK_MS = 60_000;

/** An object to create exactly once at a service whose answer may get lost. */
interface Wanted<T> {
  readonly id: string;
  /** The stored time of a create whose outcome is unknown; null for none. */
  readonly attemptedAt: number | null;
  /** Called before each create. */
  noteAttempt(): Promise<void>;
  /** Called when the service created nothing. */
  noteRefusal(): Promise<void>;
  /** Finds all created objects, oldest first. */
  look(): Promise<GitHubResult<readonly T[]>>;
  create(): Promise<GitHubResult<T>>;
}

type CreateOutcome<T> =
  | {
      readonly kind: 'made';
      /** The newest object. */
      readonly value: T;
      /** True if this call created it, so it has the wanted content. */
      readonly isNew: boolean;
      /** Duplicates from earlier creates. */
      readonly older: readonly T[];
      /** False if more duplicates may still appear. */
      readonly isSure: boolean;
    }
  | { readonly kind: 'retry'; readonly delayMs: number }
  /** `delayMs` is null if the failure decides it. */
  | { readonly kind: 'failed'; readonly failure: GitHubFailure; readonly delayMs: number | null };

interface Attempt {
  /** When the last create failed (`Clock.elapsed`). */
  readonly at: number;
  /** Creates in a row with an unknown outcome; null if an earlier process sent them. */
  readonly creates: number | null;
  looks: number;
  /** When the next look is due (`Clock.elapsed`). */
  retryAt: number;
}

export type CreateOnce = <T>(wanted: Wanted<T>) => Promise<CreateOutcome<T>>;

/** Creates an object. If the answer was lost, looks for it before creating it again. Each call sends one request. */
export function createOnce(clock: Clock): CreateOnce {
  const { elapsed } = clock;
  const attempts = new Map<string, Attempt>();

  return async (wanted) => {
    const { id, attemptedAt } = wanted;
    const attempt = attempts.get(id) ?? (attemptedAt === null ? null : takeOver(attemptedAt));
    if (!attempt) return create(wanted, null);
    attempts.set(id, attempt);
    const delayMs = attempt.retryAt - elapsed();
    return delayMs > 0 ? { kind: 'retry', delayMs } : look(wanted, attempt);
  };

  function beginLooking(creates: number): Attempt {
    const at = elapsed();
    return { at, creates, looks: 0, retryAt: at + (LOOKS_MS[0] ?? 0) };
  }

  /** Looks at once, then continues the schedule of the earlier process. */
  function takeOver(attemptedAt: number): Attempt {
    const age = ageOf(clock, attemptedAt);
    const at = elapsed() - age;
    const looks = LOOKS_MS.filter((ms) => ms < age).length;
    return {
      at,
      creates: null,
      looks: age < CREATE_RETRY_MS ? Math.min(looks, LOOKS_MS.length - 1) : looks,
      retryAt: at,
    };
  }

  async function look<T>(wanted: Wanted<T>, attempt: Attempt): Promise<CreateOutcome<T>> {
    const found = await wanted.look();
    if (!found.ok && found.failure.kind !== 'unknown') {
      return { kind: 'failed', failure: found.failure, delayMs: null };
    }
    const value = found.ok ? found.value.at(-1) : undefined;
    if (found.ok && value !== undefined) {
      attempts.delete(wanted.id);
      const isSure = attempt.creates === found.value.length;
      return { kind: 'made', value, isNew: false, older: found.value.slice(0, -1), isSure };
    }
    if (found.ok && attempt.looks >= LOOKS_MS.length) return create(wanted, attempt);
    attempt.looks += 1;
    attempt.retryAt = chooseNextLook(attempt);
    return { kind: 'retry', delayMs: Math.max(0, attempt.retryAt - elapsed()) };
  }

  /** The last look comes right before the next create. While looks fail, their delay grows. */
  function chooseNextLook({ at, creates, looks }: Attempt): number {
    const ms = LOOKS_MS[looks];
    if (ms !== undefined) return at + ms;
    if (looks > LOOKS_MS.length) return elapsed() + growDelay(looks - LOOKS_MS.length + 1, 1_000);
    return at + growDelay(Math.max(1, (creates ?? 1) - PATIENT_CREATES + 2), CREATE_RETRY_MS);
  }

  async function create<T>(wanted: Wanted<T>, earlier: Attempt | null): Promise<CreateOutcome<T>> {
    await wanted.noteAttempt();
    const created = await wanted.create();
    const creates = earlier ? (earlier.creates ?? 1) : 0;
    if (created.ok) {
      attempts.delete(wanted.id);
      return { kind: 'made', value: created.value, isNew: true, older: [], isSure: creates === 0 };
    }
    const { failure } = created;
    const isUnknown = failure.kind === 'unknown';
    if (isUnknown) attempts.set(wanted.id, beginLooking(creates + 1));
    else if (creates > 0) attempts.set(wanted.id, beginLooking(creates));
    else await wanted.noteRefusal();
    return { kind: 'failed', failure, delayMs: isUnknown ? (LOOKS_MS[0] ?? 0) : null };
  }
}
