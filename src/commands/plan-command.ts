import type { Account } from '../domain/account.ts';
import { type Command, isAboutPipelines, type RedeployCommand } from '../domain/command.ts';
import type { CommitRunReader, NewCommitRun } from '../domain/commit-run.ts';
import {
  type ConfigurationInUse,
  type Configurations,
  cautiousSettings,
} from '../domain/configuration-in-use.ts';
import {
  type Answer,
  type CommandReads,
  isAtLeast,
  type NewCommand,
  type PermissionLevel,
  type Refusal,
} from '../domain/conversation.ts';
import type { CommentEvent } from '../domain/delivery.ts';
import type { PlannedDeployment } from '../domain/deployment.ts';
import type { OpenDeployments } from '../domain/deployment-store.ts';
import { trackedBranch } from '../domain/match-workspaces.ts';
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
import { isStranger, neededLevel } from './permissions.ts';
import { decidePipelines } from './pipelines/decide-pipelines.ts';
import { answerRedeploy, planRedeploy } from './plan-redeploy.ts';
import { planWithdrawal } from './plan-withdrawal.ts';
import { ReadsOfOneCommand, readFirstConfiguration } from './reads-of-one-command.ts';
import {
  hasNamed,
  nameWorkspace,
  nameWorkspaces,
  refuseSeveral,
  type Selection,
} from './select-workspaces.ts';

/** The same command by the same person in the same place counts once within this time. */
const REPEAT_MS = 10_000;
/** A later command is refused, because the person may no longer want it. */
const TOO_LATE_MS = 60 * 60_000;

export interface CommandPorts {
  readonly reads: CommandReads;
  readonly store: RepeatedCommands &
    OpenDeployments &
    RepositoryNames &
    LagStore &
    CommitRunReader &
    RecentDeployments;
  readonly planning: PlanningPorts;
  readonly configurations: Configurations;
  readonly history: CommitHistoryApi;
}

/** The ports of one command. */
interface ReadingPorts extends Omit<CommandPorts, 'reads'> {
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

/**
 * Plans a command. Checks the permission first, and writes nothing. Throws if GitHub or Meltano Cloud can't answer now;
 * planning the command again does no harm.
 */
export async function planCommand(command: CommandToPlan, ports: CommandPorts): Promise<Plan> {
  const { event } = command;
  const asked = describeAsked(command);
  if (await ports.store.isRepeated(asked, REPEAT_MS)) return { outcome: 'repeated', deployments: [] };
  const known = await ports.configurations.known(event.repository.id);
  if (!commandSettingsOf(known.configuration).enabled) return { outcome: 'commands_off', deployments: [] };
  const reads = new ReadsOfOneCommand(ports.reads);
  const level = await reads.readPermission(event.repository, event.actor);
  let refusal = refuseAtOnce(command, level, known, ports.planning);
  if (!refusal && !(await ports.configurations.isCached(event.repository))) {
    const first = (await readFirst(command, { ...ports, reads })) ?? known;
    if (!commandSettingsOf(first.configuration).enabled) return { outcome: 'commands_off', deployments: [] };
    refusal = refuseAtOnce(command, level, first, ports.planning);
  }
  const decided = refusal ? refuse(refusal) : await decide(command, level, { ...ports, reads });
  const { answer, ...effects } = decided;
  const outcome = answer.kind === 'refused' ? 'command_refused' : 'command';
  return { outcome, role: level, deployments: [], ...effects, command: { ...asked, answer } };
}

/** Reads a repository's configuration for the first time; null if it doesn't matter. */
async function readFirst(
  { event, account, listWorkspaces }: CommandToPlan,
  ports: ReadingPorts,
): Promise<ConfigurationInUse | null> {
  const { repository, place, parsed } = event;
  if (parsed.kind !== 'command' || parsed.command.name === 'help' || !account) return null;
  const workspaces = await listWorkspaces((known) => known.length > 0);
  if (workspaces.length === 0) return null;
  const { command } = parsed;
  return readFirstConfiguration(
    { repository, workspaces },
    async () => {
      if (command.name !== 'redeploy') return [];
      const target = { repository, workspaces, place };
      const selection = await chooseTargets(target, command.workspaces, command.branch, ports.reads);
      return selection.ok ? selection.workspaces.map((one) => trackedBranch(one, repository)) : [];
    },
    ports,
  );
}

/** The plan after GitHub or Meltano Cloud was unavailable for too long. */
export function planUnanswered(command: CommandToPlan, problem: string): Plan {
  const { answer } = refuse({ code: 'unanswered', problem });
  return {
    outcome: 'command_refused',
    deployments: [],
    command: { ...describeAsked(command), answer },
  };
}

function describeAsked({ id, receivedAt, account, event }: CommandToPlan): Omit<NewCommand, 'answer'> {
  return {
    id,
    receivedAt,
    account: account?.key ?? null,
    installationId: event.repository.installationId,
    repositoryId: event.repository.id,
    place: event.place,
    commentId: event.commentId,
    actor: event.actor,
    parsed: event.parsed,
    askedAt: event.askedAt,
  };
}

interface Decided {
  readonly withdraw?: NonNullable<Plan['withdraw']>;
  readonly pipelineWatch?: NonNullable<Plan['pipelineWatch']>;
  readonly answer: Answer;
  readonly deployments?: readonly PlannedDeployment[];
  readonly commitRuns?: readonly NewCommitRun[];
}

function refuse(refusal: Refusal): Decided {
  return { answer: { kind: 'refused', refusal } };
}

function refuseAtOnce(
  { event, receivedAt, account, isLoginTaken }: CommandToPlan,
  level: PermissionLevel,
  { configuration }: ConfigurationInUse,
  { githubClock }: PlanningPorts,
): Refusal | null {
  const { parsed, repository } = event;
  if (isStranger(level, repository.private)) return { code: 'stranger' };
  const asked = parsed.kind === 'command' ? parsed.command : null;
  const name = asked?.name ?? null;
  const needed = neededLevel(asked, repository.private, commandSettingsOf(configuration).permission);
  if (!isAtLeast(level, needed)) return { code: 'not_permitted', needed, has: level };
  if (parsed.kind !== 'command') return { code: 'not_understood' };
  // The offset of GitHub's clock is known, because the permission was just read.
  if (receivedAt - githubClock.toLocal(event.askedAt) > TOO_LATE_MS) return { code: 'too_late' };
  if (isLoginTaken && name !== 'help') return { code: 'login_taken', ownerId: repository.ownerId };
  if (account === null && name !== 'help') return { code: 'account_not_served' };
  return null;
}

async function decide(command: CommandToPlan, level: PermissionLevel, ports: ReadingPorts): Promise<Decided> {
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
  return decideAbout({ ...command, workspaces, inUse }, asked, ports);
}

interface Served extends CommandToPlan {
  /** All workspaces of the repository, at least one. */
  readonly workspaces: readonly Workspace[];
  readonly inUse: ConfigurationInUse;
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
  return why.ok ? { answer: { kind: 'why', findings: why.findings } } : refuse(why.refusal);
}

function decideLogs({ event, inUse }: Served, selected: readonly Workspace[], lines: number): Decided {
  const { repository } = event;
  const [workspace, another] = selected;
  if (!workspace || another) return refuse(refuseSeveral(selected, repository));
  const { log: logMode } = cautiousSettings(inUse, workspace);
  return { answer: { kind: 'logs', workspace: nameWorkspace(workspace, repository), lines, logMode } };
}
