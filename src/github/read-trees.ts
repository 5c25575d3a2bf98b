import type { Repository } from '../domain/deployment.ts';
import {
  type Incomparable,
  sortEntries,
  type TreeEntry,
  type TreeRead,
  type TreeReader,
  type TreeToRead,
} from '../domain/git-tree.ts';
import { callGitHub, locate, requireRequests } from './github-call.ts';
import type { GetOctokit } from './octokit.ts';

/** The delays before asking again for a commit that was just pushed, which GitHub may not show yet. */
const NOT_FOUND_DELAYS_MS = [1_000, 2_000, 4_000];
/** GitHub always answers 5xx for a tree that takes too long. After this time it counts as changed. */
const FAILS_FOR_MS = 10 * 60_000;
/** How many failing trees to remember; forgets the oldest first. */
const MOST_FAILING = 1_000;
/** How many entries of recently read trees to cache: about 10 MB. */
const MOST_ENTRIES_KEPT = 50_000;
/** The size of an empty tree, in entries. */
const ENTRIES_OF_A_TREE = 100;

export interface TreeReaderOptions {
  readonly getOctokit: GetOctokit;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** False while few of the installation's requests are left, or GitHub refuses them. */
  readonly mayAsk: (installationId: number) => boolean;
  /** `Clock.elapsed`. */
  readonly elapsed: () => number;
}

/** Reads git trees from GitHub. */
export function createTreeReader(options: TreeReaderOptions): TreeReader {
  const { getOctokit, sleep, mayAsk, elapsed } = options;
  /** Since when GitHub fails to list a tree. */
  const failing = new Map<string, number>();
  const kept = new TreeCache();

  /** Throws while the tree may still become readable. */
  function giveUp(key: string, error: Error): Incomparable {
    const since = failing.get(key) ?? elapsed();
    failing.set(key, since);
    const [oldest] = failing.keys();
    if (failing.size > MOST_FAILING && oldest !== undefined) failing.delete(oldest);
    if (elapsed() - since < FAILS_FOR_MS) throw error;
    return incomparable(`GitHub has failed to list the files for ten minutes: ${error.message}`);
  }

  async function read(key: string, repository: Repository, tree: TreeToRead): Promise<TreeRead> {
    requireRequests(mayAsk(repository.installationId), 'listing files');
    for (const delayMs of [...(tree.isNew ? NOT_FOUND_DELAYS_MS : []), null]) {
      const found = await readOnce(await getOctokit(repository.installationId), repository, tree);
      if (found instanceof Error) return giveUp(key, found);
      failing.delete(key);
      if (found) return found;
      if (delayMs !== null) await sleep(delayMs);
    }
    return incomparable("GitHub doesn't find the commit");
  }

  return {
    readTree(repository, tree) {
      const key = `${repository.id} ${tree.sha} ${tree.levels}`;
      return kept.getOrRead(key, () => read(key, repository, tree));
    },
  };
}

/** Null if GitHub doesn't find the tree; an error if GitHub fails. Throws if it only has to be asked later. */
async function readOnce(
  octokit: Awaited<ReturnType<GetOctokit>>,
  repository: Repository,
  { sha, levels }: TreeToRead,
): Promise<TreeRead | Error | null> {
  const tree = { ...locate(repository), tree_sha: sha };
  // GitHub treats any value of `recursive` as true.
  const asked = levels === 'all' ? { ...tree, recursive: '1' } : tree;
  const answer = await callGitHub(() => octokit.rest.git.getTree(asked), Date.now);
  if (answer.ok) return toList(answer.value.data, levels);
  const { failure } = answer;
  // The app was uninstalled or suspended after the push: the push is deployed, whatever it changed.
  if (failure.kind === 'unavailable') return incomparable(failure.message);
  if (failure.kind !== 'rejected') {
    const error = new Error(`GitHub could not list the files: ${failure.message}`);
    if (failure.kind === 'unknown') return error;
    throw error;
  }
  if (failure.status === 404) return null;
  return incomparable(`GitHub refuses to list the files: ${failure.message}`);
}

interface AnsweredTree {
  readonly tree: readonly (Partial<Record<'path' | 'mode' | 'type' | 'sha', string>> & {
    readonly size?: number;
  })[];
  readonly truncated?: boolean;
}

function toList({ tree, truncated = false }: AnsweredTree, levels: TreeToRead['levels']): TreeRead {
  const entries = tree.flatMap(({ path, mode, type, sha, size: bytes }): TreeEntry[] =>
    path === undefined || mode === undefined || type === undefined || sha === undefined
      ? []
      : [bytes === undefined ? { path, mode, type, sha } : { path, mode, type, sha, bytes }],
  );
  if (levels === 'one') return { kind: 'tree', entries: sortEntries(entries), isTruncated: truncated };
  // An incomplete tree is useless.
  const files = truncated ? [] : entries.filter(({ type }) => type !== 'tree');
  return { kind: 'tree', entries: sortEntries(files), isTruncated: truncated };
}

/** A cache of trees by SHA, which determines the tree. Workspaces that start together need the same one. */
class TreeCache {
  readonly #reads = new Map<string, Promise<TreeRead>>();
  /** By key, in order of reading. */
  readonly #sizes = new Map<string, number>();

  async getOrRead(key: string, read: () => Promise<TreeRead>): Promise<TreeRead> {
    const known = this.#reads.get(key);
    if (known) return known;
    const reading = read();
    this.#reads.set(key, reading);
    try {
      const found = await reading;
      if (found.kind === 'tree') this.#keep(key, found.entries.length + ENTRIES_OF_A_TREE);
      else this.#reads.delete(key);
      return found;
    } catch (error) {
      this.#reads.delete(key);
      throw error;
    }
  }

  #keep(key: string, size: number): void {
    this.#sizes.set(key, size);
    let total = this.#sizes.values().reduce((sum, one) => sum + one, 0);
    for (const [oldest, freed] of this.#sizes) {
      // Keeps the newest at any size, because it is needed again soon.
      if (total <= MOST_ENTRIES_KEPT || oldest === key) return;
      total -= freed;
      this.#sizes.delete(oldest);
      this.#reads.delete(oldest);
    }
  }
}

function incomparable(why: string): Incomparable {
  return { kind: 'incomparable', why };
}
