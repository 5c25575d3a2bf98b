import { Cron } from 'croner';
import { type Freeze, type Frozen, SCHEDULE_OPTIONS } from '../domain/freeze.ts';
import { openWallClock } from './wall-clock.ts';

/** Freezes that follow each other without a pause are followed this far: so many, and so far ahead (milliseconds). */
const MOST_FOLLOWED = 100;
const FOLLOWED_MS = 31 * 24 * 60 * 60_000;
const SECOND_MS = 1_000;

/** The end of the freezes that hold at `now` (epoch milliseconds); null if none does. */
export function frozenUntil(freezes: readonly Freeze[], now: number): Frozen | null {
  let frozen: Frozen | null = null;
  for (let count = 0; count < MOST_FOLLOWED; count += 1) {
    const next = findLastEnd(freezes, frozen?.until ?? now);
    if (!next) break;
    frozen = next;
    if (frozen.until - now > FOLLOWED_MS) break;
  }
  return frozen;
}

/** Of the freezes that hold at a time, the one that ends last. */
function findLastEnd(freezes: readonly Freeze[], at: number): Frozen | null {
  let last: Frozen | null = null;
  for (const freeze of freezes) {
    const { durationMs, timezone, reason } = freeze;
    const until = (findLastStart(freeze, at) ?? -Infinity) + durationMs;
    if (until <= (last?.until ?? at)) continue;
    last = {
      until,
      timezone,
      reason,
    };
  }
  return last;
}

/** The last start until `at`; null if there is none. */
function findLastStart({ cron, timezone }: Freeze, at: number): number | null {
  const clock = openWallClock(timezone);
  const shown = clock.show(at);
  const schedule = new Cron(cron, SCHEDULE_OPTIONS);
  // In an hour that comes twice, all starts of the first one have been.
  let time = shown + Math.max(0, at - clock.find(shown)) + SECOND_MS;
  for (;;) {
    const [before] = schedule.previousRuns(1, new Date(time));
    if (!before) return null;
    time = before.getTime();
    const start = clock.find(time);
    if (start <= at) return start;
  }
}
