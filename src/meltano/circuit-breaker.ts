import type { Clock } from '../domain/clock.ts';
import type { MeltanoFailure } from '../domain/meltano.ts';
import { isOutage } from '../domain/outage.ts';
import { chooseRetryDelay, growDelay } from '../domain/retry-delay.ts';

/** So many calls in a row that get no answer open the circuit; the retries of one deployment alone come to that in 15 s. */
const OPENING_FAILURES = 5;
/** From the opening to the first probe (milliseconds); then 10, 20, 40, 60 s. */
const FIRST_INTERVAL_MS = 5_000;
/** A Retry-After is kept up to here (milliseconds): a mistaken one must not silence the account for a day. */
const LONGEST_ASKED_MS = 10 * 60_000;
/** An outage that begins again so soon goes on with the longer intervals of the one before (milliseconds). */
const SAME_OUTAGE_MS = 60_000;
/** Held calls come back spread over half an interval, at most this long (milliseconds). */
const LONGEST_SPREAD_MS = 10_000;
/** The shortest hold (milliseconds). */
const SHORTEST_HOLD_MS = 500;

export type HeldFailure = Extract<MeltanoFailure, { kind: 'held' }>;

/** The permission to send one call. `leave` must be called exactly once. */
export interface Pass {
  readonly kind: 'pass';
  /** Null: it got its answer. */
  readonly leave: (failure: MeltanoFailure | null) => void;
}

interface OpenCircuit {
  readonly since: number;
  readonly message: string;
  /** Intervals between probes so far, which set the length of this one. */
  intervals: number;
  /** By the clock's `elapsed`. */
  probeAt: number;
  isProbing: boolean;
}

export interface CircuitOptions {
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  /** Called on each change with the time of the first unanswered call (epoch milliseconds), or null when the circuit closes. */
  readonly onChange: (openSince: number | null) => void;
}

/**
 * Keeps the calls of one account back while they go unanswered. Closed: everything passes. Open: nothing does, but for
 * one probe at a time at growing intervals. The probe is a read that somebody needs anyway (never a start, which is not
 * idempotent), so nothing is sent for an account that has nothing to do. Any answer to it closes the circuit.
 */
export class CircuitBreaker {
  readonly #options: CircuitOptions;
  #open: OpenCircuit | null = null;
  #failures = 0;
  #failingSince = 0;
  #lastOutage: { readonly intervals: number; readonly endedAt: number } | null = null;
  /** Goes up as the circuit opens or closes: what was sent before that says nothing about the time after. */
  #era = 0;

  constructor(options: CircuitOptions) {
    this.#options = options;
  }

  enter(mayProbe: boolean): Pass | HeldFailure {
    const open = this.#open;
    const era = this.#era;
    if (!open) return { kind: 'pass', leave: (failure) => this.#takeOutcome(era, failure) };
    if (!mayProbe || open.isProbing || this.#options.clock.elapsed() < open.probeAt) return this.#hold(open);
    open.isProbing = true;
    return { kind: 'pass', leave: (failure) => this.#takeProbe(open, failure) };
  }

  /** What a call that is kept back gets; null while the circuit is closed. */
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
    const goesOn = last !== null && this.#options.clock.elapsed() - last.endedAt <= SAME_OUTAGE_MS;
    const intervals = goesOn ? last.intervals + 1 : 1;
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
    const asked = failure.kind === 'status' ? Math.min(failure.retryAfterMs ?? 0, LONGEST_ASKED_MS) : 0;
    return clock.elapsed() + chooseRetryDelay(intervals, asked, random(), FIRST_INTERVAL_MS);
  }

  #hold({ since, message, intervals, probeAt }: OpenCircuit): HeldFailure {
    const { clock, random } = this.#options;
    const spread = random() * Math.min(growDelay(intervals, FIRST_INTERVAL_MS) / 2, LONGEST_SPREAD_MS);
    const heldMs = Math.max(SHORTEST_HOLD_MS, Math.round(Math.max(0, probeAt - clock.elapsed()) + spread));
    return { kind: 'held', message, heldMs, since };
  }
}
