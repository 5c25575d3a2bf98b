import type { ApprovedCommit, UnapprovedWorkspace } from './approval.ts';
import type { ParsedComment } from './command.ts';
import type { FileAtCommit } from './deployment.ts';
import type { Gate, Hold } from './gate.ts';
import type { UncomparedCause } from './git-tree.ts';
import type { FeltLimit } from './limit-rules.ts';
import type { ShownLock } from './lock.ts';
import type { LogSetting } from './log-setting.ts';
import type { ReasonCode } from './reason-codes.ts';
import type { CommandPermission } from './role.ts';

export type ParsedCommand = Exclude<ParsedComment, { kind: 'none' }>;

/** The place of a comment. The app can't react or edit on a commit, which takes the permission contents: write. */
export type Place =
  | { readonly kind: 'issue' | 'pull_request'; readonly number: number }
  | { readonly kind: 'commit'; readonly sha: string };

/** A person's permission in a repository in GitHub's terms, from lowest to highest. */
export const PERMISSION_LEVELS = ['none', 'pull', 'triage', 'push', 'maintain', 'admin'] as const;
export type PermissionLevel = (typeof PERMISSION_LEVELS)[number];

export function isAtLeast(level: PermissionLevel, needed: PermissionLevel): boolean {
  return PERMISSION_LEVELS.indexOf(level) >= PERMISSION_LEVELS.indexOf(needed);
}

/** GitHub calls the right to write `write` or `push`. */
export function toLevel(permission: CommandPermission): PermissionLevel {
  return permission === 'write' ? 'push' : permission;
}

/** A workspace as shown in a reply. */
export interface ShownWorkspace {
  readonly id: string;
  readonly name: string;
  /** The tracked branch. */
  readonly branch: string;
  readonly directory: string | null;
}

/** A pipeline as shown in a reply. */
export interface ShownPipeline {
  readonly id: string;
  readonly name: string;
}

/** Why the app refuses a command. */
export type Refusal =
  | { readonly code: 'not_permitted'; readonly needed: PermissionLevel; readonly has: PermissionLevel }
  /** A person without a role in a public repository. Gets only a reaction, so that strangers can't make noise. */
  | { readonly code: 'stranger' }
  /** The parsed command contains the problem. */
  | { readonly code: 'not_understood' }
  | { readonly code: 'no_workspace' }
  /** The name belonged to an older repository, which keeps the workspaces. */
  | { readonly code: 'name_taken' }
  /** The configuration file is invalid, and no file was ever valid. */
  | { readonly code: 'configuration_held'; readonly bad: FileAtCommit }
  | { readonly code: 'account_not_served' }
  /** The login of the repository's owner belonged to another account. */
  | { readonly code: 'login_taken'; readonly ownerId: number }
  | {
      readonly code: 'unknown_workspace' | 'ambiguous_workspace';
      readonly word: string;
      readonly candidates: readonly ShownWorkspace[];
    }
  /** The command doesn't identify a workspace. `branch` is from the command's option. */
  | {
      readonly code: 'choose_workspace';
      readonly branch: string | null;
      readonly candidates: readonly ShownWorkspace[];
    }
  /** None of the tracked branches exists. */
  | { readonly code: 'branch_missing'; readonly missing: readonly ShownWorkspace[] }
  /** The webhook trigger needs the last push to the branch, and none is stored. */
  | { readonly code: 'push_missing'; readonly pushless: readonly ShownWorkspace[] }
  /** The repository's configuration turns off commands about pipelines, or the repository is public. */
  | { readonly code: 'pipelines_off' }
  | { readonly code: 'no_pipelines'; readonly workspace: ShownWorkspace }
  | {
      readonly code: 'unknown_pipeline' | 'ambiguous_pipeline';
      readonly word: string;
      readonly workspace: ShownWorkspace;
      /** Pipelines with a similar name, otherwise all. */
      readonly candidates: readonly ShownPipeline[];
      readonly areNear: boolean;
    }
  /** No deployment that is meant waits for an approval. */
  | { readonly code: 'nothing_to_approve' }
  /** A lock of a workspace without a reason. */
  | { readonly code: 'no_lock_reason'; readonly workspace: ShownWorkspace }
  /** The delivery is so late that the person may no longer want the command. */
  | { readonly code: 'too_late' }
  /** A required request to GitHub or Meltano Cloud failed. */
  | { readonly code: 'unanswered'; readonly problem: string };

/** The answer to a command, which is decided once. */
export type Answer =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The branches of `missing` workspaces don't exist. The last pushes to `pushless` workspaces aren't stored. */
  | {
      readonly kind: 'redeploy';
      readonly missing: readonly ShownWorkspace[];
      readonly pushless?: readonly ShownWorkspace[];
    }
  /** `idle` workspaces have nothing to withdraw. */
  | { readonly kind: 'withdraw'; readonly idle: readonly ShownWorkspace[] }
  | {
      readonly kind: 'approve';
      readonly approved: readonly ApprovedCommit[];
      readonly refused: readonly UnapprovedWorkspace[];
    }
  /** Without a workspace, all are locked. */
  | {
      readonly kind: 'lock';
      readonly workspace: ShownWorkspace | null;
      readonly reason: string;
      readonly replaced: ShownLock | null;
    }
  /** Without a workspace, all are unlocked. */
  | {
      readonly kind: 'unlock';
      readonly workspace: ShownWorkspace | null;
      readonly removed: readonly ShownLock[];
      /** True: others of the repository stay locked. */
      readonly isRestLocked: boolean;
    }
  | {
      readonly kind: 'status';
      readonly workspaces: readonly ShownWorkspace[];
      readonly lags?: readonly WorkspaceLag[];
      readonly locks?: readonly ShownLock[];
      /** True: failing pipelines are named. */
      readonly pipelines?: boolean;
    }
  | {
      readonly kind: 'logs';
      readonly workspace: ShownWorkspace;
      readonly lines: number;
      /** From the configuration. If missing or null, the repository's visibility decides. */
      readonly logMode?: LogSetting;
    }
  | {
      readonly kind: 'why';
      readonly findings: readonly WhyFinding[];
      /** True: commits have the check run that can be required. */
      readonly hasRequiredCheck?: boolean;
    }
  | { readonly kind: 'pipelines'; readonly workspaces: readonly ShownWorkspace[] }
  /** `leftOut` pipelines are beyond the limit of one command. */
  | { readonly kind: 'verify'; readonly workspace: ShownWorkspace; readonly leftOut: number }
  /** A run without `--yes`: nothing is started. */
  | { readonly kind: 'preview'; readonly workspace: ShownWorkspace; readonly pipeline: ShownPipeline }
  | { readonly kind: 'run'; readonly workspace: ShownWorkspace }
  | {
      readonly kind: 'help';
      readonly level: PermissionLevel;
      readonly permission?: CommandPermission;
      /** False: commands about pipelines are off. */
      readonly pipelines?: boolean;
    };

