/** Check runs and check suites. All times are epoch milliseconds, unless the app sent them. */

export type CheckStatus = 'queued' | 'in_progress' | 'completed';
export type CheckConclusion =
  | 'success'
  | 'failure'
  | 'neutral'
  | 'cancelled'
  | 'skipped'
  | 'timed_out'
  | 'action_required'
  | 'startup_failure'
  | 'stale';

/** Another GitHub App, such as GitHub Actions. */
export interface ForeignApp {
  readonly id: number;
  readonly slug: string;
}

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

interface CheckRunAction {
  label: string;
  description: string;
  identifier: string;
}

/** The fields that an app writes. Times are the ISO strings that the app sent. */
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
  /** Later writes append to these. */
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
  /** All accepted versions, oldest first. The last one is the present state. */
  readonly history: readonly CheckRunVersion[];
}

export interface SandboxCheckSuite {
  readonly id: number;
  /** Null: of the app under test. */
  readonly app: ForeignApp | null;
  /** Tells suites of one App and commit apart, such as those of several workflows. */
  readonly key: string;
  readonly repositoryId: number;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly before: string | null;
  readonly createdAt: number;
  updatedAt: number;
  /** A re-run was requested, and no run of the suite was written since. */
  rerequested: boolean;
}
