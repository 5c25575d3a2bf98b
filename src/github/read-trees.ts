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

/** Waits before a commit that was just pushed is asked for again: a push may be heard of before it can be read. */
const NOT_FOUND_WAITS_MS = [1_000, 2_000, 4_000];
/** GitHub answers 5xx for what takes it too long, and will do so each time: after this time it counts as changed. */
const FAILS_FOR_MS = 10 * 60_000;
/** So many trees are remembered that GitHub fails to list; the oldest is forgotten first. */
const MOST_FAILING = 1_000;
/** The trees that were read last are kept, with so many entries in all: some 10 MB. */
const MOST_ENTRIES_KEPT = 50_000;
/** An empty one counts as so many entries. */
const ENTRIES_OF_A_TREE = 100;

export interface TreeReaderOptions {
  readonly getOctokit: GetOctokit;
  /** Waits some milliseconds. */
  readonly sleep: (ms: number) => Promise<unknown>;
  /** False while GitHub refuses the installation's requests, or the last ones are kept for what matters more. */
  readonly mayAsk: (installationId: number) => boolean;
  /** Milliseconds since some moment. */
  readonly elapsed: () => number;
}

/** Git trees, as GitHub lists them. */
export function createTreeReader(options: TreeReaderOptions): TreeReader {
  const { getOctokit, sleep, mayAsk, elapsed } = options;
  /** Since when GitHub fails to list a tree. */
  const failing = new Map<string, number>();
  const kept = new TreeCache();

  /** Throws as long as there is hope. */
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
    for (const wait of [...(tree.isNew ? NOT_FOUND_WAITS_MS : []), null]) {
      const found = await readOnce(await getOctokit(repository.installationId), repository, tree);
      if (found instanceof Error) return giveUp(key, found);
      failing.delete(key);
      if (found) return found;
      if (wait !== null) await sleep(wait);
    }
    return incomparable('GitHub does not know the commit (any more)');
  }

  return {
    readTree(repository, tree) {
      const key = `${repository.id} ${tree.sha} ${tree.levels}`;
      return kept.getOrRead(key, () => read(key, repository, tree));
    },
  };
}

/** Null for a tree that GitHub doesn't know; an error where it fails. Throws where it only has to be asked later. */
async function readOnce(
  octokit: Awaited<ReturnType<GetOctokit>>,
  repository: Repository,
  { sha, levels }: TreeToRead,
): Promise<TreeRead | Error | null> {
  const tree = { ...locate(repository), tree_sha: sha };
  // GitHub takes any value of `recursive` for a yes.
  const asked = levels === 'all' ? { ...tree, recursive: '1' } : tree;
  const answer = await callGitHub(() => octokit.rest.git.getTree(asked), Date.now);
  if (answer.ok) return toList(answer.value.data, levels);
  const { failure } = answer;
  // The push came while the app was installed: it is deployed, whatever it changed.
  if (failure.kind === 'unavailable') return incomparable(failure.message);
  if (failure.kind !== 'rejected') {
    const error = new Error(`GitHub could not list the files: ${failure.message}`);
    if (failure.kind === 'unknown') return error;
    throw error;
  }
  if (failure.status === 404) return null;
  return incomparable(`GitHub will not list the files: ${failure.message}`);
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

/** A tree never changes under its name. Several workspaces that start at once ask for the same one. */
class TreeCache {
  readonly #reads = new Map<string, Promise<TreeRead>>();
  /** By key, in the order of reading. */
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
      // The newest is needed again in a moment, however large it is.
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
