import type { Deployment, Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import type { WorkspaceKey } from '../domain/workspace.ts';

/** The states of GitHub's deployment statuses that the app uses. */
export type DeploymentStatus = 'queued' | 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

/**
 * The GitHub Deployment that shows one of our deployments, for repositories that turn them on. It never affects the
 * deployment. Times are epoch milliseconds.
 */
export interface GitHubDeployment extends OpenedGitHubDeployment {
  /** GitHub's id; null until it is created. */
  readonly githubId: number | null;
  /** When its create was first sent. If set without an id, look for it before creating it again. */
  readonly attemptedAt: number | null;
  /** The newest status on GitHub. */
  readonly status: DeploymentStatus | null;
  /** The status that is being written, and since when. GitHub may already have it. */
  readonly attemptedStatus: DeploymentStatus | null;
  readonly statusAttemptedAt: number | null;
  /** When the last write was done. */
  readonly finishedAt: number | null;
}

export type GitHubDeploymentChange = Partial<Omit<GitHubDeployment, keyof OpenedGitHubDeployment>>;

/** The fields that never change. */
export interface OpenedGitHubDeployment extends WorkspaceKey {
  readonly deploymentId: string;
  readonly environment: string;
  readonly openedAt: number;
  /** The commit that was deployed last, with the same files; null for a deployment that was started. */
  readonly unchangedSince: string | null;
}

export interface OpenGitHubDeployments {
  /** The ids of deployments whose GitHub Deployments aren't finished, of one workspace or of all. */
  listOpenGitHubDeployments(workspace?: WorkspaceKey): Promise<string[]>;
}

export interface GitHubDeploymentStore extends OpenGitHubDeployments {
  getGitHubDeployment(deploymentId: string): Promise<GitHubDeployment | null>;
  /** Idempotent. */
  openGitHubDeployment(opened: OpenedGitHubDeployment): Promise<void>;
  saveGitHubDeployment(deploymentId: string, change: GitHubDeploymentChange): Promise<void>;
  /** True if a later deployment of the repository to the same workspace succeeded. */
  isReplaced(deployment: Deployment): Promise<boolean>;
  /** True if a later push left the same workspace as it was, too. */
  hasNewerUnchanged(shown: GitHubDeployment): Promise<boolean>;
}

/** The fields of a status besides its state. */
export interface StatusDetails {
  /** At most 140 characters. */
  readonly description: string;
  readonly logUrl?: string;
  readonly environmentUrl?: string;
}

/** `last`: at the priority of logs. */
export type WriteOrder = 'last' | undefined;

/** GitHub's Deployments API. Sends each request once. */
export interface GitHubDeploymentApi {
  /** Returns GitHub's id. Never merges a branch or waits for checks. */
  create(
    repository: Repository,
    wanted: { readonly deploymentId: string; readonly sha: string; readonly environment: string },
    order?: WriteOrder,
  ): Promise<GitHubResult<number>>;
  /** The GitHub Deployments of our deployment, oldest first. */
  find(
    repository: Repository,
    sought: { readonly deploymentId: string; readonly sha: string; readonly environment: string },
  ): Promise<GitHubResult<readonly number[]>>;
  addStatus(
    repository: Repository,
    githubId: number,
    status: StatusDetails & { readonly state: DeploymentStatus },
    order?: WriteOrder,
  ): Promise<GitHubResult<null>>;
  /** The state of the newest status; null for none. */
  readStatus(repository: Repository, githubId: number): Promise<GitHubResult<string | null>>;
}

/** The status that a deployment should have; null before its start was accepted. */
export function chooseStatus(
  deployment: Deployment,
  { unchangedSince }: Pick<GitHubDeployment, 'unchangedSince'>,
  isReplaced: boolean,
): DeploymentStatus | null {
  if (unchangedSince !== null) return isReplaced ? 'inactive' : 'success';
  if (deployment.jobId === null) return null;
  if (deployment.state === 'running' || deployment.state === 'settling') return 'in_progress';
  if (deployment.state !== 'concluded') return 'queued';
  if (deployment.conclusion === 'success') return isReplaced ? 'inactive' : 'success';
  if (deployment.conclusion === 'failure') return 'failure';
  return deployment.reason === 'withdrawn' ? 'inactive' : 'error';
}
