import type { Answer, CommandRecord, ShownWorkspace } from '../../domain/conversation.ts';
import type { Deployment } from '../../domain/deployment.ts';
import type { FirstError } from '../../domain/log-excerpt.ts';
import type { CommentPages, ShownDeployment } from '../../reporting/render/describe-shown.ts';

/** Everything that the reply to a command depends on. The time of rendering is not among it. */
export interface ReplyView extends CommentPages {
  readonly command: CommandRecord;
  readonly body: ReplyBody;
}

/** What a reply shows besides the answer. It is read when the reply is written. */
interface ReadForReply {
  redeploy: { readonly deployments: readonly ShownDeployment[] };
  withdraw: { readonly deployments: readonly ShownDeployment[] };
  status: { readonly statuses: readonly WorkspaceStatus[] };
  logs: { readonly log: ShownLog };
}

export interface WorkspaceStatus {
  readonly workspace: ShownWorkspace;
  /** Newest first. */
  readonly recent: readonly ShownDeployment[];
}

/** The answer of one kind, with what was read for it. */
export type BodyOf<K extends Answer['kind']> = Extract<Answer, { kind: K }> &
  (K extends keyof ReadForReply ? ReadForReply[K] : unknown);

export type ReplyBody = { [K in Answer['kind']]: BodyOf<K> }[Answer['kind']];

/** The tail of a log, or why there is none. */
export type ShownLog =
  | {
      readonly kind: 'shown';
      readonly deployment: Deployment;
      /** Clean and redacted; the last ones. */
      readonly lines: readonly string[];
      readonly totalLines: number;
      readonly redactions: number;
      /** The error that ended its job. */
      readonly error: FirstError | null;
    }
  /** Everyone could read it (the repository is public), or its configuration doesn't want it shown (yet). */
  | { readonly kind: 'hidden'; readonly deployment: Deployment; readonly mode: 'none' | 'final' }
  /** No deployment of the workspace has a log. */
  | { readonly kind: 'none' }
  /** Meltano Cloud doesn't give it; `problem` is a clause for a person. */
  | { readonly kind: 'unreadable'; readonly deployment: Deployment; readonly problem: string };

/** An invisible marker by which the app finds its own reply. */
export function markReply(commandId: string): string {
  return `<!-- meltano-deploy:command:${commandId} -->`;
}
