import type { Clock } from './clock.ts';

/** Stored times are remembered on the clock that never steps: so many at most. */
const REMEMBERED = 10_000;

/** By clock: when a stored time (epoch milliseconds) was, or will be, on its `elapsed` hand. */
const remembered = new WeakMap<Clock, Map<number, number>>();

/**
 * Milliseconds since a stored time, at least 0. Counts from the first look on with `elapsed`, so that setting the machine's
 * clock changes nothing about a wait that goes on, and a time in the future (stored by a clock that was set back since)
 * counts as now.
 */
export function ageOf(clock: Clock, time: number): number {
  const moment = recall(clock, time) ?? clock.elapsed() - Math.max(0, clock.now() - time);
  remember(clock, time, moment);
  return Math.max(0, clock.elapsed() - moment);
}

/** The time now, or in so many milliseconds, to be stored: this process then measures from just here. */
export function stamp(clock: Clock, delayMs = 0): number {
  const time = clock.now() + delayMs;
  remember(clock, time, clock.elapsed() + delayMs);
  return time;
}

/** Milliseconds until a stored deadline (0 or less: it has passed), for one of another process no more than `atMost`. */
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
  // What was looked at last stays longest.
  moments.delete(time);
  moments.set(time, moment);
  const [oldest] = moments.keys();
  if (moments.size > REMEMBERED && oldest !== undefined) moments.delete(oldest);
}
