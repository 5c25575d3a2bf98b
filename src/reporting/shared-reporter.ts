import type { Accounts } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import type { CommitRun, OwedCommitRuns } from '../domain/commit-run.ts';
import { type Deployment, isReported, mayBeTwice } from '../domain/deployment.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';
import type { Lease, LeaseContext } from '../domain/lease.ts';
import { chooseLogMode } from '../domain/log-setting.ts';
import type { PipelineWatch, ReportablePipelineWatches } from '../domain/pipeline-watch.ts';
import type { RepositoryReader } from '../domain/repository-store.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { InstallationLeases } from '../scheduling/installation-leases.ts';
import type { ReportQueue, ResumeStore } from './report-store.ts';
import {
  findShownLog,
  isPipelineWatch,
  type ReportSubject,
  readSubject,
  type SubjectReader,
} from './report-subject.ts';
import type { Reporter } from './reporter.ts';

/** How often the lease holder checks for work, and how often it reads the logs of running jobs. */
const CHECK_MS = 3_000;
const READ_LOG_MS = 2_000;

export interface SharedReporterPorts {
  /** Writes check runs while this instance holds the installation's lease. */
  readonly writer: Reporter & {
    forget(installationId: number): void;
    resume(installationId: number): void;
    /** Counts the writes of other instances. */
    recount(installationId: number): Promise<void>;
  };
  /** Across instances. */
  readonly dispatcher: Dispatcher;
  /** In this process. Its queue `log` reads the logs for check runs that this instance writes. */
  readonly local: Dispatcher;
  readonly reports: SubjectReader & ReportQueue & OwedCommitRuns & ReportablePipelineWatches;
  readonly repositories: RepositoryReader;
  readonly resumes: ResumeStore;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly logs: { readonly readOn: LogStore['readOn']; readonly forget: LogStore['forget'] };
  readonly leases: LeaseContext;
  /** The leases of `writer`. */
  readonly writing: InstallationLeases;
  /** Reads the whole log of a concluded run, then passes it to `writer`. Returns the delay until the next try. */
  readonly finish: (id: string) => Promise<number | null>;
}

/** The installation whose check runs this instance writes. */
interface Assignment {
  readonly lease: Lease;
  /** The revision of each run that was passed to the writer, or whose log is being read for it. */
  readonly passed: Map<string, number>;
  /** Runs whose logs are followed. */
  readonly followed: Set<string>;
}

/**
 * With several instances, only one writes the check runs of an installation, to keep their order and pace. The others wake
 * it up. It finds its work in the store and reads the logs itself.
 */
export class SharedReporter implements Reporter {
  readonly #ports: SharedReporterPorts;
  readonly #assignments = new Map<number, Assignment>();
  /** When each installation was last usable again, as read from the store (epoch milliseconds). */
  readonly #resumedAt = new Map<number, number>();

  constructor(ports: SharedReporterPorts) {
    this.#ports = ports;
  }

