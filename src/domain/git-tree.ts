import type { Repository } from './deployment.ts';
import { foldPath } from './fold-name.ts';

/** One entry of a git tree. Modes and submodules count like contents. */
export interface TreeEntry {
  /** Relative to the tree that was read. */
  readonly path: string;
  /** `100644`, `100755`, `120000` (link), `160000` (submodule), `040000` (directory). */
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
}

/** What can't be told counts as changed; `why` is for people. */
export interface Untold {
  readonly kind: 'untold';
  readonly why: string;
}

interface TreeList {
  readonly kind: 'tree';
  /** In the order of `sortEntries`. With all levels: no directories. */
  readonly entries: readonly TreeEntry[];
  /** GitHub left entries out: the tree is too large for one answer. */
  readonly isTruncated: boolean;
}

export type TreeRead = TreeList | Untold;

export interface TreeToRead {
  /** Of a commit or of a tree. */
  readonly sha: string;
  /** `all`: with what is in its directories. */
  readonly levels: 'one' | 'all';
  /** A commit that was pushed a moment ago: GitHub may not show it yet. */
  readonly isNew: boolean;
}

export interface TreeReader {
  /** Throws when GitHub can't answer now; what it will never answer is untold. */
  readTree(repository: Repository, tree: TreeToRead): Promise<TreeRead>;
}

/** By path, so that the content of a directory is one piece. Git lists them so already, but for rare characters. */
export function sortEntries(entries: readonly TreeEntry[]): readonly TreeEntry[] {
  const isSorted = entries.every((one, index) => index === 0 || compare(entries[index - 1], one) <= 0);
  return isSorted ? entries : entries.toSorted(compare);
}

/** The entries at a path and below it, of a sorted list; all of them for the root (an empty path). */
export function listUnder(entries: readonly TreeEntry[], path: string): readonly TreeEntry[] {
  if (path === '') return entries;
  const at = findFirst(entries, path);
  const itself = entries[at] && nameOf(entries[at]) === path ? [entries[at]] : [];
  // The character after "/" ends what begins with `path/`.
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

/** The index of the first entry that isn't before `path`. */
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
  /** The last started deployment still runs, or ended in another way than success. */
  | { readonly kind: 'not_deployed'; readonly sha: string; readonly isRunning: boolean }
  | { readonly kind: 'never_deployed' }
  | Untold;
