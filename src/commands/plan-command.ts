import type { ConfigurationInUse } from '../domain/configuration-in-use.ts';
import { isAtLeast, type NewCommand, type PermissionLevel, type Refusal } from '../domain/conversation.ts';
import { trackedBranch } from '../domain/match-workspaces.ts';
import { commandSettingsOf } from '../domain/repository-configuration.ts';
import type { PlanningPorts } from '../planning/plan-push.ts';
import type { Plan } from '../planning/plan-store.ts';
import { chooseTargets } from './choose-targets.ts';
import {
  type CommandPorts,
  type CommandToPlan,
  decide,
  type ReadingPorts,
  refuse,
} from './decide-command.ts';
import { isStranger, neededLevel } from './permissions.ts';
import { ReadsOfOneCommand, readFirstConfiguration } from './reads-of-one-command.ts';

/** The same command by the same person in the same place counts once within this time. */
const REPEAT_MS = 10_000;
/** A later command is refused, because the person may no longer want it. */
const TOO_LATE_MS = 60 * 60_000;

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
