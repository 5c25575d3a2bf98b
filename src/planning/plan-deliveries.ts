import type { Logger } from 'pino';
import type { Delivery } from '../domain/delivery.ts';
import type { DeliveryStore } from '../domain/delivery-store.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { ageOf, stamp, timeLeft } from '../domain/stored-times.ts';
import { type CommitContext, commitPlan } from './commit-plan.ts';
import type { EventContext } from './event-context.ts';
import { ListFailed, ListTooFresh } from './find-workspaces.ts';
import { planEvent, planUnanswered } from './plan-event.ts';

export interface PlanContext extends EventContext, CommitContext {
  readonly random: () => number;
  readonly log: Logger;
}

/** After this time a person is told that the command or re-run can't be carried out (milliseconds). */
const ANSWER_WITHIN_MS = 10 * 60_000;
/** The longest wait between two tries to plan a delivery (milliseconds). */
const MAX_POSTPONE_MS = 5 * 60_000;
/** Deliveries that are stored together may be stored in another order than they came (milliseconds). */
const LATE_MS = 1_000;
/** Planning waits at most so long for deliveries to be stored (milliseconds). */
const LONGEST_YIELD_MS = 50;

/** Deliveries of a repository that wait: there may be thousands, and each new one wakes the planner. */
interface Waiting {
  /** Until then (by the clock's `elapsed`) none of them is due. */
  readonly until: number;
  /** When the newest of them came (epoch milliseconds). */
  readonly newest: number;
}

/** Turns stored deliveries into deployments. */
export class DeliveryPlanner {
  readonly #context: PlanContext;
  /** By the id of a delivery: until when (`elapsed`) it waits for a newer list of workspaces. */
  readonly #waitsUntil = new Map<string, number>();
  /** By repository: which of its deliveries needn't be read again yet. */
  readonly #waiting = new Map<string, Waiting>();
  /** The last turn that was asked for. */
  #turn = Promise.resolve();

  constructor(context: PlanContext) {
    this.#context = context;
  }

  /**
   * Plans a repository's deliveries; the key is its id. Returns in how many milliseconds the next one is due, or null when
   * all are planned. Run it for one repository at a time.
   */
  async plan(repositoryKey: string): Promise<number | null> {
    const { clock, deliveries } = this.#context;
    const known = this.#waiting.get(repositoryKey);
    // A clock that was set back gives new deliveries times before the newest one's: then all are read.
    const isEarly = known !== undefined && clock.elapsed() < known.until && known.newest <= clock.now();
    const since = isEarly ? known.newest - LATE_MS : 0;
    const pending = await deliveries.listPending(Number(repositoryKey), since);
    const { delay, isSure } = await this.#planAll(pending);
    const next = isEarly ? Math.min(known.until - clock.elapsed(), delay ?? Infinity) : delay;
    const newest = Math.max(known?.newest ?? 0, pending.at(-1)?.receivedAt ?? 0);
    if (next === null || !isSure) this.#waiting.delete(repositoryKey);
    else this.#waiting.set(repositoryKey, { until: clock.elapsed() + next, newest });
    return next;
  }

  /** In how many milliseconds the next one is due (null: none is left), and whether that is sure until then. */
  async #planAll(pending: readonly Delivery[]): Promise<{ delay: number | null; isSure: boolean }> {
    let delay: number | null = null;
    let isSure = true;
    for (const delivery of pending) {
      const wait = await this.#planDue(delivery);
      if (wait === null) continue;
      delay = Math.min(delay ?? wait, wait);
      // Only a list that is too fresh stays so: other waits may end earlier.
      isSure &&= this.#waitsUntil.has(delivery.id);
    }
    return { delay, isSure };
  }

  async #planDue(delivery: Delivery): Promise<number | null> {
    const { clock } = this.#context;
    const retryIn = delivery.retryAt === null ? 0 : timeLeft(clock, delivery.retryAt, MAX_POSTPONE_MS);
    const wait = Math.max(retryIn, (this.#waitsUntil.get(delivery.id) ?? 0) - clock.elapsed());
    if (wait > 0) return wait;
    this.#waitsUntil.delete(delivery.id);
    await this.#yieldToDeliveries();
    const log = this.#context.log.child({ delivery: delivery.id, repository: delivery.event.repository.id });
    try {
      await commitPlan(this.#context, delivery, await planEvent(delivery, this.#context), log);
      return null;
    } catch (error) {
      if (!(error instanceof ListTooFresh)) return this.#takeError(delivery, error, log);
      this.#waitsUntil.set(delivery.id, clock.elapsed() + error.waitMs);
      log.debug({ waitMs: error.waitMs }, 'No workspace yet: waiting for a newer list');
      return error.waitMs;
    }
  }

  /** A push is planned for as long as it takes; a person doesn't wait that long for an answer. */
  async #takeError(delivery: Delivery, error: unknown, log: Logger): Promise<number | null> {
    const { clock, deliveries, random } = this.#context;
    const { event, attempts } = delivery;
    const isAsked = event.kind === 'comment' || event.kind === 'rerun';
    if (isAsked && ageOf(clock, delivery.receivedAt) >= ANSWER_WITHIN_MS) {
      const problem = error instanceof ListFailed ? error.message : 'GitHub could not be asked';
      const plan = await planUnanswered(delivery, event, this.#context, problem);
      await commitPlan(this.#context, delivery, plan, log);
      return null;
    }
    // Nothing was tried, so there is nothing to count. The log has said that Meltano Cloud is away.
    if (error instanceof ListFailed && error.heldMs !== null) return error.heldMs;
    log.warn(
      { ...describeError(error), attempts: attempts + 1 },
      'The delivery could not be planned: trying again',
    );
    const wanted = error instanceof ListFailed ? error.retryAfterMs : null;
    const delay = Math.min(MAX_POSTPONE_MS, chooseRetryDelay(attempts + 1, wanted, random()));
    await deliveries.postpone(delivery.id, attempts + 1, stamp(clock, delay));
    return delay;
  }

  /** Waits until no delivery waits to be stored: GitHub waits for the answer, and planning can wait. */
  #yieldToDeliveries(): Promise<void> {
    this.#turn = this.#turn.then(() => waitForDeliveries(this.#context.deliveries));
    return this.#turn;
  }
}

async function waitForDeliveries(deliveries: DeliveryStore): Promise<void> {
  // Requests that have come already are read first.
  await new Promise((resolve) => setImmediate(resolve));
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LONGEST_YIELD_MS);
  await Promise.race([deliveries.untilRecorded(), late]);
  clearTimeout(timer);
}

/** A refusal of Meltano Cloud explains itself; anything else may be a mistake of ours, and keeps its stack. */
function describeError(error: unknown): object {
  return error instanceof ListFailed ? { problem: error.message } : { err: error };
}