  changed(deployment: Deployment): void {
    this.#wakeWriter(deployment).catch(() => {
      // The store is unavailable: a sweep wakes unfinished work later.
    });
  }

  commitJudged(run: CommitRun): void {
    this.#wakeWriter(run).catch(() => {
      // As above.
    });
  }

  pipelinesChanged(watch: PipelineWatch): void {
    this.#wakeWriter(watch).catch(() => {
      // As above.
    });
  }

  /** The writing instance reads the log itself. */
  logRead(): number {
    return Infinity;
  }

  /** Makes the instance that writes for the installation retry at once. */
  resume(installationId: number): void {
    const { resumes, clock, dispatcher } = this.#ports;
    resumes.saveResumedAt(installationId, clock.now()).then(
      () => dispatcher.wake('writer', String(installationId)),
      () => {
        // The store is unavailable: waiting writes are retried within a quarter of an hour.
      },
    );
  }

  /** Queue `log`: the instance that writes the check run also reads the log. */
  async handOver(id: string): Promise<null> {
    const of = await readSubject(this.#ports.reports, id);
    if (of) await this.#wakeWriter(of);
    return null;
  }

  /** The repository may have moved to another installation since the deployment was planned. */
  async #wakeWriter({ repositoryId, installationId }: ReportSubject): Promise<void> {
    const repository = await this.#ports.repositories.getRepository(repositoryId);
    this.#ports.dispatcher.wake('writer', String(repository?.installationId ?? installationId));
  }

  /** Queue `writer`: passes owed runs of the installation to the writer. This instance holds the lease. */
  async write(installationId: number): Promise<number | null> {
    const assignment = this.#openAssignment(installationId);
    await this.#resumeWriter(installationId);
    await this.#ports.writer.recount(installationId);
    const { reports } = this.#ports;
    const deployments = await reports.listReportable(installationId);
    const watches = await reports.listReportableWatches(installationId);
    const reportable = [...deployments, ...watches.filter(({ checkName }) => checkName !== null)];
    for (const of of reportable) this.#attend(assignment, of);
    const owed = await reports.listOwedCommitRuns(installationId);
    for (const run of owed) {
      if (assignment.passed.get(run.id) === run.revision) continue;
      assignment.passed.set(run.id, run.revision);
      this.#ports.writer.commitJudged(run);
    }
    const ids = new Set([...reportable, ...owed].map((one) => one.id));
    for (const id of assignment.passed.keys()) if (!ids.has(id)) assignment.passed.delete(id);
    for (const id of assignment.followed) if (!ids.has(id)) assignment.followed.delete(id);
    if (ids.size > 0) return CHECK_MS;
    this.#closeAssignment(installationId);
    return null;
  }

  /** Another instance may have received the event that the installation is usable again. */
  async #resumeWriter(installationId: number): Promise<void> {
    const resumedAt = await this.#ports.resumes.readResumedAt(installationId);
    if (resumedAt === null || resumedAt === this.#resumedAt.get(installationId)) return;
    this.#resumedAt.set(installationId, resumedAt);
    this.#ports.writer.resume(installationId);
  }

  #attend(assignment: Assignment, of: Deployment | PipelineWatch): void {
    const { writer, local } = this.#ports;
    const { id, state, revision } = of;
    const hasLog = findShownLog(of) !== null;
    const isOwed = !isReported(of) || mayBeTwice(of);
    if (isOwed && assignment.passed.get(id) !== revision) {
      assignment.passed.set(id, revision);
      // A conclusion is written together with its log.
      if (state === 'concluded' && hasLog && !isReported(of)) local.wake('log', id);
      else if (isPipelineWatch(of)) writer.pipelinesChanged(of);
      else writer.changed(of);
    }
    if (state === 'running' && !assignment.followed.has(id)) {
      assignment.followed.add(id);
      local.wake('log', id);
    }
  }

  /** Queue `log` of this process. */
  async readLog(id: string): Promise<number | null> {
    const { reports, leases, finish } = this.#ports;
    const of = await readSubject(reports, id);
    const assignment = [...this.#assignments.values()].find(
      ({ passed, followed }) => passed.has(id) || followed.has(id),
    );
    if (!of || !assignment || 'verdict' in of) return null;
    return leases.run(assignment.lease, () => (of.state === 'concluded' ? finish(id) : this.#follow(of)));
  }

  async #follow(of: Deployment | PipelineWatch): Promise<number | null> {
    const { accounts, repositories, logs, writer } = this.#ports;
    const api = accounts.byKey(of.account)?.api;
    const repository = await repositories.getRepository(of.repositoryId);
    const shown = findShownLog(of);
    if (!api || !repository || chooseLogMode(of, repository.private) !== 'live') return null;
    // Between two runs there is no log.
    if (!shown) return isPipelineWatch(of) ? READ_LOG_MS : null;
    const read = await logs.readOn(shown, shown.jobId, api);
    return Math.min(READ_LOG_MS, writer.logRead(of, read.ok && read.value));
  }

  /** After a lost lease, starts over: runs that were passed to the writer may not have been written. */
  #openAssignment(installationId: number): Assignment {
    const lease = this.#ports.leases.current();
    if (!lease) throw new Error('Check runs can only be written under a lease.');
    const known = this.#assignments.get(installationId);
    if (known && this.#ports.writing.has(installationId, lease)) return known;
    this.#closeAssignment(installationId);
    const assignment: Assignment = { lease, passed: new Map(), followed: new Set() };
    this.#assignments.set(installationId, assignment);
    this.#ports.writing.hold(installationId, lease);
    return assignment;
  }

  #closeAssignment(installationId: number): void {
    const assignment = this.#assignments.get(installationId);
    if (!assignment) return;
    this.#assignments.delete(installationId);
    this.#ports.writing.drop(installationId);
    this.#ports.writer.forget(installationId);
    for (const id of [...assignment.passed.keys(), ...assignment.followed]) this.#ports.logs.forget(id);
  }
}
