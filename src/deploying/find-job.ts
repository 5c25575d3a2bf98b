import type { Deployment } from '../domain/deployment.ts';
import { type Job, jobPhase, tookCommit } from '../domain/job.ts';
import type { RemoteClock } from '../domain/remote-clock.ts';
import { ageOf } from '../domain/stored-times.ts';
import type { ReconcileContext } from './reconcile-context.ts';

/** Clocks that differ by less count as the same. */
const TOLERANCE_MS = 2_000;
/** Error of a time that was converted between clocks by the Date of answers. */
const MOVED_MS = 3_000;
/** A job that isn't over and is new in the list may seem this much older than the push. */
const LISTED_MS = 60_000;
/** GitHub waits this long for an answer, so a delivery's push is at most this old when it is received. */
const DELIVERY_MS = 10_000;

/**
 * Finds the job that something else, such as a repository webhook, started for the push of this deployment, and that belongs
 * to no other deployment. The job's commit decides. While a job has no commit, its place in the list decides, then its time.
 * Returns the oldest match. Returns null for a deployment that a person requested, which needs a job of its own. `listed` is
 * newest first.
 */
export async function findForeignJob(
  context: ReconcileContext,
  deployment: Deployment,
  listed: readonly Job[],
): Promise<Job | null> {
  const { cause, account, receivedAt } = deployment;
  if (cause !== 'push' || !context.accounts.byKey(account)?.adoptsJobs) return null;
  if (listed.length === 0) return null;
  const [seen, taken] = await Promise.all([
    // A job first seen later, at an attempt of another deployment, may belong to this push.
    context.store.listKnownJobs(deployment, receivedAt),
    context.store.listTakenJobs(
      deployment,
      listed.map((job) => job.id),
    ),
  ]);
  const isOlder = (job: Job) =>
    tookCommitBefore(deployment, job) || (seen?.has(job.id) && !tookCommit(job, deployment.sha));
  const firstOlder = listed.findIndex(isOlder);
  const newer = firstOlder < 0 ? listed : listed.slice(0, firstOlder);
  const pushedAt = timePush(context, deployment);
  const isForPush = (job: Job) =>
    tookCommit(job, deployment.sha) ?? mayHavePush(job, { pushedAt, wasListed: seen !== null, ...context });
  return newer.findLast((job) => !taken.has(job.id) && isForPush(job)) ?? null;
}

/** True if the job deployed the commit before the push, so it was made for something else. */
function tookCommitBefore({ before }: Deployment, job: Job): boolean {
  return before !== null && tookCommit(job, before) === true;
}

/**
 * True if the job's times say that it was created and began before the push, so it may have deployed an older commit.
 * `mayHavePush` excludes the same jobs, so a released job isn't adopted again.
 */
export function seemsOlder(
  context: ReconcileContext,
  deployment: Deployment,
  { created, startTime }: Job,
): boolean {
  const pushedAt = timePush(context, deployment) - (context.githubClock.ahead() === 0 ? 0 : MOVED_MS);
  return created !== null && created < pushedAt && (startTime === null || startTime < pushedAt);
}

/** The time of the push by this machine's clock, and never after its delivery (epoch milliseconds). */
function timePush({ clock, githubClock }: ReconcileContext, { pushedAt, receivedAt }: Deployment): number {
  const received = clock.now() - ageOf(clock, receivedAt);
  const pushed = githubClock.toLocal(pushedAt);
  return pushed > received + TOLERANCE_MS ? received - DELIVERY_MS : pushed;
}

interface Look {
  readonly githubClock: RemoteClock;
  readonly pushedAt: number;
  /** The list was read before the push and didn't contain the job. */
  readonly wasListed: boolean;
}

/**
 * Judges a job that has no commit yet. A queued job takes the branch's head when it begins, and a running job is released
 * when it gets another commit, so both may seem a little older than the push.
 */
function mayHavePush({ created, status }: Job, { pushedAt, wasListed, githubClock }: Look): boolean {
  if (created === null) return wasListed;
  const phase = jobPhase(status);
  const moved = githubClock.ahead() === 0 ? 0 : MOVED_MS;
  const unsure = moved + (phase === 'queued' ? TOLERANCE_MS : 0);
  // GitHub rounds times down to seconds: a job of the same second counts.
  return created >= pushedAt - (wasListed && phase !== 'ended' ? LISTED_MS : unsure);
}

/** True if a job of the list isn't over. */
export function isBusy(jobs: readonly Job[]): boolean {
  return jobs.some((job) => jobPhase(job.status) !== 'ended');
}

/**
 * Finds the oldest deployment job that is newer than the jobs known before the attempt and belongs to no deployment. A newer
 * one more likely belongs to another start. `listed` is newest first.
 */
export async function findAttemptedJob(
  context: ReconcileContext,
  deployment: Deployment,
  listed: readonly Job[],
): Promise<Job | null> {
  const known = new Set(deployment.knownJobIds);
  const firstKnown = listed.findIndex((job) => known.has(job.id));
  const fresh = (firstKnown < 0 ? listed : listed.slice(0, firstKnown)).filter(
    (job) => !tookCommitBefore(deployment, job),
  );
  const ids = fresh.map((job) => job.id);
  const taken = await context.store.listTakenJobs(deployment, ids);
  return fresh.findLast((job) => !taken.has(job.id)) ?? null;
}
