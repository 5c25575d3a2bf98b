/** Clocks that differ by less are taken for the same: a Date header tells whole seconds only (milliseconds). */
const IGNORED_MS = 2_000;
/** An answer that took longer says too little about when its Date was written (milliseconds). */
const SLOWEST_MS = 2_000;
/** The median of so many answers counts, so that single odd ones (a proxy's, a cache's) don't. */
const SAMPLES = 9;

export interface AnswerTimes {
  /** Epoch milliseconds on this clock. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

/**
 * How far the service's clock is from this one, by the `Date` of its answers. The correction in use changes only when it
 * is clearly wrong, so that the same time doesn't move with each answer.
 */
export class RemoteClock {
  readonly #offsets: number[] = [];
  /** Milliseconds by which the service's clock is ahead. */
  #offset = 0;

  /** `headers` of an answer; one from a cache carries an `Age`, and its Date is old. */
  note(headers: Readonly<Record<string, string | string[] | undefined>>, times: AnswerTimes): void {
    const date = readHttpDate(headers['date']);
    const took = times.answeredAt - times.sentAt;
    if (date === null || headers['age'] !== undefined || took < 0 || took > SLOWEST_MS) return;
    // The header leaves out the milliseconds: half a second is missing on average.
    this.#offsets.push(date + 500 - (times.sentAt + took / 2));
    if (this.#offsets.length > SAMPLES) this.#offsets.shift();
    const median = this.#offsets.toSorted((a, b) => a - b)[Math.floor(this.#offsets.length / 2)] ?? 0;
    if (Math.abs(median - this.#offset) < IGNORED_MS) return;
    this.#offset = Math.abs(median) < IGNORED_MS ? 0 : Math.round(median);
  }

  /** A time of the service on this clock. */
  toLocal(time: number): number;
  toLocal(time: number | null): number | null;
  toLocal(time: number | null): number | null {
    return time === null ? null : time - this.#offset;
  }
}

/** An HTTP date names its month; Date.parse alone would take "-5" or "1.5" for a date. */
export function readHttpDate(header: string | string[] | undefined): number | null {
  const text = (Array.isArray(header) ? header[0] : header)?.trim() ?? '';
  if (!/[a-z]{3}/i.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}
