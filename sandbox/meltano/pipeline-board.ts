import type { JobScript, JobType, SandboxJob, SandboxJobInput } from './sandbox-job.ts';
import {
  changeStatus,
  createPipeline,
  type PipelineInput,
  type SandboxPipeline,
} from './sandbox-pipeline.ts';

export interface PipelineScriptContext {
  pipeline: SandboxPipeline;
  type: JobType;
  /** The n-th job of this type of the pipeline, from 1. */
  number: number;
}

interface BoardPorts {
  readonly jobs: readonly SandboxJob[];
  addJob(input: Omit<SandboxJobInput, 'changed'>): SandboxJob;
  changed(): void;
}

/** The pipelines of the simulated service: what deployments do to them, and their jobs. */
export class PipelineBoard {
  readonly pipelines = new Map<string, SandboxPipeline>();
  script: (context: PipelineScriptContext) => JobScript | 'manual' = defaultPipelineScript;
  readonly #ports: BoardPorts;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(ports: BoardPorts) {
    this.#ports = ports;
  }

  add(workspaceId: string, input: PipelineInput): SandboxPipeline {
    const pipeline = createPipeline(workspaceId, input);
    this.pipelines.set(pipeline.id, pipeline);
    this.#ports.changed();
    return pipeline;
  }

  move(pipeline: SandboxPipeline, status: string): void {
    changeStatus(pipeline, status);
    this.#ports.changed();
  }

  /** Only one pipeline of a workspace runs at a time. */
  createJob(pipeline: SandboxPipeline, type: JobType, triggeredBy?: string): SandboxJob {
    const { jobs } = this.#ports;
    const { workspaceId, id: pipelineId } = pipeline;
    const isOfType = (job: SandboxJob) => job.pipelineId === pipelineId && job.type === type;
    const number = jobs.filter((job) => job.workspaceId === workspaceId).length + 1;
    const mayRun = () =>
      type !== 'PIPELINE_RUN' ||
      !jobs.some((one) => one.workspaceId === workspaceId && one.type === type && one.status === 'RUNNING');
    const job = this.#ports.addJob({
      workspaceId,
      pipelineId,
      type,
      number,
      madeBy: 'service',
      mayRun,
      ...(triggeredBy === undefined ? {} : { triggeredBy }),
      resolveCommit: () => null,
    });
    const script = this.script({ pipeline, type, number: jobs.filter(isOfType).length });
    if (script !== 'manual') job.play(script, () => script);
    this.#ports.changed();
    return job;
  }

  /** What a deployment does: the scripted statuses, PIPELINE_CONFIG jobs, and the runs that it triggers. */
  followDeployment(event: 'start' | 'end', deployment: SandboxJob): void {
    const pipelines = [...this.pipelines.values()].filter(
      (one) => one.workspaceId === deployment.workspaceId,
    );
    for (const pipeline of pipelines) {
      for (const { on, afterMs = 0, status } of pipeline.onDeploy(deployment)) {
        if (on === event) this.#after(afterMs, () => this.move(pipeline, status));
      }
    }
    if (event === 'start' || deployment.status !== 'COMPLETE') return;
    for (const pipeline of pipelines) {
      if (pipeline.configured && pipeline.status !== 'FAILED') continue;
      pipeline.configured = true;
      this.createJob(pipeline, 'PIPELINE_CONFIG');
    }
    for (const pipeline of pipelines) {
      const isTriggered = pipeline.triggeredBy.some((one) => one.toLowerCase() === 'deploy');
      if (isTriggered) this.createJob(pipeline, 'PIPELINE_RUN', 'deploy');
    }
  }

  halt(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #after(ms: number, act: () => void): void {
    if (ms === 0) {
      act();
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms).unref();
    this.#timers.add(timer);
  }
}

/** A short job that succeeds. A verification shows the pipeline's settings, secrets among them. */
function defaultPipelineScript({ pipeline, type }: PipelineScriptContext): JobScript {
  const settings = Object.entries(pipeline.properties).map(([key, value]) => `${key}: ${value}`);
  const shown = type === 'PIPELINE_VERIFY' ? settings : [];
  return {
    queuedMs: 50,
    steps: [{ afterMs: 50, lines: [`[info     ] ${type} of ${pipeline.name}`, ...shown] }],
    status: 'COMPLETE',
    endAfterMs: 100,
  };
}
