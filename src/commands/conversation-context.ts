import type { Logger } from 'pino';
import type { ConversationApi } from '../domain/conversation.ts';
import type { GitHubFailure } from '../domain/github-result.ts';
import type { Clock, CommandStore, DeploymentStore, Pages, RepositoryStore } from '../domain/ports.ts';
import type { ReplyView } from '../report/reply-view.ts';
import type { LogTailReader } from './read-log-tail.ts';

/** GitHub asks for a second between two writes (milliseconds). */
export const PACE_MS = 1_000;

/** What the steps of a conversation work with. */
export interface ConversationContext {
  readonly store: CommandStore & Pick<DeploymentStore, 'getDeployment'>;
  readonly repositories: Pick<RepositoryStore, 'getRepository'>;
  readonly api: ConversationApi;
  /** Renders the reply; nothing secret is in what it gives. */
  readonly render: (view: ReplyView) => string;
  readonly readLogTail: LogTailReader;
  readonly pages: Pages;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/** What a step leaves behind: milliseconds until the next look (null: until something changes), or a failed write. */
export type Step =
  | { readonly kind: 'wait'; readonly ms: number | null }
  | { readonly kind: 'failed'; readonly failure: GitHubFailure };
