import type { Repository, TreeDigest } from '../domain/deployment.ts';
import { foldPath } from '../domain/fold-name.ts';
import {
  type Incomparable,
  listUnder,
  type TreeEntry,
  type TreeRead,
  type TreeReader,
} from '../domain/git-tree.ts';
import { listBases, type PathFilter } from '../domain/path-filter.ts';

/** Trees that a push may read: a repository that is too large for one answer needs many. */
const MOST_READS = 20;
/** Earlier commits whose trees a push may read. */
const MOST_OLD_COMMITS = 5;
/** Processor time for matching the globs of all workspaces of a push. */
const LONGEST_MATCHING_MS = 5_000;
/** Entries that are matched before other work gets a turn. */
const ENTRIES_PER_TURN = 20_000;

const TOO_MANY_READS = `the repository is so large that telling what changed takes more than ${MOST_READS} requests to GitHub`;
const TOO_LARGE = 'the repository is too large for GitHub to list the files that count in one answer';
const TOO_MANY_OLD = `the files of only ${MOST_OLD_COMMITS} earlier commits are read for one push`;
const TOO_SLOW = 'the path filters take too long to match';

export interface SelectedEntries {
  /** In the order of the candidates; null: matching took too long. */
  readonly entries: readonly TreeEntry[] | null;
  /** Processor time (milliseconds). */
  readonly tookMs: number;
}

interface TreePorts {
  readonly reader: TreeReader;
  /** Returns the candidates (all entries below the filter's bases) that pass the filter. */
  readonly selectEntries: (
    filter: PathFilter,
    candidates: readonly TreeEntry[],
    limitMs: number,
  ) => SelectedEntries;
  readonly digestTexts: (texts: Iterable<string>) => string;
}

/** `head`: the pushed commit. `before`: the one that the push replaced. `old`: any other. */
export type CommitRole = 'head' | 'before' | 'old';

/** The trees that one push needs. Reads each tree once, and at most as many as a push may read. */
export class PushTrees {
  readonly #repository: Repository;
  readonly #ports: TreePorts;
  readonly #reads = new Map<string, Promise<TreeRead>>();
  readonly #oldCommits = new Set<string>();
  readonly #digests = new Map<string, Promise<TreeDigest | Incomparable>>();
  #matchingMs = LONGEST_MATCHING_MS;
  #entriesSinceTurn = 0;

  constructor(repository: Repository, ports: TreePorts) {
    this.#repository = repository;
    this.#ports = ports;
  }

  /** Identifies a filter in stored digests. */
  keyOf(filter: PathFilter): string {
    return this.#ports.digestTexts([JSON.stringify(filter)]);
  }

  /** The digest of the entries of a commit that pass a filter. Throws when GitHub can't answer now. */
  digest(commit: string, filter: PathFilter, role: CommitRole): Promise<TreeDigest | Incomparable> {
    const filterKey = this.keyOf(filter);
    const key = `${commit} ${filterKey}`;
    const known = this.#digests.get(key) ?? this.#computeDigest(commit, { filter, filterKey, role });
    this.#digests.set(key, known);
    return known;
  }

  /** The paths that pass the filter and differ between two commits. Throws when GitHub can't answer now. */
  async listChanges(from: string, to: string, filter: PathFilter): Promise<readonly string[] | Incomparable> {
    const before = await this.#list(from, filter, 'old');
    if ('kind' in before) return before;
    const after = await this.#list(to, filter, 'head');
    if ('kind' in after) return after;
    const left = new Map(before.map((entry) => [entry.path, describe(entry)]));
    const changed = after.filter((entry) => left.get(entry.path) !== describe(entry));
    for (const { path } of after) left.delete(path);
    return [...changed.map(({ path }) => path), ...left.keys()].sort();
  }

  /** The paths of a commit that are files. Throws when GitHub can't answer now. */
  async findFiles(commit: string, paths: readonly string[]): Promise<readonly string[]> {
    const whole = await this.#read(commit, 'all');
    if (whole.kind === 'incomparable') return [];
    const found: string[] = [];
    for (const path of new Set(paths)) {
      const under = whole.isTruncated
        ? await this.#walk(commit, foldPath(path))
        : listUnder(whole.entries, foldPath(path));
      if ('kind' in under) return found;
      const file = under.find((entry) => foldPath(entry.path) === foldPath(path) && entry.type === 'blob');
      if (file) found.push(file.path);
    }
    return found;
  }

