import type { Clock } from '../../../src/domain/clock.ts';
import { DEPLOY_JOB_TYPE, type Job, RUN_JOB_TYPE, VERIFY_JOB_TYPE } from '../../../src/domain/job.ts';
import type {
  LogProgress,
  LogRequest,
  MeltanoApi,
  MeltanoFailure,
  MeltanoResult,
  PushStart,
} from '../../../src/domain/meltano.ts';
import type { Pipeline, PipelineList } from '../../../src/domain/pipeline.ts';
import type { Workspace } from '../../../src/domain/workspace.ts';
import { buildJob } from '../domain/job-builder.ts';
import { buildPipeline } from '../domain/pipeline-builder.ts';

export type Method = keyof MeltanoApi;
type Answer = MeltanoResult<unknown>;
type Script = () => Answer | Promise<Answer> | undefined;

/** Meltano Cloud in memory. Tests move the jobs and may replace any answer. */
export class FakeMeltano implements MeltanoApi {
  /** Every call so far. */
  readonly calls: { method: Method; at: number; detail: string | number }[] = [];
  readonly jobs: Job[] = [];
  /** Job ids that the list doesn't show (a queued job may be missing there). */
  readonly hidden = new Set<string>();
  readonly logs = new Map<string, string[]>();
  workspaces: Workspace[] = [];
  pipelines: Pipeline[] = [];
  /** The jobs of pipelines by the pipeline's id, oldest first. */
  readonly pipelineJobs = new Map<string, Job[]>();
  /** Null: not shown to these credentials. */
  deploymentSecret: string | null = 'the secret of the workspace';
  readonly pushes: PushStart[] = [];
  readonly #clock: Clock;
  readonly #scripts = new Map<Method, Script[]>();
  readonly #standing = new Map<Method, Script>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Queues answers for the next calls of `method`; `undefined` is the usual answer. */
  next(method: Method, ...answers: (Answer | Script | undefined)[]): void {
    const scripts = answers.map((one): Script => (typeof one === 'function' ? one : () => one));
    this.#scripts.set(method, [...(this.#scripts.get(method) ?? []), ...scripts]);
  }

  /** Answers every call of `method` with this; null restores the usual answers. */
  always(method: Method, answer: Answer | Script | null): void {
    if (answer === null) this.#standing.delete(method);
    else this.#standing.set(method, typeof answer === 'function' ? answer : () => answer);
  }

  addJob(differences: Partial<Job> = {}): Job {
    const id = `job-${this.jobs.length + 1}`;
    const job = buildJob({ id, created: this.#clock.now(), ...differences });
    this.jobs.push(job);
    return job;
  }

  /** Adds a job of a pipeline; default: a run. */
  addPipelineJob(pipelineId: string, differences: Partial<Job> = {}): Job {
    const job = this.addJob({ type: RUN_JOB_TYPE, ...differences });
    this.pipelineJobs.set(pipelineId, [...(this.pipelineJobs.get(pipelineId) ?? []), job]);
    return job;
  }

  /** Adds a pipeline of the workspace. */
  addPipeline(name: string, differences: Partial<Pipeline> = {}): Pipeline {
    const pipeline = buildPipeline({
      id: `pipeline-${name}`,
      name,
      repositoryPath: `pipelines/${name}.yml`,
      lastModified: this.#clock.now(),
      ...differences,
    });
    this.pipelines.push(pipeline);
    return pipeline;
  }

  /** Changes the status of a pipeline, and so when it was modified. */
  movePipeline(name: string, status: string, lastModified = this.#clock.now()): void {
    this.pipelines = this.pipelines.map((one) =>
      one.name === name ? { ...one, status, lastModified } : one,
    );
  }

  /** Changes a job; default: the newest. */
  moveJob(differences: Partial<Job>, id = this.jobs.at(-1)?.id): void {
    const index = this.jobs.findIndex((job) => job.id === id);
    const job = this.jobs[index];
    if (!job) throw new Error(`There is no job ${id}.`);
    const { serviceTimes: _, ...known } = job;
    const moved = buildJob({ ...known, ...differences });
    this.jobs[index] = moved;
    for (const [pipeline, jobs] of this.pipelineJobs) {
      this.pipelineJobs.set(
        pipeline,
        jobs.map((one) => (one.id === id ? moved : one)),
      );
    }
  }

  deleteJob(id: string): void {
    this.jobs.splice(
      this.jobs.findIndex((job) => job.id === id),
      1,
    );
  }

  timesOf(method: Method): number[] {
    return this.calls.filter((call) => call.method === method).map((call) => call.at);
  }

  count(method: Method): number {
    return this.timesOf(method).length;
  }

  listWorkspaces(): Promise<MeltanoResult<Workspace[]>> {
    return this.#answer('listWorkspaces', '', () => succeed([...this.workspaces]));
  }

  getWorkspace(id: string): Promise<MeltanoResult<Workspace>> {
    return this.#answer('getWorkspace', id, () => {
      const found = this.workspaces.find((one) => one.id === id);
      return found ? succeed(found) : refuse(404, 'Not Found');
    });
  }

