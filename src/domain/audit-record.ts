/** Who asked for what, and how it ended: a deployment, or a request that made none. */
export interface AuditRecord {
  /** When the app received the request, as ISO 8601 in UTC. */
  readonly time: string;
  readonly kind: 'push' | 'command' | 'button' | 'rerun';
  /** A GitHub login; null for a push that was found without its delivery. */
  readonly requested_by: string | null;
  /** The person's permission in the repository at that time, as GitHub names it; null for a push. */
  readonly role: string | null;
  /** The command, as it was understood; null for all others. */
  readonly request: string | null;
  /** The Meltano Cloud account in the app's configuration. */
  readonly account: string | null;
  readonly repository_id: number;
  /** Its newest name. */
  readonly repository: string | null;
  readonly workspace_id: string | null;
  readonly workspace: string | null;
  readonly branch: string | null;
  readonly requested_commit: string | null;
  readonly deployed_commit: string | null;
  readonly job_id: string | null;
  /** The conclusion of the deployment, `open`, or `refused` or `answered` for a request that made none. */
  readonly outcome: string;
  /** The reason code of the deployment or of the refusal, or the kind of the answer. */
  readonly reason: string;
  readonly withdrawn_by: string | null;
  /** When it ended, as ISO 8601 in UTC. */
  readonly ended: string | null;
  /** The id of GitHub's delivery. */
  readonly delivery_id: string;
  readonly deployment_id: string | null;
  readonly check_run_url: string | null;
  /** The failed job of a deployment that was tried again; `job_id` is then the second one. */
  readonly first_job_id: string | null;
  /** A GitHub login, of who forced the deployment past gates. */
  readonly forced_by: string | null;
  /** The kinds of those gates that weren't open. */
  readonly forced_past: string | null;
}

/** In their order. Columns are only ever added, at the end. */
export const AUDIT_COLUMNS = [
  'time',
  'kind',
  'requested_by',
  'role',
  'request',
  'account',
  'repository_id',
  'repository',
  'workspace_id',
  'workspace',
  'branch',
  'requested_commit',
  'deployed_commit',
  'job_id',
  'outcome',
  'reason',
  'withdrawn_by',
  'ended',
  'delivery_id',
  'deployment_id',
  'check_run_url',
  'first_job_id',
  'forced_by',
  'forced_past',
] as const satisfies readonly (keyof AuditRecord)[];
