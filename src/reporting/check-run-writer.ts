import type { CommitRun, ProjectVerdict } from '../domain/commit-run.ts';
import { isReported } from '../domain/deployment.ts';
import { LeaseLost } from '../domain/lease.ts';
import type { PipelineWatch } from '../domain/pipeline-watch.ts';
import type { QueuedRun } from './pace/queued-run.ts';
import type { SendWrite, WriteQueue } from './pace/write-queue.ts';
import type { WriteQueues } from './pace/write-queues.ts';
import type { Reporter } from './reporter.ts';
import type { ReportedRun } from './write-check-run.ts';
import {
  planDuplicateCheck,
  QueuedRunWriter,
  type QueuedWrite,
  type QueuedWritePorts,
  retryLater,
} from './write-queued-run.ts';

/** Node fires timers of 25 days or more immediately. */
const LONGEST_TIMER_MS = 3_600_000;
/** The delay before reading the earlier writes again when the store is unavailable. */
const OPEN_RETRY_MS = 1_000;

export interface CheckRunWriterPorts extends QueuedWritePorts {
  readonly writeQueues: WriteQueues;
  /** With several instances: runs a write under the lease of the installation's writer. */
  readonly withLease?: <T>(installationId: number, work: () => Promise<T>) => Promise<T>;
}

interface Installation {
  readonly id: number;
  readonly queue: WriteQueue;
  timer: NodeJS.Timeout | null;
}

/**
 * The one writer of check runs. It queues runs, not states: each write renders the deployment's current state. A run that
 * changes faster than the pace allows skips states, but its last state is always written.
 */
export class CheckRunWriter implements Reporter {
  readonly #ports: CheckRunWriterPorts;
  readonly #runWriter: QueuedRunWriter;
  readonly #installations = new Map<number, Installation>();
  /** By run: the installation whose queue holds it. */
  readonly #byRun = new Map<string, Installation>();
  readonly #writing = new Set<Promise<void>>();
  #stopped = false;

  constructor(ports: CheckRunWriterPorts) {
    this.#ports = ports;
    this.#runWriter = new QueuedRunWriter(ports);
  }

  changed(deployment: ReportedRun): void {
    this.#change(deployment, null);
  }

  commitJudged(run: CommitRun): void {
    this.#change(run, chooseKind(run.verdict));
  }

  /** `as` overrides the kind of the write. */
  #change(of: ReportedRun, as: QueuedRun['owed']): void {
    const { installation, run } = this.#enqueue(of);
    run.isRunning = of.state === 'running';
    if (of.state === 'concluded') run.mayConclude = true;
    planDuplicateCheck(run, of, this.#ports.clock);
    // Nothing is owed to a reported run that only waits for its duplicate check.
    if (!isReported(of) || run.duplicateCheckAt === null) this.#owe(run, as ?? chooseOwed(of));
    this.#arm(installation);
  }

  pipelinesChanged(watch: PipelineWatch): void {
    if (watch.checkName !== null) this.#change(watch, null);
  }

  logRead(of: ReportedRun, grew: boolean): number {
    const { installation, run } = this.#enqueue(of);
    run.isRunning = true;
    run.logGrew ||= grew;
    run.logReadAt = this.#ports.clock.elapsed();
    this.#arm(installation);
    return installation.queue.chooseLogRead(run, run.logReadAt);
  }

  /** Retries waiting writes at once: the installation may work again, or its repositories may have moved to another one. */
  resume(installationId: number): void {
    const installation = this.#installations.get(installationId);
    if (!installation) return;
    installation.queue.unblock();
    this.#arm(installation);
  }

  /** Counts replies that other instances wrote for the installation. */
  async recount(installationId: number): Promise<void> {
    const installation = this.#installations.get(installationId);
    await installation?.queue.recount();
    if (installation) this.#arm(installation);
  }

  /** Drops an installation's queue: another instance writes for it now. */
  forget(installationId: number): void {
    this.#ports.writeQueues.forget(installationId);
    const installation = this.#installations.get(installationId);
    if (!installation) return;
    if (installation.timer) clearTimeout(installation.timer);
    for (const id of installation.queue.runs.keys()) this.#byRun.delete(id);
    installation.queue.runs.clear();
    this.#installations.delete(installationId);
  }

