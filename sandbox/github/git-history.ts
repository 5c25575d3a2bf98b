import { blobSha, buildTree, type FileMode, sha1 } from './git-tree.ts';
import type { SandboxAccount, SandboxCommit, SandboxRepository } from './model.ts';

export interface FileChange {
  filename: string;
  status: 'added' | 'modified' | 'removed' | 'renamed';
  previousFilename?: string;
  additions: number;
  deletions: number;
  /** The sha of the new or the removed content. */
  blobSha: string;
}

export interface Comparison {
  status: 'ahead' | 'behind' | 'diverged' | 'identical';
  mergeBase: SandboxCommit;
  /** Commits of the head only, oldest first. */
  commits: SandboxCommit[];
  behindBy: number;
}

export interface NewCommit {
  parent: string | null;
  /** The second parent of a merge. */
  mergedParent?: string;
  /** Path to new content; null removes the file. */
  changes: Readonly<Record<string, string | null>>;
  /** The modes of files that aren't ordinary, or are ordinary again. */
  modes?: Readonly<Record<string, FileMode>>;
  message: string;
  author: SandboxAccount;
  /** The author's login when absent. */
  committerName?: string;
  date: number;
  /** Larger than that of every earlier commit. Makes shas differ with the same content and time. */
  serial: number;
}

export function addCommit(repository: SandboxRepository, input: NewCommit): SandboxCommit {
  const parent = input.parent === null ? null : findCommit(repository, input.parent);
  const files = new Map(parent?.files);
  for (const [path, content] of Object.entries(input.changes)) {
    if (content === null) files.delete(path);
    else files.set(path, content);
  }
  const modes = new Map([...(parent?.modes ?? []), ...Object.entries(input.modes ?? {})]);
  const treeSha = buildTree(files, modes).sha;
  const identity = [repository.id, input.parent, treeSha, input.message, input.author.login, input.serial];
  const { message, author, committerName = author.login, date, serial, mergedParent = null } = input;
  const sha = sha1(JSON.stringify(identity));
  const commit: SandboxCommit = {
    sha,
    treeSha,
    message,
    author,
    committerName,
    parent: input.parent,
    mergedParent,
    date,
    serial,
    files,
    modes,
  };
  repository.commits.set(sha, commit);
  return commit;
}

export function findCommit(repository: SandboxRepository, sha: string): SandboxCommit {
  const commit = repository.commits.get(sha);
  if (!commit) throw new Error(`${repository.fullName} has no commit ${sha}`);
  return commit;
}

/** The commit and its ancestors, newest first. */
export function* walkHistory(repository: SandboxRepository, sha: string): Generator<SandboxCommit> {
  const frontier = new Map([[sha, findCommit(repository, sha)]]);
  while (frontier.size > 0) {
    const newest = [...frontier.values()].reduce((a, b) => (a.serial > b.serial ? a : b));
    frontier.delete(newest.sha);
    yield newest;
    for (const parent of [newest.parent, newest.mergedParent]) {
      if (parent !== null) frontier.set(parent, findCommit(repository, parent));
    }
  }
}

/** The commits that changed a file or a folder, newest first. Follows the parent of a merge that has the same, as git does. */
export function* walkPathHistory(
  repository: SandboxRepository,
  sha: string,
  path: string,
): Generator<SandboxCommit> {
  const frontier = new Map([[sha, findCommit(repository, sha)]]);
  while (frontier.size > 0) {
    const newest = [...frontier.values()].reduce((a, b) => (a.serial > b.serial ? a : b));
    frontier.delete(newest.sha);
    const parents = [newest.parent, newest.mergedParent].flatMap((one) =>
      one === null ? [] : [findCommit(repository, one)],
    );
    const same = parents.find((parent) => describePath(parent, path) === describePath(newest, path));
    const isFirst = parents.length === 0 && describePath(newest, path) !== describePath(null, path);
    if (isFirst || (parents.length > 0 && !same)) yield newest;
    for (const parent of same ? [same] : parents) frontier.set(parent.sha, parent);
  }
}

function describePath(commit: SandboxCommit | null, path: string): string {
  const found = [...(commit?.files ?? [])].filter(([file]) => file === path || file.startsWith(`${path}/`));
  return JSON.stringify(found.map(([file, content]) => [file, content, commit?.modes.get(file)]).toSorted());
}

export function isAncestor(repository: SandboxRepository, ancestor: string, sha: string): boolean {
  return walkHistory(repository, sha).some((commit) => commit.sha === ancestor);
}

/** Null if there is no common ancestor. */
export function compareCommits(repository: SandboxRepository, base: string, head: string): Comparison | null {
  const [ours, theirs] = [[...walkHistory(repository, base)], [...walkHistory(repository, head)]];
  const [inBase, inHead] = [new Set(ours), new Set(theirs)];
  const mergeBase = theirs.find((commit) => inBase.has(commit));
  if (!mergeBase) return null;
  const commits = theirs.filter((commit) => !inBase.has(commit)).reverse();
  const behindBy = ours.filter((commit) => !inHead.has(commit)).length;
  const ahead = commits.length > 0;
  const status = ahead ? (behindBy > 0 ? 'diverged' : 'ahead') : behindBy > 0 ? 'behind' : 'identical';
  return { status, mergeBase, commits, behindBy };
}

/** Sorted by path. A removed and an added file with the same content are a rename. */
export function diffCommits(from: SandboxCommit | null, to: SandboxCommit): FileChange[] {
  const changes: FileChange[] = [];
  const added: string[] = [];
  const before = from?.files ?? new Map<string, string>();
  for (const [filename, content] of to.files) {
    const old = before.get(filename);
    if (old === undefined) added.push(filename);
    else if (old !== content || from?.modes.get(filename) !== to.modes.get(filename)) {
      changes.push({ filename, status: 'modified', ...countLines(old, content), blobSha: blobSha(content) });
    }
  }
  const removed = new Map([...before].filter(([path]) => !to.files.has(path)));
  for (const filename of added) {
    const content = to.files.get(filename) ?? '';
    const shared = { filename, blobSha: blobSha(content) };
    const source = removed.entries().find(([, old]) => old === content)?.[0];
    if (source === undefined) changes.push({ ...shared, status: 'added', ...countLines('', content) });
    else {
      removed.delete(source);
      changes.push({ ...shared, status: 'renamed', previousFilename: source, additions: 0, deletions: 0 });
    }
  }
  for (const [filename, old] of removed) {
    changes.push({ filename, status: 'removed', ...countLines(old, ''), blobSha: blobSha(old) });
  }
  return changes.sort((a, b) => (a.filename < b.filename ? -1 : 1));
}

/** The lines that only one side has, in any order. */
function countLines(old: string, now: string): { additions: number; deletions: number } {
  const left = new Map<string, number>();
  for (const line of toLines(old)) left.set(line, (left.get(line) ?? 0) + 1);
  let additions = 0;
  for (const line of toLines(now)) {
    const count = left.get(line) ?? 0;
    if (count > 0) left.set(line, count - 1);
    else additions += 1;
  }
  const deletions = left.values().reduce((sum, count) => sum + count, 0);
  return { additions, deletions };
}

function toLines(content: string): string[] {
  return content === '' ? [] : content.replace(/\n$/, '').split('\n');
}
