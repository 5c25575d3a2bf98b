import type { Job } from './job.ts';
import type { Pipeline, PipelineList } from './pipeline.ts';
import type { Workspace } from './workspace.ts';

/** A failed call to Meltano Cloud. `message` is for people, without secrets, and quotes at most 200 characters of a body. */
export type MeltanoFailure =
  /** No connection: nothing was sent. */
  | { readonly kind: 'unreachable'; readonly message: string }
  /** The request was sent, but no complete response arrived. */
  | { readonly kind: 'no_answer'; readonly message: string }
  /** A response other than 2xx, with its message. For a 401, renewing the token didn't help. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly message: string;
      /** From `Retry-After`, in milliseconds. */
      readonly retryAfterMs: number | null;
    }
  /** A 2xx response whose body doesn't match the API description. */
  | { readonly kind: 'unexpected_body'; readonly status: number; readonly message: string }
  /** The circuit is open: the call was not sent, or was a read that failed. */
  | {
      readonly kind: 'held';
      /** The failure that opened the circuit. */
      readonly message: string;
      /** The time to wait before the next attempt. */
      readonly heldMs: number;
      /** When the outage began (epoch milliseconds). */
      readonly since: number;
    };

export type MeltanoResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: MeltanoFailure };

/** The part of Meltano Cloud's API about workspaces. */
export interface WorkspaceApi {
  /** Reads all pages. */
  listWorkspaces(): Promise<MeltanoResult<Workspace[]>>;
  getWorkspace(id: string): Promise<MeltanoResult<Workspace>>;
  /**
   * Starts a deployment of the head of the workspace's tracked branch. Not idempotent. Sends nothing once it isn't fresh any
   * more.
   */
  startDeployment(workspaceId: string, isFresh?: () => boolean): Promise<MeltanoResult<Job>>;
  /** Starts a deployment through the endpoint for repository webhooks, without the account's credentials. */
  startByPush(start: PushStart): Promise<MeltanoResult<Job>>;
  /** Reads the secret for `startByPush`; null if these credentials can't see it. */
  readDeploymentSecret(workspaceId: string): Promise<MeltanoResult<string | null>>;
}

/** The part of Meltano Cloud's API about jobs. */
export interface JobApi {
  getJob(id: string): Promise<MeltanoResult<Job>>;
  /** The workspace's newest deployment jobs, newest first; queued ones may be missing. Other jobs are left out. */
  listJobs(workspaceId: string): Promise<MeltanoResult<Job[]>>;
  /** Requests that a running job stops. It ends as STOPPED a little later. A job that doesn't run may answer 409. */
  stopJob(id: string): Promise<MeltanoResult<null>>;
  /** Reads a job's log from line `from` (0-based) and passes complete lines in batches to `onLines`. */
  readLog(request: LogRequest): Promise<MeltanoResult<LogProgress>>;
}

/** The part of Meltano Cloud's API about pipelines. */
export interface PipelineApi {
  /** Reads all pages. `timeoutMs` limits the whole reading. */
  listPipelines(workspaceId: string, timeoutMs?: number): Promise<MeltanoResult<PipelineList>>;
  getPipeline(id: string): Promise<MeltanoResult<Pipeline>>;
  /** The newest page of the pipeline's jobs, newest first; queued ones may be missing. */
  listPipelineJobs(id: string): Promise<MeltanoResult<Job[]>>;
  /** Starts a job that tests the pipeline's configuration. Not idempotent. */
  verifyPipeline(id: string): Promise<MeltanoResult<Job>>;
  /** Starts a job that runs the pipeline, which moves data. Not idempotent. 409: one is running. */
  runPipeline(id: string): Promise<MeltanoResult<Job>>;
}

/** Meltano Cloud with one account's credentials. Calls never throw because of the network or the service. */
export interface MeltanoApi extends WorkspaceApi, JobApi, PipelineApi {}

export interface PushStart {
  readonly workspaceId: string;
  /** GitHub's push event as JSON, which is signed and sent unchanged. */
  readonly payload: string;
  readonly secret: string;
}

export interface LogRequest {
  readonly jobId: string;
  readonly from: number;
  /**
   * `once` reads one response and its complete lines, while the job still writes. `end` reads to the end of the log,
   * including a last line without a newline.
   */
  readonly until: 'once' | 'end';
  /** `cut` holds the number of characters cut from the end of long lines, by index. */
  readonly onLines: (lines: string[], cut?: ReadonlyMap<number, number>) => Promise<void>;
}

export interface LogProgress {
  /** The `from` of the next read. */
  readonly next: number;
}
