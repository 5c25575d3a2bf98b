import type { Logger } from 'pino';
import type { Accounts } from '../domain/account.ts';
import type { ApprovalStore } from '../domain/approval-store.ts';
import type { Clock } from '../domain/clock.ts';
import type { CommitRunReader } from '../domain/commit-run.ts';
import type { KnownConfigurations } from '../domain/configuration-in-use.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { DeploymentStore } from '../domain/deployment-store.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';
import type { GateReads } from '../domain/gate-reads.ts';
import type { ArmedGates, AwaitedChecks, OtherDeployments } from '../domain/gate-store.ts';
import type { KeptPushStore } from '../domain/kept-push.ts';
import type { LockReader } from '../domain/lock.ts';
import type { LogExcerpt } from '../domain/log-excerpt.ts';
import type { MeltanoApi, MeltanoResult } from '../domain/meltano.ts';
import type { Notices } from '../domain/notification.ts';
import type { PipelineWatchStore } from '../domain/pipeline-watch.ts';
import type { RemoteClock } from '../domain/remote-clock.ts';
import type { RepositoryStore } from '../domain/repository-store.ts';
import { ageOf } from '../domain/stored-times.ts';
import type { OpenTrees } from '../planning/changed-paths.ts';
import type { ReadChangedPipelines } from '../planning/changed-pipelines.ts';
import type { PlanHistory } from '../planning/plan-store.ts';
import type { PostDeploymentOutputs } from '../reporting/post-deployment-outputs.ts';
import type { Reporter } from '../reporting/reporter.ts';
import type { CommitCheckReads } from './commit-check-reads.ts';

export interface PollBounds {
  /** Milliseconds. */
  readonly min: number;
  readonly max: number;
}

interface ReconcileLimits {
  /** How long a start is tried (START_TIMEOUT_MINUTES), in milliseconds. */
  readonly startMs: number;
  /** How long a job is watched after its start was accepted (DEPLOY_TIMEOUT_MINUTES), in milliseconds. */
  readonly deployMs: number;
  readonly poll: PollBounds;
  /** How often checks are looked at that a deployment waits for, if no event tells of them (milliseconds). */
  readonly gateLookMs: number;
}

/** The owner of a log in memory. */
interface LoggedJob {
  readonly id: string;
  /** The attempt of a retried job. */
  readonly attempt?: number | null;
}

/** Reads the log of a job into memory. */
export interface JobLogReader {
  /** Reads the lines since the last read. True if there were new lines. */
  readOn(of: LoggedJob, jobId: string, api: MeltanoApi): Promise<MeltanoResult<boolean>>;
  /** Reads the whole log again. */
  readWhole(of: LoggedJob, jobId: string, api: MeltanoApi): Promise<MeltanoResult<null>>;
  /** Reads the whole log without keeping it. */
  examine(jobId: string, api: MeltanoApi): Promise<MeltanoResult<LogExcerpt>>;
}

/** The ports and limits for reconciling workspaces. */
export interface ReconcileContext {
  readonly outputs: PostDeploymentOutputs;
  readonly notices: Notices;
  readonly store: DeploymentStore &
    ArmedGates &
    AwaitedChecks &
    OtherDeployments &
    PipelineWatchStore &
    PlanHistory &
    KeptPushStore &
    CommitRunReader &
    LockReader &
    ApprovalStore;
  readonly repositories: RepositoryStore;
  readonly gateReads: GateReads;
  readonly configurations: KnownConfigurations;
  readonly accounts: Accounts;
  readonly openTrees: OpenTrees;
  readonly readChangedPipelines: ReadChangedPipelines;
  readonly reporter: Reporter;
  readonly dispatcher: Dispatcher;
  readonly logs: JobLogReader;
  readonly clock: Clock;
  readonly githubClock: RemoteClock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly log: Logger;
  readonly limits: ReconcileLimits;
  /** The GitHub host that is served, normalised. */
  readonly githubHost: string;
  /** Counts a concluded deployment in the metrics. */
  readonly onConcluded: (deployment: Deployment) => void;
}

export interface StartContext extends ReconcileContext {
  /** By workspace: failed reads in a row before a start. In memory, since a retry is not worth a write. */
  readonly failedReads: Map<string, { readonly deployment: string; readonly count: number }>;
  readonly checks: CommitCheckReads;
  /** By deployment: when (`elapsed`) the checks that it waits for are looked at again. */
  readonly gateLooks: Map<string, number>;
  /** By workspace: when (`elapsed`) the gates are judged again of the deployment that waits behind a job. */
  readonly behindLooks: Map<string, { readonly deployment: string; readonly at: number }>;
  /** By workspace: since when (`elapsed`) a start waits at a gate. In memory, so the time without a process doesn't count. */
  readonly gateWaits: Map<string, { readonly deployment: string; readonly since: number }>;
}

/** The delay until the next look (milliseconds), or `go on` to look again at once. */
export type StepResult = number | 'go on';

/** Milliseconds in which a start may still be tried; infinite before the first try. */
export function startLeft(context: ReconcileContext, deployment: Deployment): number {
  const { limits, clock } = context;
  const { startSince, firstTry } = deployment;
  const left = startSince === null ? Infinity : limits.startMs - ageOf(clock, startSince);
  return firstTry === null ? left : Math.min(left, watchLeft(context, deployment));
}

/** Milliseconds in which the jobs are watched: both tries share the time. */
export function watchLeft({ limits, clock }: ReconcileContext, { firstTry, acceptedAt }: Deployment): number {
  return limits.deployMs - ageOf(clock, firstTry?.acceptedAt ?? acceptedAt ?? 0);
}

/** The fields that identify a deployment in a log line. */
export function logFields(deployment: Deployment): Record<string, unknown> {
  return {
    delivery: deployment.deliveryId,
    installation: deployment.installationId,
    repository: deployment.repositoryId,
    sha: deployment.sha,
    account: deployment.account,
    workspace: deployment.workspaceId,
    deployment: deployment.id,
    ...(deployment.jobId ? { job: deployment.jobId } : {}),
  };
}
