import { createContext, Script } from 'node:vm';
import type { PathFilter } from '../domain/apply-configuration.ts';
import { compileGlob } from './path-globs.ts';

/** Any honest filter is through 300 paths in some milliseconds. */
const LONGEST_MATCH_MS = 500;

// Nothing but `vm` can end a regular expression that runs away; what it calls is this module's own code, not a stranger's.
const globals: { match?: () => void } = {};
const context = createContext(globals);
const callMatch = new Script('match()');

/**
 * Whether at least one of the changed paths is among `paths` and not among `pathsIgnore`. Patterns and paths are a
 * stranger's, and together they can be made to take for ever: then the answer is true, since what can't be told apart
 * must count as changed.
 */
export function matchesPaths(filter: PathFilter, changedPaths: readonly string[]): boolean {
  return (
    runLimited(() => {
      const wanted = filter.paths?.map(compileGlob) ?? null;
      const ignored = filter.pathsIgnore.map(compileGlob);
      return changedPaths.some((path) => {
        const counts = wanted === null || wanted.some((matches) => matches(path));
        return counts && !ignored.some((matches) => matches(path));
      });
    }) ?? true
  );
}

/** What `run` returns; null when it took too long. */
function runLimited(run: () => boolean): boolean | null {
  let result: boolean | null = null;
  globals.match = () => {
    result = run();
  };
  try {
    callMatch.runInContext(context, { timeout: LONGEST_MATCH_MS });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
  } finally {
    delete globals.match;
  }
  return result;
}
