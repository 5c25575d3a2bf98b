import { foldPath } from './fold-name.ts';
import type { Comparison } from './ports.ts';

/** Whether a comparison leaves room for "nothing in this directory changed". The root is always touched. */
export function touchesDirectory(comparison: Comparison, directory: string | null): boolean {
  if (directory === null || comparison.kind === 'everything') return true;
  const folder = `${foldPath(directory)}/`;
  return comparison.paths.some((path) => `${foldPath(path)}/`.startsWith(folder));
}
