/** Whether the database serves. */
export interface HealthStore {
  /** Writes something small, as safely as a delivery; null, or why that failed, in some words. */
  tryWrite(now: number): Promise<string | null>;
  /** Since when (epoch milliseconds) the oldest delivery that isn't planned could have been; null without one. */
  readOldestDue(now: number): Promise<number | null>;
}
