import type { Answer, CommandRecord, ShownWorkspace } from '../../domain/conversation.ts';
import type { Deployment } from '../../domain/deployment.ts';
import type { FirstError } from '../../domain/log-excerpt.ts';
import type { PipelineWatch, WatchedPipeline } from '../../domain/pipeline-watch.ts';
import type { CommentPages, ShownDeployment, ShownError } from '../../reporting/render/describe-shown.ts';
import type { WorkspacePipelines } from '../pipelines/read-pipelines.ts';

/** The input of a reply to a command. It doesn't include the current time. */
export interface ReplyView extends CommentPages {
  readonly command: CommandRecord;
  readonly body: ReplyBody;
}

/** The content of a reply besides the answer. It is read when the reply is written. */
interface ReadForReply {
  redeploy: { readonly deployments: readonly ShownDeployment[] };
  withdraw: { readonly deployments: readonly ShownDeployment[] };
  status: {
    readonly statuses: readonly WorkspaceStatus[];
    /** Empty if errors may not be shown. */
    readonly failing: readonly WorkspacePipelines[];
  };
  pipelines: { readonly read: readonly WorkspacePipelines[] };
  verify: { readonly watch: ShownWatch | null };
  run: { readonly watch: ShownWatch | null };
  logs: { readonly log: ShownLog };
}

/** The jobs that a command requested, each with the error that ended it if it may be shown. */
export interface ShownWatch extends PipelineWatch {
  readonly pipelines: readonly (WatchedPipeline & { readonly error: ShownError | null })[];
}

export interface WorkspaceStatus {
  readonly workspace: ShownWorkspace;
  /** Newest first. */
  readonly recent: readonly ShownDeployment[];
}

/** The answer of one kind, with the content that was read for it. */
export type BodyOf<K extends Answer['kind']> = Extract<Answer, { kind: K }> &
  (K extends keyof ReadForReply ? ReadForReply[K] : unknown);

export type ReplyBody = { [K in Answer['kind']]: BodyOf<K> }[Answer['kind']];

/** The end of a log, or why there is none. */
export type ShownLog =
  | {
      readonly kind: 'shown';
      readonly deployment: Deployment;
      /** The last lines, clean and redacted. */
      readonly lines: readonly string[];
      readonly totalLines: number;
      readonly redactions: number;
      /** The error that ended its job. */
      readonly error: FirstError | null;
    }
  /** The repository is public, or its configuration hides the log (for now). */
  | { readonly kind: 'hidden'; readonly deployment: Deployment; readonly mode: 'none' | 'final' }
  /** No deployment of the workspace has a log. */
  | { readonly kind: 'none' }
  /** Meltano Cloud doesn't show it. `problem` is a clause for a person. */
  | { readonly kind: 'unreadable'; readonly deployment: Deployment; readonly problem: string };

/** An invisible marker by which the app finds its own reply. */
export function markReply(commandId: string): string {
  return `<!-- meltano-deploy:command:${commandId} -->`;
}
