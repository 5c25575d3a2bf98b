import type { PathFilter } from '../domain/path-filter.ts';
import type { WorkspaceSettings } from '../domain/repository-configuration.ts';

/** What a workspace's settings are applied to: a push to the branch that the workspace tracks. */
export interface PushToJudge {
  readonly settings: WorkspaceSettings;
  /** The head commit's message; empty when it isn't known. */
  readonly message: string;
  /** The login of the pusher. */
  readonly sender: string;
}

/** A conclusion `none` leaves no check run. */
interface PushRefusal {
  readonly reason: 'skip_token' | 'push_off' | 'ignored_sender' | 'paths_unmatched' | 'paths_unchanged';
  readonly conclusion: 'skipped' | 'none';
  /** The token, the sender or the directory that decides. */
  readonly problem: string | null;
}

/** Refuses a push for reasons other than the changed files; null lets it pass. A skip token wins over other reasons. */
export function refuseBySettings({ settings, message, sender }: PushToJudge): PushRefusal | null {
  const token = findSkipToken(message, settings.skipTokens);
  if (token !== null) {
    return {
      reason: 'skip_token',
      conclusion: 'skipped',
      problem: token,
    };
  }
  const conclusion = concludeUnmatched(settings);
  if (!settings.onPush) {
    return {
      reason: 'push_off',
      conclusion,
      problem: null,
    };
  }
  if (settings.ignoreSenders.some((login) => login.toLowerCase() === sender.toLowerCase())) {
    return {
      reason: 'ignored_sender',
      conclusion,
      problem: sender,
    };
  }
  return null;
}

/** The refusal of a push that changed none of the files that the workspace deploys. */
export function refuseUnchanged(settings: WorkspaceSettings, filter: PathFilter): PushRefusal {
  const conclusion = concludeUnmatched(settings);
  if (filter.paths !== null || filter.pathsIgnore.length > 0) {
    return {
      reason: 'paths_unmatched',
      conclusion,
      problem: null,
    };
  }
  return {
    // `paths_unchanged` is explained without a check run only; a check run explains `paths_unmatched`.
    reason: conclusion === 'none' ? 'paths_unchanged' : 'paths_unmatched',
    conclusion,
    problem: filter.directory,
  };
}

function concludeUnmatched({ unmatched }: WorkspaceSettings): 'skipped' | 'none' {
  return unmatched === 'skipped' ? 'skipped' : 'none';
}

function findSkipToken(message: string, tokens: readonly string[]): string | null {
  const lowered = message.toLowerCase();
  return tokens.find((token) => lowered.includes(token.toLowerCase())) ?? null;
}
