import type { Clock } from '../domain/clock.ts';
import type { MeltanoFailure } from '../domain/meltano.ts';
import { isOutage } from '../domain/outage.ts';
import { chooseRetryDelay, growDelay } from '../domain/retry-delay.ts';

/** Unanswered calls in a row that open the circuit. The retries of a single deployment reach this in 15 s. */
const OPENING_FAILURES = 5;
/** From the opening to the first probe. The next intervals are 10, 20, 40 and 60 s. */
const FIRST_INTERVAL_MS = 5_000;
/** Limits a Retry-After: a mistaken value must not block the account for a day. */
const MAX_RETRY_AFTER_MS = 10 * 60_000;
/** An outage that starts within this time after the last one continues with its longer intervals. */
const SAME_OUTAGE_MS = 60_000;
/** Held calls return spread over half an interval, up to this limit. */
const MAX_SPREAD_MS = 10_000;
const MIN_HOLD_MS = 500;

export type HeldFailure = Extract<MeltanoFailure, { kind: 'held' }>;

/** The permission to send one call. The caller must call `leave` at most once, and for a probe exactly once. */
export interface Pass {
  readonly kind: 'pass';
  readonly isProbe: boolean;
  /** Null if Meltano Cloud answered. */
  readonly leave: (failure: MeltanoFailure | null) => void;
}

interface OpenCircuit {
  readonly since: number;
  readonly message: string;
  /** The number of intervals so far, which determines the length of the next one. */
  intervals: number;
  /** By the clock's `elapsed`. */
  probeAt: number;
  isProbing: boolean;
}

export interface CircuitOptions {
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  /** Called with the time of the first unanswered call (epoch milliseconds) when the circuit opens, and with null when it closes. */
  readonly onChange: (openSince: number | null) => void;
}

/**
 * Holds back the calls of one account while Meltano Cloud doesn't answer. While the circuit is open, one probe at a time
 * passes, at growing intervals. A probe is a read that is due anyway (never a start, which isn't idempotent), so an idle
 * account sends nothing. Any answer closes the circuit.
 */
export class CircuitBreaker {
  readonly #options: CircuitOptions;
  #open: OpenCircuit | null = null;
  #failures = 0;
  #failingSince = 0;
  #lastOutage: { readonly intervals: number; readonly endedAt: number } | null = null;
  /** Incremented when the circuit opens or closes. Results of calls from an earlier era are ignored. */
  #era = 0;

  constructor(options: CircuitOptions) {
    this.#options = options;
  }

  enter(mayProbe: boolean): Pass | HeldFailure {
    const open = this.#open;
    const era = this.#era;
    if (!open) {
      return { kind: 'pass', isProbe: false, leave: (failure) => this.#takeOutcome(era, failure) };
    }
    if (!mayProbe || open.isProbing || this.#options.clock.elapsed() < open.probeAt) return this.#hold(open);
    open.isProbing = true;
    return { kind: 'pass', isProbe: true, leave: (failure) => this.#takeProbe(open, failure) };
  }

  /** The failure for a held call; null while the circuit is closed. */
  held(): HeldFailure | null {
    return this.#open && this.#hold(this.#open);
  }

  #takeOutcome(era: number, failure: MeltanoFailure | null): void {
    if (era !== this.#era) return;
    if (!failure || !isOutage(failure)) {
      this.#failures = 0;
      return;
    }
    if (this.#failures === 0) this.#failingSince = this.#options.clock.now();
    this.#failures += 1;
    if (this.#failures >= OPENING_FAILURES) this.#openUp(failure);
  }

  #takeProbe(open: OpenCircuit, failure: MeltanoFailure | null): void {
    open.isProbing = false;
    if (failure && isOutage(failure)) {
      open.intervals += 1;
      open.probeAt = this.#chooseProbe(open.intervals, failure);
    } else {
      this.#close(open);
    }
  }

  #openUp(failure: MeltanoFailure): void {
    const last = this.#lastOutage;
    const isSameOutage = last !== null && this.#options.clock.elapsed() - last.endedAt <= SAME_OUTAGE_MS;
    const intervals = isSameOutage ? last.intervals + 1 : 1;
    this.#era += 1;
    this.#open = {
      since: this.#failingSince,
      message: failure.kind === 'status' ? `${failure.status} ${failure.message}` : failure.message,
      intervals,
      probeAt: this.#chooseProbe(intervals, failure),
      isProbing: false,
    };
    this.#options.onChange(this.#open.since);
  }

  #close(open: OpenCircuit): void {
    this.#lastOutage = { intervals: open.intervals, endedAt: this.#options.clock.elapsed() };
    this.#era += 1;
    this.#failures = 0;
    this.#open = null;
    this.#options.onChange(null);
  }

  #chooseProbe(intervals: number, failure: MeltanoFailure): number {
    const { clock, random } = this.#options;
    const retryAfter =
      failure.kind === 'status' ? Math.min(failure.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS) : 0;
    return clock.elapsed() + chooseRetryDelay(intervals, retryAfter, random(), FIRST_INTERVAL_MS);
  }

  #hold({ since, message, intervals, probeAt }: OpenCircuit): HeldFailure {
    const { clock, random } = this.#options;
    const spread = random() * Math.min(growDelay(intervals, FIRST_INTERVAL_MS) / 2, MAX_SPREAD_MS);
    const heldMs = Math.max(MIN_HOLD_MS, Math.round(Math.max(0, probeAt - clock.elapsed()) + spread));
    return { kind: 'held', message, heldMs, since };
  }
}
