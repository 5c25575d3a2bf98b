import type { CommitSigns } from '../domain/cloud-commit.ts';
import type { Repository } from '../domain/deployment.ts';
import type { Incomparable, TreeEntry } from '../domain/git-tree.ts';

/** A file of a repository at one commit, or on the disk, where `sha` is empty. */
export interface SourceFile extends TreeEntry {
  readonly bytes: number;
}

/** Reads the files of a project from a git checkout, a folder, or GitHub. */
export interface ProjectSource {
  /** Every file of the repository, without folders. */
  listFiles(): Promise<readonly SourceFile[]>;
  /** Returns texts by path, without files that can't be read. */
  readTexts(files: readonly SourceFile[]): Promise<ReadonlyMap<string, string>>;
}

export interface HistoryCommit extends CommitSigns {
  readonly sha: string;
}

/** The commits of repositories on GitHub. All of it throws when GitHub can't answer now. */
export interface ProjectCommits {
  /** `Incomparable` if GitHub will never list its files. */
  open(repository: Repository, sha: string): Promise<ProjectSource | Incomparable>;
  /** The commit where two parted; null if they have none in common. */
  findMergeBase(repository: Repository, base: string, head: string): Promise<string | null>;
  /** The newest 100 commits of a history, or the commits that changed a file; newest first. */
  listCommits(repository: Repository, head: string, path: string | null): Promise<HistoryCommit[]>;
}

/** False for links and submodules, which are never followed. */
export function isRegularFile({ mode }: TreeEntry): boolean {
  return mode.startsWith('100');
}
