const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** A year. */
const LONGEST_MS = 366 * 86_400_000;

/** `90s`, `30m`, `12h` or `30d` in milliseconds; null for anything else. */
export function readDuration(text: string): number | null {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? Number.NaN);
  return ms <= LONGEST_MS ? ms : null;
}
