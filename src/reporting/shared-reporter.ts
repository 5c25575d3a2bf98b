import type { Accounts } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import type { CommitRun, OwedCommitRuns } from '../domain/commit-run.ts';
import { type Deployment, isReported, mayBeTwice } from '../domain/deployment.ts';
import type { DeploymentReader } from '../domain/deployment-store.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';
import type { Lease, LeaseContext } from '../domain/lease.ts';
import { chooseLogMode } from '../domain/repository-configuration.ts';
import type { RepositoryReader } from '../domain/repository-store.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { InstallationLeases } from '../scheduling/installation-leases.ts';
import type { ReportQueue, ResumeStore } from './report-store.ts';
import type { Reporter } from './reporter.ts';

/** How often the holder looks for work, and reads the logs of running jobs (milliseconds). */
const LOOK_MS = 3_000;
const FOLLOW_MS = 2_000;

export interface SharedReporterPorts {
  /** Writes the check runs if this instance holds the writer's lease. */
  readonly writer: Reporter & {
    forget(installationId: number): void;
    resume(installationId: number): void;
    /** Counts what other instances wrote. */
    recount(installationId: number): Promise<void>;
  };
  /** Across instances. */
  readonly dispatcher: Dispatcher;
  /** In this process: its queue `log` is for the logs of what this instance writes. */
  readonly local: Dispatcher;
  readonly reports: DeploymentReader & ReportQueue & OwedCommitRuns;
  readonly repositories: RepositoryReader;
  readonly resumes: ResumeStore;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly logs: { readonly readOn: LogStore['readOn']; readonly forget: LogStore['forget'] };
  readonly leases: LeaseContext;
  /** On whose behalf `writer` writes. */
  readonly writing: InstallationLeases;
  /** Reads a concluded deployment's whole log, then hands it to `writer`; returns when to come again. */
  readonly finish: (deploymentId: string) => Promise<number | null>;
}

/** The work of this instance for one installation. */
interface Desk {
  readonly lease: Lease;
  /** The revision of each deployment that was handed to the writer, or whose log is being read for it. */
  readonly given: Map<string, number>;
  /** Deployments whose logs are followed. */
  readonly followed: Set<string>;
}

/**
 * With several instances one of them writes the check runs of an installation, so that their order and pace hold. All
 * others only wake it up: what it has to write is in the store, and the logs it reads by itself.
 */
export class SharedReporter implements Reporter {
  readonly #ports: SharedReporterPorts;
  readonly #desks = new Map<number, Desk>();
  /** When each installation was last usable again, as read from the store (epoch milliseconds). */
  readonly #resumedAt = new Map<number, number>();

  constructor(ports: SharedReporterPorts) {
    this.#ports = ports;
  }

