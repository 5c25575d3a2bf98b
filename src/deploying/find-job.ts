import type { Deployment } from '../domain/deployment.ts';
import { DEPLOY_JOB_TYPE, type Job, jobPhase, tookCommit } from '../domain/job.ts';
import type { RemoteClock } from '../domain/remote-clock.ts';
import { ageOf } from '../domain/stored-times.ts';
import type { ReconcileContext } from './reconcile-context.ts';

/** Clocks that differ by less count as the same (milliseconds). */
const TOLERANCE_MS = 2_000;
/** What times that were moved from a clock to another by the Date of answers may be wrong by (milliseconds). */
const MOVED_MS = 3_000;
/** A job that goes on may seem to be this much older than the push where the list shows that it is new (milliseconds). */
const LISTED_MS = 60_000;
/** GitHub waits so long for the answer to a delivery: one that is received came from a push within that time (milliseconds). */
const DELIVERY_MS = 10_000;

/**
 * The job that something else, such as a repository webhook, started for the push of this deployment, and that is no
 * deployment's yet. A job with the push's commit is, whatever the times, and one with another commit isn't. As long as a
 * job doesn't tell its commit, the order of the list decides, and its time only where the list can't. The oldest of several.
 * Null for what a person asked for: that is to be a job of its own. `listed` is newest first.
 */
export async function findForeignJob(
  context: ReconcileContext,
  deployment: Deployment,
  listed: readonly Job[],
): Promise<Job | null> {
  const { cause, account, receivedAt } = deployment;
  if (cause !== 'push' || !context.accounts.byKey(account)?.adoptsJobs) return null;
  const jobs = listed.filter((job) => job.type === DEPLOY_JOB_TYPE);
  if (jobs.length === 0) return null;
  const [seen, taken] = await Promise.all([
    // What was seen since then, at a try of another deployment, may well be this one's.
    context.store.listKnownJobs(deployment, receivedAt),
    context.store.listTakenJobs(
      deployment,
      jobs.map((job) => job.id),
    ),
  ]);
  const isOlder = (job: Job) =>
    tookCommitBefore(deployment, job) || (seen?.has(job.id) && !tookCommit(job, deployment.sha));
  const firstOlder = jobs.findIndex(isOlder);
  const newer = firstOlder < 0 ? jobs : jobs.slice(0, firstOlder);
  const pushedAt = timePush(context, deployment);
  const isForPush = (job: Job) =>
    tookCommit(job, deployment.sha) ?? mayHavePush(job, { pushedAt, wasListed: seen !== null, ...context });
  return newer.findLast((job) => !taken.has(job.id) && isForPush(job)) ?? null;
}

/** Whether the job deployed what the branch was before the push: it was made for something else. */
export function tookCommitBefore({ before }: Deployment, job: Job): boolean {
  return before !== null && tookCommit(job, before) === true;
}

/**
 * Whether the job was made, and began, before the push, as far as times tell: it may have deployed what was before. What is
 * over and doesn't seem so is adopted (`mayHavePush`), so a job that was let go for it isn't adopted again.
 */
export function seemsOlder(
  context: ReconcileContext,
  deployment: Deployment,
  { created, startTime }: Job,
): boolean {
  const pushedAt = timePush(context, deployment) - (context.githubClock.ahead() === 0 ? 0 : MOVED_MS);
  return created !== null && created < pushedAt && (startTime === null || startTime < pushedAt);
}

/** The time of the push by this machine's clock; never after its delivery, whatever GitHub's clock says. */
function timePush({ clock, githubClock }: ReconcileContext, { pushedAt, receivedAt }: Deployment): number {
  const received = clock.now() - ageOf(clock, receivedAt);
  const pushed = githubClock.toLocal(pushedAt);
  return pushed > received + TOLERANCE_MS ? received - DELIVERY_MS : pushed;
}

interface Look {
  readonly githubClock: RemoteClock;
  readonly pushedAt: number;
  /** The list was looked at before the push, and the job wasn't there. */
  readonly wasListed: boolean;
}

/**
 * For a job that doesn't name its commit yet. A queued job takes the branch's head when it begins, and a running job is
 * released once it names another commit: both may seem to be a little older than the push.
 */
function mayHavePush({ created, status }: Job, { pushedAt, wasListed, githubClock }: Look): boolean {
  if (created === null) return wasListed;
  const phase = jobPhase(status);
  const moved = githubClock.ahead() === 0 ? 0 : MOVED_MS;
  const unsure = moved + (phase === 'queued' ? TOLERANCE_MS : 0);
  // GitHub rounds times down to seconds: a job of the same second counts.
  return created >= pushedAt - (wasListed && phase !== 'ended' ? LISTED_MS : unsure);
}

/** Whether a deployment job that isn't over is listed. */
export function isBusy(jobs: readonly Job[]): boolean {
  return jobs.some((job) => job.type === DEPLOY_JOB_TYPE && jobPhase(job.status) !== 'ended');
}

/**
 * The oldest deployment job that is newer than all that were known before the attempt and that no deployment has yet:
 * a newer job more likely belongs to another start. `listed` is newest first.
 */
export async function pickJob(
  context: ReconcileContext,
  deployment: Deployment,
  listed: readonly Job[],
): Promise<Job | null> {
  const known = new Set(deployment.knownJobIds);
  const firstKnown = listed.findIndex((job) => known.has(job.id));
  const fresh = (firstKnown < 0 ? listed : listed.slice(0, firstKnown)).filter(
    (job) => job.type === DEPLOY_JOB_TYPE && !tookCommitBefore(deployment, job),
  );
  const ids = fresh.map((job) => job.id);
  const taken = await context.store.listTakenJobs(deployment, ids);
  return fresh.findLast((job) => !taken.has(job.id)) ?? null;
}
