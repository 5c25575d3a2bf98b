import { foldPath } from './fold-name.ts';
import type { PathSettings } from './repository-configuration.ts';

const WILDCARD = /[*?[{]/;

/** Which files count for a workspace. */
export interface PathFilter {
  /** What is in it, and what has just this path; null: the root, or `paths` stand in for it. */
  readonly directory: string | null;
  /** Globs of the files that count; null: the directory. */
  readonly paths: readonly string[] | null;
  /** Globs of the files among them that don't count. */
  readonly pathsIgnore: readonly string[];
}

/** Null for a workspace that each push to its branch deploys, whatever changed. */
export function filterOf({ paths, pathsIgnore }: PathSettings, directory: string | null): PathFilter | null {
  if (paths === null && pathsIgnore.length === 0 && directory === null) return null;
  return {
    directory: paths === null && directory !== null ? foldPath(directory) : null,
    paths: paths?.map(foldPath) ?? null,
    pathsIgnore: pathsIgnore.map(foldPath),
  };
}

/** The paths below which everything is that can pass: each glob's longest part without a wildcard, none within another. */
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
