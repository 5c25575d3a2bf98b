import type { Clock } from './clock.ts';

/** Clocks that differ by less count as the same: a Date header has whole seconds only (milliseconds). */
const IGNORED_MS = 2_000;
/** An answer that took longer says too little about when its Date was written (milliseconds). */
const SLOWEST_MS = 2_000;
/** The median of so many answers counts, so that single odd ones (a proxy's, a cache's) don't. */
const SAMPLES = 9;

export interface AnswerTimes {
  /** By the clock's `elapsed`. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

/**
 * How far a service's clock is from this machine's, by the `Date` of its answers. The correction in use changes only when
 * it is clearly wrong, so that the same time doesn't move with each answer.
 */
export class RemoteClock {
  readonly #clock: Clock;
  /** The service's time when this process's `elapsed` was 0, by each of its last answers. */
  readonly #origins: number[] = [];
  /** Milliseconds by which the service's clock is ahead. */
  #offset = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `headers` of an answer; one from a cache carries an `Age`, and its Date is old. */
  note(headers: Readonly<Record<string, string | string[] | undefined>>, times: AnswerTimes): void {
    const date = readHttpDate(headers['date']);
    const took = times.answeredAt - times.sentAt;
    if (date === null || headers['age'] !== undefined || took > SLOWEST_MS) return;
    // The header leaves out the milliseconds: half a second is missing on average.
    this.#origins.push(date + 500 - (times.sentAt + took / 2));
    if (this.#origins.length > SAMPLES) this.#origins.shift();
  }

  /** Milliseconds by which the service's clock is ahead of this machine's, as that is set now; 0 for the same. */
  ahead(): number {
    const origin = this.#origins.toSorted((a, b) => a - b)[Math.floor(this.#origins.length / 2)];
    if (origin === undefined) return this.#offset;
    const measured = origin - (this.#clock.now() - this.#clock.elapsed());
    if (Math.abs(measured - this.#offset) >= IGNORED_MS) {
      this.#offset = Math.abs(measured) < IGNORED_MS ? 0 : Math.round(measured);
    }
    return this.#offset;
  }

  /** A time of the service on this machine's clock. */
  toLocal(time: number): number;
  toLocal(time: number | null): number | null;
  toLocal(time: number | null): number | null {
    return time === null ? null : time - this.ahead();
  }

  /** A time of this machine's clock on the service's. */
  toRemote(time: number): number {
    return time + this.ahead();
  }

  /** The same in whole seconds, as GitHub gives times. */
  toRemoteSecond(time: number): number {
    return toWholeSecond(this.toRemote(time));
  }
}

/** The second that a time (epoch milliseconds) is in. */
export function toWholeSecond(time: number): number {
  return Math.floor(time / 1000) * 1000;
}

/** An HTTP date names its month; Date.parse alone would take "-5" or "1.5" for a date. */
export function readHttpDate(header: string | string[] | undefined): number | null {
  const text = (Array.isArray(header) ? header[0] : header)?.trim() ?? '';
  if (!/[a-z]{3}/i.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}
