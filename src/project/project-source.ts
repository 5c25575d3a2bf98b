import type { TreeEntry } from '../domain/git-tree.ts';

/** A file of a repository at one commit, or on the disk, where its `sha` is empty: nothing is compared there. */
export interface SourceFile extends TreeEntry {
  readonly bytes: number;
}

/** Where a project is read from: a git checkout, a folder, or GitHub. */
export interface ProjectSource {
  /** Every file of the repository, without folders. */
  listFiles(): Promise<readonly SourceFile[]>;
  /** The texts of some files by path; a file that can't be read is missing. */
  readTexts(files: readonly SourceFile[]): Promise<ReadonlyMap<string, string>>;
}

/** False for links and submodules, which are never followed. */
export function isRegularFile({ mode }: TreeEntry): boolean {
  return mode.startsWith('100');
}
