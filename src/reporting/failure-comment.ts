import type { Deployment } from '../domain/deployment.ts';

/**
 * The comment about a commit's failed deployments, on the pull request that brought the commit. All times are epoch
 * milliseconds.
 */
export interface FailureComment {
  /** Of the repository's id and the commit: there is one for all workspaces of a commit. */
  readonly id: string;
  readonly repositoryId: number;
  readonly sha: string;
  readonly notedAt: number;
  /** The merged pull request; null until it is found. */
  readonly pullRequest: number | null;
  readonly commentId: number | null;
  /** When its create was first sent; set without an id means: look before creating again. */
  readonly attemptedAt: number | null;
  /** Digest of the comment's text as it stands. */
  readonly digest: string | null;
  /** Nothing more is said, unless another deployment of the commit fails. */
  readonly finishedAt: number | null;
}

type FailureCommentChange = Partial<Omit<FailureComment, 'id' | 'repositoryId' | 'sha' | 'notedAt'>>;

/** A failed deployment of a commit, and the deployment that repaired it. */
export interface NotedFailure {
  readonly deployment: Deployment;
  /** The newest successful deployment of the same workspace since. */
  readonly repairedBy: Deployment | null;
}

/** What the end of a deployment needs of the comments. */
export interface NotedFailures {
  /** A deployment of the commit is about to end as failure; gives the comment's id. The same again changes nothing. */
  noteFailure(failure: {
    readonly repositoryId: number;
    readonly sha: string;
    readonly now: number;
  }): Promise<string>;
  /** The ids of the unfinished comments of one repository, or of all. */
  listOpenFailureComments(repositoryId?: number): Promise<string[]>;
}

export interface FailureCommentStore extends NotedFailures {
  getFailureComment(id: string): Promise<FailureComment | null>;
  saveFailureComment(id: string, change: FailureCommentChange): Promise<void>;
  /** The last failure of each workspace of the comment, ordered by the workspaces' names. */
  listFailures(comment: FailureComment): Promise<NotedFailure[]>;
}
