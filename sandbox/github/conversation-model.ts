import type { SandboxAccount, SandboxRepository } from './model.ts';

/** What issues, pull requests and comments are made of. All times are epoch milliseconds. */

/** GitHub's base roles, the least first. */
export const BASE_ROLES = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type BaseRole = (typeof BASE_ROLES)[number];

export interface SandboxRole {
  readonly base: BaseRole;
  /** The base role's own name, or that of a custom role built on it. */
  readonly name: string;
}

export interface SandboxIssue {
  readonly id: number;
  readonly repositoryId: number;
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly author: SandboxAccount;
  readonly createdAt: number;
  updatedAt: number;
  closedAt: number | null;
  closedBy: SandboxAccount | null;
  locked: boolean;
  deleted: boolean;
  /** Null: an issue and no pull request. */
  readonly pull: SandboxPull | null;
}

/** What a pull request has beside its issue. */
export interface SandboxPull {
  readonly id: number;
  /** Where the head branch is: this repository or a fork. */
  readonly headRepository: SandboxRepository;
  readonly headOwner: SandboxAccount;
  readonly headRef: string;
  headSha: string;
  readonly baseRef: string;
  baseSha: string;
  mergedAt: number | null;
  mergedBy: SandboxAccount | null;
  mergeCommitSha: string | null;
}

export type SandboxPullRequest = SandboxIssue & { readonly pull: SandboxPull };

export const REACTIONS = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'] as const;
export type ReactionContent = (typeof REACTIONS)[number];

export interface SandboxReaction {
  readonly id: number;
  readonly user: SandboxAccount;
  readonly content: ReactionContent;
  readonly createdAt: number;
}

interface SandboxComment {
  readonly id: number;
  readonly repositoryId: number;
  readonly author: SandboxAccount;
  readonly createdAt: number;
}

export interface SandboxIssueComment extends SandboxComment {
  readonly issueNumber: number;
  /** Written by the app, not by a person. */
  readonly viaApp: boolean;
  body: string;
  updatedAt: number;
  /** Former bodies, oldest first. */
  readonly edits: string[];
  reactions: SandboxReaction[];
}

export interface SandboxCommitComment extends SandboxComment {
  readonly commitSha: string;
  readonly body: string;
  readonly path: string | null;
  readonly position: number | null;
}
