/** Time, so that tests can set it. */
export interface Clock {
  /** Epoch milliseconds: for times that are shown or stored. Steps when the machine's clock is set. */
  now(): number;
  /** Milliseconds since some moment of this process: for waits, ages and limits in memory. Never steps. */
  elapsed(): number;
}
