import type { Repository } from './deployment.ts';
import { foldPath } from './fold-name.ts';

/** One entry of a git tree. A change of mode or of a submodule counts like a change of content. */
export interface TreeEntry {
  /** Relative to the root of the tree. */
  readonly path: string;
  /** `100644`, `100755`, `120000` (link), `160000` (submodule), `040000` (directory). */
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  /** Of a file, where the list tells it. */
  readonly bytes?: number;
}

/** The tree can't be read or compared, so the workspace counts as changed. `why` is for people. */
export interface Incomparable {
  readonly kind: 'incomparable';
  readonly why: string;
}

interface TreeList {
  readonly kind: 'tree';
  /** In the order of `sortEntries`. Contains no directories if all levels were read. */
  readonly entries: readonly TreeEntry[];
  /** True if the tree is too large for one response, so GitHub left out entries. */
  readonly isTruncated: boolean;
}

export type TreeRead = TreeList | Incomparable;

export interface TreeToRead {
  /** The id of a commit or a tree. */
  readonly sha: string;
  /** `all` includes the content of directories. */
  readonly levels: 'one' | 'all';
  /** True for a commit that was just pushed, which GitHub may not show yet. */
  readonly isNew: boolean;
}

export interface TreeReader {
  /** Throws if GitHub can't answer now. Returns `Incomparable` if it never will. */
  readTree(repository: Repository, tree: TreeToRead): Promise<TreeRead>;
}

/** Sorts by path, so the content of a directory is contiguous. Git's order differs only for rare characters. */
export function sortEntries(entries: readonly TreeEntry[]): readonly TreeEntry[] {
  const isSorted = entries.every((one, index) => index === 0 || compare(entries[index - 1], one) <= 0);
  return isSorted ? entries : entries.toSorted(compare);
}

/** The entries at and below a path in a sorted list. The empty path is the root. */
export function listUnder(entries: readonly TreeEntry[], path: string): readonly TreeEntry[] {
  if (path === '') return entries;
  const at = findFirst(entries, path);
  const itself = entries[at] && nameOf(entries[at]) === path ? [entries[at]] : [];
  // "0" is the character after "/", so it ends the range of `path/`.
  const below = entries.slice(findFirst(entries, `${path}/`), findFirst(entries, `${path}0`));
  return [...itself, ...below];
}

function nameOf({ path }: TreeEntry): string {
  return foldPath(path);
}

function compare(a: TreeEntry | undefined, b: TreeEntry): number {
  const [left, right] = [a ? nameOf(a) : '', nameOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The index of the first entry at or after `path`. */
function findFirst(entries: readonly TreeEntry[], path: string): number {
  let [from, to] = [0, entries.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const entry = entries[middle];
    if (entry && nameOf(entry) < path) from = middle + 1;
    else to = middle;
  }
  return from;
}

export type UncomparedCause =
  /** The last started deployment is still running, or didn't succeed. */
  | { readonly kind: 'not_deployed'; readonly sha: string; readonly isRunning: boolean }
  | { readonly kind: 'never_deployed' }
  | Incomparable;
