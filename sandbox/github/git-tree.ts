import { createHash } from 'node:crypto';

/** A file, an executable, a symbolic link or a submodule. The content of a submodule is the sha of its commit. */
export type FileMode = '100644' | '100755' | '120000' | '160000';

export interface GitEntry {
  /** Relative to the tree. */
  readonly name: string;
  readonly mode: FileMode | '040000';
  readonly sha: string;
  /** The size of a blob in bytes. */
  readonly size: number | null;
  /** The tree of a directory. */
  readonly tree: GitTree | null;
}

export interface GitTree {
  readonly sha: string;
  /** In git's order: the name of a directory counts as if it ended with a slash. */
  readonly entries: readonly GitEntry[];
}

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: Map<string, string>;
}

/** The trees of a commit, with git's shas. */
export function buildTree(files: ReadonlyMap<string, string>, modes: ReadonlyMap<string, FileMode>): GitTree {
  const root: Folder = { folders: new Map(), files: new Map() };
  for (const path of files.keys()) {
    const parts = path.split('/');
    const name = parts.pop() ?? path;
    let folder = root;
    for (const part of parts) {
      const next = folder.folders.get(part) ?? { folders: new Map(), files: new Map() };
      folder.folders.set(part, next);
      folder = next;
    }
    folder.files.set(name, path);
  }
  return hashFolder(root, files, modes);
}

/** Git's sha of a file's content. */
export function blobSha(content: string): string {
  return sha1(`blob ${Buffer.byteLength(content)}\0${content}`);
}

export function sha1(content: string | Buffer): string {
  return createHash('sha1').update(content).digest('hex');
}

function hashFolder(
  folder: Folder,
  files: ReadonlyMap<string, string>,
  modes: ReadonlyMap<string, FileMode>,
): GitTree {
  const entries: GitEntry[] = [];
  for (const [name, inner] of folder.folders) {
    const tree = hashFolder(inner, files, modes);
    entries.push({ name, mode: '040000', sha: tree.sha, size: null, tree });
  }
  for (const [name, path] of folder.files) {
    entries.push(describeFile(name, files.get(path) ?? '', modes.get(path) ?? '100644'));
  }
  entries.sort((a, b) => Buffer.compare(sortKey(a), sortKey(b)));
  const body = Buffer.concat(
    entries.flatMap(({ mode, name, sha }) => [
      Buffer.from(`${mode.replace(/^0/, '')} ${name}\0`),
      Buffer.from(sha, 'hex'),
    ]),
  );
  return { sha: sha1(Buffer.concat([Buffer.from(`tree ${body.length}\0`), body])), entries };
}

function describeFile(name: string, content: string, mode: FileMode): GitEntry {
  if (mode === '160000') return { name, mode, sha: content, size: null, tree: null };
  return { name, mode, sha: blobSha(content), size: Buffer.byteLength(content), tree: null };
}

function sortKey({ name, tree }: GitEntry): Buffer {
  return Buffer.from(tree ? `${name}/` : name);
}
