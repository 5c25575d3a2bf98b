import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import { isReported, mayBeTwice, type Repository } from '../domain/deployment.ts';
import type { GitHubFailure } from '../domain/github-result.ts';
import type { RepositoryReader } from '../domain/repository-store.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import type { CheckRunApi } from '../github/check-runs.ts';
import { type CreateOnce, createOnce, DUPLICATE_CHECK_MS } from './create-once.ts';
import type { QueuedRun } from './pace/queued-run.ts';
import type { SendWrite, WriteQueue } from './pace/write-queue.ts';
import { type RenderPorts, renderRun } from './render-run.ts';
import type { ReportStore } from './report-store.ts';
import { type ReportSubject, readSubject, type SubjectReader } from './report-subject.ts';
import { type ReportedRun, type WriteOutcome, writeCheckRun } from './write-check-run.ts';

/**
 * How often a rejected write is tried, over about seven minutes, in which a sweep may learn that the repository moved. Then
 * the run stays as it is until the deployment changes.
 */
const MAX_REJECTIONS = 13;
/** How long to try writing the check run of a concluded deployment. */
const GIVE_UP_MS = 24 * 3_600_000;
/** The delay of a duplicate check while the conclusion may not be written yet. */
const DUPLICATE_RECHECK_MS = 1_000;
/** How long a conclusion waits for the check run that it links to, and how often to look for that run. */
const SUCCESSOR_MS = 10_000;
const SUCCESSOR_CHECK_MS = 250;
const NOT_SHOWN: GitHubFailure = { kind: 'unknown', message: 'GitHub does not show the check run' };
/** The delay after a limit if GitHub names none. The budget holds the whole installation back for longer. */
const LIMIT_DELAY_MS = 1_000;

export interface QueuedWritePorts extends RenderPorts {
  readonly api: CheckRunApi;
  readonly store: RenderPorts['store'] & ReportStore & SubjectReader;
  readonly repositories: RepositoryReader;
  readonly random: () => number;
  readonly log: Logger;
  /** Called after each write, with the state before it. For the metrics. */
  readonly onWritten: (of: ReportSubject) => void;
}

/** A due write. */
export interface QueuedWrite {
  readonly run: QueuedRun;
  readonly owed: QueuedRun['owed'];
  readonly send: SendWrite;
}

export type QueuedWriteResult =
  /** Written or given up. With `over`, the queue can drop the run. */
  | { readonly kind: 'done' | 'over' }
  /** The write is still owed. */
  | { readonly kind: 'owed' }
  /** Another installation owes the write. */
  | { readonly kind: 'moved'; readonly installationId: number };

type FailedWrite = Extract<WriteOutcome, { kind: 'failed' }>;

/** Brings queued check runs up to date. */
export class QueuedRunWriter {
  readonly #ports: QueuedWritePorts;
  readonly #createOnce: CreateOnce;

  constructor(ports: QueuedWritePorts) {
    this.#ports = ports;
    this.#createOnce = createOnce(ports.clock);
  }

