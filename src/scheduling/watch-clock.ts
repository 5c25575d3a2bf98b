import type { Clock } from '../domain/clock.ts';

const CHECK_MS = 5_000;
/** Smaller steps are ordinary corrections of clock drift. */
const STEP_MS = 3_000;

/** Logs when the machine's clock is set. The step affects times in the log and on GitHub, but no waits. */
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
  }, CHECK_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
