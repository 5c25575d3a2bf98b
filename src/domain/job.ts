/** A Meltano Cloud job. Times are epoch milliseconds by this machine's clock. */
export interface Job {
  readonly id: string;
  /** `WORKSPACE_DEPLOY` for deployments. */
  readonly type: string;
  /** A status of the API reference, or an unknown one. */
  readonly status: string;
  readonly created: number | null;
  /** The commit that the job deploys; null while it is unknown. */
  readonly commitId: string | null;
  readonly startTime: number | null;
  readonly endTime: number | null;
  /** The times by Meltano Cloud's clock, to compare them with its other times. */
  readonly serviceTimes: JobTimes;
  /** The number of the present attempt, counted from 0 or 1; null if it isn't shown. */
  readonly attempt: number | null;
  readonly maxAttempts: number | null;
  /** Meltano Cloud's text about what started the job, whose values aren't documented. */
  readonly triggeredBy: string | null;
}

interface JobTimes {
  readonly created: number | null;
  readonly startTime: number | null;
  readonly endTime: number | null;
}

/** True if the job deploys this commit; null while that is unknown. The API may report a shortened commit, and late. */
export function tookCommit({ commitId }: Job, sha: string): boolean | null {
  if (commitId === null || commitId === '') return null;
  return sha.startsWith(commitId) || commitId.startsWith(sha);
}

export type JobPhase = 'queued' | 'running' | 'ended';

/** The type of a deployment's job. */
export const DEPLOY_JOB_TYPE = 'WORKSPACE_DEPLOY';
export const RUN_JOB_TYPE = 'PIPELINE_RUN';
export const VERIFY_JOB_TYPE = 'PIPELINE_VERIFY';

/** Treats unknown statuses as running: a job is over only if the API says so. */
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
