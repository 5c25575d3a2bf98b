import type { SandboxAccount } from './model.ts';

/** Comments and reactions. All times are epoch milliseconds. */

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
