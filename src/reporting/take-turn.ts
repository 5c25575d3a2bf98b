import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import {
  type ConfigurationRun,
  type ConfigurationRunReader,
  isConfigurationRunId,
} from '../domain/configuration-run.ts';
import { type Deployment, isReported, mayBeTwice, type Repository } from '../domain/deployment.ts';
import type { OpenDeployments } from '../domain/deployment-store.ts';
import type { GitHubFailure } from '../domain/github-result.ts';
import type { RepositoryReader } from '../domain/repository-store.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import type { CheckRunApi } from '../github/check-runs.ts';
import { createOnce, LAST_LOOK_MS } from './create-once.ts';
import type { LaneEntry } from './pace/lane-entry.ts';
import type { SendWrite, WriteLane } from './pace/write-lane.ts';
import { type RenderPorts, renderRun } from './render-run.ts';
import type { ReportStore } from './report-store.ts';
import { type ReportedRun, type WriteOutcome, writeCheckRun } from './write-check-run.ts';

/**
 * A write that GitHub rejects is tried so often, over about seven minutes: a sweep may learn meanwhile where the
 * repository went. Then the run stays as it is until the deployment changes.
 */
const MAX_REJECTIONS = 13;
/** A concluded deployment whose check run couldn't be written for a day is given up: nothing is tried for ever (milliseconds). */
const HOPE_MS = 24 * 3_600_000;
/** How soon a run is looked for again whose conclusion may not go out yet (milliseconds). */
const LOOK_LATER_MS = 1_000;
/** How long a conclusion waits for the check run that it links to, and how often that is looked for (milliseconds). */
const SUCCESSOR_MS = 10_000;
const SUCCESSOR_AGAIN_MS = 250;
const NOT_SHOWN: GitHubFailure = { kind: 'unknown', message: 'GitHub does not show the check run' };
/** The least wait where GitHub names none: how long it is for the whole installation says its budget (milliseconds). */
const UNTOLD_WAIT_MS = 1_000;

export interface TurnPorts extends RenderPorts {
  readonly api: CheckRunApi;
  readonly store: ReportStore & OpenDeployments & ConfigurationRunReader;
  readonly repositories: RepositoryReader;
  readonly random: () => number;
  readonly log: Logger;
  /** A check run was written; what it is about is as it was before. For the metrics. */
  readonly onWritten: (of: Deployment | ConfigurationRun) => void;
}

/** A write that is due, and what it is owed for. */
export interface Turn {
  readonly entry: LaneEntry;
  readonly owed: LaneEntry['owed'];
  readonly send: SendWrite;
}

export type TurnResult =
  /** Written, or given up; `over`: the entry has no further use. */
  | { readonly kind: 'done' | 'over' }
  /** What was to be written is still owed. */
  | { readonly kind: 'owed' }
  /** The same, by another installation. */
  | { readonly kind: 'moved'; readonly installationId: number };

interface Place {
  readonly installationId: number;
  readonly schedule: WriteLane;
}

export type TakeTurn = (lane: Place, turn: Turn) => Promise<TurnResult>;

