import type { Repository } from './deployment.ts';

/** A check run of the app as GitHub shows it. */
export interface ShownCheckRun {
  readonly id: number;
  readonly url: string | null;
  readonly name: string;
  readonly externalId: string | null;
  /** Null if the run isn't completed. */
  readonly conclusion: string | null;
  readonly title: string | null;
  /** Epoch milliseconds. */
  readonly startedAt: number | null;
  readonly completedAt: number | null;
}

export interface ShownCheckRuns {
  /** Lists the app's check runs on a commit, oldest first. Throws if GitHub can't answer now. */
  listRuns(repository: Repository, sha: string): Promise<ShownCheckRun[]>;
}

/** The identifier of the Deploy button, which a deployment has that a gate ended: it deploys anyway. */
export const DEPLOY_ACTION = 'deploy';
/** The identifier of the Deploy button that approves a commit. */
export const APPROVE_ACTION = 'approve';
/** The identifier of the Redeploy button. */
export const REDEPLOY_ACTION = 'redeploy';
