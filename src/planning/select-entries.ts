import { createContext, Script } from 'node:vm';
import { compileGlob } from '../config/path-globs.ts';
import type { TreeEntry } from '../domain/git-tree.ts';
import type { PathFilter } from '../domain/path-filter.ts';
import type { SelectedEntries } from './push-trees.ts';

/** An ordinary filter matches 100,000 paths in less time. */
const LONGEST_MATCH_MS = 500;

// Only `vm` can stop a runaway regular expression. The code that it runs is this module's own.
const globals: { match?: () => void } = {};
const context = createContext(globals);
const callMatch = new Script('match()');

/**
 * Selects the entries that match `paths` and don't match `pathsIgnore`. Patterns and paths come from outside and can be
 * made to match without end: then `entries` is null, and the caller must treat the files as changed.
 */
export function selectEntries(
  { paths, pathsIgnore }: PathFilter,
  candidates: readonly TreeEntry[],
  limitMs: number,
): SelectedEntries {
  if (paths === null && pathsIgnore.length === 0) return { entries: candidates, tookMs: 0 };
  const began = process.threadCpuUsage();
  const entries = runLimited(Math.min(limitMs, LONGEST_MATCH_MS), () => {
    const wanted = paths?.map(compileGlob) ?? null;
    const ignored = pathsIgnore.map(compileGlob);
    return candidates.filter(({ path }) => {
      const counts = wanted === null || wanted.some((matches) => matches(path));
      return counts && !ignored.some((matches) => matches(path));
    });
  });
  const { user, system } = process.threadCpuUsage(began);
  return { entries, tookMs: (user + system) / 1_000 };
}

/** The result of `run`; null if it took too long. */
function runLimited<T>(limitMs: number, run: () => T): T | null {
  const timeout = Math.floor(limitMs);
  if (timeout < 1) return null;
  let result: T | null = null;
  globals.match = () => {
    result = run();
  };
  try {
    callMatch.runInContext(context, { timeout });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
  } finally {
    delete globals.match;
  }
  return result;
}
