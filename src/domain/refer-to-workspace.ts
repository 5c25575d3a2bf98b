import { foldName } from './fold-name.ts';
import type { NamedWorkspace } from './workspace.ts';

/** The minimum length of a shortened id, which is the length in a check run's name. */
const SHORTEST_ID = 8;

/** True if `word` is the workspace's name, alias or id, or the beginning of its id. */
export function meansWorkspace(word: string, workspace: NamedWorkspace): boolean {
  return isNameOf(word, workspace) || beginsId(word, workspace);
}

/** Finds workspaces by name, alias or id. If there is none, by the beginning of the id. */
export function matchWord<T extends NamedWorkspace>(workspaces: readonly T[], word: string): readonly T[] {
  const named = workspaces.filter((one) => isNameOf(word, one));
  return named.length > 0 ? named : workspaces.filter((one) => beginsId(word, one));
}

function isNameOf(word: string, { id, name, alias }: NamedWorkspace): boolean {
  const wanted = foldName(word);
  return wanted !== '' && [id, name, alias].some((each) => each !== null && foldName(each) === wanted);
}

function beginsId(word: string, { id }: NamedWorkspace): boolean {
  const wanted = foldName(word);
  return wanted.length >= SHORTEST_ID && foldName(id).startsWith(wanted);
}
