import { randomUUID } from 'node:crypto';
import { formatTime, linkTo } from './hal.ts';

export type EndStatus = 'COMPLETE' | 'ERROR' | 'STOPPED';

/** One write to the log, `afterMs` after the job began to run. */
export interface JobStep {
  afterMs: number;
  /** Whole lines, without their newlines. */
  lines?: string[];
  /** Written as it is, after `lines`; may end in mid-line. */
  raw?: string;
}

/** How a job goes by itself. All times are milliseconds. */
export interface JobScript {
  /** Default 300. */
  queuedMs?: number;
  steps?: JobStep[];
  /** Default `COMPLETE`. */
  status?: EndStatus;
  /** From the beginning of the run; default and at least: when the last step is written. */
  endAfterMs?: number;
  /** Instead of the head of the tracked branch. */
  commitId?: string;
}

export interface SandboxJobInput {
  /** A random one when absent. */
  id?: string;
  workspaceId: string;
  /** The n-th job of the workspace, from 1. */
  number: number;
  madeBy: 'token' | 'github-webhook';
  /** The commit that the job deploys, asked for when it begins to run. */
  resolveCommit: () => string | null;
  /** Called after each change. */
  changed: () => void;
}

/** One job of the simulated service. It moves by its script, or by hand: `run`, `log`, `write`, `end`. */
export class SandboxJob {
  readonly id: string;
  readonly workspaceId: string;
  readonly number: number;
  readonly madeBy: 'token' | 'github-webhook';
  readonly created = Date.now();
  /** May be set to something that the API reference doesn't name. */
  status: string = 'QUEUED';
  startedAt: number | null = null;
  endedAt: number | null = null;
  commitId: string | null = null;
  /** The whole log as written so far. */
  logText = '';
  deleted = false;
  readonly #resolveCommit: () => string | null;
  readonly #changed: () => void;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(input: SandboxJobInput) {
    this.id = input.id ?? randomUUID();
    this.workspaceId = input.workspaceId;
    this.number = input.number;
    this.madeBy = input.madeBy;
    this.#resolveCommit = input.resolveCommit;
    this.#changed = input.changed;
  }

  get ended(): boolean {
    return this.endedAt !== null;
  }

  run(): void {
    if (this.status !== 'QUEUED') throw new Error(`Job ${this.id} can't run: it is ${this.status}`);
    this.status = 'RUNNING';
    this.startedAt = Date.now();
    this.commitId = this.#resolveCommit();
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
    this.#changed();
  }

  /** What a stop request does: the job ends a little later. */
  stopSoon(): void {
    this.halt();
    this.#after(50, () => this.end('STOPPED'));
  }

  delete(): void {
    if (!this.ended) this.end('STOPPED');
    this.deleted = true;
    this.#changed();
  }

  /** Plays a script; `scriptAtStart` gives the one for the commit that is really deployed. */
  play(script: JobScript, scriptAtStart: () => JobScript): void {
    this.#after(script.queuedMs ?? 300, () => {
      this.run();
      const { steps = [], status = 'COMPLETE', endAfterMs = 0, commitId } = scriptAtStart();
      if (commitId !== undefined) this.commitId = commitId;
      this.#step(
        [...steps].sort((a, b) => a.afterMs - b.afterMs),
        { status, endAfterMs },
      );
    });
  }

  /** Cancels what the script would still do. */
  halt(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** One timer at a time, so that steps never overtake each other or the end. */
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

/** The job's log from line `sequence` on, an unfinished last line as it stands; null when there is nothing. */
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
    type: 'WORKSPACE_DEPLOY',
    maxAttempts: 0,
    attempt: 0,
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
