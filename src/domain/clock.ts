/** A port for time, which tests can set. */
export interface Clock {
  /** Epoch milliseconds, for displayed and stored times. Jumps when the machine's clock is set. */
  now(): number;
  /** Milliseconds since an arbitrary moment, for waits, ages and limits in memory. Never jumps. */
  elapsed(): number;
}
