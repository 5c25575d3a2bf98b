/** A Meltano Cloud job, reduced to what this app reads. Times are epoch milliseconds on this app's clock. */
export interface Job {
  readonly id: string;
  /** `WORKSPACE_DEPLOY` for deployments. */
  readonly type: string;
  /** One of the API reference's statuses, or one that this app doesn't know. */
  readonly status: string;
  readonly created: number | null;
  /** The commit that the job really deploys, once known. */
  readonly commitId: string | null;
  readonly startTime: number | null;
  readonly endTime: number | null;
}

/** Whose commit a job took, where that is known: the API may tell it late, and cut. */
export function tookCommit({ commitId }: Job, sha: string): boolean | null {
  if (commitId === null || commitId === '') return null;
  return sha.startsWith(commitId) || commitId.startsWith(sha);
}

export type JobPhase = 'queued' | 'running' | 'ended';

/** The type of job that a deployment makes. */
export const DEPLOY_JOB_TYPE = 'WORKSPACE_DEPLOY';

/** Statuses that the API reference doesn't name count as running: a job is over only when it says so. */
export function jobPhase(status: string): JobPhase {
  switch (status) {
    case 'QUEUED':
      return 'queued';
    case 'COMPLETE':
    case 'ERROR':
    case 'STOPPED':
      return 'ended';
    default:
      return 'running';
  }
}
