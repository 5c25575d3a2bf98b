import type { Freeze, Frozen } from '../domain/freeze.ts';
import { frozenUntil } from './frozen-until.ts';

/** A weekday alone is clear for this long (milliseconds). */
const SIX_DAYS_MS = 6 * 24 * 60 * 60_000;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** The freezes that hold now, as people read them. */
export interface ShownFreeze {
  /** Such as `Mon 06:00 Europe/London`; null if no end is in sight. */
  readonly until: string | null;
  /** From the repository's file: never show it unescaped. */
  readonly why: string | null;
}

export function describeFreeze(
  freezes: readonly Freeze[],
  now: number,
): (ShownFreeze & { leftMs: number }) | null {
  const frozen = frozenUntil(freezes, now);
  if (!frozen) return null;
  const until = frozen.isEndless ? null : formatEnd(frozen, now);
  return { until, why: frozen.reason, leftMs: frozen.until - now };
}

function formatEnd({ until, timezone }: Frozen, now: number): string {
  const isSoon = until - now < SIX_DAYS_MS;
  const day = isSoon ? {} : ({ day: 'numeric', month: 'short' } as const);
  const second = until % MINUTE_MS >= SECOND_MS ? ({ second: '2-digit' } as const) : {};
  const options = {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  } as const;
  const format = new Intl.DateTimeFormat('en-GB', { ...options, ...day, ...second });
  return `${format.format(until).replaceAll(',', '').replace(' at ', ' ')} ${timezone}`;
}