  async #computeDigest(
    commit: string,
    { filter, filterKey, role }: { filter: PathFilter; filterKey: string; role: CommitRole },
  ): Promise<TreeDigest | Incomparable> {
    const entries = await this.#list(commit, filter, role);
    if ('kind' in entries) return entries;
    const digest = this.#ports.digestTexts(entries.map((one) => `${describe(one)}\t${one.path}\0`));
    return {
      kind: 'digest',
      commit,
      filter: filterKey,
      digest,
    };
  }

  async #list(
    commit: string,
    filter: PathFilter,
    role: CommitRole,
  ): Promise<readonly TreeEntry[] | Incomparable> {
    if (role === 'old' && !this.#mayReadOld(commit)) return incomparable(TOO_MANY_OLD);
    const whole = await this.#read(commit, 'all', role === 'head');
    if (whole.kind === 'incomparable') return whole;
    const candidates: TreeEntry[] = [];
    for (const base of listBases(filter)) {
      const part = whole.isTruncated ? await this.#walk(commit, base) : listUnder(whole.entries, base);
      if ('kind' in part) return part;
      for (const entry of part) candidates.push(entry);
    }
    await this.#yieldToEventLoop(candidates.length);
    const { entries, tookMs } = this.#ports.selectEntries(filter, candidates, this.#matchingMs);
    this.#matchingMs = Math.max(0, this.#matchingMs - tookMs);
    return entries ?? incomparable(TOO_SLOW);
  }

  /** Lists a path and everything below it, level by level, since the whole tree doesn't fit in one answer. */
  async #walk(commit: string, base: string): Promise<readonly TreeEntry[] | Incomparable> {
    let [sha, prefix] = [commit, ''];
    const parts = base === '' ? [] : base.split('/');
    for (const [index, part] of parts.entries()) {
      const level = await this.#read(sha, 'one');
      if (level.kind === 'incomparable') return level;
      const entry = level.entries.find((one) => foldPath(one.path) === part);
      if (!entry && level.isTruncated) return incomparable(TOO_LARGE);
      const isLast = index === parts.length - 1;
      if (entry?.type !== 'tree') return entry && isLast ? [below(prefix, entry)] : [];
      [sha, prefix] = [entry.sha, `${prefix}${entry.path}/`];
    }
    const inner = await this.#read(sha, 'all');
    if (inner.kind === 'incomparable') return inner;
    return inner.isTruncated ? incomparable(TOO_LARGE) : inner.entries.map((entry) => below(prefix, entry));
  }

  #mayReadOld(commit: string): boolean {
    if (this.#reads.has(`${commit} all`) || this.#oldCommits.has(commit)) return true;
    if (this.#oldCommits.size >= MOST_OLD_COMMITS) return false;
    this.#oldCommits.add(commit);
    return true;
  }

  async #read(sha: string, levels: 'one' | 'all', isNew = false): Promise<TreeRead> {
    const key = `${sha} ${levels}`;
    const known = this.#reads.get(key);
    if (known) return known;
    if (this.#reads.size >= MOST_READS) return incomparable(TOO_MANY_READS);
    const read = this.#ports.reader.readTree(this.#repository, { sha, levels, isNew });
    this.#reads.set(key, read);
    return read;
  }

  async #yieldToEventLoop(entries: number): Promise<void> {
    this.#entriesSinceTurn += entries;
    if (this.#entriesSinceTurn < ENTRIES_PER_TURN) return;
    this.#entriesSinceTurn = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function incomparable(why: string): Incomparable {
  return { kind: 'incomparable', why };
}

function describe({ mode, type, sha }: TreeEntry): string {
  return `${mode} ${type} ${sha}`;
}

function below(prefix: string, entry: TreeEntry): TreeEntry {
  return {
    path: prefix + entry.path,
    mode: entry.mode,
    type: entry.type,
    sha: entry.sha,
  };
}
