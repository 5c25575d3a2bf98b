import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher, QueueName } from '../domain/dispatcher.ts';
import {
  type Lease,
  type LeaseContext,
  LeaseLost,
  type LeaseStore,
  type TakenLease,
} from '../domain/lease.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { type WakeUp, WakeUpQueue, type WakeUpQueueOptions } from './wake-up-queue.ts';

type Handle = (key: string) => Promise<number | null>;

/** How often an instance renews its leases and takes over expired ones. */
const RENEW_MS = 5_000;
/** The delay before retrying to subscribe to the queue. */
const SUBSCRIBE_RETRY_MS = 1_000;
/** Leases to take over at once. Leaves others to the other instances and to the next round. */
const TAKE_OVER = 100;
/**
 * The instance keeps the lease of a key, and its state in memory, if the next run is due within this time. Otherwise it
 * releases the lease. Longer than any retry delay.
 */
const KEEP_MS = 90_000;

export interface PgBossDispatcherOptions extends Omit<WakeUpQueueOptions, 'onProblem'> {
  readonly store: LeaseStore;
  readonly leases: LeaseContext;
  /** Called when a run throws. The dispatcher retries it. */
  readonly onError: (error: unknown, queue: QueueName, key: string) => void;
  /** Called when sending a wake-up or renewing a lease fails. The dispatcher retries or repairs it. */
  readonly onProblem: (problem: unknown) => void;
  /** Called when this instance takes over the leases of an instance that stopped, died or was silent for too long. */
  readonly onTakenOver?: (leases: readonly TakenLease[]) => void;
  /** For tests. Default: `RENEW_MS`. */
  readonly renewMs?: number;
}

/** A key whose lease this instance holds. */
interface Held {
  readonly lease: Lease;
  readonly queue: QueueName;
  timer: NodeJS.Timeout | null;
  /** When the next run is due, by `performance.now()`; Infinity for none. */
  dueAt: number;
  running: boolean;
  /** Runs in a row that threw. */
  failures: number;
}

export interface LeasingDispatcher extends Dispatcher {
  /** Releases all leases, done or not: the last step of a process that couldn't stop in time. */
  abandon(): Promise<void>;
}

/**
 * Wake-ups across instances. Any instance may take a wake-up from the queue: it claims the lease of the key, completes the
 * wake-up, and then runs the key in its own process. If the instance dies, the lease expires and another one takes over.
 */
export async function startPgBossDispatcher(options: PgBossDispatcherOptions): Promise<LeasingDispatcher> {
  const queue = await WakeUpQueue.open(options);
  return new PgBossDispatcher(options, queue);
}

class PgBossDispatcher implements LeasingDispatcher {
  readonly #options: PgBossDispatcherOptions;
  readonly #wakeUps: WakeUpQueue;
  readonly #owner = randomUUID();
  readonly #handlers = new Map<string, { queue: QueueName; handle: Handle }>();
  readonly #held = new Map<string, Held>();
  readonly #runs = new Set<Promise<void>>();
  readonly #sending = new Set<Promise<void>>();
  #renewal: NodeJS.Timeout | null = null;
  #beginning: Promise<void> | null = null;
  #stopped = false;

  constructor(options: PgBossDispatcherOptions, wakeUps: WakeUpQueue) {
    this.#options = options;
    this.#wakeUps = wakeUps;
  }

  /** Takes work only after the handlers that are set in the same turn as the first one. */
  handle(queue: QueueName, handle: Handle): void {
    this.#handlers.set(queue, { queue, handle });
    this.#beginning ??= Promise.resolve().then(() => this.#begin());
  }

