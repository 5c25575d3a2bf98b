import type { Clock } from './clock.ts';

/** Ignores a smaller difference, because a Date header has whole seconds. */
const IGNORED_MS = 2_000;
/** Ignores slower responses, whose Date is too imprecise. */
const SLOWEST_MS = 2_000;
/** The median of this many responses ignores single odd ones, such as from a proxy or cache. */
const SAMPLES = 9;

export interface AnswerTimes {
  /** By the clock's `elapsed`. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

/**
 * Measures the difference between a service's clock and this machine's by the `Date` of responses. Changes the correction
 * only if it is clearly wrong, so a converted time doesn't change with each response.
 */
export class RemoteClock {
  readonly #clock: Clock;
  /** The service's time when `elapsed` was 0, from each of the last responses. */
  readonly #origins: number[] = [];
  /** Milliseconds by which the service's clock is ahead. */
  #offset = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Learns from the headers of a response. Ignores cached responses (with `Age`), whose Date is old. */
  note(headers: Readonly<Record<string, string | string[] | undefined>>, times: AnswerTimes): void {
    const date = readHttpDate(headers['date']);
    const took = times.answeredAt - times.sentAt;
    if (date === null || headers['age'] !== undefined || took > SLOWEST_MS) return;
    // The header has no milliseconds, so it is half a second behind on average.
    this.#origins.push(date + 500 - (times.sentAt + took / 2));
    if (this.#origins.length > SAMPLES) this.#origins.shift();
  }

  /** Milliseconds by which the service's clock is ahead of this machine's; 0 if they agree. */
  ahead(): number {
    const origin = this.#origins.toSorted((a, b) => a - b)[Math.floor(this.#origins.length / 2)];
    if (origin === undefined) return this.#offset;
    const measured = origin - (this.#clock.now() - this.#clock.elapsed());
    if (Math.abs(measured - this.#offset) >= IGNORED_MS) {
      this.#offset = Math.abs(measured) < IGNORED_MS ? 0 : Math.round(measured);
    }
    return this.#offset;
  }

  /** Converts a time of the service to this machine's clock. */
  toLocal(time: number): number;
  toLocal(time: number | null): number | null;
  toLocal(time: number | null): number | null {
    return time === null ? null : time - this.ahead();
  }

  /** Converts a time of this machine to the service's clock. */
  toRemote(time: number): number {
    return time + this.ahead();
  }

  /** Converts to the service's clock in whole seconds, like GitHub's times. */
  toRemoteSecond(time: number): number {
    return toWholeSecond(this.toRemote(time));
  }
}

/** Rounds epoch milliseconds down to a whole second. */
export function toWholeSecond(time: number): number {
  return Math.floor(time / 1000) * 1000;
}

/** Parses an HTTP date; null if invalid. Requires the name of a month, because Date.parse also accepts "-5" and "1.5". */
export function readHttpDate(header: string | string[] | undefined): number | null {
  const text = (Array.isArray(header) ? header[0] : header)?.trim() ?? '';
  if (!/[a-z]{3}/i.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}
