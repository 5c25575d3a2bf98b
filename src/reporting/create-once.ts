import type { Clock } from '../domain/clock.ts';
import type { GitHubFailure, GitHubResult } from '../domain/github-result.ts';
import { growDelay } from '../domain/retry-delay.ts';
import { ageOf } from '../domain/stored-times.ts';

/** When something whose create was not answered is looked for (milliseconds after it). */
const LOOKS_MS = [1_000, 2_000, 4_000];
/** What isn't found by then is created again (milliseconds). */
const CREATE_RETRY_MS = 5_000;
/** After so many creates in a row without an answer the time to the next one doubles, up to the longest (milliseconds). */
const PATIENT_CREATES = 4;
/** One more look so long after a create, for what an earlier one made late (milliseconds). */
export const DUPLICATE_CHECK_MS = 60_000;

/** Something that is to be made once at a service that may not say whether it did. */
interface Wanted<T> {
  readonly id: string;
  /** When a create was sent whose outcome is unknown, as it is stored for the next process; null for none. */
  readonly attemptedAt: number | null;
  /** Before the create is sent. */
  noteAttempt(): Promise<void>;
  /** Nothing was made. */
  noteRefusal(): Promise<void>;
  /** All that were made, oldest first. */
  look(): Promise<GitHubResult<readonly T[]>>;
  create(): Promise<GitHubResult<T>>;
}

type CreateOutcome<T> =
  | {
      readonly kind: 'made';
      /** The newest. */
      readonly value: T;
      /** Made now, as it was asked for. */
      readonly isNew: boolean;
      /** The same made by earlier creates. */
      readonly older: readonly T[];
      /** Others may turn up yet. */
      readonly isSure: boolean;
    }
  | { readonly kind: 'retry'; readonly delayMs: number }
  /** `delayMs`: when to come again; null where the failure has to say it. */
  | { readonly kind: 'failed'; readonly failure: GitHubFailure; readonly delayMs: number | null };

interface Attempt {
  /** When the last create failed (`Clock.elapsed`). */
  readonly at: number;
  /** Creates in a row whose outcome is unknown; null: an earlier process made them. */
  readonly creates: number | null;
  looks: number;
  /** When the next look is due (`Clock.elapsed`). */
  retryAt: number;
}

export type CreateOnce = <T>(wanted: Wanted<T>) => Promise<CreateOutcome<T>>;

/** Creates, and where the answer was lost looks before it creates again: one request each time. */
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

  /** Looks at once, and goes on where the earlier process would be. */
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

  /** The last look comes right before the next create; while it isn't answered, ever more rarely. */
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
