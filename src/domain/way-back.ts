/** How a commit is related to an older one. `ahead`: the older one is an ancestor. */
export type CommitRelation = 'ahead' | 'behind' | 'diverged' | 'identical';

/** The last good commit before a failed deployment, and how to return to it. */
export interface WayBack {
  readonly deploymentId: string;
  /** The commit that the last successful deployment took. */
  readonly lastGood: string;
  /** The commit that the failed deployment took or should have taken. */
  readonly failed: string;
  /** Null if GitHub could not compare the commits. */
  readonly relation: CommitRelation | null;
  readonly commits: number | null;
  readonly isLinear: boolean;
  /** The merged pull request that brought all commits since the last good one. */
  readonly pullRequest: number | null;
}
