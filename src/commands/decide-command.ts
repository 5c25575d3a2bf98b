import type { Account } from '../domain/account.ts';
import type { ApprovalStore } from '../domain/approval-store.ts';
import { type Command, isAboutPipelines, type RedeployCommand } from '../domain/command.ts';
import type { CommandReads } from '../domain/command-reads.ts';
import type { CommitRunReader, NewCommitRun } from '../domain/commit-run.ts';
import {
  type ConfigurationInUse,
  type Configurations,
  cautiousSettings,
  hasGate,
} from '../domain/configuration-in-use.ts';
import type { Answer, PermissionLevel, Refusal } from '../domain/conversation.ts';
import type { CommentEvent } from '../domain/delivery.ts';
import type { PlannedDeployment } from '../domain/deployment.ts';
import type { OpenDeployments } from '../domain/deployment-store.ts';
import type { LockReader } from '../domain/lock.ts';
import { allowsPipelines, commandSettingsOf } from '../domain/repository-configuration.ts';
import type { RepositoryNames } from '../domain/repository-store.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { ListWorkspaces } from '../planning/find-workspaces.ts';
import type { PlanningPorts } from '../planning/plan-push.ts';
import type { Plan } from '../planning/plan-store.ts';
import { explainNoWorkspace } from '../planning/select-own-workspaces.ts';
import type { CommitHistoryApi } from '../reporting/way-back.ts';
import { answerStatus, type LagStore } from './answer-status.ts';
import { chooseTargets } from './choose-targets.ts';
import type { RecentDeployments, RepeatedCommands } from './command-store.ts';
import { explainPlan } from './explain-plan.ts';
import { decidePipelines } from './pipelines/decide-pipelines.ts';
import { planApproval } from './plan-approval.ts';
import { planLock, planUnlock } from './plan-lock.ts';
import { answerRedeploy, planRedeploy } from './plan-redeploy.ts';
import { planWithdrawal } from './plan-withdrawal.ts';
import type { ReadsOfOneCommand } from './reads-of-one-command.ts';
import {
  hasNamed,
  nameWorkspace,
  nameWorkspaces,
  refuseSeveral,
  type Selection,
} from './select-workspaces.ts';

export interface CommandPorts {
  readonly reads: CommandReads;
  readonly store: RepeatedCommands &
    OpenDeployments &
    RepositoryNames &
    LagStore &
    CommitRunReader &
    LockReader &
    ApprovalStore &
    RecentDeployments;
  readonly planning: PlanningPorts;
  readonly configurations: Configurations;
  readonly history: CommitHistoryApi;
}

/** The ports of one command. */
export interface ReadingPorts extends Omit<CommandPorts, 'reads'> {
  readonly reads: ReadsOfOneCommand;
}

export interface CommandToPlan {
  readonly id: string;
  readonly receivedAt: number;
  readonly event: CommentEvent;
  /** Null if the app has no Meltano Cloud account for the repository's owner. */
  readonly account: Account | null;
  /** The login of the repository's owner belonged to another account before. */
  readonly isLoginTaken: boolean;
  /** Called only if the person is permitted. */
  readonly listWorkspaces: ListWorkspaces;
}

export interface Decided {
  readonly withdraw?: NonNullable<Plan['withdraw']>;
  readonly pipelineWatch?: NonNullable<Plan['pipelineWatch']>;
  readonly locks?: NonNullable<Plan['locks']>;
  readonly approvals?: NonNullable<Plan['approvals']>;
  readonly wake?: NonNullable<Plan['wake']>;
  readonly answer: Answer;
  readonly deployments?: readonly PlannedDeployment[];
  readonly commitRuns?: readonly NewCommitRun[];
}

export function refuse(refusal: Refusal): Decided {
  return { answer: { kind: 'refused', refusal } };
}

/** Decides about a command of a person who is permitted. Throws if GitHub or Meltano Cloud can't answer now. */
export async function decide(
  command: CommandToPlan,
  level: PermissionLevel,
  ports: ReadingPorts,
): Promise<Decided> {
  const { parsed } = command.event;
  if (parsed.kind !== 'command') return refuse({ code: 'not_understood' });
  const { repository } = command.event;
  if (parsed.command.name === 'help') {
    const { configuration } = await ports.configurations.known(repository.id);
    const settings = commandSettingsOf(configuration);
    const pipelines = allowsPipelines(settings, repository.private);
    return { answer: { kind: 'help', level, permission: settings.permission, pipelines } };
  }
  const asked = parsed.command;
  const workspaces = await command.listWorkspaces((known) => hasNamed(asked, known, repository));
  if (workspaces.length === 0) return refuse({ code: await explainNoWorkspace(repository, ports.store) });
  const inUse = await ports.configurations.current({ repository, workspaces });
  return decideAbout({ ...command, workspaces, inUse, level }, asked, ports);
}