/** Writes one check run as its deployment is now, and says what is left to do. */
export function createTurnTaker(ports: TurnPorts): TakeTurn {
  const { store, repositories, clock, log } = ports;
  const once = createOnce(clock);

  return async (lane, turn) => {
    const { entry } = turn;
    const deployment = isConfigurationRunId(entry.deploymentId)
      ? await store.getConfigurationRun(entry.deploymentId)
      : await store.getDeployment(entry.deploymentId);
    const repository = deployment && (await repositories.getRepository(deployment.repositoryId));
    if (!deployment || !repository) {
      entry.owed = null;
      entry.lookAt = null;
      return { kind: 'over' };
    }
    const { installationId } = repository;
    if (installationId !== lane.installationId) return { kind: 'moved', installationId };
    planLook(entry, deployment, clock);
    return (await postpone(entry, deployment)) ?? write(lane.schedule, turn, deployment, repository);
  };

  /** What a run that may not be written yet waits for; null for one that may. */
  async function postpone(
    entry: LaneEntry,
    deployment: Deployment | ConfigurationRun,
  ): Promise<TurnResult | null> {
    // A conclusion goes out once, together with its log. Nothing is owed until `changed` comes again, when that was
    // read: an earlier failure must not bring it back at once, and for ever.
    if (deployment.state === 'concluded' && !entry.mayConclude) {
      if (isLookDue(entry)) entry.lookAt = clock.elapsed() + LOOK_LATER_MS;
      return { kind: 'done' };
    }
    if (!(await isAheadOfSuccessor(entry, deployment))) return null;
    entry.notBefore = clock.elapsed() + SUCCESSOR_AGAIN_MS;
    return { kind: 'owed' };
  }

  function isLookDue({ lookAt }: LaneEntry): boolean {
    return lookAt !== null && lookAt <= clock.elapsed();
  }

  async function write(
    schedule: WriteLane,
    { entry, owed, send }: Turn,
    deployment: Deployment | ConfigurationRun,
    repository: Repository,
  ): Promise<TurnResult> {
    const begunAt = clock.elapsed();
    const looks = owed ? 'first' : 'only';
    const request = {
      ...(await renderRun(deployment, repository, ports)),
      deployment,
      repository,
      lastDigest: entry.digest,
      looks: isLookDue(entry) ? looks : 'no',
    } as const;
    const outcome = await writeCheckRun(request, { api: ports.api, store, send, createOnce: once, clock });
    if (outcome.kind === 'written' && outcome.sent) ports.onWritten(deployment);
    // From when it began: GitHub's time to answer makes no log slower.
    if (outcome.kind === 'failed' || (outcome.kind === 'written' && outcome.sent))
      entry.lastWriteAt = begunAt;
    return settle(schedule, entry, deployment, outcome);
  }

  /** One that was replaced or redeployed links to the newer one's check run, which may be on its way just now. */
  async function isAheadOfSuccessor(
    { owedSince }: LaneEntry,
    of: Deployment | ConfigurationRun,
  ): Promise<boolean> {
    if ('verdict' in of || clock.elapsed() - owedSince > SUCCESSOR_MS) return false;
    const id = of.supersededBy ?? (of.rerun?.kind === 'redeployed' ? of.rerun.deploymentId : null);
    const successor = id === null ? null : await store.getDeployment(id);
    return successor !== null && successor.checkRunId === null && !isReported(successor);
  }

  async function settle(
    schedule: WriteLane,
    entry: LaneEntry,
    deployment: ReportedRun,
    outcome: WriteOutcome,
  ): Promise<TurnResult> {
    const now = clock.elapsed();
    if (outcome.kind === 'look again') {
      entry.notBefore = now + outcome.waitMs;
      return giveUpIfHopeless(schedule, entry, deployment, NOT_SHOWN);
    }
    if (outcome.kind === 'failed') {
      takeFailure(schedule, entry, deployment, outcome);
      return giveUpIfHopeless(schedule, entry, deployment, outcome.failure);
    }
    entry.failures = 0;
    entry.notBefore = now;
    entry.digest = outcome.digest;
    if (entry.lookAt !== null && entry.lookAt <= now) entry.lookAt = null;
    if (outcome.lookMs !== null) entry.lookAt = now + outcome.lookMs;
    if (outcome.sent) schedule.unblock();
    return { kind: deployment.state === 'concluded' ? 'over' : 'done' };
  }

  function takeFailure(
    schedule: WriteLane,
    entry: LaneEntry,
    deployment: ReportedRun,
    { failure, waitMs }: FailedWrite,
  ): void {
    const { kind, message: problem } = failure;
    log.warn({ ...logFields(deployment), kind, problem }, 'GitHub did not take a check run');
    // It may have been taken: what GitHub shows is not known, so even the state before must be sent again.
    if (kind === 'unknown') entry.digest = null;
    const now = clock.elapsed();
    // A limit and a block are about the whole installation: everything of it waits, and no run has a try less.
    if (kind === 'limited') entry.notBefore = now + (failure.waitMs ?? UNTOLD_WAIT_MS);
    else if (kind === 'unavailable' || kind === 'unauthorized') schedule.block(now);
    else failEntry(entry, ports, waitMs);
  }

  async function giveUpIfHopeless(
    schedule: WriteLane,
    entry: LaneEntry,
    deployment: ReportedRun,
    failure: GitHubFailure,
  ): Promise<TurnResult> {
    const now = clock.elapsed();
    const since = schedule.blockedSince ?? (entry.failures > 0 ? entry.failingSince : now);
    const isOver = deployment.state === 'concluded' && now - since >= HOPE_MS;
    const isRefused = failure.kind === 'rejected' && entry.failures >= MAX_REJECTIONS;
    if (!isOver && !isRefused) return { kind: 'owed' };
    const fields = { ...logFields(deployment), problem: failure.message };
    log.error(fields, isRefused ? 'GitHub refuses this check run: given up' : 'A check run is given up');
    await store.saveReport(deployment.id, {
      reportedRevision: deployment.revision,
      checkRunAttemptedAt: null,
    });
    entry.failures = 0;
    entry.notBefore = now;
    entry.lookAt = null;
    // A change that came meanwhile gets tries of its own.
    return { kind: 'over' };
  }
}

/** A run that may have been created twice is looked for once more. */
export function planLook(entry: LaneEntry, deployment: ReportedRun, { elapsed }: Clock): void {
  if (!mayBeTwice(deployment)) return;
  entry.lookAt ??= elapsed() + LAST_LOOK_MS;
}

/** It is tried again after a wait; without one, after one that grows with the failures. */
export function failEntry(
  entry: LaneEntry,
  { clock, random }: Pick<TurnPorts, 'clock' | 'random'>,
  waitMs: number | null = null,
): void {
  const now = clock.elapsed();
  if (entry.failures === 0) entry.failingSince = now;
  entry.failures += 1;
  entry.notBefore = now + (waitMs ?? chooseRetryDelay(entry.failures, null, random()));
}

type FailedWrite = Extract<WriteOutcome, { kind: 'failed' }>;

function logFields({ id, installationId, sha }: ReportedRun): object {
  return { deployment: id, installation: installationId, sha };
}