  wake(queue: QueueName, key: string, delayMs = 0): void {
    if (this.#stopped) return;
    const held = this.#held.get(`${queue} ${key}`);
    if (held) this.#schedule(held, performance.now() + delayMs);
    else this.#send({ queue, key }, delayMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#renewal) clearTimeout(this.#renewal);
    for (const held of this.#held.values()) if (held.timer) clearTimeout(held.timer);
    await this.#beginning;
    await this.#wakeUps.end();
    await Promise.all([...this.#runs, ...this.#sending]);
    await this.abandon();
    await this.#wakeUps.close();
  }

  /** If the database is unavailable, the leases expire. */
  async abandon(): Promise<void> {
    const { leases, store, onProblem } = this.#options;
    await leases.run(null, () => store.abandon(this.#owner)).catch(onProblem);
  }

  async #begin(): Promise<void> {
    if (this.#stopped) return;
    // The caller that sets the first handler may hold a lease, which must not follow into this work.
    await this.#options.leases.run(null, async () => {
      this.#renewLater();
      await this.#subscribe();
    });
  }

  /** Retries while the database is unavailable. */
  async #subscribe(): Promise<void> {
    for (;;) {
      try {
        return await this.#wakeUps.begin((wakeUp) => this.#take(wakeUp));
      } catch (error) {
        this.#options.onProblem(error);
        if (this.#stopped) return;
        await sleep(SUBSCRIBE_RETRY_MS);
      }
    }
  }

  #send(wakeUp: WakeUp, delayMs: number): void {
    const sending = this.#options.leases
      .run(null, () => (delayMs > 0 ? this.#wakeUps.sendLater(wakeUp, delayMs) : this.#wakeUps.send(wakeUp)))
      .catch(this.#options.onProblem)
      .finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** If another instance holds the key, the claim marks the lease as woken. Returns false to get the wake-up again. */
  async #take({ queue, key }: WakeUp): Promise<boolean> {
    const known = this.#handlers.get(queue);
    if (!known || this.#stopped) return false;
    try {
      const held = this.#held.get(`${queue} ${key}`);
      if (held) {
        this.#schedule(held, performance.now());
        return true;
      }
      const lease = await this.#options.store.claim(this.#owner, queue, key);
      if (!lease) return true;
      this.#adopt(lease);
      const { silentMs } = lease;
      if (silentMs !== null) this.#options.onTakenOver?.([{ ...lease, silentMs }]);
      return true;
    } catch (error) {
      this.#options.onProblem(error);
      return false;
    }
  }

  #adopt(lease: Lease): void {
    const known = this.#handlers.get(lease.queue);
    // Without a handler here, an instance with one takes over the lease when it expires.
    if (!known || this.#stopped) return;
    const { queue } = known;
    const held: Held = { lease, queue, timer: null, dueAt: Infinity, running: false, failures: 0 };
    this.#held.set(`${queue} ${lease.key}`, held);
    this.#schedule(held, performance.now());
  }

  #schedule(held: Held, dueAt: number): void {
    if (this.#stopped || dueAt >= held.dueAt) return;
    held.dueAt = dueAt;
    if (!held.running) this.#arm(held);
  }

  /** Sets the timer outside of any lease, because a timer keeps its async context. */
  #arm(held: Held): void {
    if (held.timer) clearTimeout(held.timer);
    const start = () => {
      const running = this.#run(held).finally(() => this.#runs.delete(running));
      this.#runs.add(running);
    };
    this.#options.leases.run(null, () => {
      held.timer = setTimeout(start, Math.max(0, held.dueAt - performance.now()));
    });
  }

  async #run(held: Held): Promise<void> {
    held.timer = null;
    held.running = true;
    held.dueAt = Infinity;
    const delay = await this.#handleOnce(held);
    held.running = false;
    if (delay !== null) held.dueAt = Math.min(held.dueAt, performance.now() + delay);
    if (this.#stopped || !this.#holds(held)) return;
    if (held.dueAt - performance.now() <= KEEP_MS) this.#arm(held);
    else await this.#giveBack(held).catch(this.#options.onProblem);
  }

  async #handleOnce(held: Held): Promise<number | null> {
    const { lease, queue } = held;
    try {
      const known = this.#handlers.get(queue);
      if (!known) throw new Error(`Nothing handles the queue ${queue}.`);
      const delay = await this.#options.leases.run(lease, () => known.handle(lease.key));
      held.failures = 0;
      return delay;
    } catch (error) {
      if (error instanceof LeaseLost) this.#drop(held);
      held.failures += 1;
      this.#options.onError(error, queue, lease.key);
      return chooseRetryDelay(held.failures, null, Math.random());
    }
  }

  /** Sends the wake-up before releasing the lease: a crash in between leaves an extra wake-up instead of none. */
  async #giveBack(held: Held): Promise<void> {
    const { lease, queue } = held;
    this.#drop(held);
    const delay = held.dueAt - performance.now();
    if (delay !== Infinity) await this.#wakeUps.sendLater({ queue, key: lease.key }, delay);
    if (!(await this.#options.store.giveBack(lease))) this.#adopt(lease);
  }

  #holds(held: Held): boolean {
    return this.#held.get(`${held.queue} ${held.lease.key}`) === held;
  }

  #drop(held: Held): void {
    if (held.timer) clearTimeout(held.timer);
    if (this.#holds(held)) this.#held.delete(`${held.queue} ${held.lease.key}`);
  }

  #renewLater(): void {
    if (this.#stopped) return;
    this.#renewal = setTimeout(() => {
      void this.#renewAndTakeOver()
        .catch(this.#options.onProblem)
        .finally(() => this.#renewLater());
    }, this.#options.renewMs ?? RENEW_MS);
  }

  async #renewAndTakeOver(): Promise<void> {
    const { store, onTakenOver } = this.#options;
    const before = [...this.#held.values()];
    const leases = before.map((held) => held.lease);
    const renewed = new Map((await store.renew(this.#owner, leases)).map((one) => [one.fencing, one]));
    for (const held of before) {
      const lease = renewed.get(held.lease.fencing);
      if (!lease) this.#drop(held);
      else if (lease.woken && this.#holds(held)) this.#schedule(held, performance.now());
    }
    if (this.#stopped) return;
    const taken = await store.takeOver(this.#owner, TAKE_OVER);
    for (const lease of taken) this.#adopt(lease);
    if (taken.length > 0) onTakenOver?.(taken);
  }
}
