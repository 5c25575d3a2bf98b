/** One entry of GitHub's log of deliveries; a redelivery is an entry of its own with the same GUID. */
export interface LoggedDelivery {
  readonly id: number;
  readonly guid: string;
  /** Epoch milliseconds. */
  readonly deliveredAt: number;
  readonly event: string;
  readonly action: string | null;
  /** The status of the answer; 0 for none. */
  readonly statusCode: number;
}

/** How often a delivery was asked for again, when last, and by which entry of the log. */
export interface Redelivery {
  readonly attempts: number;
  readonly askedAt: number;
  readonly loggedId: number;
}

/** GitHub's log of what it sent to the app in the last three days. Throws when GitHub can't answer now. */
export interface DeliveryLog {
  /** Pages, newest first, until one reaches back to before `since`. */
  listSince(since: number): AsyncIterable<readonly LoggedDelivery[]>;
  /** Asks GitHub to send a delivery once more, under its old GUID. */
  redeliver(id: number): Promise<void>;
}
