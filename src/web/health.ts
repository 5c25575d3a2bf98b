export interface HealthStore {
  /** Writes a note as durably as a delivery. Returns null, or the reason of the failure in a few words. */
  tryWrite(now: number): Promise<string | null>;
  /** When the oldest unplanned delivery was due (epoch milliseconds); null if none is due. */
  readOldestDue(now: number): Promise<number | null>;
}
