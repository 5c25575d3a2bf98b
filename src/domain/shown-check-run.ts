import type { Repository } from './deployment.ts';

/** One of the app's own check runs, as GitHub shows it. */
export interface ShownCheckRun {
  readonly id: number;
  readonly url: string | null;
  readonly name: string;
  readonly externalId: string | null;
  /** Null for one that isn't completed. */
  readonly conclusion: string | null;
  readonly title: string | null;
  /** Epoch milliseconds. */
  readonly startedAt: number | null;
  readonly completedAt: number | null;
}

export interface ShownCheckRuns {
  /** The app's check runs on a commit, oldest first. Throws when GitHub can't answer now. */
  listRuns(repository: Repository, sha: string): Promise<ShownCheckRun[]>;
}

/** By this GitHub says that the Redeploy button of a check run was pressed. */
export const REDEPLOY_ACTION = 'redeploy';
