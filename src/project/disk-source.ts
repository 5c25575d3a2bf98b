import { type Dirent, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { runGit } from './git-source.ts';
import type { ProjectSource, SourceFile } from './project-source.ts';

/** Folders of installed or generated files. */
const NOT_READ = new Set(['.git', '.meltano', 'node_modules', '.venv', 'venv']);

/** The files of a folder on the disk. In a git checkout, ignored files are left out. */
export class DiskSource implements ProjectSource {
  readonly root: string;
  readonly #isCheckout: boolean;

  /** `folder` is the root unless it is in a git checkout. */
  constructor(folder: string) {
    const top = findTop(folder);
    this.root = top ?? folder;
    this.#isCheckout = top !== null;
  }

  async listFiles(): Promise<SourceFile[]> {
    const paths = this.#isCheckout ? listByGit(this.root) : walk(this.root, this.root);
    return paths.flatMap((path) => {
      const stats = lstatSync(join(this.root, path), { throwIfNoEntry: false });
      if (!stats || stats.isDirectory()) return [];
      return {
        path,
        mode: stats.isFile() ? '100644' : '120000',
        type: 'blob',
        sha: '',
        bytes: stats.size,
      };
    });
  }

  async readTexts(files: readonly SourceFile[]): Promise<Map<string, string>> {
    return new Map(files.flatMap(({ path }) => this.#readText(path)));
  }

  #readText(path: string): [string, string][] {
    try {
      return [[path, readFileSync(join(this.root, path), 'utf8')]];
    } catch {
      return [];
    }
  }
}

function findTop(folder: string): string | null {
  try {
    return runGit(folder, ['rev-parse', '--show-toplevel']).toString().replace(/\n$/, '') || null;
  } catch {
    return null;
  }
}

function listByGit(root: string): string[] {
  const words = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  return [...new Set(runGit(root, words).toString().split('\0'))].filter((path) => path !== '');
}

function walk(root: string, folder: string): string[] {
  return listFolder(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return relative(root, path).split(sep).join('/');
    return NOT_READ.has(entry.name) ? [] : walk(root, path);
  });
}

function listFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // The folder was removed meanwhile, or isn't readable.
    return [];
  }
}
