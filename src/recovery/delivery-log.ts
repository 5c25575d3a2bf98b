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

/** The redeliveries that the app requested for one delivery. */
export interface Redelivery {
  readonly attempts: number;
  /** When the last one was requested (epoch milliseconds). */
  readonly askedAt: number;
  /** The entry of the log that was redelivered. */
  readonly loggedId: number;
}

/** GitHub's log of the deliveries of the last three days. Throws when GitHub can't answer now. */
export interface DeliveryLog {
  /** Lists pages, newest first, until one reaches back beyond `since` (epoch milliseconds). */
  listSince(since: number): AsyncIterable<readonly LoggedDelivery[]>;
  /** Asks GitHub to send a delivery again, with its old GUID. */
  redeliver(id: number): Promise<void>;
}
