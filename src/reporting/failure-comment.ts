import type { Deployment } from '../domain/deployment.ts';

/** The comment about a commit's failed deployments, on the pull request of the commit. Times are epoch milliseconds. */
export interface FailureComment {
  /** Made of the repository's id and the commit: all workspaces of a commit share one comment. */
  readonly id: string;
  readonly repositoryId: number;
  readonly sha: string;
  readonly notedAt: number;
  /** The merged pull request; null until it is found. */
  readonly pullRequest: number | null;
  readonly commentId: number | null;
  /** When its create was first sent. If set without an id, look for it before creating it again. */
  readonly attemptedAt: number | null;
  /** Digest of the comment's current text. */
  readonly digest: string | null;
  /** When it was finished. Another failed deployment of the commit opens it again. */
  readonly finishedAt: number | null;
}

type FailureCommentChange = Partial<Omit<FailureComment, 'id' | 'repositoryId' | 'sha' | 'notedAt'>>;

/** A failed deployment of a commit, and the deployment that repaired it. */
export interface NotedFailure {
  readonly deployment: Deployment;
  /** The newest successful deployment of the same workspace after it. */
  readonly repairedBy: Deployment | null;
}

/** The part of the store that the end of a deployment needs. */
export interface NotedFailures {
  /** Notes that a deployment of the commit is about to fail, and returns the comment's id. Idempotent. */
  noteFailure(failure: {
    readonly repositoryId: number;
    readonly sha: string;
    readonly now: number;
  }): Promise<string>;
  /** The ids of unfinished comments of one repository, or of all. */
  listOpenFailureComments(repositoryId?: number): Promise<string[]>;
}

export interface FailureCommentStore extends NotedFailures {
  getFailureComment(id: string): Promise<FailureComment | null>;
  saveFailureComment(id: string, change: FailureCommentChange): Promise<void>;
  /** The last failure of each workspace of the comment, ordered by the workspaces' names. */
  listFailures(comment: FailureComment): Promise<NotedFailure[]>;
}