  changed(deployment: Deployment): void {
    this.#wakeWriter(deployment).catch(() => {
      // The store is unavailable: a sweep wakes the unfinished again.
    });
  }

  commitJudged(run: CommitRun): void {
    this.#wakeWriter(run).catch(() => {
      // As above.
    });
  }

  /** The writer's instance sees that by itself. */
  logRead(): number {
    return Infinity;
  }

  /** Tells the instance that writes for the installation to try again at once. */
  resume(installationId: number): void {
    const { resumes, clock, dispatcher } = this.#ports;
    resumes.saveResumedAt(installationId, clock.now()).then(
      () => dispatcher.wake('writer', String(installationId)),
      () => {
        // The store is unavailable: waiting writes are tried again within a quarter of an hour.
      },
    );
  }

  /** Queue `log`: a concluded deployment's log is read where its check run is written. */
  async handOver(deploymentId: string): Promise<null> {
    const deployment = await this.#ports.reports.getDeployment(deploymentId);
    if (deployment) await this.#wakeWriter(deployment);
    return null;
  }

  /** The repository may have come to another installation since the deployment was planned. */
  async #wakeWriter({ repositoryId, installationId }: Deployment | CommitRun): Promise<void> {
    const repository = await this.#ports.repositories.getRepository(repositoryId);
    this.#ports.dispatcher.wake('writer', String(repository?.installationId ?? installationId));
  }

  /** Queue `writer`: what this instance writes for the installation, now that it holds its lease. */
  async write(installationId: number): Promise<number | null> {
    const desk = this.#openDesk(installationId);
    await this.#resumeWriter(installationId);
    await this.#ports.writer.recount(installationId);
    const reportable = await this.#ports.reports.listReportable(installationId);
    for (const deployment of reportable) this.#attend(desk, deployment);
    const owed = await this.#ports.reports.listOwedCommitRuns(installationId);
    for (const run of owed) {
      if (desk.given.has(run.id)) continue;
      desk.given.set(run.id, run.revision);
      this.#ports.writer.commitJudged(run);
    }
    const ids = new Set([...reportable, ...owed].map((one) => one.id));
    for (const id of desk.given.keys()) if (!ids.has(id)) desk.given.delete(id);
    for (const id of desk.followed) if (!ids.has(id)) desk.followed.delete(id);
    if (ids.size > 0) return LOOK_MS;
    this.#closeDesk(installationId);
    return null;
  }

  /** Any instance may have received the event that the installation is usable again. */
  async #resumeWriter(installationId: number): Promise<void> {
    const resumedAt = await this.#ports.resumes.readResumedAt(installationId);
    if (resumedAt === null || resumedAt === this.#resumedAt.get(installationId)) return;
    this.#resumedAt.set(installationId, resumedAt);
    this.#ports.writer.resume(installationId);
  }

  #attend(desk: Desk, deployment: Deployment): void {
    const { writer, local } = this.#ports;
    const { id, state, jobId, revision } = deployment;
    const isOwed = !isReported(deployment) || mayBeTwice(deployment);
    if (isOwed && desk.given.get(id) !== revision) {
      desk.given.set(id, revision);
      // A conclusion goes out together with its log.
      if (state === 'concluded' && jobId && !isReported(deployment)) local.wake('log', id);
      else writer.changed(deployment);
    }
    if (state === 'running' && !desk.followed.has(id)) {
      desk.followed.add(id);
      local.wake('log', id);
    }
  }

  /** Queue `log` of this process alone. */
  async readLog(deploymentId: string): Promise<number | null> {
    const { reports, leases, finish } = this.#ports;
    const deployment = await reports.getDeployment(deploymentId);
    const desk = [...this.#desks.values()].find(
      ({ given, followed }) => given.has(deploymentId) || followed.has(deploymentId),
    );
    if (!deployment || !desk) return null;
    return leases.run(desk.lease, () =>
      deployment.state === 'concluded' ? finish(deploymentId) : this.#follow(deployment),
    );
  }

  async #follow(deployment: Deployment): Promise<number | null> {
    const { accounts, repositories, logs, writer } = this.#ports;
    const api = accounts.byKey(deployment.account)?.api;
    const repository = await repositories.getRepository(deployment.repositoryId);
    if (!api || !deployment.jobId || !repository) return null;
    if (chooseLogMode(deployment, repository.private) !== 'live') return null;
    const read = await logs.readOn(deployment, deployment.jobId, api);
    return Math.min(FOLLOW_MS, writer.logRead(deployment, read.ok && read.value));
  }

  /** After a lost lease the work begins anew: what was handed to the writer may not have been written. */
  #openDesk(installationId: number): Desk {
    const lease = this.#ports.leases.current();
    if (!lease) throw new Error('Check runs are written on behalf of a lease.');
    const known = this.#desks.get(installationId);
    if (known && this.#ports.writing.has(installationId, lease)) return known;
    this.#closeDesk(installationId);
    const desk: Desk = { lease, given: new Map(), followed: new Set() };
    this.#desks.set(installationId, desk);
    this.#ports.writing.hold(installationId, lease);
    return desk;
  }

  #closeDesk(installationId: number): void {
    const desk = this.#desks.get(installationId);
    if (!desk) return;
    this.#desks.delete(installationId);
    this.#ports.writing.drop(installationId);
    this.#ports.writer.forget(installationId);
    for (const id of [...desk.given.keys(), ...desk.followed]) this.#ports.logs.forget(id);
  }
}
