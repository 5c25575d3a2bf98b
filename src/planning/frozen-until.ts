import { Cron } from 'croner';
import { type Freeze, type Frozen, SCHEDULE_OPTIONS } from '../domain/freeze.ts';
import { openWallClock, type WallClock } from './wall-clock.ts';

/** Freezes that follow each other without a pause are followed this far: so many, and so far ahead (milliseconds). */
const MOST_FOLLOWED = 40;
const FOLLOWED_MS = 31 * 24 * 60 * 60_000;
const SECOND_MS = 1_000;

interface OpenSchedule {
  readonly clock: WallClock;
  readonly schedule: Cron;
}

interface OpenFreeze extends OpenSchedule {
  readonly freeze: Freeze;
  /** The last start (null: none) if there is no other one as far as it is followed; otherwise undefined. */
  readonly only: number | null | undefined;
}

/** The end of the freezes that hold at `now` (epoch milliseconds); null if none does. */
export function frozenUntil(freezes: readonly Freeze[], now: number): Frozen | null {
  const opened = freezes.map((freeze) => openFreeze(freeze, now));
  let frozen: Frozen | null = null;
  const reasons = new Set<string | null>();
  for (let count = 0; count < MOST_FOLLOWED; count += 1) {
    const next = findLastEnd(opened, frozen?.until ?? now);
    if (!next) return frozen;
    frozen = next;
    reasons.add(next.reason);
    if (frozen.until - now > FOLLOWED_MS) break;
  }
  const [reason = null] = reasons.size === 1 ? reasons : [];
  return frozen && { ...frozen, reason, isEndless: true };
}

function openFreeze(freeze: Freeze, now: number): OpenFreeze {
  const schedule = new Cron(freeze.cron, SCHEDULE_OPTIONS);
  const opened = { clock: openWallClock(freeze.timezone), schedule };
  // Looking for a rare start takes long, so a start that stays the last one is looked for once.
  const last = findLastStart(opened, now + FOLLOWED_MS);
  return { ...opened, freeze, only: last === null || last <= now ? last : undefined };
}

/** Of the freezes that hold at a time, the one that ends last. */
function findLastEnd(freezes: readonly OpenFreeze[], at: number): Frozen | null {
  let last: Frozen | null = null;
  for (const opened of freezes) {
    const { durationMs, timezone, reason } = opened.freeze;
    const start = opened.only === undefined ? findLastStart(opened, at) : opened.only;
    const until = (start ?? -Infinity) + durationMs;
    if (until <= (last?.until ?? at)) continue;
    last = {
      until,
      isEndless: false,
      timezone,
      reason,
    };
  }
  return last;
}

/** The last start until `at`; null if there is none. */
function findLastStart({ clock, schedule }: OpenSchedule, at: number): number | null {
  const shown = clock.show(at);
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
