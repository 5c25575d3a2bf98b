import { touchesDirectory } from './changed-paths.ts';
import type { Comparison } from './ports.ts';
import type { WorkspaceSettings } from './repository-configuration.ts';

export interface PathFilter {
  /** Globs of what counts; null: everything. */
  readonly paths: readonly string[] | null;
  /** Globs of what doesn't count all the same. */
  readonly pathsIgnore: readonly string[];
}

/** Whether at least one of the changed paths counts. True when that can't be said within reasonable time. */
export type PathMatcher = (filter: PathFilter, changedPaths: readonly string[]) => boolean;

/** A push to the branch that a workspace tracks, as far as the repository's settings look at it. */
export interface PushToJudge {
  readonly settings: WorkspaceSettings;
  /** The workspace's directory; null for the root. */
  readonly directory: string | null;
  /** The head commit's message; empty when it isn't known. */
  readonly message: string;
  /** The login of who pushed. */
  readonly sender: string;
  /** Only looked at where `needsComparison`. */
  readonly comparison: Comparison;
}

/** `problem` is for people. A conclusion `none` leaves no check run. */
export type PushDecision =
  | { readonly deploy: true }
  | {
      readonly deploy: false;
      readonly reason: 'skip_token';
      readonly conclusion: 'skipped';
      readonly problem: string;
    }
  | {
      readonly deploy: false;
      readonly reason: 'push_off' | 'ignored_sender' | 'paths_unmatched' | 'paths_unchanged';
      readonly conclusion: 'skipped' | 'none';
      readonly problem: string;
    };

/** Whether the decision depends on what changed: if not, nobody needs to ask GitHub for it. */
export function needsComparison(settings: WorkspaceSettings, directory: string | null): boolean {
  return settings.paths !== null || settings.pathsIgnore.length > 0 || directory !== null;
}

/** What the repository's settings say to a push: the first reason against it wins, a skip token before all others. */
export function judgePush(push: PushToJudge, matchesPaths: PathMatcher): PushDecision {
  const { settings, sender } = push;
  const token = findSkipToken(push.message, settings.skipTokens);
  if (token !== null) {
    const problem = `the commit message says ${token}`;
    return { deploy: false, reason: 'skip_token', conclusion: 'skipped', problem };
  }
  const conclusion = settings.unmatched === 'skipped' ? 'skipped' : 'none';
  if (!settings.onPush) {
    return {
      deploy: false,
      reason: 'push_off',
      conclusion,
      problem: 'on_push is false for this workspace',
    };
  }
  if (settings.ignoreSenders.some((login) => login.toLowerCase() === sender.toLowerCase())) {
    const problem = `pushes by ${sender} are ignored`;
    return { deploy: false, reason: 'ignored_sender', conclusion, problem };
  }
  return countsChange(push, matchesPaths) ? { deploy: true } : refuseByPaths(push, conclusion);
}

function findSkipToken(message: string, tokens: readonly string[]): string | null {
  const said = message.toLowerCase();
  return tokens.find((token) => said.includes(token.toLowerCase())) ?? null;
}

function countsChange(push: PushToJudge, matchesPaths: PathMatcher): boolean {
  const { settings, directory, comparison } = push;
  const { paths, pathsIgnore } = settings;
  if (comparison.kind === 'everything' || !needsComparison(settings, directory)) return true;
  const inDirectory = (path: string) => touchesDirectory({ kind: 'paths', paths: [path] }, directory);
  const changed = paths === null ? comparison.paths.filter(inDirectory) : comparison.paths;
  if (paths === null && pathsIgnore.length === 0) return changed.length > 0;
  return matchesPaths({ paths, pathsIgnore }, changed);
}

function refuseByPaths({ settings, directory }: PushToJudge, conclusion: 'skipped' | 'none'): PushDecision {
  const { paths, pathsIgnore } = settings;
  if (paths !== null || pathsIgnore.length > 0) {
    const problem = 'no changed file passes the path filters';
    return { deploy: false, reason: 'paths_unmatched', conclusion, problem };
  }
  const problem = `nothing changed in ${directory}`;
  // A run that ends as `paths_unchanged` tells of a workspace that was changed after the push.
  const reason = conclusion === 'none' ? 'paths_unchanged' : 'paths_unmatched';
  return { deploy: false, reason, conclusion, problem };
}
