import { execFileSync } from 'node:child_process';
import type { ProjectSource, SourceFile } from './project-source.ts';

/** Enough for all files of a project, and for the names of 500,000 files. */
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Runs git and returns its output. Throws if git is missing or fails. */
export function runGit(directory: string, words: readonly string[], input = ''): Buffer {
  return execFileSync('git', ['-C', directory, ...words], {
    input,
    maxBuffer: MOST_OUTPUT_BYTES,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

/** The full SHA of a commit; null if the checkout doesn't have it. */
export function findCommit(directory: string, revision: string): string | null {
  try {
    const words = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
    return runGit(directory, words).toString().trim();
  } catch {
    return null;
  }
}

/** The files of one commit of a local checkout. */
export class GitSource implements ProjectSource {
  readonly #root: string;
  readonly #commit: string;

  constructor(root: string, commit: string) {
    this.#root = root;
    this.#commit = commit;
  }

  async listFiles(): Promise<SourceFile[]> {
    const lines = runGit(this.#root, ['ls-tree', '-r', '-z', '-l', '--full-tree', this.#commit]).toString();
    return [...lines.matchAll(/([^ \0]+) ([^ ]+) ([^ ]+) +(\S+)\t([^\0]+)\0/g)].map(
      ([, mode = '', type = '', sha = '', bytes = '', path = '']) => ({
        path,
        mode,
        type,
        sha,
        bytes: Number.parseInt(bytes, 10) || 0,
      }),
    );
  }

  async readTexts(files: readonly SourceFile[]): Promise<Map<string, string>> {
    const answer = runGit(this.#root, ['cat-file', '--batch'], files.map(({ sha }) => `${sha}\n`).join(''));
    const texts = new Map<string, string>();
    let at = 0;
    for (const { path } of files) {
      const end = answer.indexOf('\n', at);
      const bytes = Number.parseInt(answer.toString('utf8', at, end).split(' ')[2] ?? '', 10);
      // A blob that is missing in a partial clone has no size.
      if (!Number.isNaN(bytes)) texts.set(path, answer.toString('utf8', end + 1, end + 1 + bytes));
      at = Number.isNaN(bytes) ? end + 1 : end + bytes + 2;
    }
    return texts;
  }
}
