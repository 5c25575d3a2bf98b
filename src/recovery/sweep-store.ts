import type { Redelivery } from './delivery-log.ts';

/** What the sweeps remember between two rounds. */
export interface SweepStore extends HeadSweepStore {
  /** When this database was made (epoch milliseconds): what came before is none of its business. */
  readBeginning(): Promise<number>;
  /** When the log of deliveries was last read to its end; null for never. */
  readDeliveriesSweptAt(): Promise<number | null>;
  saveDeliveriesSweptAt(time: number): Promise<void>;
  /** The GUIDs that aren't stored here. */
  listUnknownDeliveries(guids: readonly string[]): Promise<Set<string>>;
  /** By GUID; those never asked for are missing. */
  readRedeliveries(guids: readonly string[]): Promise<Map<string, Redelivery>>;
  noteRedelivery(logged: { readonly id: number; readonly guid: string }, askedAt: number): Promise<void>;
  wasAskedForAgain(guid: string): Promise<boolean>;
}

/** What is known of repositories and branches. */
export interface HeadSweepStore {
  /** For each repository the time of its last push when its branches were last found in order. */
  listSweptPushes(repositoryIds: readonly number[]): Promise<Map<number, number>>;
  saveSweptPush(repositoryId: number, pushedAt: number): Promise<void>;
  readBranchHead(repositoryId: number, branch: string): Promise<BranchHead | null>;
  saveBranchHead(repositoryId: number, branch: string, head: BranchHead): Promise<void>;
  /** Whether a stored push to the repository ends at this commit. */
  hasPush(repositoryId: number, ref: string, sha: string): Promise<boolean>;
}

/** What is known of a branch: the commit last taken care of, and a newer one that nothing explains yet. */
export interface BranchHead {
  readonly sha: string;
  readonly candidate: { readonly sha: string; readonly seenAt: number } | null;
}
