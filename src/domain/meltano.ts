import type { Job } from './job.ts';
import type { Workspace } from './workspace.ts';

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
  | { readonly kind: 'unexpected_body'; readonly status: number; readonly message: string }
  /** The account's calls go unanswered: nothing was sent, on purpose, or a read was one of those calls. */
  | {
      readonly kind: 'held';
      /** What the call that opened the circuit ended in. */
      readonly message: string;
      /** Look again in so many milliseconds, and not sooner. */
      readonly heldMs: number;
      /** When the outage began (epoch milliseconds). */
      readonly since: number;
    };

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
  /** The same through the endpoint for repository webhooks, without the account's credentials. */
  startByPush(start: PushStart): Promise<MeltanoResult<Job>>;
  /** What signs a start by push; null where the workspace doesn't show it to these credentials. */
  readDeploymentSecret(workspaceId: string): Promise<MeltanoResult<string | null>>;
  getJob(id: string): Promise<MeltanoResult<Job>>;
  /** The newest page of the workspace's jobs, newest first; queued ones may be missing. */
  listJobs(workspaceId: string): Promise<MeltanoResult<Job[]>>;
  /** Asks for a running job to be stopped; it ends as STOPPED a little later. One that doesn't run may answer 409. */
  stopJob(id: string): Promise<MeltanoResult<null>>;
  /** Reads one job's log from line `from` (0-based) on, handing over whole lines in batches as they arrive. */
  readLog(request: LogRequest): Promise<MeltanoResult<LogProgress>>;
}

export interface PushStart {
  readonly workspaceId: string;
  /** GitHub's push event as JSON: sent as it is, and signed. */
  readonly payload: string;
  readonly secret: string;
}

export interface LogRequest {
  readonly jobId: string;
  readonly from: number;
  /**
   * `once`: one answer, ended lines only (the job still writes). `end`: on to the end of the log, and a last line
   * without newline counts too.
   */
  readonly until: 'once' | 'end';
  /** `cut`: of lines too long to be read whole, by index, how many characters were left out at their end. */
  readonly onLines: (lines: string[], cut?: ReadonlyMap<number, number>) => Promise<void>;
}

export interface LogProgress {
  /** Where the next read goes on. */
  readonly next: number;
}