  async write(
    { id, queue }: { readonly id: number; readonly queue: WriteQueue },
    write: QueuedWrite,
  ): Promise<QueuedWriteResult> {
    const { store, repositories, clock } = this.#ports;
    const { run } = write;
    const of = await readSubject(store, run.id);
    const repository = of && (await repositories.getRepository(of.repositoryId));
    if (!of || !repository) {
      run.owed = null;
      run.duplicateCheckAt = null;
      return { kind: 'over' };
    }
    const { installationId } = repository;
    if (installationId !== id) return { kind: 'moved', installationId };
    planDuplicateCheck(run, of, clock);
    return (await this.#postpone(run, of)) ?? this.#send(queue, write, of, repository);
  }

  /** Null if the run may be written now. */
  async #postpone(run: QueuedRun, of: ReportSubject): Promise<QueuedWriteResult | null> {
    const { clock } = this.#ports;
    // A conclusion is written once, together with its log. Nothing is owed until `changed` is called after the log was read:
    // otherwise an earlier failure would retry the run at once, for ever.
    if (of.state === 'concluded' && !run.mayConclude) {
      if (this.#isDuplicateCheckDue(run)) run.duplicateCheckAt = clock.elapsed() + DUPLICATE_RECHECK_MS;
      return { kind: 'done' };
    }
    if (!(await this.#isAheadOfSuccessor(run, of))) return null;
    run.retryAt = clock.elapsed() + SUCCESSOR_CHECK_MS;
    return { kind: 'owed' };
  }

  #isDuplicateCheckDue({ duplicateCheckAt }: QueuedRun): boolean {
    return duplicateCheckAt !== null && duplicateCheckAt <= this.#ports.clock.elapsed();
  }

  /** A superseded or redeployed run links to the check run of the newer deployment, which may be about to be created. */
  async #isAheadOfSuccessor({ owedSince }: QueuedRun, of: ReportSubject): Promise<boolean> {
    const { clock, store } = this.#ports;
    if ('verdict' in of || clock.elapsed() - owedSince > SUCCESSOR_MS) return false;
    const id = of.supersededBy ?? (of.rerun?.kind === 'redeployed' ? of.rerun.deploymentId : null);
    const successor = id === null ? null : await store.getDeployment(id);
    return successor !== null && successor.checkRunId === null && !isReported(successor);
  }

  async #send(
    queue: WriteQueue,
    { run, owed, send }: QueuedWrite,
    of: ReportSubject,
    repository: Repository,
  ): Promise<QueuedWriteResult> {
    const { api, store, clock, onWritten } = this.#ports;
    const begunAt = clock.elapsed();
    const duplicateCheck = owed ? 'first' : 'only';
    const request = {
      ...(await renderRun(of, repository, this.#ports)),
      deployment: of,
      repository,
      lastDigest: run.digest,
      duplicateCheck: this.#isDuplicateCheckDue(run) ? duplicateCheck : 'no',
    } as const;
    const ports = { api, store, send, clock, createOnce: this.#createOnce };
    const outcome = await writeCheckRun(request, ports);
    const isSent = outcome.kind === 'written' && outcome.sent;
    if (isSent) onWritten(of);
    // Counts from the start of the write, so slow answers of GitHub don't slow down logs.
    if (isSent || outcome.kind === 'failed') run.lastWriteAt = begunAt;
    return this.#settle(queue, run, of, outcome);
  }

  async #settle(
    queue: WriteQueue,
    run: QueuedRun,
    of: ReportedRun,
    outcome: WriteOutcome,
  ): Promise<QueuedWriteResult> {
    const now = this.#ports.clock.elapsed();
    if (outcome.kind === 'retry') {
      run.retryAt = now + outcome.delayMs;
      return this.#giveUpIfHopeless(queue, run, of, NOT_SHOWN);
    }
    if (outcome.kind === 'failed') {
      this.#noteFailure(queue, run, of, outcome);
      return this.#giveUpIfHopeless(queue, run, of, outcome.failure);
    }
    run.failures = 0;
    run.retryAt = now;
    run.digest = outcome.digest;
    if (run.duplicateCheckAt !== null && run.duplicateCheckAt <= now) run.duplicateCheckAt = null;
    if (outcome.duplicateCheckMs !== null) run.duplicateCheckAt = now + outcome.duplicateCheckMs;
    if (outcome.sent) queue.unblock();
    return { kind: of.state === 'concluded' ? 'over' : 'done' };
  }

  #noteFailure(queue: WriteQueue, run: QueuedRun, of: ReportedRun, { failure, delayMs }: FailedWrite): void {
    const { kind, message: problem } = failure;
    this.#ports.log.warn({ ...logFields(of), kind, problem }, 'GitHub did not accept a check run');
    // GitHub may have applied the write. Since its state is unknown, even the earlier state must be sent again.
    if (kind === 'unknown') run.digest = null;
    const now = this.#ports.clock.elapsed();
    // A limit or a block concerns the whole installation and doesn't count as a failure of the run.
    if (kind === 'limited') run.retryAt = now + (failure.retryAfterMs ?? LIMIT_DELAY_MS);
    else if (kind === 'unavailable' || kind === 'unauthorized') queue.block(now);
    else retryLater(run, this.#ports, delayMs);
  }

  async #giveUpIfHopeless(
    queue: WriteQueue,
    run: QueuedRun,
    of: ReportedRun,
    failure: GitHubFailure,
  ): Promise<QueuedWriteResult> {
    const { clock, log, store } = this.#ports;
    const now = clock.elapsed();
    const since = queue.blockedSince ?? (run.failures > 0 ? run.failingSince : now);
    const isOver = of.state === 'concluded' && now - since >= GIVE_UP_MS;
    const isRefused = failure.kind === 'rejected' && run.failures >= MAX_REJECTIONS;
    if (!isOver && !isRefused) return { kind: 'owed' };
    const fields = { ...logFields(of), problem: failure.message };
    log.error(
      fields,
      isRefused ? 'Gave up on a check run that GitHub refuses' : 'Gave up on a check run after a day',
    );
    await store.saveReport(of.id, { reportedRevision: of.revision, checkRunAttemptedAt: null });
    // A change that came meanwhile gets its own tries.
    run.failures = 0;
    run.retryAt = now;
    run.duplicateCheckAt = null;
    return { kind: 'over' };
  }
}

/** Plans the check for a duplicate if the run may have been created twice. */
export function planDuplicateCheck(run: QueuedRun, of: ReportedRun, { elapsed }: Clock): void {
  if (!mayBeTwice(of)) return;
  run.duplicateCheckAt ??= elapsed() + DUPLICATE_CHECK_MS;
}

/** Retries after `delayMs`, by default a delay that grows with the failures. */
export function retryLater(
  run: QueuedRun,
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
  delayMs: number | null = null,
): void {
  const now = clock.elapsed();
  if (run.failures === 0) run.failingSince = now;
  run.failures += 1;
  run.retryAt = now + (delayMs ?? chooseRetryDelay(run.failures, null, random()));
}

function logFields({ id, installationId, sha }: ReportedRun): object {
  return { deployment: id, installation: installationId, sha };
}
