import { type Job, RUN_JOB_TYPE } from '../domain/job.ts';

/** A run that a deployment triggers may be created this long before the deployment's end. */
const CREATED_BEFORE_END_MS = 5_000;

export interface FoundRuns {
  /** The first run since the deployment's end that nothing else is known to have started. */
  readonly own: Job | null;
  /** The first one that something else started, such as a schedule. */
  readonly other: Job | null;
}

/** Finds a pipeline's first run after a deployment. `deployedAt`: the deployment's end by Meltano Cloud's clock. */
export function findRuns(listed: readonly Job[], deployedAt: number): FoundRuns {
  const runs = listed
    .filter(({ type }) => type === RUN_JOB_TYPE)
    .filter(
      ({ serviceTimes: { created } }) => created !== null && created >= deployedAt - CREATED_BEFORE_END_MS,
    )
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
