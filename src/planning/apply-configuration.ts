import type { PathFilter } from '../domain/path-filter.ts';
import type { WorkspaceSettings } from '../domain/repository-configuration.ts';

/** A push to the branch that a workspace tracks, as far as the repository's settings look at it. */
export interface PushToJudge {
  readonly settings: WorkspaceSettings;
  /** The head commit's message; empty when it isn't known. */
  readonly message: string;
  /** The login of who pushed. */
  readonly sender: string;
}

/** `problem` is for people. A conclusion `none` leaves no check run. */
interface PushRefusal {
  readonly reason: 'skip_token' | 'push_off' | 'ignored_sender' | 'paths_unmatched' | 'paths_unchanged';
  readonly conclusion: 'skipped' | 'none';
  readonly problem: string;
}

/**
 * What the repository's settings say against a push, whatever it changed; null for nothing. The first reason wins, a skip
 * token before all others.
 */
export function refuseBySettings({ settings, message, sender }: PushToJudge): PushRefusal | null {
  const token = findSkipToken(message, settings.skipTokens);
  if (token !== null) {
    return {
      reason: 'skip_token',
      conclusion: 'skipped',
      problem: `the commit message says ${token}`,
    };
  }
  const conclusion = concludeUnmatched(settings);
  if (!settings.onPush) {
    return {
      reason: 'push_off',
      conclusion,
      problem: 'on_push is false for this workspace',
    };
  }
  if (settings.ignoreSenders.some((login) => login.toLowerCase() === sender.toLowerCase())) {
    return {
      reason: 'ignored_sender',
      conclusion,
      problem: `pushes by ${sender} are ignored`,
    };
  }
  return null;
}

/** What a push is refused with when nothing that counts changed. */
export function refuseUnchanged(settings: WorkspaceSettings, filter: PathFilter): PushRefusal {
  const conclusion = concludeUnmatched(settings);
  if (filter.paths !== null || filter.pathsIgnore.length > 0) {
    return {
      reason: 'paths_unmatched',
      conclusion,
      problem: 'no changed file passes the path filters',
    };
  }
  return {
    // A check run with `paths_unchanged` says that the workspace was changed after the push.
    reason: conclusion === 'none' ? 'paths_unchanged' : 'paths_unmatched',
    conclusion,
    problem: `nothing changed in ${filter.directory}`,
  };
}

function concludeUnmatched({ unmatched }: WorkspaceSettings): 'skipped' | 'none' {
  return unmatched === 'skipped' ? 'skipped' : 'none';
}

function findSkipToken(message: string, tokens: readonly string[]): string | null {
  const said = message.toLowerCase();
  return tokens.find((token) => said.includes(token.toLowerCase())) ?? null;
}