  startDeployment(workspaceId: string): Promise<MeltanoResult<Job>> {
    return this.#answer('startDeployment', workspaceId, () => succeed(this.addJob()));
  }

  startByPush(start: PushStart): Promise<MeltanoResult<Job>> {
    this.pushes.push(start);
    return this.#answer('startByPush', start.workspaceId, () => succeed(this.addJob()));
  }

  readDeploymentSecret(workspaceId: string): Promise<MeltanoResult<string | null>> {
    return this.#answer('readDeploymentSecret', workspaceId, () => succeed(this.deploymentSecret));
  }

  getJob(id: string): Promise<MeltanoResult<Job>> {
    return this.#answer('getJob', id, () => {
      const found = this.jobs.find((job) => job.id === id);
      return found ? succeed(found) : refuse(404, 'Not Found');
    });
  }

  stopJob(id: string): Promise<MeltanoResult<null>> {
    return this.#answer('stopJob', id, () => {
      const job = this.jobs.find((one) => one.id === id);
      if (!job) return refuse(404, 'Not Found');
      return job.status === 'RUNNING' ? succeed(null) : refuse(409, 'Only a running job can be stopped');
    });
  }

  /** Pages of two deployment jobs, the newest. */
  listJobs(workspaceId: string): Promise<MeltanoResult<Job[]>> {
    return this.#answer('listJobs', workspaceId, () =>
      succeed(
        this.jobs
          .toReversed()
          .sort((a, b) => (b.created ?? 0) - (a.created ?? 0))
          .filter((job) => job.type === DEPLOY_JOB_TYPE && !this.hidden.has(job.id))
          .slice(0, 2),
      ),
    );
  }

  listPipelines(workspaceId: string): Promise<MeltanoResult<PipelineList>> {
    return this.#answer('listPipelines', workspaceId, () =>
      succeed({ pipelines: [...this.pipelines], total: this.pipelines.length }),
    );
  }

  getPipeline(id: string): Promise<MeltanoResult<Pipeline>> {
    return this.#answer('getPipeline', id, () => {
      const found = this.pipelines.find((one) => one.id === id);
      return found ? succeed(found) : refuse(404, 'Not Found');
    });
  }

  listPipelineJobs(id: string): Promise<MeltanoResult<Job[]>> {
    return this.#answer('listPipelineJobs', id, () =>
      succeed((this.pipelineJobs.get(id) ?? []).filter((job) => !this.hidden.has(job.id)).toReversed()),
    );
  }

  verifyPipeline(id: string): Promise<MeltanoResult<Job>> {
    return this.#answer('verifyPipeline', id, () =>
      succeed(this.addPipelineJob(id, { type: VERIFY_JOB_TYPE })),
    );
  }

  runPipeline(id: string): Promise<MeltanoResult<Job>> {
    return this.#answer('runPipeline', id, () => succeed(this.addPipelineJob(id)));
  }

  readLog(request: LogRequest): Promise<MeltanoResult<LogProgress>> {
    return this.#answer('readLog', request.until === 'end' ? 'whole' : request.from, async () => {
      const lines = (this.logs.get(request.jobId) ?? []).slice(request.from);
      if (lines.length > 0) await request.onLines(lines);
      return succeed({ next: request.from + lines.length });
    });
  }

  async #answer<T>(
    method: Method,
    detail: string | number,
    usual: () => MeltanoResult<T> | Promise<MeltanoResult<T>>,
  ): Promise<MeltanoResult<T>> {
    this.calls.push({ method, at: this.#clock.now(), detail });
    const scripted = (await this.#scripts.get(method)?.shift()?.()) ?? (await this.#standing.get(method)?.());
    return (scripted as MeltanoResult<T> | undefined) ?? usual();
  }
}

export function succeed<T>(value: T): MeltanoResult<T> {
  return { ok: true, value };
}

export function fail(failure: MeltanoFailure): MeltanoResult<never> {
  return { ok: false, failure };
}

/** An answer that is not 2xx. */
export function refuse(
  status: number,
  message: string,
  retryAfterMs: number | null = null,
): MeltanoResult<never> {
  return fail({ kind: 'status', status, message, retryAfterMs });
}

export const NO_ANSWER = fail({ kind: 'no_answer', message: 'the connection broke' });
export const UNREACHABLE = fail({ kind: 'unreachable', message: 'no connection' });
export const NOT_A_JOB = fail({ kind: 'unexpected_body', status: 202, message: '<html>hello</html>' });
