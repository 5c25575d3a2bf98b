import { type Job, RUN_JOB_TYPE } from '../domain/job.ts';

/** A run that a deployment triggers may be created this long before the deployment's end. */
const CREATED_BEFORE_END_MS = 5_000;

export interface FoundRuns {
  /** The first run since the deployment's end that nothing else is known to have started. */
  readonly own: Job | null;
  /** The first one that something else started, such as a schedule. */
  readonly other: Job | null;
}

export interface DeployedAt {
  /** When the deployment's job began, by Meltano Cloud's clock. */
  readonly startTime: number | null;
  readonly endTime: number;
}

/** Finds a pipeline's first run after a deployment. */
export function findRuns(listed: readonly Job[], { startTime, endTime }: DeployedAt): FoundRuns {
  // What was created before the job began belongs to the deployment before.
  const since = Math.max(endTime - CREATED_BEFORE_END_MS, startTime ?? 0);
  const runs = listed
    .filter(({ type }) => type === RUN_JOB_TYPE)
    .filter(({ serviceTimes: { created } }) => created !== null && created >= since)
    .toSorted((a, b) => (a.serviceTimes.created ?? 0) - (b.serviceTimes.created ?? 0));
  return {
    own: runs.find(mayBeTriggered) ?? null,
    other: runs.find((job) => !mayBeTriggered(job)) ?? null,
  };
}

/** The values of `triggeredBy` aren't documented. */
function mayBeTriggered({ triggeredBy }: Job): boolean {
  return triggeredBy === null || /deploy/i.test(triggeredBy);
}
