import type { Deployment, Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import type { RepositoryWorkspace } from '../domain/workspace.ts';

/** The pause before the next try in a repository with disabled issues. */
export const DISABLED_MS = 24 * 60 * 60_000;

/**
 * `open`: as the app left it. `closed`: the app closed it after the repair of the workspace. `dismissed`: a person closed
 * it. `listed`: it has no issue of its own, the newest open one lists the workspace. Null: there is none.
 */
type FailureIssueState = 'open' | 'closed' | 'dismissed' | 'listed' | null;

/** The issue about the failing deployments of a workspace. There is one for each workspace. All times are epoch milliseconds. */
export interface FailureIssue extends RepositoryWorkspace {
  /** Made from the repository's id and the workspace. */
  readonly id: string;
  readonly notedAt: number;
  /** The deployment whose end the issue has to show next. */
  readonly deploymentId: string;
  readonly state: FailureIssueState;
  readonly issueNumber: number | null;
  /** When its create was first sent. If set without a number, look before creating again. */
  readonly attemptedAt: number | null;
  readonly madeAt: number | null;
  /** The login to assign; empty for nobody, null until GitHub was asked. */
  readonly assignee: string | null;
  /** The digest of the present title and text. */
  readonly digest: string | null;
  /** Identifies the shown error. */
  readonly errorKey: string | null;
  /** GitHub answered that issues are disabled in the repository. */
  readonly disabledAt: number | null;
  /** Nothing is left to do until the next end of a deployment. */
  readonly finishedAt: number | null;
}

type FailureIssueChange = Partial<
  Omit<FailureIssue, 'id' | 'repositoryId' | 'account' | 'workspaceId' | 'notedAt' | 'deploymentId'>
>;

/** The newest results of a workspace. */
export interface FailureSituation {
  /** The newest deployment that succeeded, failed or timed out. */
  readonly last: Deployment;
  /** The first failure since the last success; null if the workspace works. */
  readonly brokenSince: Deployment | null;
}

/** The issues' methods for the end of a deployment. */
export interface NotedIssues {
  /** Makes the issue of the workspace due, before the end of this deployment is stored. */
  noteBroken(deployment: Deployment, now: number): Promise<void>;
  /**
   * The same for a success. Changes nothing if the workspace has no open issue. `mayBeLost`: the first success also makes it
   * due, because an earlier database may have known one.
   */
  noteRepaired(
    deployment: Deployment,
    end: { readonly now: number; readonly mayBeLost: boolean },
  ): Promise<void>;
  /** The repositories with due issues. */
  listRepositoriesWithDueIssues(): Promise<number[]>;
}

export interface FailureIssueStore extends NotedIssues {
  /** In the order in which the workspaces broke. */
  listDueIssues(repositoryId: number): Promise<FailureIssue[]>;
  /** The issues that the app believes to be open, newest first. */
  listOpenIssues(repositoryId: number): Promise<FailureIssue[]>;
  /** The workspaces without an issue of their own. */
  listListedIssues(repositoryId: number): Promise<FailureIssue[]>;
  saveFailureIssue(id: string, change: FailureIssueChange): Promise<void>;
  /** Sets `finishedAt` unless another deployment has ended since. */
  finishFailureIssue(issue: FailureIssue, now: number): Promise<void>;
  /** The newest deployment that succeeded, failed or timed out; null if there was none. */
  findLastResult(workspace: RepositoryWorkspace): Promise<Deployment | null>;
  /** Null while no deployment has ended. */
  readFailureSituation(workspace: RepositoryWorkspace): Promise<FailureSituation | null>;
  /** When GitHub last answered that issues are disabled in the repository; null for never. */
  findIssuesDisabled(repositoryId: number): Promise<number | null>;
  /** Makes the check run of a concluded deployment due again. */
  requestReport(deploymentId: string): Promise<void>;
}

export interface ShownIssue {
  readonly number: number;
  readonly isOpen: boolean;
  /** Epoch milliseconds; null while it is open. */
  readonly closedAt: number | null;
  readonly body: string;
}

export interface IssueText {
  readonly title: string;
  readonly body: string;
}

/** Tries each request once, when the limits have room for it. */
export interface IssueApi {
  /** The app's own issues with the marker in their text, oldest first. */
  find(repository: Repository, marker: string): Promise<GitHubResult<readonly ShownIssue[]>>;
  /** Null if it was deleted, or transferred to another repository. */
  read(repository: Repository, number: number): Promise<GitHubResult<ShownIssue | null>>;
  create(
    repository: Repository,
    issue: IssueText & { readonly labels: readonly string[]; readonly assignees: readonly string[] },
  ): Promise<GitHubResult<ShownIssue>>;
  edit(
    repository: Repository,
    number: number,
    change: Partial<IssueText> & {
      readonly state?: 'open' | 'closed';
      readonly reason?: 'completed' | 'not_planned' | 'reopened';
      readonly assignees?: readonly string[];
    },
  ): Promise<GitHubResult<null>>;
  isAssignable(repository: Repository, login: string): Promise<GitHubResult<boolean>>;
}
