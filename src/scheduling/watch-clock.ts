import type { Clock } from '../domain/clock.ts';

const LOOK_MS = 5_000;
/** Less is the usual correction of a clock that runs a little wrong (milliseconds). */
const STEP_MS = 3_000;

/** Logs that the machine's clock was set: times in the log and on GitHub step then, waits don't. */
export function watchClock(
  clock: Clock,
  log: { warn(fields: object, message: string): void },
): { stop(): void } {
  let offset = clock.now() - clock.elapsed();
  const timer = setInterval(() => {
    const current = clock.now() - clock.elapsed();
    const byMs = Math.round(current - offset);
    offset = current;
    if (Math.abs(byMs) >= STEP_MS) log.warn({ byMs }, "The machine's clock was set");
  }, LOOK_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
