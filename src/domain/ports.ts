import type { Deployment, Repository } from './deployment.ts';
import type { Job } from './job.ts';
import type { LogExcerpt } from './log-excerpt.ts';
import type { Workspace } from './workspace.ts';

/** Time, so that tests can set it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

export type NewId = () => string;

/** Why a call to Meltano Cloud gave no usable answer. `message` is for people, without secrets, at most 200 characters of a body. */
export type MeltanoFailure =
  /** Nothing was sent: no connection could be made. */
  | { readonly kind: 'unreachable'; readonly message: string }
  /** Sent, but the answer never came whole (reset, time-out). */
  | { readonly kind: 'no_answer'; readonly message: string }
  /** An answer that is not 2xx; `message` is the answer's own. A 401 comes after the token was renewed in vain. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly message: string;
      /** From `Retry-After`, in milliseconds. */
      readonly retryAfterMs: number | null;
    }
  /** 2xx with a body that is not what the API describes. */
  | { readonly kind: 'unexpected_body'; readonly status: number; readonly message: string };

export type MeltanoResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: MeltanoFailure };

/** Meltano Cloud, as one account's credentials see it. Calls never throw for anything that the network or the service does. */
export interface MeltanoApi {
  /** All workspaces, all pages. */
  listWorkspaces(): Promise<MeltanoResult<Workspace[]>>;
  getWorkspace(id: string): Promise<MeltanoResult<Workspace>>;
  /** Starts a deployment of the head of the workspace's tracked branch. Not idempotent. */
  startDeployment(workspaceId: string): Promise<MeltanoResult<Job>>;
  getJob(id: string): Promise<MeltanoResult<Job>>;
  /** The newest page of the workspace's jobs, newest first; queued ones may be missing. */
  listJobs(workspaceId: string): Promise<MeltanoResult<Job[]>>;
  /** Reads one job's log from line `from` (0-based) on, handing over whole lines in batches as they arrive. */
  readLog(request: LogRequest): Promise<MeltanoResult<LogProgress>>;
}

export interface LogRequest {
  readonly jobId: string;
  readonly from: number;
  /**
   * `once`: one answer, ended lines only (the job still writes). `end`: on to the end of the log, and a last line
   * without newline counts too.
   */
  readonly until: 'once' | 'end';
  readonly onLines: (lines: string[]) => Promise<void>;
}

export interface LogProgress {
  /** Where the next read goes on. */
  readonly next: number;
}

/** The state of a commit against another, from GitHub's compare. */
export type Comparison =
  | { readonly kind: 'paths'; readonly paths: readonly string[] }
  /** The list can't be known whole: what it compares must count as changed. */
  | { readonly kind: 'everything'; readonly why: string };

export interface CommitComparer {
  /** Throws when GitHub can't answer now; a missing commit is `everything`. */
  compare(repository: Repository, base: string, head: string): Promise<Comparison>;
}

/** Tells the one writer of check runs what changed; it decides what is written, and when. */
export interface Reporter {
  /** A change that a person could see was stored. */
  changed(deployment: Deployment): void;
  /** The log has more lines than when it was last looked at. */
  logGrew(deployment: Deployment): void;
}

/** The logs of watched jobs, in memory; a log that isn't there is read again from the job. */
export interface LogSource {
  excerpt(deploymentId: string): LogExcerpt | null;
}

export type QueueName = 'plan' | 'workspace' | 'log';

/**
 * Wakes up the taker of a key, never twice at once for one key; a wake-up during a run makes one more run. A lost or
 * repeated wake-up does no harm: what is to be done is in the store.
 */
export interface Dispatcher {
  /** `handle` returns in how many milliseconds to look again, or null for "nothing to do". */
  handle(queue: QueueName, handle: (key: string) => Promise<number | null>): void;
  /** An earlier wake-up that is already due stays; a later one is brought forward. */
  wake(queue: QueueName, key: string, delayMs?: number): void;
  /** Takes no more work and waits for what runs. */
  stop(): Promise<void>;
}
