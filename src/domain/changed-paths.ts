import type { Comparison } from './ports.ts';

/** Whether a comparison leaves room for "nothing in this directory changed". The root is always touched. */
export function touchesDirectory(comparison: Comparison, directory: string | null): boolean {
  if (directory === null || comparison.kind === 'everything') return true;
  return comparison.paths.some((path) => path === directory || path.startsWith(`${directory}/`));
}
