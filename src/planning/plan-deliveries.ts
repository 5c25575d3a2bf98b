import type { Logger } from 'pino';
import type { Delivery } from '../domain/delivery.ts';
import type { DeliveryStore } from '../domain/delivery-store.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { ageOf, stamp, timeLeft } from '../domain/stored-times.ts';
import { askRequiredChecks } from './ask-required-check.ts';
import { type CommitContext, commitPlan } from './commit-plan.ts';
import type { EventContext } from './event-context.ts';
import { ListFailed, ListTooFresh } from './find-workspaces.ts';
import { type Delay, openRequiredCheck } from './open-required-check.ts';
import { planEvent, planUnanswered } from './plan-event.ts';

export interface PlanContext extends EventContext, CommitContext {
  readonly random: () => number;
  readonly log: Logger;
}

/** A command or re-run that can't be planned for this long is answered with the problem. */
const ANSWER_WITHIN_MS = 10 * 60_000;
/** The longest wait between two tries to plan a delivery. */
const MAX_POSTPONE_MS = 5 * 60_000;
/** Deliveries that came within this time may be stored in another order. */
const LATE_MS = 1_000;
/** Planning waits at most this long for deliveries to be stored. */
const LONGEST_YIELD_MS = 50;

/** A required check is to be there 10 s after the delivery: when it is opened before the plan, and how often that is looked for. */
const OPEN_AFTER_MS = 5_000;
const LATE_CHECK_MS = 2_500;

/** The waiting deliveries of a repository: there may be thousands, and each new one wakes the planner. */
interface Waiting {
  /** When the first of them is due (by the clock's `elapsed`). */
  readonly retryAt: number;
  /** When the newest of them was received (epoch milliseconds). */
  readonly newest: number;
}

/** Turns stored deliveries into deployments. */
export class DeliveryPlanner {
  readonly #context: PlanContext;
  /** By delivery id: when (`elapsed`) a newer list of workspaces can be read. */
  readonly #listRetryAt = new Map<string, number>();
  /** By repository: the deliveries that needn't be read again yet. */
  readonly #waiting = new Map<string, Waiting>();
  /** By delivery: for which delays its required check was opened, or wasn't wanted. */
  readonly #opened = new Map<string, Set<Delay['kind']>>();
  /** Resolves when the last delivery in line may be planned. */
  #turn = Promise.resolve();

  constructor(context: PlanContext) {
    this.#context = context;
  }

  /**
   * Plans a repository's deliveries; the key is its id. Returns the delay until the next one is due (milliseconds), or null
   * when all are planned. Must not run twice at once for one repository.
   */
  async plan(repositoryKey: string): Promise<number | null> {
    const { clock, deliveries } = this.#context;
    const known = this.#waiting.get(repositoryKey);
    // If the clock was set back, new deliveries have times before the newest one's: then all are read.
    const isEarly = known !== undefined && clock.elapsed() < known.retryAt && known.newest <= clock.now();
    const since = isEarly ? known.newest - LATE_MS : 0;
    const repositoryId = Number(repositoryKey);
    const pending = await deliveries.listPending(repositoryId, since);
    const lateCheck = setInterval(() => void this.#openLate(repositoryId), LATE_CHECK_MS);
    const { delay, isSure } = await this.#planAll(pending).finally(() => clearInterval(lateCheck));
    const next = isEarly ? Math.min(known.retryAt - clock.elapsed(), delay ?? Infinity) : delay;
    const newest = Math.max(known?.newest ?? 0, pending.at(-1)?.receivedAt ?? 0);
    if (next === null || !isSure) this.#waiting.delete(repositoryKey);
    else this.#waiting.set(repositoryKey, { retryAt: clock.elapsed() + next, newest });
    return next;
  }

  /** `delay`: milliseconds until the next one is due, null if none is left. `isSure`: nothing can make one due earlier. */
  async #planAll(pending: readonly Delivery[]): Promise<{ delay: number | null; isSure: boolean }> {
    let delay: number | null = null;
    let isSure = true;
    for (const delivery of pending) {
      const next = await this.#planDue(delivery);
      if (next === null) continue;
      delay = Math.min(delay ?? next, next);
      // The wait for a newer list has a fixed end; other waits may end earlier.
      isSure &&= this.#listRetryAt.has(delivery.id);
    }
    return { delay, isSure };
  }

