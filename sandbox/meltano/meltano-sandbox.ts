import { randomBytes } from 'node:crypto';
import { ChangeSignal } from '../http/change-signal.ts';
import { HttpService, type Route, type ServiceAnswer, type ServiceRequest } from '../http/http-service.ts';
import { AccessTokens, type ClientCredentials } from './access-tokens.ts';
import { defaultScript, type ScriptContext } from './default-script.ts';
import { type PagingLie, Refusal } from './hal.ts';
import { PipelineBoard, type PipelineScriptContext } from './pipeline-board.ts';
import { type RouteState, requireToken } from './route-state.ts';
import { createRoutes } from './routes.ts';
import { type JobScript, type JobType, SandboxJob, type SandboxJobInput } from './sandbox-job.ts';
import type { PipelineInput, SandboxPipeline } from './sandbox-pipeline.ts';
import { createWorkspace, type SandboxWorkspace, type WorkspaceInput } from './sandbox-workspace.ts';

/** A simulated Meltano Cloud on a loopback port: stateful, and as strict as the real one. */
export class MeltanoSandbox implements RouteState {
  readonly service: HttpService;
  /** The developer token that it accepts. */
  readonly token = randomBytes(24).toString('base64url');
  readonly workspaces = new Map<string, SandboxWorkspace>();
  /** All jobs, including deleted ones, oldest first. */
  readonly jobs: SandboxJob[] = [];
  /** The commit that a job deploys. Called when the job begins to run. */
  headOf: (workspace: SandboxWorkspace) => string | null = () => null;
  /** The script of the next jobs. `manual`: the test controls them. */
  script: (context: ScriptContext) => JobScript | 'manual' = (context) => defaultScript(context);
  hideQueuedJobs = true;
  /** Ids for the next jobs, to simulate duplicate ids. */
  readonly nextJobIds: string[] = [];
  /** Refuses a start with 409 while a job of the workspace is queued or running. */
  refuseConcurrent = false;
  /** Lines in one answer with the log. */
  pageLimit = 10_000;
  /** The lists of workspaces and pipelines lie about their pages. */
  pagingLie: PagingLie | null = null;
  /** The answer to the start of a pipeline's run. */
  runStatus: 200 | 201 | 202 = 201;
  readonly #board = new PipelineBoard({
    jobs: this.jobs,
    addJob: (input) => this.#addJob(input),
    changed: () => this.#signal.notify(),
  });
  readonly #accessTokens = new AccessTokens(() => this.apiUrl);
  readonly #signal = new ChangeSignal();

  constructor() {
    const routes = createRoutes(this);
    this.service = new HttpService({ notFound: (request) => this.#refuseUnknown(routes, request) });
    this.service.add(...routes.map((route) => ({ ...route, handle: this.#guard(route.handle) })), {
      method: 'POST',
      pattern: /^\/oauth\/token$/,
      handle: this.#guard((r) => this.#accessTokens.issue(r)),
    });
  }

  async start(port = 0): Promise<void> {
    await this.service.start(port);
  }

  async stop(): Promise<void> {
    for (const job of this.jobs) job.halt();
    this.#board.halt();
    await this.service.stop();
  }

  get origin(): string {
    return this.service.origin;
  }

  get apiUrl(): string {
    return `${this.origin}/api`;
  }

  get tokenUrl(): string {
    return `${this.origin}/oauth/token`;
  }

  /** The client credentials that the token endpoint accepts for the audience `apiUrl`. */
  get client(): ClientCredentials {
    return this.#accessTokens.client;
  }

  get tokenLifetimeSeconds(): number {
    return this.#accessTokens.lifetimeSeconds;
  }

  /** The lifetime (`expires_in`) of new access tokens. */
  set tokenLifetimeSeconds(seconds: number) {
    this.#accessTokens.lifetimeSeconds = seconds;
  }

  /** Expires all access tokens. */
  expireTokens(): void {
    this.#accessTokens.expireAll();
  }

  accepts(token: string): boolean {
    return token === this.token || this.#accessTokens.accepts(token);
  }

  addWorkspace(input: WorkspaceInput): SandboxWorkspace {
    const workspace = createWorkspace(input);
    this.workspaces.set(workspace.id, workspace);
    return workspace;
  }

  get pipelines(): ReadonlyMap<string, SandboxPipeline> {
    return this.#board.pipelines;
  }

  /** The script of the next jobs of pipelines. `manual`: the test controls them. */
  set pipelineScript(script: (context: PipelineScriptContext) => JobScript | 'manual') {
    this.#board.script = script;
  }

  addPipeline(workspace: SandboxWorkspace, input: PipelineInput): SandboxPipeline {
    return this.#board.add(workspace.id, input);
  }

  removePipeline(pipeline: SandboxPipeline): void {
    this.#board.pipelines.delete(pipeline.id);
  }

  /** Changes a pipeline's status now, and so its `lastModified`. */
  movePipeline(pipeline: SandboxPipeline, status: string): void {
    this.#board.move(pipeline, status);
  }

  /** The deployments of a workspace. */
  jobsOf(workspace: SandboxWorkspace): SandboxJob[] {
    return this.jobs.filter((job) => job.workspaceId === workspace.id && job.type === 'WORKSPACE_DEPLOY');
  }

  /** The jobs of a pipeline; default: its runs. */
  pipelineJobsOf(pipeline: SandboxPipeline, type: JobType = 'PIPELINE_RUN'): SandboxJob[] {
    return this.jobs.filter((job) => job.pipelineId === pipeline.id && job.type === type);
  }

  /** Makes a job of a pipeline. Also for jobs that somebody else, or the pipeline's schedule, starts. */
  createPipelineJob(pipeline: SandboxPipeline, type: JobType, triggeredBy?: string): SandboxJob {
    return this.#board.createJob(pipeline, type, triggeredBy);
  }

  /** Creates a job like a request to the API. Also for jobs that somebody else starts. */
  createJob(workspace: SandboxWorkspace, madeBy: SandboxJob['madeBy'] = 'token'): SandboxJob {
    const number = this.jobsOf(workspace).length + 1;
    const id = this.nextJobIds.shift();
    const job = this.#addJob({
      ...(id === undefined ? {} : { id }),
      workspaceId: workspace.id,
      number,
      madeBy,
      resolveCommit: () => this.headOf(workspace),
      moved: (event, moved) => this.#board.followDeployment(event, moved),
    });
    const commitId = this.headOf(workspace);
    const script = this.script({ workspace, commitId, number });
    if (script !== 'manual') {
      job.play(script, () => {
        if (job.commitId === commitId) return script;
        const moved = this.script({ workspace, commitId: job.commitId, number });
        return moved === 'manual' ? script : moved;
      });
    }
    this.#signal.notify();
    return job;
  }

  #addJob(input: Omit<SandboxJobInput, 'changed'>): SandboxJob {
    const job = new SandboxJob({ ...input, changed: () => this.#signal.notify() });
    this.jobs.push(job);
    return job;
  }

  /** Resolves with the first result of `read` that is neither null, undefined nor false. */
  waitFor<T>(read: () => T | null | undefined | false, what: string, timeoutMs?: number): Promise<T> {
    return this.#signal.waitFor(read, what, timeoutMs);
  }

  /** Turns refusals into answers, and wakes waiting tests after the exchange is recorded. */
  #guard(handle: Route['handle']): Route['handle'] {
    return async (request) => {
      setImmediate(() => this.#signal.notify());
      try {
        return await handle(request);
      } catch (error) {
        if (error instanceof Refusal) return error.answer(request.path);
        throw error;
      }
    };
  }

  #refuseUnknown(routes: Route[], request: ServiceRequest): ServiceAnswer {
    setImmediate(() => this.#signal.notify());
    try {
      if (request.path.startsWith('/api')) requireToken(this, request);
    } catch (error) {
      if (error instanceof Refusal) return error.answer(request.path);
      throw error;
    }
    const allowed = routes.filter(({ pattern }) => pattern.test(request.path)).map(({ method }) => method);
    if (allowed.length === 0) return new Refusal(404, 'No such resource').answer(request.path);
    const message = `Request method '${request.method}' is not supported`;
    return new Refusal(405, message, { allow: allowed.join(', ') }).answer(request.path);
  }
}
