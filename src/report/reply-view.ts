import type { Answer, CommandRecord, NamedWorkspace } from '../domain/conversation.ts';
import type { Deployment, Repository } from '../domain/deployment.ts';

/** Where a comment's links lead. */
export interface CommentPages {
  readonly repository: Repository;
  /** GitHub's web origin, e.g. `https://github.com`. */
  readonly githubUrl: string;
  /** The page of a workspace on Meltano Cloud. */
  readonly workspaceUrl: (workspaceId: string) => string;
}

/** Everything that the reply to a command depends on. The time of rendering is not among it. */
export interface ReplyView extends CommentPages {
  readonly command: CommandRecord;
  readonly body: ReplyBody;
}

/** A deployment as a reply shows it. */
export interface ShownDeployment {
  readonly deployment: Deployment;
  /** The deployment that replaced it. */
  readonly supersededBy: Deployment | null;
  /** The error that ended its job, where that may be told. */
  readonly error?: string | null;
}

type Answered<K extends Answer['kind']> = Extract<Answer, { kind: K }>;

export type ReplyBody =
  | Answered<'refused'>
  | Answered<'help'>
  | Answered<'why'>
  | (Answered<'redeploy'> & { readonly deployments: readonly ShownDeployment[] })
  | (Answered<'withdraw'> & { readonly deployments: readonly ShownDeployment[] })
  | {
      readonly kind: 'status';
      readonly workspaces: readonly {
        readonly workspace: NamedWorkspace;
        /** Newest first. */
        readonly recent: readonly ShownDeployment[];
      }[];
    }
  | (Answered<'logs'> & { readonly log: ShownLog });

/** The tail of a log, or why there is none. */
export type ShownLog =
  | {
      readonly kind: 'shown';
      readonly deployment: Deployment;
      /** Clean and redacted; the last ones. */
      readonly lines: readonly string[];
      readonly totalLines: number;
      readonly redactions: number;
    }
  /** Everyone could read it (the repository is public), or its configuration doesn't want it shown (yet). */
  | { readonly kind: 'hidden'; readonly deployment: Deployment; readonly mode: 'none' | 'final' }
  /** No deployment of the workspace has a log. */
  | { readonly kind: 'none' }
  /** Meltano Cloud doesn't give it; `problem` is a clause for a person. */
  | { readonly kind: 'unreadable'; readonly deployment: Deployment; readonly problem: string };

/** By this the app finds its own reply again; nobody sees it. */
export function markReply(commandId: string): string {
  return `<!-- meltano-deploy:command:${commandId} -->`;
}
