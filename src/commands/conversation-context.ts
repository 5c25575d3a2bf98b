import type { Logger } from 'pino';
import type { ConversationApi } from '../domain/conversation.ts';
import type { Clock, CommandStore, DeploymentStore, Pages, RepositoryStore } from '../domain/ports.ts';
import type { ReplyView } from '../report/reply-view.ts';
import type { FirstErrorReader } from './read-first-error.ts';
import type { LogTailReader } from './read-log-tail.ts';

/** What the steps of a conversation work with. */
export interface ConversationContext {
  readonly store: CommandStore & Pick<DeploymentStore, 'getDeployment'>;
  readonly repositories: Pick<RepositoryStore, 'getRepository'>;
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
