import type { Account } from '../../domain/account.ts';
import type { Command } from '../../domain/command.ts';
import type { ConfigurationInUse } from '../../domain/configuration-in-use.ts';
import type { Answer, Refusal, ShownPipeline, ShownWorkspace } from '../../domain/conversation.ts';
import type { Repository } from '../../domain/deployment.ts';
import { judgeRead } from '../../domain/judge-failure.ts';
import { trackedBranch } from '../../domain/match-workspaces.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import type { NewPipelineWatch } from '../../domain/pipeline-watch.ts';
import type { Workspace } from '../../domain/workspace.ts';
import { ListFailed } from '../../planning/find-workspaces.ts';
import { describeFailure } from '../../reporting/render/describe-meltano-failure.ts';
import type { HeadReads } from '../reads-of-one-command.ts';
import { nameWorkspace, nameWorkspaces, refuseSeveral } from '../select-workspaces.ts';
import { describeRun, describeVerification, type WatchPorts } from './describe-watch.ts';
import { findNear, findPipelines } from './find-pipelines.ts';

type PipelineCommand = Extract<Command, { name: 'verify' | 'run' }>;

/** How many pipelines one command verifies. */
export const MOST_VERIFIED = 5;

export interface PipelineRequest {
  readonly id: string;
  readonly receivedAt: number;
  readonly repository: Repository;
  readonly actor: string;
  /** All workspaces of the repository. */
  readonly workspaces: readonly Workspace[];
  readonly selected: readonly Workspace[];
  readonly account: Account | null;
  readonly inUse: ConfigurationInUse;
}

export interface DecidedPipelines {
  readonly answer: Answer;
  /** The jobs to start. */
  readonly pipelineWatch?: NewPipelineWatch;
}

/** The answer to `verify` and `run`. Throws when GitHub or Meltano Cloud can't answer now. */
export async function decidePipelines(
  asked: PipelineCommand,
  request: PipelineRequest,
  ports: WatchPorts & { readonly reads: HeadReads },
): Promise<DecidedPipelines> {
  const { repository, selected, account, inUse } = request;
  if (inUse.kind === 'held') return refuse({ code: 'configuration_held', bad: inUse.bad });
  if (account === null) return refuse({ code: 'account_not_served' });
  const [workspace, another] = selected;
  if (!workspace || another) return refuse(refuseSeveral(selected, repository));
  const listed = await account.api.listPipelines(workspace.id);
  if (!listed.ok) {
    if (judgeRead(listed.failure).kind === 'retry') throw new ListFailed(listed.failure, 'pipelines');
    const problem = `The pipelines could not be read: ${describeFailure(listed.failure)}`;
    return refuse({ code: 'unanswered', problem });
  }
  const shown = nameWorkspace(workspace, repository);
  const chosen = choosePipelines(asked, listed.value.pipelines, shown);
  if ('code' in chosen) return refuse(chosen);
  const [pipeline] = chosen.pipelines;
  if (asked.name === 'run' && !asked.isConfirmed && pipeline)
    return { answer: { kind: 'preview', workspace: shown, pipeline: showPipeline(pipeline) } };
  const branch = trackedBranch(workspace, repository);
  const sha = (await ports.reads.readHeads(repository, [branch])).get(branch) ?? null;
  if (sha === null) return refuse({ code: 'branch_missing', missing: nameWorkspaces(selected, repository) });
  const wanted = { ...request, account: account.key, configuration: inUse, workspace, sha };
  if (asked.name === 'run' && pipeline)
    return {
      answer: { kind: 'run', workspace: shown },
      pipelineWatch: describeRun(wanted, pipeline, ports),
    };
  return {
    answer: { kind: 'verify', workspace: shown, leftOut: chosen.leftOut },
    pipelineWatch: describeVerification(wanted, chosen.pipelines, ports),
  };
}

function refuse(refusal: Refusal): DecidedPipelines {
  return { answer: { kind: 'refused', refusal } };
}

interface ChosenPipelines {
  readonly pipelines: readonly Pipeline[];
  /** The number of pipelines beyond the limit. */
  readonly leftOut: number;
}

function choosePipelines(
  asked: PipelineCommand,
  pipelines: readonly Pipeline[],
  workspace: ShownWorkspace,
): ChosenPipelines | Refusal {
  if (asked.pipeline === null) {
    const finished = pipelines.filter(({ status }) => status !== 'DRAFT').toSorted(compareFailing);
    if (finished.length === 0) return { code: 'no_pipelines', workspace };
    return {
      pipelines: finished.slice(0, MOST_VERIFIED),
      leftOut: Math.max(0, finished.length - MOST_VERIFIED),
    };
  }
  if (pipelines.length === 0) return { code: 'no_pipelines', workspace };
  const word = asked.pipeline;
  const found = findPipelines(pipelines, word);
  if (found.length === 1) return { pipelines: found, leftOut: 0 };
  if (found.length > 1) {
    const candidates = found.map(showPipeline);
    return { code: 'ambiguous_pipeline', word, workspace, candidates, areNear: false };
  }
  const near = findNear(pipelines, word);
  const candidates = (near.length > 0 ? near : pipelines.toSorted(compareNames)).map(showPipeline);
  return { code: 'unknown_pipeline', word, workspace, candidates, areNear: near.length > 0 };
}

function showPipeline({ id, name }: Pipeline): ShownPipeline {
  return { id, name };
}

/** Failing ones first, then by name. */
export function compareFailing(a: Pipeline, b: Pipeline): number {
  return Number(b.status === 'FAILED') - Number(a.status === 'FAILED') || compareNames(a, b);
}

function compareNames(a: Pipeline, b: Pipeline): number {
  return a.name < b.name ? -1 : 1;
}