interface Served extends CommandToPlan {
  /** All workspaces of the repository, at least one. */
  readonly workspaces: readonly Workspace[];
  readonly inUse: ConfigurationInUse;
  readonly level: PermissionLevel;
}

async function decideAbout(
  command: Served,
  asked: Exclude<Command, { name: 'help' }>,
  ports: ReadingPorts,
): Promise<Decided> {
  const { workspaces, event } = command;
  const { repository, place } = event;
  const target = { repository, workspaces, place };
  if (asked.name === 'why') return decideWhy(command, asked.target, ports);
  if (asked.name === 'lock') return planLock(command, asked.text, ports.store);
  if (asked.name === 'approve') {
    const { store: history, githubClock } = ports.planning;
    const approvals = { ...ports, history, githubClock };
    return planApproval(command, asked.workspace, approvals);
  }
  if (asked.name === 'unlock') return planUnlock(command, asked.workspace, ports.store);
  const pipelines = allowsPipelines(commandSettingsOf(command.inUse.configuration), repository.private);
  if (isAboutPipelines(asked.name) && !pipelines) return refuse({ code: 'pipelines_off' });
  const words = 'workspaces' in asked ? asked.workspaces : toList(asked.workspace);
  const meansAll = (asked.name === 'status' || asked.name === 'pipelines') && words.length === 0;
  const branch = asked.name === 'redeploy' ? asked.branch : null;
  const selection: Selection = meansAll
    ? { ok: true, workspaces }
    : await chooseTargets(target, words, branch, ports.reads);
  if (!selection.ok) return refuse(selection.refusal);
  const selected = selection.workspaces;
  switch (asked.name) {
    case 'redeploy':
      return decideRedeploy(command, asked, selected, ports);
    case 'withdraw':
      return planWithdrawal({ ...command, repository, actor: event.actor }, selected, ports.store);
    case 'status':
      return { answer: await answerStatus(command, selected, ports) };
    case 'pipelines':
      return { answer: { kind: 'pipelines', workspaces: nameWorkspaces(selected, repository) } };
    case 'logs':
      return decideLogs(command, selected, asked.lines);
    case 'verify':
    case 'run':
      return decidePipelines(
        asked,
        { ...command, repository, actor: event.actor, selected },
        { ...ports.planning, reads: ports.reads },
      );
  }
}

function toList(word: string | null): readonly string[] {
  return word === null ? [] : [word];
}

async function decideRedeploy(
  { id, receivedAt, event, account, workspaces, inUse: configuration }: Served,
  { force }: Pick<RedeployCommand, 'force'>,
  selected: readonly Workspace[],
  { reads, planning }: ReadingPorts,
): Promise<Decided> {
  if (configuration.kind === 'held') return refuse({ code: 'configuration_held', bad: configuration.bad });
  const request = {
    account: account?.key ?? '',
    deliveryId: id,
    receivedAt,
    askedAt: event.askedAt,
    repository: event.repository,
    actor: event.actor,
    cause: 'command' as const,
    forcedBy: force ? event.actor : null,
    workspaces,
    configuration,
  };
  const redeployment = await planRedeploy(request, selected, { reads, ...planning });
  return {
    answer: answerRedeploy(redeployment, event.repository),
    deployments: redeployment.deployments,
    commitRuns: redeployment.commitRuns,
  };
}

async function decideWhy(
  { id, receivedAt, event, account, workspaces, inUse }: Served,
  target: string | null,
  { reads, planning, store }: ReadingPorts,
): Promise<Decided> {
  const asked = { account: account?.key ?? '', deliveryId: id, receivedAt };
  const why = await explainPlan(
    { ...asked, repository: event.repository, workspaces, inUse, target },
    { reads, planning, store },
  );
  if (!why.ok) return refuse(why.refusal);
  return { answer: { kind: 'why', findings: why.findings, hasRequiredCheck: hasGate(inUse) } };
}

function decideLogs({ event, inUse }: Served, selected: readonly Workspace[], lines: number): Decided {
  const { repository } = event;
  const [workspace, another] = selected;
  if (!workspace || another) return refuse(refuseSeveral(selected, repository));
  const { log: logMode } = cautiousSettings(inUse, workspace);
  return { answer: { kind: 'logs', workspace: nameWorkspace(workspace, repository), lines, logMode } };
}
