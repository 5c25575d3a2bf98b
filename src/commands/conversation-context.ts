import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type { ConversationApi } from '../domain/conversation.ts';
import type { DeploymentReader } from '../domain/deployment-store.ts';
import type { Pages } from '../domain/pages.ts';
import type { RepositoryReader } from '../domain/repository-store.ts';
import type { CommandStore } from './command-store.ts';
import type { FirstErrorReader } from './read-first-error.ts';
import type { LogTailReader } from './read-log-tail.ts';
import type { ReplyView } from './replies/reply-view.ts';

/** What the steps of a conversation work with. */
export interface ConversationContext {
  readonly store: CommandStore & DeploymentReader;
  readonly repositories: RepositoryReader;
  readonly api: ConversationApi;
  /** Renders the reply; nothing secret is in what it gives. */
  readonly render: (view: ReplyView) => string;
  readonly readLogTail: LogTailReader;
  readonly readFirstError: FirstErrorReader;
  readonly pages: Pages;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}
