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

/** Interval of renewing this instance's leases and of looking for leases of silent instances (milliseconds). */
const RENEW_MS = 5_000;
/** How soon taking work is tried again when it couldn't begin (milliseconds). */
const BEGIN_AGAIN_MS = 1_000;
/** Leases taken over at once; the others are left to the other instances, and to the next time. */
const TAKE_OVER = 100;
/**
 * A key that needs a look within this time is kept, with what its holder remembers of it; a longer wait may end at any
 * instance (milliseconds). It is more than any delay between two tries of one that fails.
 */
const KEEP_MS = 90_000;

export interface PgBossDispatcherOptions extends Omit<WakeUpQueueOptions, 'onProblem'> {
  readonly store: LeaseStore;
  readonly leases: LeaseContext;
  /** A run threw; it is tried again by itself. */
  readonly onError: (error: unknown, queue: QueueName, key: string) => void;
  /** Something else failed (a wake-up wasn't sent, a lease not renewed); it is tried again or repaired by itself. */
  readonly onProblem: (problem: unknown) => void;
  /** Leases of instances that stopped, died or were silent for too long are this one's now. */
  readonly onTakenOver?: (leases: readonly TakenLease[]) => void;
  /** `RENEW_MS`, but for tests. */
  readonly renewMs?: number;
}

/** A key that this instance holds the lease of. */
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
  /** Lets others have all that this instance holds, done or not: the last thing before a process ends that could not stop. */
  abandon(): Promise<void>;
}

/**
 * Wake-ups across instances. A wake-up is taken from the queue by any instance, turned into the lease of its key, and
 * done with; then the key is looked at in this process for as long as it needs to be. If the holder dies its lease
 * expires, and another instance goes on.
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
  #ticking: NodeJS.Timeout | null = null;
  #beginning: Promise<void> | null = null;
  #stopped = false;

  constructor(options: PgBossDispatcherOptions, wakeUps: WakeUpQueue) {
    this.#options = options;
    this.#wakeUps = wakeUps;
  }

  /** Work is taken once the handlers that are set together with the first one are all there. */
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
    if (this.#ticking) clearTimeout(this.#ticking);
    for (const held of this.#held.values()) if (held.timer) clearTimeout(held.timer);
    await this.#beginning;
    await this.#wakeUps.end();
    await Promise.all([...this.#runs, ...this.#sending]);
    await this.abandon();
    await this.#wakeUps.close();
  }

  /** Without the database the leases simply expire. */
  async abandon(): Promise<void> {
    const { leases, store, onProblem } = this.#options;
    await leases.run(null, () => store.abandon(this.#owner)).catch(onProblem);
  }

  async #begin(): Promise<void> {
    if (this.#stopped) return;
    // The caller that sets the first handler may hold a lease: what begins here runs without one.
    await this.#options.leases.run(null, async () => {
      this.#tickLater();
      await this.#takeWakeUps();
    });
  }

  /** The database may be away just now. */
  async #takeWakeUps(): Promise<void> {
    for (;;) {
      try {
        return await this.#wakeUps.begin((wakeUp) => this.#take(wakeUp));
      } catch (error) {
        this.#options.onProblem(error);
        if (this.#stopped) return;
        await sleep(BEGIN_AGAIN_MS);
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

  /** If another instance holds the key, the claim has told it about the wake-up. */
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
    // This instance has no handler for it: one that has takes it over when it has expired.
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

  /** Runs without a lease: a timer keeps the context in which it was set. */
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

  /** The wake-up comes first: an instance that dies in between leaves one too many, not one too few. */
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

  #tickLater(): void {
    if (this.#stopped) return;
    this.#ticking = setTimeout(() => {
      void this.#tick()
        .catch(this.#options.onProblem)
        .finally(() => this.#tickLater());
    }, this.#options.renewMs ?? RENEW_MS);
  }

  async #tick(): Promise<void> {
    const { store, onTakenOver } = this.#options;
    const asked = [...this.#held.values()];
    const leases = asked.map((held) => held.lease);
    const renewed = new Map((await store.renew(this.#owner, leases)).map((one) => [one.fencing, one]));
    for (const held of asked) {
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
