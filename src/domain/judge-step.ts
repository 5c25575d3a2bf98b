import type { Clock } from './clock.ts';
import type { GitHubFailure } from './github-result.ts';
import { chooseRetryDelay } from './retry-delay.ts';
import { ageOf } from './stored-times.ts';

/** What a step leaves behind: milliseconds until the next look (null: until something changes), or a failed write. */
export type Step =
  | { readonly kind: 'wait'; readonly ms: number | null }
  /** `waitMs`: when to try again; null where the failure has to say it. */
  | { readonly kind: 'failed'; readonly failure: GitHubFailure; readonly waitMs: number | null };

/** After this time what GitHub does not take is not said any more (milliseconds). */
const GIVE_UP_MS = 24 * 60 * 60_000;
/** What GitHub refuses so often is given up: the check run alone carries the result. */
const MAX_REFUSALS = 3;
/** How long a limit lasts for which GitHub names no time (milliseconds). */
const UNTOLD_WAIT_MS = 60_000;

/** A step that failed, and is tried again by what failed. */
export function failed(failure: GitHubFailure): Step {
  return { kind: 'failed', failure, waitMs: null };
}

export interface StepPorts {
  readonly log: Record<'debug' | 'warn', (fields: object, message: string) => void>;
  readonly clock: Clock;
  readonly random: () => number;
}

/** What a step was taken for. */
export interface Owed {
  readonly id: string;
  /** For the log. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Since when it is owed (epoch milliseconds). */
  readonly since: number;
  /** For the log: what is written. */
  readonly write: string;
  /** GitHub refuses the thing itself; anything else may still be said. */
  readonly leaveOut: () => Promise<void>;
  readonly giveUp: () => Promise<void>;
}

/** Says in how many milliseconds the next step is due (null: when something changes), after a step or its failure. */
export function createStepJudge(ports: StepPorts): (step: Step, owed: Owed) => Promise<number | null> {
  const failures = new Map<string, number>();

  return async (step, owed) => {
    if (step.kind === 'wait') {
      failures.delete(owed.id);
      return step.ms;
    }
    return judgeFailure(step, owed);
  };

  async function judgeFailure(
    { failure, waitMs }: Extract<Step, { kind: 'failed' }>,
    owed: Owed,
  ): Promise<number | null> {
    const { log, clock, random } = ports;
    const isLimit = failure.kind === 'limited';
    const count = (failures.get(owed.id) ?? 0) + (isLimit ? 0 : 1);
    failures.set(owed.id, count);
    const fields = { ...owed.fields, write: owed.write, kind: failure.kind, problem: failure.message };
    // A limit is no trouble of this write's: it waits its turn, and in a storm of comments many do.
    if (isLimit) log.debug(fields, 'A write waits for GitHub to take more');
    else log.warn(fields, 'GitHub did not take a write');
    if (failure.kind === 'rejected' && count >= MAX_REFUSALS) {
      log.warn(fields, 'GitHub refuses a write: the check run alone carries the result');
      failures.delete(owed.id);
      await owed.leaveOut();
      return 0;
    }
    if (ageOf(clock, owed.since) >= GIVE_UP_MS) {
      failures.delete(owed.id);
      await owed.giveUp();
      return null;
    }
    if (failure.kind === 'limited') return failure.waitMs ?? UNTOLD_WAIT_MS;
    return waitMs ?? chooseRetryDelay(count, chooseWait(failure), random());
  }
}

/** How long it is worth to wait (milliseconds). */
function chooseWait(failure: GitHubFailure): number | null {
  return failure.kind === 'unavailable' ? 5 * 60_000 : null;
}
