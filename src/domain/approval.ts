import type { CommandPermission } from './role.ts';
import type { RepositoryWorkspace } from './workspace.ts';

/** Who has to approve each deployment. */
export interface ApprovalRule {
  /** The role in the repository that the person needs at least. */
  readonly role: CommandPermission;
  /** `author`: not the authors and committers of the commits, nor who pushed them. */
  readonly notBy: 'author' | null;
}

/** A person's approval of a commit. */
export interface Approval {
  /** A GitHub login. */
  readonly by: string;
  /** The person's permission in the repository at that time, as GitHub names it. */
  readonly role: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** What the rule demanded besides the role. */
  readonly notBy?: 'author';
}

/** An approval lets one commit be deployed to one workspace. */
export interface NewApproval extends Approval, RepositoryWorkspace {
  readonly sha: string;
}

export interface ApprovalReader {
  findApproval(workspace: RepositoryWorkspace, sha: string): Promise<Approval | null>;
}

/** As a reply shows it. */
export interface ApprovedCommit {
  readonly workspaceId: string;
  readonly workspaceName: string;
  readonly sha: string;
}

export interface UnapprovedWorkspace {
  readonly workspaceId: string;
  readonly workspaceName: string;
  /** A clause. */
  readonly why: string;
}
