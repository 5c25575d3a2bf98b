/** Recurring times in which nothing is deployed. */
export interface Freeze {
  /** When it begins: six fields as Spring reads them, seconds first. */
  readonly cron: string;
  /** Elapsed time from its begin to its end. */
  readonly durationMs: number;
  /** The IANA time zone of `cron`. */
  readonly timezone: string;
  readonly reason: string | null;
}

/** The end of the freezes that hold now, and the one that ends then. */
export interface Frozen {
  /** Epoch milliseconds. */
  readonly until: number;
  /** True if others follow without a pause for longer than it was looked: `until` isn't the end, and `reason` is that of all. */
  readonly isEndless: boolean;
  readonly timezone: string;
  readonly reason: string | null;
}

/** Has croner read `cron` as Spring does: days of the month and of the week must both match. */
export const SCHEDULE_OPTIONS = {
  mode: '6-part',
  // A zone's clock is read as UTC, which has every minute once.
  timezone: 'UTC',
  domAndDow: true,
  sloppyRanges: true,
} as const;
