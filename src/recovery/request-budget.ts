import type { Clock } from '../domain/clock.ts';

const HOUR_MS = 3_600_000;

export interface RequestBudget {
  /** Takes one request from the key's budget; returns false if none is left. */
  take(key: number): boolean;
}

/** Limits the requests of each key within any hour. */
export class HourlyBudget implements RequestBudget {
  readonly #clock: Clock;
  readonly #perHour: number;
  readonly #times = new Map<number, number[]>();

  constructor(clock: Clock, perHour: number) {
    this.#clock = clock;
    this.#perHour = perHour;
  }

  take(key: number): boolean {
    const now = this.#clock.elapsed();
    const times = (this.#times.get(key) ?? []).filter((time) => time > now - HOUR_MS);
    this.#times.set(key, times);
    if (times.length >= this.#perHour) return false;
    times.push(now);
    return true;
  }
}
