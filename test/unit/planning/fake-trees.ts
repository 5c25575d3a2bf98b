import { createHash } from 'node:crypto';
import type { Repository } from '../../../src/domain/deployment.ts';
import {
  sortEntries,
  type TreeEntry,
  type TreeRead,
  type TreeReader,
  type TreeToRead,
} from '../../../src/domain/git-tree.ts';
import type { OpenTrees } from '../../../src/planning/changed-paths.ts';
import { digestTexts } from '../../../src/planning/digest-text.ts';
import { PushTrees } from '../../../src/planning/push-trees.ts';
import { selectEntries } from '../../../src/planning/select-entries.ts';

/** An entry as git lists it, `100644 blob` when only its content is given. */
export type FakeFile = string | { readonly mode: string; readonly type: string; readonly sha: string };

/** The trees of commits; one that nothing was put into is empty, one that is `gone` isn't known to GitHub. */
export class FakeTrees implements TreeReader {
  readonly #files = new Map<string, ReadonlyMap<string, FakeFile>>();
  readonly gone = new Set<string>();
  /** A tree of more entries is truncated. */
  mostEntries = 100_000;
  /** GitHub can't answer now. */
  isDown = false;
  /** Every read: repository, the beginning of the sha, levels. */
  readonly reads: string[] = [];

  /** Paths alone have the commit as their content. */
  put(commit: string, files: readonly string[] | Readonly<Record<string, FakeFile>>): void {
    const entries = Array.isArray(files)
      ? files.map((path: string) => [path, commit] as const)
      : Object.entries(files as Record<string, FakeFile>);
    this.#files.set(commit, new Map(entries));
  }

  readonly open: OpenTrees = (repository) =>
    new PushTrees(repository, {
      reader: this,
      selectEntries,
      digestTexts,
    });

  async readTree({ owner, name }: Repository, { sha, levels }: TreeToRead): Promise<TreeRead> {
    const [commit = '', folder = ''] = sha.split(':');
    this.reads.push(`${owner}/${name} ${commit.slice(0, 3)}${folder && `:${folder}`} ${levels}`);
    if (this.isDown) throw new Error('Bad Gateway');
    if (this.gone.has(commit)) return { kind: 'incomparable', why: "GitHub doesn't find the commit" };
    const files = [...(this.#files.get(commit) ?? [])].flatMap(([path, file]) =>
      folder === '' || path.startsWith(`${folder}/`)
        ? toEntry(folder === '' ? path : path.slice(folder.length + 1), file)
        : [],
    );
    if (levels === 'one')
      return list(listLevel(files, (name) => `${commit}:${folder && `${folder}/`}${name}`));
    return files.length > this.mostEntries ? { ...list([]), isTruncated: true } : list(files);
  }
}

function list(entries: readonly TreeEntry[]) {
  return { kind: 'tree', entries: sortEntries(entries), isTruncated: false } as const;
}

function listLevel(files: readonly TreeEntry[], name: (folder: string) => string): TreeEntry[] {
  const folders = new Set(
    files.flatMap(({ path }) => (path.includes('/') ? (path.split('/')[0] ?? []) : [])),
  );
  const trees = [...folders].map((path) => ({
    path,
    mode: '040000',
    type: 'tree',
    sha: name(path),
  }));
  return [...files.filter(({ path }) => !path.includes('/')), ...trees];
}

function toEntry(path: string, file: FakeFile): TreeEntry {
  if (typeof file !== 'string') return { path, ...file };
  return {
    path,
    mode: '100644',
    type: 'blob',
    sha: createHash('sha1').update(file).digest('hex'),
  };
}
