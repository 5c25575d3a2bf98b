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

/** The state of the sweeps between two rounds. */
export interface SweepStore extends HeadSweepStore {
  /** When this database was created (epoch milliseconds); older deliveries and pushes are ignored. */
  readBeginning(): Promise<number>;
  /** When the log of deliveries was last read to its end (epoch milliseconds); null: never. */
  readDeliveriesSweptAt(): Promise<number | null>;
  saveDeliveriesSweptAt(time: number): Promise<void>;
  /** Returns the GUIDs without a stored delivery. */
  listUnknownDeliveries(guids: readonly string[]): Promise<Set<string>>;
  /** By GUID; a delivery without redeliveries is missing. */
  readRedeliveries(guids: readonly string[]): Promise<Map<string, Redelivery>>;
  noteRedelivery(logged: { readonly id: number; readonly guid: string }, askedAt: number): Promise<void>;
  wasRedeliveryRequested(guid: string): Promise<boolean>;
}

/** The state of repositories and branches in the sweep of heads. */
export interface HeadSweepStore {
  /** By repository id: the time of the last push that the sweep has handled (epoch milliseconds). */
  listSweptPushes(repositoryIds: readonly number[]): Promise<Map<number, number>>;
  saveSweptPush(repositoryId: number, pushedAt: number): Promise<void>;
  readBranchHead(repositoryId: number, branch: string): Promise<BranchHead | null>;
  saveBranchHead(repositoryId: number, branch: string, head: BranchHead): Promise<void>;
  /** True if a stored push to the ref ends at this commit. */
  hasPush(repositoryId: number, ref: string, sha: string): Promise<boolean>;
}

interface BranchHead {
  /** The commit that was last handled. */
  readonly sha: string;
  /** A newer head without a stored push; `seenAt` in epoch milliseconds. */
  readonly candidate: { readonly sha: string; readonly seenAt: number } | null;
}
