import type { Logger } from 'pino';
import {
  type ConfigurationRun,
  type ConfigurationRunStore,
  isConfigurationRunId,
} from '../domain/configuration-run.ts';
import type { Deployment } from '../domain/deployment.ts';
import { LeaseLost } from '../domain/lease.ts';
import type { DeploymentStore, Reporter, ReportStore, RepositoryStore } from '../domain/ports.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import type { CheckRunApi } from './check-runs.ts';
import type { RateBudgets } from './rate-budget.ts';
import { type RenderPorts, renderRun } from './render-run.ts';
import { type ReportedRun, type WriteOutcome, writeCheckRun } from './write-check-run.ts';
import { type LaneEntry, type NextWrite, type WriteKind, WriteLane } from './write-lane.ts';

/**
 * A write that GitHub rejects is tried so often, over about seven minutes: a sweep may learn meanwhile where the
 * repository went. Then the run stays as it is until the deployment changes.
 */
const MAX_REJECTIONS = 13;
/** A concluded deployment whose check run couldn't be written for a day is given up: nothing is tried for ever (milliseconds). */
const HOPE_MS = 24 * 3_600_000;
/** Node runs a timer of 25 days or more at once (milliseconds). */
const LONGEST_TIMER_MS = 3_600_000;

export interface CheckRunWriterPorts extends RenderPorts {
  readonly api: CheckRunApi;
  readonly store: ReportStore &
    Pick<DeploymentStore, 'listOpen'> &
    Pick<ConfigurationRunStore, 'getConfigurationRun'>;
  readonly repositories: Pick<RepositoryStore, 'getRepository'>;
  readonly budgets: Pick<RateBudgets, 'of'>;
  readonly random: () => number;
  readonly log: Logger;
  /** A check run was written; what it is about is as it was before. For the metrics. */
  readonly onWritten: (of: Deployment | ConfigurationRun) => void;
  /** With several instances: runs a write on behalf of the lease of the installation's writer. */
  readonly onBehalf?: <T>(installationId: number, work: () => Promise<T>) => Promise<T>;
}

interface Lane {
  readonly installationId: number;
  readonly schedule: WriteLane;
  timer: NodeJS.Timeout | null;
  writing: Promise<void> | null;
}

/**
 * The one writer of check runs. It keeps no queue of states: each write renders its deployment as it is at that moment,
 * so a run that changes faster than it may be written skips the states in between, and the last one always arrives.
 */
export class CheckRunWriter implements Reporter {
  readonly #ports: CheckRunWriterPorts;
  readonly #lanes = new Map<number, Lane>();
  /** The lane that each deployment's entry is in. */
  readonly #homes = new Map<string, Lane>();
  #stopped = false;

  constructor(ports: CheckRunWriterPorts) {
    this.#ports = ports;
  }

  changed(deployment: ReportedRun): void {
    const { lane, entry } = this.#entry(deployment);
    if (deployment.state === 'concluded') entry.mayConclude = true;
    if (deployment.checkRunId === null) entry.owed = 'create';
    else entry.owed = deployment.state === 'concluded' ? 'final' : 'state';
    this.#arm(lane);
  }

  configurationRead(run: ConfigurationRun): void {
    this.changed(run);
  }

  logGrew(deployment: Deployment): void {
    const { lane, entry } = this.#entry(deployment);
    entry.logGrew = true;
    this.#arm(lane);
  }

  /** An installation that couldn't be used may work again, or its repositories belong to another: what waits is tried at once. */
  resume(installationId: number): void {
    const lane = this.#lanes.get(installationId);
    if (!lane) return;
    lane.schedule.unblock();
    this.#arm(lane);
  }

  /** Drops what is owed to an installation: another instance writes for it. */
  forget(installationId: number): void {
    const lane = this.#lanes.get(installationId);
    if (!lane) return;
    if (lane.timer) clearTimeout(lane.timer);
    for (const id of lane.schedule.entries.keys()) this.#homes.delete(id);
    lane.schedule.entries.clear();
  }

