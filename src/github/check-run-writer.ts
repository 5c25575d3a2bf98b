import type { Logger } from 'pino';
import type { Deployment } from '../domain/deployment.ts';
import type {
  Clock,
  DeploymentStore,
  LogSource,
  Reporter,
  ReportStore,
  RepositoryStore,
} from '../domain/ports.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import type { CheckRunFields, CheckRunView } from '../report/check-run-view.ts';
import type { CheckRunApi } from './check-runs.ts';
import type { GitHubFailure } from './github-call.ts';
import { type WriteOutcome, writeCheckRun } from './write-check-run.ts';
import { type LaneEntry, type NextWrite, WriteLane } from './write-lane.ts';

/** A write that GitHub rejects is tried so often, over about four minutes; then the run stays as it is until the deployment changes. */
const MAX_REJECTIONS = 10;
/** Node runs a timer of 25 days or more at once (milliseconds). */
const LONGEST_TIMER_MS = 3_600_000;

export interface CheckRunWriterPorts {
  readonly api: CheckRunApi;
  readonly store: ReportStore & Pick<DeploymentStore, 'listOpen'>;
  readonly repositories: Pick<RepositoryStore, 'getRepository'>;
  readonly logs: LogSource;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly render: (view: CheckRunView) => CheckRunFields;
  readonly pages: { readonly githubUrl: string; readonly workspaceUrl: (deployment: Deployment) => string };
  readonly limits: { readonly deployTimeoutMinutes: number; readonly startTimeoutMinutes: number };
}

interface Lane {
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
  #stopped = false;

  constructor(ports: CheckRunWriterPorts) {
    this.#ports = ports;
  }

  changed(deployment: Deployment): void {
    const lane = this.#lane(deployment.installationId);
    const entry = lane.schedule.entry(deployment.id);
    if (deployment.state === 'concluded') entry.mayConclude = true;
    if (deployment.checkRunId === null) entry.owed = 'create';
    else entry.owed = deployment.state === 'concluded' ? 'final' : 'state';
    this.#arm(lane);
  }

  logGrew(deployment: Deployment): void {
    const lane = this.#lane(deployment.installationId);
    lane.schedule.entry(deployment.id).logGrew = true;
    this.#arm(lane);
  }

  /** Sends nothing more and waits for the writes under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const lane of this.#lanes.values()) if (lane.timer) clearTimeout(lane.timer);
    await Promise.all([...this.#lanes.values()].map((lane) => lane.writing));
  }

  #lane(installationId: number): Lane {
    const known = this.#lanes.get(installationId);
    if (known) return known;
    const lane: Lane = { schedule: new WriteLane(), timer: null, writing: null };
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
    try {
      const outcome = await this.#writeNow(entry);
      // Nothing is owed until `changed` comes again: an earlier failure must not bring it back at once, and for ever.
      if (outcome === 'not yet') return;
      if (outcome === 'gone') lane.schedule.entries.delete(entry.deploymentId);
      else await this.#settle(lane, entry, write, outcome);
    } catch (error) {
      this.#ports.log.error(
        { err: error, deployment: entry.deploymentId },
        'A check run could not be written',
      );
      this.#tryLater(entry);
    }
    // What wasn't written is still owed, unless something newer is already.
    if (entry.failures > 0) {
      entry.owed ??= owed;
      entry.logGrew ||= logGrew;
    }
  }

  /** `not yet`: a conclusion goes out once, together with its log; `changed` comes again when that was read. */
  async #writeNow(entry: LaneEntry): Promise<WriteOutcome | 'gone' | 'not yet'> {
    const { store, repositories, api, clock, render } = this.#ports;
    const deployment = await store.getDeployment(entry.deploymentId);
    const repository = deployment && (await repositories.getRepository(deployment.repositoryId));
    if (!deployment || !repository) return 'gone';
    entry.installationId = repository.installationId;
    if (deployment.state === 'concluded' && !entry.mayConclude) return 'not yet';
    const view = await this.#view(deployment, repository);
    return writeCheckRun(
      {
        ...{ deployment, repository, lastDigest: entry.digest },
        fields: render(view),
        timeless: render({ ...view, now: 0 }),
      },
      { api, store, clock },
    );
  }

  async #view(deployment: Deployment, repository: CheckRunView['repository']): Promise<CheckRunView> {
    const { store, logs, clock, pages, limits } = this.#ports;
    const open = deployment.state === 'waiting' ? await store.listOpen(deployment.workspaceId) : [];
    return {
      ...{ deployment, repository },
      workspaceUrl: pages.workspaceUrl(deployment),
      githubUrl: pages.githubUrl,
      waitsFor: open.find((one) => one.state !== 'waiting') ?? null,
      supersededBy: deployment.supersededBy ? await store.getDeployment(deployment.supersededBy) : null,
      log: logs.excerpt(deployment.id),
      deployTimeoutMinutes: limits.deployTimeoutMinutes,
      startTimeoutMinutes: limits.startTimeoutMinutes,
      now: clock.now(),
    };
  }

  async #settle(
    lane: Lane,
    entry: LaneEntry,
    write: 'create' | 'final' | 'state' | 'log',
    outcome: WriteOutcome,
  ): Promise<void> {
    const now = this.#ports.clock.now();
    if (outcome.kind === 'look again') return this.#tryLater(entry);
    if (outcome.kind === 'failed') {
      lane.schedule.noteWrite(entry, write, now);
      return this.#takeFailure(lane, entry, outcome.failure, outcome.deployment);
    }
    entry.failures = 0;
    entry.notBefore = 0;
    entry.digest = outcome.digest;
    if (outcome.sent) {
      lane.schedule.noteWrite(entry, write, now);
      lane.schedule.noteSuccess();
    }
    if (outcome.deployment.state === 'concluded' && entry.owed === null) this.#drop(lane, entry);
  }

  async #takeFailure(
    lane: Lane,
    entry: LaneEntry,
    failure: GitHubFailure,
    deployment: Deployment,
  ): Promise<void> {
    const { log, api, store, clock } = this.#ports;
    const fields = {
      deployment: deployment.id,
      installation: deployment.installationId,
      sha: deployment.sha,
    };
    log.warn({ ...fields, kind: failure.kind, problem: failure.message }, 'GitHub did not take a check run');
    this.#tryLater(entry);
    // It may have been taken: what GitHub shows is not known, so even the state before must be sent again.
    if (failure.kind === 'unknown') entry.digest = null;
    if (failure.kind === 'limited') lane.schedule.pause(failure.waitMs, clock.now());
    if (failure.kind === 'unauthorized')
      await api.renewToken(entry.installationId ?? deployment.installationId);
    if (failure.kind === 'rejected' && entry.failures >= MAX_REJECTIONS) {
      log.error({ ...fields, problem: failure.message }, 'GitHub refuses this check run: given up');
      await store.saveReport(deployment.id, { reportedRevision: deployment.revision });
      this.#drop(lane, entry);
      entry.failures = 0;
    }
  }

  #tryLater(entry: LaneEntry): void {
    entry.failures += 1;
    const delay = chooseRetryDelay(entry.failures, null, this.#ports.random());
    entry.notBefore = this.#ports.clock.now() + delay;
  }

  #drop(lane: Lane, entry: LaneEntry): void {
    lane.schedule.entries.delete(entry.deploymentId);
    this.#ports.logs.forget(entry.deploymentId);
  }
}
