import type { Freeze } from '../../../src/domain/freeze.ts';

const HOUR = 60 * 60_000;

/** Freezes whose windows were worked out by hand. */
export class Frozen {
  readonly freezes: readonly Freeze[];
  /** When the clock begins (epoch milliseconds). */
  readonly begin: number;
  readonly #windows: readonly (readonly [number, number])[];

  constructor(freezes: readonly Freeze[], begin: string, windows: readonly (readonly [string, string])[]) {
    this.freezes = freezes;
    this.begin = Date.parse(begin);
    this.#windows = windows.map(([from, to]) => [Date.parse(from), Date.parse(to)]);
  }

  /** True if it holds at `now`, and did so `sinceMs` before. */
  holds(now: number, sinceMs: number): boolean {
    return this.#windows.some(([from, to]) => from + sinceMs <= now && now < to);
  }
}

function daily(time: string, hours: number, timezone: string): Freeze {
  return { cron: `0 ${time} * * *`, durationMs: hours * HOUR, timezone, reason: 'nightly' };
}

const ALL = [
  // At 01:00 the clock is put forward to 02:00, so 01:30 is the next minute that there is.
  new Frozen([daily('30 1', 1, 'Europe/London')], '2024-03-31T00:00Z', [
    ['2024-03-31T01:00Z', '2024-03-31T02:00Z'],
    ['2024-04-01T00:30Z', '2024-04-01T01:30Z'],
    ['2024-04-02T00:30Z', '2024-04-02T01:30Z'],
  ]),
  // At 02:00 the clock is put back to 01:00, so 01:30 comes twice.
  new Frozen([daily('30 1', 1, 'Europe/London')], '2024-10-27T00:00Z', [
    ['2024-10-27T00:30Z', '2024-10-27T01:30Z'],
    ['2024-10-28T01:30Z', '2024-10-28T02:30Z'],
  ]),
  new Frozen([daily('30 1', 1, 'America/New_York')], '2024-11-03T04:30Z', [
    ['2024-11-03T05:30Z', '2024-11-03T06:30Z'],
    ['2024-11-04T06:30Z', '2024-11-04T07:30Z'],
  ]),
  // One begins while the other holds.
  new Frozen([daily('0 10', 2, 'UTC'), daily('30 11', 1, 'UTC')], '2024-06-05T09:00Z', [
    ['2024-06-05T10:00Z', '2024-06-05T12:30Z'],
    ['2024-06-06T10:00Z', '2024-06-06T12:30Z'],
  ]),
];

export function pickFrozen(random: () => number): Frozen {
  const picked = ALL[Math.floor(random() * ALL.length)];
  if (!picked) throw new Error('There is no freeze.');
  return picked;
}
