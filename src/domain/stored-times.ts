import type { Clock } from './clock.ts';

const MAX_REMEMBERED = 10_000;

/** For each clock, maps stored times (epoch milliseconds) to `elapsed`, which never jumps. */
const remembered = new WeakMap<Clock, Map<number, number>>();

/**
 * Milliseconds since a stored time, at least 0. After the first call, counts with `elapsed`, so setting the machine's clock
 * doesn't affect a wait. A time in the future (the clock was set back) counts as now.
 */
export function ageOf(clock: Clock, time: number): number {
  const moment = recall(clock, time) ?? clock.elapsed() - Math.max(0, clock.now() - time);
  remember(clock, time, moment);
  return Math.max(0, clock.elapsed() - moment);
}

/** Returns the time to store for now, or for `delayMs` later. This process measures from exactly that moment. */
export function stamp(clock: Clock, delayMs = 0): number {
  const time = clock.now() + delayMs;
  remember(clock, time, clock.elapsed() + delayMs);
  return time;
}

/** Milliseconds until a stored deadline; 0 or less after it. For a deadline of another process, at most `atMost`. */
export function timeLeft(clock: Clock, time: number, atMost: number): number {
  const moment = recall(clock, time) ?? clock.elapsed() + Math.min(time - clock.now(), atMost);
  remember(clock, time, moment);
  return moment - clock.elapsed();
}

function recall(clock: Clock, time: number): number | undefined {
  return remembered.get(clock)?.get(time);
}

function remember(clock: Clock, time: number, moment: number): void {
  const moments = remembered.get(clock) ?? new Map<number, number>();
  remembered.set(clock, moments);
  // Reinserts the entry, so the first one is the least recently used.
  moments.delete(time);
  moments.set(time, moment);
  const [oldest] = moments.keys();
  if (moments.size > MAX_REMEMBERED && oldest !== undefined) moments.delete(oldest);
}
