import type { SandboxIssue, SandboxRole } from './conversation-model.ts';
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
  readonly parent: string | null;
  /** The second parent of a merge. */
  readonly mergedParent: string | null;
  readonly date: number;
  /** Larger than that of every ancestor. */
  readonly serial: number;
  /** Every file at this commit. Unchanged contents are shared with the parent. */
  readonly files: ReadonlyMap<string, string>;
  /** Of those that are no ordinary files. */
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
  readonly createdAt: number;
  updatedAt: number;
  pushedAt: number;
  /** Branch name to head. */
  readonly branches: Map<string, string>;
  /** A fork and its source share theirs, as at GitHub. */
  readonly commits: Map<string, SandboxCommit>;
  /** Null: no fork. */
  readonly source: SandboxRepository | null;
  /** Account id to role; who is not in it has what the repository's visibility gives. */
  readonly roles: Map<number, SandboxRole>;
  /** Issues and pull requests by their number, deleted ones included. */
  readonly issues: Map<number, SandboxIssue>;
  /** Installations that could see it before a transfer. */
  readonly formerInstallations: Set<number>;
}

export type CheckStatus = 'queued' | 'in_progress' | 'completed';
export type CheckConclusion =
  | 'success'
  | 'failure'
  | 'neutral'
  | 'cancelled'
  | 'skipped'
  | 'timed_out'
  | 'action_required';

export interface CheckRunAnnotation {
  path: string;
  start_line: number;
  end_line: number;
  start_column?: number;
  end_column?: number;
  annotation_level: 'notice' | 'warning' | 'failure';
  message: string;
  title?: string;
  raw_details?: string;
}

export interface CheckRunAction {
  label: string;
  description: string;
  identifier: string;
}

/** What an app can write on a check run. Times are the ISO strings that the app sent. */
export interface CheckRunFields {
  readonly name: string;
  readonly status: CheckStatus;
  readonly conclusion: CheckConclusion | null;
  readonly externalId: string;
  readonly detailsUrl: string | null;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly output: {
    readonly title: string | null;
    readonly summary: string | null;
    readonly text: string | null;
  };
  /** All of them: later writes append. */
  readonly annotations: readonly CheckRunAnnotation[];
  readonly actions: readonly CheckRunAction[];
}

export interface CheckRunVersion extends CheckRunFields {
  readonly at: number;
}

export interface SandboxCheckRun extends CheckRunFields {
  readonly id: number;
  readonly repositoryId: number;
  readonly suiteId: number;
  readonly headSha: string;
  readonly htmlUrl: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Every version accepted, oldest first; the last one is the present state. */
  readonly history: readonly CheckRunVersion[];
}

export interface SandboxCheckSuite {
  readonly id: number;
  readonly repositoryId: number;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly before: string | null;
  readonly createdAt: number;
  updatedAt: number;
  /** A re-run was asked for and no run of the suite was written since. */
  rerequested: boolean;
}

/** A 4xx answer that a correct app would never cause. */
export interface Refusal {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly message: string;
}

/** An accepted request that does not do what its sender seems to expect. */
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

/** The design's permissions: what `app.yml` asks for. */
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