  /** Sends nothing more and waits for the writes under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const lane of this.#lanes.values()) if (lane.timer) clearTimeout(lane.timer);
    await Promise.all([...this.#lanes.values()].map((lane) => lane.writing));
  }

  /** An entry stays in its lane until that lane finds that the repository has come to another installation. */
  #entry(deployment: ReportedRun): { lane: Lane; entry: LaneEntry } {
    const lane = this.#homes.get(deployment.id) ?? this.#lane(deployment.installationId);
    this.#homes.set(deployment.id, lane);
    return { lane, entry: lane.schedule.entry(deployment.id) };
  }

  #lane(installationId: number): Lane {
    const known = this.#lanes.get(installationId);
    if (known) return known;
    const schedule = new WriteLane(this.#ports.budgets.of(installationId));
    const lane: Lane = { installationId, schedule, timer: null, writing: null };
    this.#lanes.set(installationId, lane);
    return lane;
  }

  #arm(lane: Lane): void {
    if (this.#stopped || lane.writing) return;
    if (lane.timer) clearTimeout(lane.timer);
    lane.timer = null;
    const next = lane.schedule.next(this.#ports.clock.now());
    if (next.kind === 'wait') {
      lane.timer = setTimeout(() => this.#arm(lane), Math.min(next.ms, LONGEST_TIMER_MS));
    } else if (next.kind === 'write') {
      lane.writing = this.#write(lane, next).finally(() => {
        lane.writing = null;
        this.#arm(lane);
      });
    }
  }

  async #write(lane: Lane, { entry, write }: Extract<NextWrite, { kind: 'write' }>): Promise<void> {
    const { owed, logGrew } = entry;
    entry.owed = null;
    entry.logGrew = false;
    const { onBehalf = (_, work) => work() } = this.#ports;
    const attempt = () => this.#attempt(lane, entry, write);
    const isSettled = await onBehalf(lane.installationId, attempt).catch((error: unknown) => {
      if (error instanceof LeaseLost) {
        this.forget(lane.installationId);
        return true;
      }
      this.#ports.log.error(
        { err: error, deployment: entry.deploymentId },
        'A check run could not be written',
      );
      this.#tryLater(entry);
      return false;
    });
    if (isSettled) return;
    // What wasn't written is still owed, unless something newer is already.
    entry.owed ??= owed;
    entry.logGrew ||= logGrew;
    const home = this.#homes.get(entry.deploymentId);
    if (home && home !== lane) this.#arm(home);
  }

  /** False when what was to be written is still owed. */
  async #attempt(lane: Lane, entry: LaneEntry, write: WriteKind): Promise<boolean> {
    const { store, repositories, api, clock } = this.#ports;
    const deployment = isConfigurationRunId(entry.deploymentId)
      ? await store.getConfigurationRun(entry.deploymentId)
      : await store.getDeployment(entry.deploymentId);
    const repository = deployment && (await repositories.getRepository(deployment.repositoryId));
    if (!deployment || !repository) {
      this.#drop(lane, entry);
      return true;
    }
    if (repository.installationId !== lane.installationId) {
      this.#move(lane, entry, repository.installationId);
      return false;
    }
    // A conclusion goes out once, together with its log. Nothing is owed until `changed` comes again, when that was
    // read: an earlier failure must not bring it back at once, and for ever.
    if (deployment.state === 'concluded' && !entry.mayConclude) return true;
    const rendered = await renderRun(deployment, repository, this.#ports);
    const request = { ...rendered, deployment, repository, lastDigest: entry.digest };
    const outcome = await writeCheckRun(request, { api, store, clock });
    if (outcome.kind === 'written' && outcome.sent) this.#ports.onWritten(deployment);
    return this.#settle(lane, entry, write, outcome);
  }

  /** False when what was to be written is still owed. */
  async #settle(lane: Lane, entry: LaneEntry, write: WriteKind, outcome: WriteOutcome): Promise<boolean> {
    const now = this.#ports.clock.now();
    if (outcome.kind === 'look again') {
      this.#tryLater(entry);
      return false;
    }
    if (outcome.kind === 'failed') {
      lane.schedule.noteWrite(entry, write, now);
      this.#takeFailure(lane, entry, outcome);
      return this.#giveUpIfHopeless(lane, entry, outcome);
    }
    entry.failures = 0;
    entry.notBefore = 0;
    entry.digest = outcome.digest;
    if (outcome.sent) {
      lane.schedule.noteWrite(entry, write, now);
      lane.schedule.noteSuccess();
    }
    if (outcome.deployment.state === 'concluded' && entry.owed === null) this.#drop(lane, entry);
    return true;
  }

  #takeFailure(lane: Lane, entry: LaneEntry, { failure, deployment }: FailedWrite): void {
    const { log, clock } = this.#ports;
    const { kind, message: problem } = failure;
    log.warn({ ...logFields(deployment), kind, problem }, 'GitHub did not take a check run');
    // It may have been taken: what GitHub shows is not known, so even the state before must be sent again.
    if (kind === 'unknown') entry.digest = null;
    // A limit and a block are about the whole installation: everything of it waits, and no run has a try less.
    if (kind === 'limited') lane.schedule.pause(failure.waitMs, clock.now());
    else if (kind === 'unavailable' || kind === 'unauthorized') lane.schedule.block(clock.now());
    else this.#tryLater(entry);
  }

  async #giveUpIfHopeless(
    lane: Lane,
    entry: LaneEntry,
    { failure, deployment }: FailedWrite,
  ): Promise<boolean> {
    const { log, store, clock } = this.#ports;
    const since = lane.schedule.blockedSince ?? (entry.failures > 0 ? entry.failingSince : clock.now());
    const isOver = deployment.state === 'concluded' && clock.now() - since >= HOPE_MS;
    const isRefused = failure.kind === 'rejected' && entry.failures >= MAX_REJECTIONS;
    if (!isOver && !isRefused) return false;
    const fields = { ...logFields(deployment), problem: failure.message };
    log.error(fields, isRefused ? 'GitHub refuses this check run: given up' : 'A check run is given up');
    await store.saveReport(deployment.id, { reportedRevision: deployment.revision });
    entry.failures = 0;
    entry.notBefore = 0;
    // A change that came meanwhile gets tries of its own.
    if (entry.owed === null) this.#drop(lane, entry);
    return true;
  }

  #tryLater(entry: LaneEntry): void {
    const now = this.#ports.clock.now();
    if (entry.failures === 0) entry.failingSince = now;
    entry.failures += 1;
    entry.notBefore = now + chooseRetryDelay(entry.failures, null, this.#ports.random());
  }

  #move(lane: Lane, entry: LaneEntry, installationId: number): void {
    const home = this.#lane(installationId);
    lane.schedule.entries.delete(entry.deploymentId);
    home.schedule.entries.set(entry.deploymentId, entry);
    this.#homes.set(entry.deploymentId, home);
    entry.failures = 0;
    entry.notBefore = 0;
  }

  #drop(lane: Lane, entry: LaneEntry): void {
    lane.schedule.entries.delete(entry.deploymentId);
    this.#homes.delete(entry.deploymentId);
    this.#ports.logs.forget(entry.deploymentId);
  }
}

type FailedWrite = Extract<WriteOutcome, { kind: 'failed' }>;

function logFields({ id, installationId, sha }: ReportedRun): object {
  return { deployment: id, installation: installationId, sha };
}
