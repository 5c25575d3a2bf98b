import type { Place } from '../domain/conversation.ts';
import type { Repository } from '../domain/deployment.ts';
import { foldPath } from '../domain/fold-name.ts';
import { trackedBranch } from '../domain/match-workspaces.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { ReadsOfOneCommand } from './reads-of-one-command.ts';
import { nameWorkspaces, type Selection, selectNamed, tracksAnyOf } from './select-workspaces.ts';

export interface Target {
  readonly repository: Repository;
  /** All workspaces of the repository. */
  readonly workspaces: readonly Workspace[];
  readonly place: Place;
}

/**
 * The workspaces that a command refers to: the named ones, or by default the ones that the place of the comment suggests.
 * Throws if GitHub can't answer now.
 */
export async function chooseTargets(
  target: Target,
  words: readonly string[],
  branch: string | null,
  reads: ReadsOfOneCommand,
): Promise<Selection> {
  const { repository, place } = target;
  const workspaces =
    branch === null
      ? target.workspaces
      : target.workspaces.filter((one) => foldPath(trackedBranch(one, repository)) === foldPath(branch));
  if (workspaces.length === 0) return choose(target, branch);
  if (words.length > 0) return selectNamed(workspaces, words, repository);
  if (branch !== null) return { ok: true, workspaces };
  const pointedTo = await findPointedTo(repository, workspaces, place, reads);
  if (pointedTo.length > 0) return { ok: true, workspaces: pointedTo };
  if (place.kind !== 'pull_request' && workspaces.length === 1) return { ok: true, workspaces };
  return choose(target, null);
}

async function findPointedTo(
  repository: Repository,
  workspaces: readonly Workspace[],
  place: Place,
  reads: ReadsOfOneCommand,
): Promise<readonly Workspace[]> {
  if (place.kind === 'issue') return [];
  const branches =
    place.kind === 'commit'
      ? await reads.listBranchesAtHead(repository, place.sha)
      : await branchesOf(repository, place.number, reads);
  return workspaces.filter((one) => tracksAnyOf(one, branches, repository));
}

/** A pull request's branch, if it is in this repository, and after the merge also its base branch. */
async function branchesOf(
  repository: Repository,
  number: number,
  reads: ReadsOfOneCommand,
): Promise<(string | null)[]> {
  const pull = await reads.readPullRequest(repository, number);
  return [pull.headBranch, pull.merged ? pull.baseBranch : null];
}

function choose({ workspaces, repository }: Target, branch: string | null): Selection {
  const candidates = nameWorkspaces(workspaces, repository);
  return { ok: false, refusal: { code: 'choose_workspace', branch, candidates } };
}
