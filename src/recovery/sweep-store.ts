import type { Redelivery } from './delivery-log.ts';

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
  wasAskedForAgain(guid: string): Promise<boolean>;
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
