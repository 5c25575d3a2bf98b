import type { Command } from '../domain/command.ts';
import type { Refusal, ShownWorkspace } from '../domain/conversation.ts';
import type { Repository } from '../domain/deployment.ts';
import { foldPath } from '../domain/fold-name.ts';
import { trackedBranch } from '../domain/match-workspaces.ts';
import { matchWord } from '../domain/refer-to-workspace.ts';
import type { Workspace } from '../domain/workspace.ts';
import { readLockText } from './read-lock.ts';

export type Selection =
  | { readonly ok: true; readonly workspaces: readonly Workspace[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** The start of a commit's SHA, which `why` accepts instead of a workspace. */
export const COMMIT = /^[0-9a-f]{7,64}$/i;

/** True if the list has every workspace that the command names. If not, the list may be outdated. */
export function hasNamed(
  command: Command,
  workspaces: readonly Workspace[],
  repository: Repository,
): boolean {
  const isThere = (word: string) => matchWord(workspaces, word).length > 0;
  switch (command.name) {
    case 'redeploy': {
      const { branch } = command;
      const tracked =
        branch === null ||
        workspaces.some((one) => foldPath(trackedBranch(one, repository)) === foldPath(branch));
      return tracked && command.workspaces.every(isThere);
    }
    case 'withdraw':
    case 'status':
    case 'pipelines':
      return command.workspaces.every(isThere);
    case 'lock':
      return isThere(readLockText(command.text).first);
    case 'approve':
    case 'unlock':
    case 'logs':
    case 'verify':
    case 'run':
      return command.workspace === null || isThere(command.workspace);
    case 'why':
      return command.target === null || COMMIT.test(command.target) || isThere(command.target);
    case 'help':
      return true;
  }
}

/** The named workspaces, each once. */
export function selectNamed(
  workspaces: readonly Workspace[],
  words: readonly string[],
  repository: Repository,
): Selection {
  const selected = new Set<Workspace>();
  for (const word of words) {
    const matches = matchWord(workspaces, word);
    const [only] = matches;
    if (matches.length === 1 && only) {
      selected.add(only);
      continue;
    }
    const code = matches.length === 0 ? 'unknown_workspace' : 'ambiguous_workspace';
    const candidates = nameWorkspaces(matches.length === 0 ? workspaces : matches, repository);
    return { ok: false, refusal: { code, word, candidates } };
  }
  return { ok: true, workspaces: [...selected] };
}

/** For a command that takes one workspace. */
export function refuseSeveral(selected: readonly Workspace[], repository: Repository): Refusal {
  return { code: 'choose_workspace', branch: null, candidates: nameWorkspaces(selected, repository) };
}

export function tracksAnyOf(
  workspace: Workspace,
  branches: readonly (string | null)[],
  repository: Repository,
): boolean {
  return branches.includes(trackedBranch(workspace, repository));
}

export function nameWorkspaces(workspaces: readonly Workspace[], repository: Repository): ShownWorkspace[] {
  return workspaces.map((one) => nameWorkspace(one, repository));
}

export function nameWorkspace(workspace: Workspace, repository: Repository): ShownWorkspace {
  const { id, name, directory } = workspace;
  return { id, name, directory, branch: trackedBranch(workspace, repository) };
}
