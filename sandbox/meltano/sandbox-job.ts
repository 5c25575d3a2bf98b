import { randomUUID } from 'node:crypto';
import { formatTime, linkTo } from './hal.ts';

export type JobType =
  | 'WORKSPACE_DEPLOY'
  | 'WORKSPACE_INIT'
  | 'PIPELINE_CONFIG'
  | 'PIPELINE_VERIFY'
  | 'PIPELINE_RUN';
export type EndStatus = 'COMPLETE' | 'ERROR' | 'STOPPED';

/** How often a job that may not run yet looks again (milliseconds). */
const WAIT_MS = 20;

/** One write to the log, `afterMs` after the job began to run. */
export interface JobStep {
  afterMs: number;
  /** Whole lines without newlines. */
  lines?: string[];
  /** Written unchanged after `lines`. May end within a line. */
  raw?: string;
}

/** The course of a job. All times are milliseconds. */
export interface JobScript {
  /** Default 300. */
  queuedMs?: number;
  steps?: JobStep[];
  /** Default `COMPLETE`. */
  status?: EndStatus;
  /** Since the start of the run. Default and minimum: the time of the last step. */
  endAfterMs?: number;
  /** Default: the head of the tracked branch. */
  commitId?: string;
}

export interface SandboxJobInput {
  /** Default: random. */
  id?: string;
  workspaceId: string;
  /** The n-th job of the workspace, from 1. */
  number: number;
  madeBy: SandboxJob['madeBy'];
  /** Default `WORKSPACE_DEPLOY`. */
  type?: JobType;
  /** For a job of a pipeline. */
  pipelineId?: string;
  triggeredBy?: string;
  /** False while another job keeps this one from running. */
  mayRun?: () => boolean;
  /** Returns the commit to deploy. Called when the job begins to run. */
  resolveCommit: () => string | null;
  /** Called after each change. */
  changed: () => void;
  /** Called right after the job began to run, or ended. */
  moved?: (event: 'start' | 'end', job: SandboxJob) => void;
}

/** A job of the simulated service. A script controls it, or a test with `run`, `log`, `write` and `end`. */
export class SandboxJob {
  readonly id: string;
  readonly workspaceId: string;
  readonly number: number;
  readonly madeBy: 'token' | 'github-webhook' | 'service';
  readonly type: JobType;
  readonly pipelineId: string | null;
  /** Tests may set another text: its values aren't documented. */
  triggeredBy: string | null;
  attempt = 0;
  maxAttempts = 0;
  readonly created = Date.now();
  /** Tests may set a status that the API reference doesn't name. */
  status: string = 'QUEUED';
  startedAt: number | null = null;
  endedAt: number | null = null;
  commitId: string | null = null;
  /** The whole log so far. */
  logText = '';
  deleted = false;
  readonly #mayRun: () => boolean;
  readonly #moved: (event: 'start' | 'end', job: SandboxJob) => void;
  readonly #resolveCommit: () => string | null;
  readonly #changed: () => void;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(input: SandboxJobInput) {
    this.id = input.id ?? randomUUID();
    this.workspaceId = input.workspaceId;
    this.number = input.number;
    this.madeBy = input.madeBy;
    this.type = input.type ?? 'WORKSPACE_DEPLOY';
    this.pipelineId = input.pipelineId ?? null;
    this.triggeredBy = input.triggeredBy ?? null;
    this.#mayRun = input.mayRun ?? (() => true);
    this.#moved = input.moved ?? (() => undefined);
    this.#resolveCommit = input.resolveCommit;
    this.#changed = input.changed;
  }

  get ended(): boolean {
    return this.endedAt !== null;
  }

  run(): void {
    if (this.status !== 'QUEUED') throw new Error(`Job ${this.id} can't run: it is ${this.status}`);
    if (!this.#mayRun()) throw new Error(`Job ${this.id} can't run: another pipeline of the workspace runs`);
    this.status = 'RUNNING';
    this.startedAt = Date.now();
    this.commitId = this.#resolveCommit();
    this.#moved('start', this);
    this.#changed();
  }

  log(...lines: string[]): void {
    this.write(lines.map((line) => `${line}\n`).join(''));
  }

  write(raw: string): void {
    if (this.ended) throw new Error(`Job ${this.id} can't write: it is ${this.status}`);
    this.logText += raw;
    this.#changed();
  }

  end(status: EndStatus): void {
    if (this.ended) throw new Error(`Job ${this.id} can't end: it is ${this.status}`);
    this.halt();
    this.status = status;
    this.endedAt = Date.now();
    this.#moved('end', this);
    this.#changed();
  }

  /** Tries a job that failed once more: the same job runs again, as its next attempt. */
  again({ clearLog = false } = {}): void {
    if (this.status !== 'ERROR') throw new Error(`Job ${this.id} isn't tried again: it is ${this.status}`);
    this.attempt += 1;
    this.status = 'RUNNING';
    this.endedAt = null;
    if (clearLog) this.logText = '';
    this.#changed();
  }

  /** Handles a stop request: the job ends a little later. */
  stopSoon(): void {
    this.halt();
    this.#after(50, () => this.end('STOPPED'));
  }

  delete(): void {
    if (!this.ended) this.end('STOPPED');
    this.deleted = true;
    this.#changed();
  }

  /** Plays a script. `scriptAtStart` returns the script for the deployed commit. */
  play(script: JobScript, scriptAtStart: () => JobScript): void {
    this.#after(script.queuedMs ?? 300, () => {
      if (!this.#mayRun()) return this.play({ ...script, queuedMs: WAIT_MS }, scriptAtStart);
      this.run();
      const { steps = [], status = 'COMPLETE', endAfterMs = 0, commitId } = scriptAtStart();
      if (commitId !== undefined) this.commitId = commitId;
      this.#step(
        [...steps].sort((a, b) => a.afterMs - b.afterMs),
        { status, endAfterMs },
      );
    });
  }

  /** Cancels the rest of the script. */
  halt(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Uses one timer at a time, so that steps keep their order. */
  #step(steps: JobStep[], last: { status: EndStatus; endAfterMs: number }): void {
    const [step, ...rest] = steps;
    const elapsed = Date.now() - (this.startedAt ?? 0);
    this.#after((step?.afterMs ?? last.endAfterMs) - elapsed, () => {
      if (!step) return this.end(last.status);
      this.write((step.lines ?? []).map((line) => `${line}\n`).join('') + (step.raw ?? ''));
      this.#step(rest, last);
    });
  }

  #after(ms: number, act: () => void): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        act();
      },
      Math.max(0, ms),
    ).unref();
    this.#timers.add(timer);
  }
}

