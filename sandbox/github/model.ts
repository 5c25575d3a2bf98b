import type { FileMode } from './git-tree.ts';

/** The state of the simulated GitHub. All times are epoch milliseconds. */

export type AccountType = 'User' | 'Organization' | 'Bot';

export interface SandboxAccount {
  readonly id: number;
  readonly login: string;
  readonly type: AccountType;
}

export interface SandboxInstallation {
  readonly id: number;
  account: string;
  readonly createdAt: number;
  suspendedAt: number | null;
  removed: boolean;
}

export interface SandboxCommit {
  readonly sha: string;
  readonly treeSha: string;
  readonly message: string;
  readonly author: SandboxAccount;
  /** The committer's name in git, which doesn't have to be a login. */
  readonly committerName: string;
  readonly parent: string | null;
  /** The second parent of a merge. */
  readonly mergedParent: string | null;
  readonly date: number;
  /** Larger than that of every ancestor. */
  readonly serial: number;
  /** Every file at this commit. Unchanged contents are shared with the parent. */
  readonly files: ReadonlyMap<string, string>;
  /** The modes of files that aren't ordinary. */
  readonly modes: ReadonlyMap<string, FileMode>;
}

export interface SandboxRepository {
  readonly id: number;
  owner: string;
  name: string;
  readonly fullName: string;
  private: boolean;
  archived: boolean;
  deleted: boolean;
  defaultBranch: string;
  /** False: its issues are disabled. Pull requests still work. */
  hasIssues: boolean;
  readonly createdAt: number;
  updatedAt: number;
  pushedAt: number;
  /** Heads by branch name. */
  readonly branches: Map<string, string>;
  /** Shared by a fork and its source, as at GitHub. */
  readonly commits: Map<string, SandboxCommit>;
  /** Null: not a fork. */
  readonly source: SandboxRepository | null;
  /** Roles by account id. The visibility decides for all others. */
  readonly roles: Map<number, SandboxRole>;
  /** Issues and pull requests by number, including deleted ones. */
  readonly issues: Map<number, SandboxIssue>;
  /** Installations that could see it before a transfer. */
  readonly formerInstallations: Set<number>;
}

/** GitHub's base roles, the lowest first. */
export const BASE_ROLES = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type BaseRole = (typeof BASE_ROLES)[number];

export interface SandboxRole {
  readonly base: BaseRole;
  /** The name of the base role, or of a custom role built on it. */
  readonly name: string;
}

export interface SandboxIssue {
  readonly id: number;
  readonly repositoryId: number;
  readonly number: number;
  title: string;
  body: string | null;
  readonly author: SandboxAccount;
  /** Opened by the app, not by a person. */
  readonly viaApp: boolean;
  labels: readonly string[];
  assignees: readonly SandboxAccount[];
  /** How often its title, body or state was changed. */
  edits: number;
  readonly createdAt: number;
  updatedAt: number;
  closedAt: number | null;
  stateReason: 'completed' | 'not_planned' | 'duplicate' | 'reopened' | null;
  closedBy: SandboxAccount | null;
  locked: boolean;
  deleted: boolean;
  /** The issue in another repository that it became. */
  movedTo: SandboxIssue | null;
  /** Null: an issue, not a pull request. */
  readonly pull: SandboxPull | null;
}

/** What a pull request has in addition to its issue. */
export interface SandboxPull {
  readonly id: number;
  /** Where the head branch is: this repository or a fork. */
  readonly headRepository: SandboxRepository;
  readonly headOwner: SandboxAccount;
  readonly headRef: string;
  headSha: string;
  baseRef: string;
  baseSha: string;
  mergedAt: number | null;
  mergedBy: SandboxAccount | null;
  mergeCommitSha: string | null;
}

export type SandboxPullRequest = SandboxIssue & { readonly pull: SandboxPull };

/** A 4xx answer that a correct app never causes. */
export interface Refusal {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly message: string;
}

/** An accepted request that doesn't do what its sender seems to expect. */
export interface Warning {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly message: string;
}

export type PermissionLevel = 'read' | 'write';
export type Permissions = Readonly<Record<string, PermissionLevel>>;

export interface AppIdentity {
  readonly id: number;
  readonly slug: string;
  readonly privateKey: string;
  readonly webhookSecret: string;
}

/** The permissions in `app.yml`. */
export const DEFAULT_PERMISSIONS: Permissions = {
  metadata: 'read',
  checks: 'write',
  contents: 'read',
  issues: 'write',
  pull_requests: 'write',
  deployments: 'write',
};

export const APP_EVENTS = [
  'push',
  'issue_comment',
  'commit_comment',
  'pull_request',
  'check_run',
  'check_suite',
  'repository',
];

export const NO_COMMIT = '0'.repeat(40);

/** GitHub's time format: seconds, UTC. */
export function isoTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
