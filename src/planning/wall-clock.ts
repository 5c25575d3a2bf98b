const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The clock of a time zone. Its times are milliseconds, as if the zone were UTC. */
export interface WallClock {
  show(instant: number): number;
  /**
   * When the clock shows `time`: the first time if it does so twice; if it leaves `time` out, the first minute after the gap.
   */
  find(time: number): number;
}

export function openWallClock(timezone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const show = (instant: number) => {
    const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const read = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    return Date.UTC(
      read('year'),
      read('month') - 1,
      read('day'),
      read('hour'),
      read('minute'),
      read('second'),
    );
  };
  const find = (time: number) => {
    // No offset is larger than a day, so these are before and after a change of the clock.
    const offsets = [time - DAY_MS, time + DAY_MS].map((instant) => show(instant) - instant);
    const instants = offsets.map((offset) => time - offset).sort((a, b) => a - b);
    const shown = instants.find((instant) => show(instant) === time);
    return shown ?? findEndOfGap(show, instants);
  };
  return { show, find };
}

/** The first minute after the clock was put forward, which it was between these two instants. */
function findEndOfGap(show: WallClock['show'], instants: readonly number[]): number {
  const [from = 0, to = 0] = instants.map((instant) => Math.floor(instant / MINUTE_MS));
  const offsetAt = (minute: number) => show(minute * MINUTE_MS) - minute * MINUTE_MS;
  const before = offsetAt(from);
  let [last, first] = [from, to + 1];
  while (first - last > 1) {
    const middle = Math.floor((last + first) / 2);
    if (offsetAt(middle) === before) last = middle;
    else first = middle;
  }
  return first * MINUTE_MS;
}
