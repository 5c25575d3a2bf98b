import type { Accounts } from '../../domain/account.ts';
import type { Clock } from '../../domain/clock.ts';
import type { ShownWorkspace } from '../../domain/conversation.ts';
import { type Job, RUN_JOB_TYPE } from '../../domain/job.ts';
import { countAsRunning, nextAttemptLeft, noteAttempt } from '../../domain/job-attempts.ts';
import type { MeltanoApi, MeltanoFailure } from '../../domain/meltano.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import { compareFailing } from './decide-pipelines.ts';

/** The limits for one reply: how many pipelines' jobs are read (one request each), how many at once, and for how long. */
const MOST_READ = 100;
const AT_ONCE = 4;
const READ_FOR_MS = 20_000;

/** A pipeline with its newest run. */
export interface PipelineState {
  readonly pipeline: Pipeline;
  /** Null if there is none; undefined if it was not read. */
  readonly lastRun: Job | null | undefined;
}

/** The pipelines of a workspace as a reply shows them. */
export type WorkspacePipelines = { readonly workspace: ShownWorkspace } & (
  | { readonly kind: 'read'; readonly pipelines: readonly PipelineState[] }
  /** `problem` is a clause for a person. */
  | { readonly kind: 'unreadable'; readonly problem: string }
);

export interface PipelineReadPorts {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly describeFailure: (failure: MeltanoFailure) => string;
}

export type ReadPipelines = (
  workspaces: readonly ShownWorkspace[],
  command: { readonly account: string | null },
) => Promise<readonly WorkspacePipelines[]>;

/** Reads the pipelines of workspaces, the failing ones first, each with its newest run. */
export function createPipelineReader({ accounts, clock, describeFailure }: PipelineReadPorts): ReadPipelines {
  return async (workspaces, { account }) => {
    const api = accounts.byKey(account ?? '')?.api;
    const until = clock.elapsed() + READ_FOR_MS;
    let left = MOST_READ;
    const read: WorkspacePipelines[] = [];
    for (const workspace of workspaces) {
      if (!api) {
        read.push({ workspace, kind: 'unreadable', problem: 'its account is no longer served' });
        continue;
      }
      const listed = await api.listPipelines(workspace.id, Math.max(1_000, until - clock.elapsed()));
      if (!listed.ok) {
        read.push({ workspace, kind: 'unreadable', problem: describeFailure(listed.failure) });
        continue;
      }
      const sorted = listed.value.pipelines.toSorted(compareFailing);
      const mayRead = () => clock.elapsed() < until && left-- > 0;
      read.push({ workspace, kind: 'read', pipelines: await readLastRuns(api, sorted, { mayRead, clock }) });
    }
    return read;
  };
}

async function readLastRuns(
  api: MeltanoApi,
  pipelines: readonly Pipeline[],
  { mayRead, clock }: { readonly mayRead: () => boolean; readonly clock: Clock },
): Promise<PipelineState[]> {
  const states: PipelineState[] = [];
  for (let from = 0; from < pipelines.length; from += AT_ONCE) {
    const some = pipelines.slice(from, from + AT_ONCE).map(async (pipeline) => {
      const jobs = mayRead() ? await api.listPipelineJobs(pipeline.id) : null;
      const run = jobs?.ok ? (jobs.value.find(({ type }) => type === RUN_JOB_TYPE) ?? null) : undefined;
      return { pipeline, lastRun: run && toShownRun(run, clock) };
    });
    states.push(...(await Promise.all(some)));
  }
  return states;
}

/** A failed run whose next attempt is awaited counts as running. */
function toShownRun(run: Job, clock: Clock): Job {
  const attempts = noteAttempt(null, run, run.endTime ?? clock.now());
  return nextAttemptLeft(clock, attempts) > 0 ? countAsRunning(run) : run;
}

/** True if the pipeline could not be set up, or its last run failed. */
export function isFailing({ pipeline, lastRun }: PipelineState): boolean {
  return pipeline.status === 'FAILED' || lastRun?.status === 'ERROR';
}
