import type { AuditRecord } from '../domain/audit-record.ts';
import type { PipelineWatch, WatchedPipeline } from '../domain/pipeline-watch.ts';

export interface CommandJobs {
  readonly state: PipelineWatch['state'] | null;
  readonly pipelines: string | null;
  readonly workspaceId: string | null;
  readonly workspaceName: string | null;
  readonly sha: string | null;
  readonly checkRunUrl: string | null;
  readonly concludedAt: number | null;
}

/** The pipeline jobs that a command requested. Their ids are separated by spaces. */
export function describeCommandJobs(row: CommandJobs): Partial<AuditRecord> {
  if (row.pipelines === null) return {};
  const pipelines = JSON.parse(row.pipelines) as readonly WatchedPipeline[];
  const jobs = pipelines.flatMap(({ jobId }) => jobId ?? []);
  const bad = pipelines.find(({ outcome }) => outcome !== 'succeeded');
  const isOpen = row.state !== 'concluded';
  return {
    workspace_id: row.workspaceId,
    workspace: row.workspaceName,
    requested_commit: row.sha,
    job_id: jobs.length === 0 ? null : jobs.join(' '),
    outcome: isOpen ? 'open' : bad ? 'failure' : 'success',
    ...(!isOpen && { reason: bad ? (bad.outcome ?? 'timed_out') : 'succeeded' }),
    ended: row.concludedAt === null ? null : new Date(row.concludedAt).toISOString(),
    check_run_url: row.checkRunUrl,
  };
}