  /** Sends nothing more and waits for writes in progress. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { timer } of this.#installations.values()) if (timer) clearTimeout(timer);
    await Promise.all(this.#writing);
  }

  /** A run stays in its queue until a write finds that its repository moved to another installation. */
  #enqueue(deployment: ReportedRun): { installation: Installation; run: QueuedRun } {
    const installation = this.#byRun.get(deployment.id) ?? this.#open(deployment.installationId);
    this.#byRun.set(deployment.id, installation);
    return { installation, run: installation.queue.run(deployment.id) };
  }

  #owe(run: QueuedRun, owed: NonNullable<QueuedRun['owed']>): void {
    if (run.owed !== owed) run.owedSince = this.#ports.clock.elapsed();
    run.owed = owed;
  }

  #open(id: number): Installation {
    const known = this.#installations.get(id);
    if (known) return known;
    const installation: Installation = { id, queue: this.#ports.writeQueues.of(id), timer: null };
    this.#installations.set(id, installation);
    this.#openQueue(installation);
    return installation;
  }

  #openQueue(installation: Installation): void {
    installation.queue.open().then(
      () => this.#arm(installation),
      (error: unknown) => {
        this.#ports.log.error({ err: error }, 'Earlier writes to GitHub could not be counted: trying again');
        if (this.#stopped) return;
        installation.timer = setTimeout(() => this.#openQueue(installation), OPEN_RETRY_MS);
      },
    );
  }

  /** Starts all due writes and sets a timer for the next one. */
  #arm(installation: Installation): void {
    const { queue } = installation;
    if (this.#stopped || !queue.isOpen) return;
    if (installation.timer) clearTimeout(installation.timer);
    installation.timer = null;
    const { elapsed } = this.#ports.clock;
    let next = queue.next(elapsed());
    for (; next.kind === 'write'; next = queue.next(elapsed())) {
      const writing = this.#write(installation, next.run).finally(() => {
        this.#writing.delete(writing);
        this.#arm(installation);
      });
      this.#writing.add(writing);
    }
    if (next.kind === 'idle') return;
    const delayMs = Math.min(Math.ceil(next.delayMs), LONGEST_TIMER_MS);
    installation.timer = setTimeout(() => this.#arm(installation), delayMs);
  }

  async #write(installation: Installation, run: QueuedRun): Promise<void> {
    const { owed, logGrew } = run;
    run.owed = null;
    run.logGrew = false;
    const { withLease = (_, work) => work() } = this.#ports;
    const attempt = (send: SendWrite) =>
      withLease(installation.id, () => this.#attempt(installation, { run, owed, send }));
    const isSettled = await installation.queue.write(run, attempt).catch((error: unknown) => {
      if (error instanceof LeaseLost) {
        this.forget(installation.id);
        return true;
      }
      this.#ports.log.error({ err: error, deployment: run.id }, 'A check run could not be written');
      retryLater(run, this.#ports);
      return false;
    });
    if (isSettled) return;
    // Still owed, unless a newer write is.
    run.owed ??= owed;
    run.logGrew ||= logGrew;
    const other = this.#byRun.get(run.id);
    if (other && other !== installation) this.#arm(other);
  }

  /** False if the write is still owed. */
  async #attempt(installation: Installation, write: QueuedWrite): Promise<boolean> {
    const { run } = write;
    const result = await this.#runWriter.write(installation, write);
    if (result.kind === 'moved') this.#move(installation, run, result.installationId);
    if (result.kind === 'over' && run.owed === null && run.duplicateCheckAt === null)
      this.#drop(installation, run);
    return result.kind === 'done' || result.kind === 'over';
  }

  #move(from: Installation, run: QueuedRun, installationId: number): void {
    const to = this.#open(installationId);
    from.queue.runs.delete(run.id);
    to.queue.runs.set(run.id, run);
    this.#byRun.set(run.id, to);
    run.failures = 0;
    run.retryAt = this.#ports.clock.elapsed();
  }

  #drop({ queue }: Installation, run: QueuedRun): void {
    queue.runs.delete(run.id);
    this.#byRun.delete(run.id);
    this.#ports.logs.forget(run.id);
  }
}

/** Creates and conclusions of deployments come first, unless such a conclusion links to the check run. */
function chooseKind(verdict: CommitRun['verdict']): QueuedRun['owed'] {
  if (verdict.kind === 'required') return 'required';
  return verdict.kind === 'project' && !holdsDeployments(verdict) ? 'check' : null;
}

function holdsDeployments({ comparisons, result }: ProjectVerdict): boolean {
  return comparisons.some(
    ({ blocks, workspaceId }) => blocks && result?.errors.some((one) => one.workspaceId === workspaceId),
  );
}

function chooseOwed({ state, checkRunId }: ReportedRun): NonNullable<QueuedRun['owed']> {
  if (checkRunId === null) return 'create';
  return state === 'concluded' ? 'final' : 'state';
}