/** How far a workspace is behind its branch, and what deployed it. All times are epoch milliseconds. */
export interface WorkspaceLag {
  readonly workspaceId: string;
  /** The commit that is deployed. */
  readonly deployed: string;
  readonly head: string;
  /** The commits since then: null if GitHub could not compare them, or the deployed commit is not an ancestor. */
  readonly commits: number | null;
  /** When the first of them was pushed; null if the app doesn't know. */
  readonly since: number | null;
  /** Why the head is not deployed; null if the app doesn't know. */
  readonly cause: ReasonCode | 'under_way' | null;
  /** The newest finished jobs that this app did not start, newest first. */
  readonly others: readonly OtherJob[];
}

/** A job on Meltano Cloud that something else started. */
export interface OtherJob {
  readonly id: string;
  readonly commit: string | null;
  readonly endedAt: number | null;
}

/** The result of the planning rules for one workspace and a commit. */
export interface WhyFinding {
  readonly workspace: ShownWorkspace;
  /** The commit in question; null if the tracked branch doesn't exist. */
  readonly sha: string | null;
  /** True if the commit is the head of the tracked branch. Only the head can be deployed. */
  readonly isHead: boolean;
  /** The rule that decides. */
  readonly reason: ReasonCode;
  /** The base for changed files; null without one, or if everything counts as changed. */
  readonly since: string | null;
  /** True if the base is deployed. Otherwise it is the commit before the first undeployed push. */
  readonly isSinceDeployed?: boolean;
  /** The files that changed since the base. */
  readonly changed?: ChangedPaths | null;
  /** Why the workspace counts as changed without a comparison. */
  readonly uncompared?: UncomparedCause | null;
  /** Details for a person, if the reason needs them. */
  readonly problem?: string | null;
  /** The file that contains the rule. */
  readonly source?: FileAtCommit | null;
  /** True if path filters of that file apply, not only the directory. */
  readonly isFiltered?: boolean;
  /** The operator's limits that are stricter than what the file sets, or would be in force without it. */
  readonly limits?: readonly FeltLimit[];
  /** The project check's result for the commit; null if it can't hold the workspace. */
  readonly projectCheck?: WhyProjectCheck | null;
  /** The lock that holds its deployments. */
  readonly lock?: ShownLock | null;
  /** Set if the commit has to be approved; `by` is who did. */
  readonly approval?: { readonly by: string | null } | null;
  readonly freeze?: { readonly until: string | null; readonly why: string | null } | null;
  /** The closed gate that the commit's last deployment passed. */
  readonly passed?: Gate | null;
  /** The person who forced it past the gate. */
  readonly forcedBy?: string | null;
  /** What a waiting deployment of the commit waits for at a gate. */
  readonly hold?: Hold | null;
}

interface WhyProjectCheck {
  readonly state: 'open' | 'closed' | 'pending';
  readonly checkRunUrl: string | null;
}

export interface ChangedPaths {
  /** The first few. */
  readonly paths: readonly string[];
  readonly count: number;
}

export type Reaction = 'eyes' | 'rocket' | 'confused';

/** A planned command. */
export interface NewCommand {
  /** The delivery's id. */
  readonly id: string;
  readonly installationId: number;
  readonly repositoryId: number;
  /** The key of the Meltano Cloud account; null if none is configured. */
  readonly account: string | null;
  readonly place: Place;
  readonly commentId: number;
  readonly actor: string;
  readonly parsed: ParsedCommand;
  /** GitHub's time of the comment. */
  readonly askedAt: number;
  readonly receivedAt: number;
  readonly answer: Answer;
}

/** What the app has written about a command so far. */
interface ConversationState {
  /** The app's current reaction on the comment. */
  readonly reaction: Reaction | null;
  readonly reactionId: number | null;
  readonly replyId: number | null;
  /** When the reply was first sent. If set without an id, look for the reply before writing it again. */
  readonly replyAttemptedAt: number | null;
  /** The digest of the reply's current text. */
  readonly replyDigest: string | null;
  /** Set when the conversation is over. */
  readonly finishedAt: number | null;
}

/** Of a new command. */
export const NOTHING_WRITTEN: ConversationState = {
  reaction: null,
  reactionId: null,
  replyId: null,
  replyAttemptedAt: null,
  replyDigest: null,
  finishedAt: null,
};

/** A command and its conversation. All times are epoch milliseconds. */
export type CommandRecord = NewCommand & ConversationState;

export type CommandChange = Partial<ConversationState>;