/** The log from line `sequence` on, with an unfinished last line. Null if there are no lines. */
export function readLogLines(job: SandboxJob, sequence: number, limit: number): string | null {
  let start = 0;
  for (let line = 0; line < sequence; line += 1) {
    const newline = job.logText.indexOf('\n', start);
    if (newline === -1) return null;
    start = newline + 1;
  }
  let end = start;
  for (let line = 0; line < limit && end < job.logText.length; line += 1) {
    const newline = job.logText.indexOf('\n', end);
    end = newline === -1 ? job.logText.length : newline + 1;
  }
  return end > start ? job.logText.slice(start, end) : null;
}

const PROFILE = {
  id: 'auth0|6a21dc7aa1db2e036a222942',
  name: 'sit+prod@meltano.com',
  handle: '@sit+prod1',
  email: 'sit+prod@meltano.com',
  workingAccount: { company: 'Test Company', id: 'auth0|6a21dc7aa1db2e036a222942' },
};

const EXIT_CODES: Record<string, number> = { COMPLETE: 0, ERROR: 1, STOPPED: 143 };

export function representJob(job: SandboxJob): unknown {
  const path = `/jobs/${job.id}`;
  return {
    id: job.id,
    created: formatTime(job.created, job.number),
    type: job.type,
    maxAttempts: job.maxAttempts,
    attempt: job.attempt,
    ...(job.triggeredBy === null ? {} : { triggeredBy: job.triggeredBy }),
    ...(job.commitId === null ? {} : { commitId: job.commitId }),
    ...(job.endedAt === null ? {} : { exitCode: EXIT_CODES[job.status] ?? 1 }),
    status: job.status,
    ...(job.startedAt === null ? {} : { startTime: formatTime(job.startedAt, 12) }),
    ...(job.endedAt === null ? {} : { endTime: formatTime(job.endedAt, 345) }),
    _embedded: { profile: PROFILE },
    _links: {
      self: linkTo(path),
      'delete job': linkTo(path, 'DELETE'),
      logs: linkTo(`${path}/logs?sequence=0`, 'GET'),
      'withdraw job': linkTo(`${path}/stopped`, 'PUT'),
    },
  };
}
