import type { Deployment, Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import type { WorkspaceKey } from '../domain/workspace.ts';

/** The states of GitHub's deployment statuses that the app uses. */
export type DeploymentStatus = 'queued' | 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

/**
 * The GitHub Deployment of one of our deployments, for repositories that want them. It only shows: nothing that happens to
 * it changes anything about the deployment. All times are epoch milliseconds.
 */
export interface GitHubDeployment extends OpenedGitHubDeployment {
  /** GitHub's id; null until it is made. */
  readonly githubId: number | null;
  /** When its create was first sent; set without an id means: look before creating again. */
  readonly attemptedAt: number | null;
  /** The newest status that GitHub has. */
  readonly status: DeploymentStatus | null;
  /** The status that is being written, and since when; it may be there already. */
  readonly attemptedStatus: DeploymentStatus | null;
  readonly statusAttemptedAt: number | null;
  /** Nothing more is written. */
  readonly finishedAt: number | null;
}

export type GitHubDeploymentChange = Partial<Omit<GitHubDeployment, keyof OpenedGitHubDeployment>>;

/** The fields that are fixed when it is opened. */
interface OpenedGitHubDeployment extends WorkspaceKey {
  readonly deploymentId: string;
  readonly environment: string;
  readonly openedAt: number;
}

export interface OpenGitHubDeployments {
  /** The ids of our deployments whose GitHub Deployments aren't finished: of one workspace, or of all. */
  listOpenGitHubDeployments(workspace?: WorkspaceKey): Promise<string[]>;
}

export interface GitHubDeploymentStore extends OpenGitHubDeployments {
  getGitHubDeployment(deploymentId: string): Promise<GitHubDeployment | null>;
  /** The same again changes nothing. */
  openGitHubDeployment(opened: OpenedGitHubDeployment): Promise<void>;
  saveGitHubDeployment(deploymentId: string, change: GitHubDeploymentChange): Promise<void>;
  /** Whether a later deployment of the repository to the same workspace succeeded. */
  isReplaced(deployment: Deployment): Promise<boolean>;
}

/** What a status says beside its state. */
export interface StatusDetails {
  /** At most 140 characters. */
  readonly description: string;
  readonly logUrl?: string;
  readonly environmentUrl?: string;
}

/** GitHub's Deployments API, each request tried once. */
export interface GitHubDeploymentApi {
  /** Gives GitHub's id. Never merges a branch, never waits for checks. */
  create(
    repository: Repository,
    wanted: { readonly deploymentId: string; readonly sha: string; readonly environment: string },
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
  ): Promise<GitHubResult<null>>;
  /** The newest status' state; null when there is none. */
  readStatus(repository: Repository, githubId: number): Promise<GitHubResult<string | null>>;
}

/** The status that a deployment should have; null before its start was accepted. */
export function chooseStatus(deployment: Deployment, isReplaced: boolean): DeploymentStatus | null {
  if (deployment.jobId === null) return null;
  if (deployment.state === 'running') return 'in_progress';
  if (deployment.state !== 'concluded') return 'queued';
  if (deployment.conclusion === 'success') return isReplaced ? 'inactive' : 'success';
  if (deployment.conclusion === 'failure') return 'failure';
  return deployment.reason === 'withdrawn' ? 'inactive' : 'error';
}