  async #planDue(delivery: Delivery): Promise<number | null> {
    const { clock } = this.#context;
    const retryIn = delivery.retryAt === null ? 0 : timeLeft(clock, delivery.retryAt, MAX_POSTPONE_MS);
    const delay = Math.max(retryIn, (this.#listRetryAt.get(delivery.id) ?? 0) - clock.elapsed());
    if (delay > 0) return delay;
    this.#listRetryAt.delete(delivery.id);
    await this.#yieldToDeliveries();
    const log = this.#context.log.child({ delivery: delivery.id, repository: delivery.event.repository.id });
    try {
      const plan = await planEvent(delivery, this.#context);
      const required = await askRequiredChecks(delivery, plan, this.#context);
      const commitRuns = [...(plan.commitRuns ?? []), ...required];
      await commitPlan(this.#context, delivery, { ...plan, commitRuns }, log);
      this.#opened.delete(delivery.id);
      return null;
    } catch (error) {
      if (!(error instanceof ListTooFresh)) {
        await this.#open(delivery, { kind: 'postponed', outcome: null });
        return this.#handleError(delivery, error, log);
      }
      const outcome = error.hasWorkspaces ? 'push' : 'no_workspace';
      await this.#open(delivery, { kind: 'postponed', outcome });
      this.#listRetryAt.set(delivery.id, clock.elapsed() + error.delayMs);
      log.debug({ delayMs: error.delayMs }, 'No workspace yet: waiting for a newer list');
      return error.delayMs;
    }
  }

  /** Opens the required checks of heads whose deliveries wait for a slow plan, their own or an earlier one. */
  async #openLate(repositoryId: number): Promise<void> {
    const { clock, deliveries, log } = this.#context;
    const pending = await deliveries.listPending(repositoryId, 0).catch((error: unknown) => {
      log.debug({ err: error, repository: repositoryId }, 'Waiting deliveries could not be read');
      return [];
    });
    const late = pending.filter(({ receivedAt }) => ageOf(clock, receivedAt) >= OPEN_AFTER_MS);
    for (const delivery of late) await this.#open(delivery, { kind: 'slow' });
  }

  /** Once for each delivery and kind of delay. */
  async #open(delivery: Delivery, delay: Delay): Promise<void> {
    const opened = this.#opened.get(delivery.id) ?? new Set();
    if (opened.has(delay.kind)) return;
    // Before the reads, so that a later look doesn't repeat them meanwhile.
    this.#opened.set(delivery.id, opened.add(delay.kind));
    try {
      await openRequiredCheck(delivery, delay, this.#context);
    } catch (error) {
      opened.delete(delay.kind);
      this.#context.log.debug(
        { err: error, delivery: delivery.id },
        'The required check could not be opened',
      );
    }
  }

  /** A push is retried without limit; a command or re-run is answered after `ANSWER_WITHIN_MS`. */
  async #handleError(delivery: Delivery, error: unknown, log: Logger): Promise<number | null> {
    const { clock, deliveries, random } = this.#context;
    const { event, attempts } = delivery;
    const isAwaited = event.kind === 'comment' || event.kind === 'rerun';
    if (isAwaited && ageOf(clock, delivery.receivedAt) >= ANSWER_WITHIN_MS) {
      const problem = error instanceof ListFailed ? error.message : 'GitHub was not available';
      const plan = await planUnanswered(delivery, event, this.#context, problem);
      await commitPlan(this.#context, delivery, plan, log);
      return null;
    }
    // No request was made, so no attempt is counted. The outage is logged elsewhere.
    if (error instanceof ListFailed && error.heldMs !== null) return error.heldMs;
    log.warn(
      { ...describeError(error), attempts: attempts + 1 },
      'The delivery could not be planned: trying again',
    );
    const retryAfterMs = error instanceof ListFailed ? error.retryAfterMs : null;
    const delay = Math.min(MAX_POSTPONE_MS, chooseRetryDelay(attempts + 1, retryAfterMs, random()));
    await deliveries.postpone(delivery.id, attempts + 1, stamp(clock, delay));
    return delay;
  }

  /** Lets waiting deliveries be stored first, since GitHub waits for the answer. */
  #yieldToDeliveries(): Promise<void> {
    this.#turn = this.#turn.then(() => waitForDeliveries(this.#context.deliveries));
    return this.#turn;
  }
}

async function waitForDeliveries(deliveries: DeliveryStore): Promise<void> {
  // Lets requests that have arrived be read.
  await new Promise((resolve) => setImmediate(resolve));
  const { promise: timeout, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LONGEST_YIELD_MS);
  await Promise.race([deliveries.untilRecorded(), timeout]);
  clearTimeout(timer);
}

/** A refusal of Meltano Cloud explains itself; any other error may be a bug, so its stack is logged. */
function describeError(error: unknown): object {
  return error instanceof ListFailed ? { problem: error.message } : { err: error };
}
