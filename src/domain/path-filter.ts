import { foldPath } from './fold-name.ts';
import type { PathSettings } from './repository-configuration.ts';

const WILDCARD = /[*?[{]/;

/** Selects the files that count for a workspace. */
export interface PathFilter {
  /** Selects the path itself and everything below; null for the root, or if `paths` are set. */
  readonly directory: string | null;
  /** Globs of the files that count; null if the directory decides. */
  readonly paths: readonly string[] | null;
  /** Globs of excluded files. */
  readonly pathsIgnore: readonly string[];
}

/** The filter of a workspace; null if no push is left out because of its files. */
export function filterOf({ paths, pathsIgnore }: PathSettings, directory: string | null): PathFilter | null {
  if (paths === null && pathsIgnore.length === 0 && directory === null) return null;
  return {
    directory: paths === null && directory !== null ? foldPath(directory) : null,
    paths: paths?.map(foldPath) ?? null,
    pathsIgnore: pathsIgnore.map(foldPath),
  };
}

/** The directories that contain all files that can pass: each glob's part before a wildcard, without nested ones. */
export function listBases({ directory, paths }: PathFilter): string[] {
  if (paths === null) return [directory ?? ''];
  const all = paths.map((glob) => {
    const parts = glob.split('/');
    const wild = parts.findIndex((part) => WILDCARD.test(part));
    return wild < 0 ? glob : parts.slice(0, wild).join('/');
  });
  const isWithin = (base: string, other: string) => other === '' || base.startsWith(`${other}/`);
  const outer = [...new Set(all)].filter(
    (base) => !all.some((other) => other !== base && isWithin(base, other)),
  );
  return outer.sort();
}
