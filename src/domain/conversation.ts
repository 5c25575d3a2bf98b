import type { ParsedComment } from './command.ts';
import type { FileAtCommit, Repository } from './deployment.ts';
import type { UncomparedCause } from './git-tree.ts';
import type { GitHubResult } from './github-result.ts';
import type { ReasonCode } from './reason-codes.ts';
import type { CommandPermission, LogMode } from './repository-configuration.ts';

/** What a comment with a command, or nearly one, says. */
export type ParsedCommand = Exclude<ParsedComment, { kind: 'none' }>;

/** Where a comment stands. On a commit the app may neither react nor edit: GitHub wants contents: write for both. */
export type Place =
  | { readonly kind: 'issue' | 'pull_request'; readonly number: number }
  | { readonly kind: 'commit'; readonly sha: string };

/** A person's highest right in a repository, as GitHub names it, from none to all. */
export const PERMISSION_LEVELS = ['none', 'pull', 'triage', 'push', 'maintain', 'admin'] as const;
export type PermissionLevel = (typeof PERMISSION_LEVELS)[number];

export function isAtLeast(level: PermissionLevel, needed: PermissionLevel): boolean {
  return PERMISSION_LEVELS.indexOf(level) >= PERMISSION_LEVELS.indexOf(needed);
}

/** A workspace as a reply names it. */
export interface NamedWorkspace {
  readonly id: string;
  readonly name: string;
  /** The branch that it tracks. */
  readonly branch: string;
  readonly directory: string | null;
}

/** Why a command is not carried out. */
export type Refusal =
  /** The level that it takes, and the one that the person has. */
  | { readonly code: 'not_permitted'; readonly needed: PermissionLevel; readonly has: PermissionLevel }
  /** A person with no role in a public repository: answered with a reaction only, so that strangers make no noise. */
  | { readonly code: 'stranger' }
  /** The command was not understood; the parser says why. */
  | { readonly code: 'not_understood' }
  | { readonly code: 'no_workspace' }
  /** The repository has the name of an older one, whose workspaces it doesn't get. */
  | { readonly code: 'name_taken' }
  /** The configuration file has mistakes, and there was never a good one. */
  | { readonly code: 'configuration_held'; readonly bad: FileAtCommit }
  | { readonly code: 'account_not_served' }
  /** Another account had the login of the repository's owner before. */
  | { readonly code: 'login_taken'; readonly ownerId: number }
  | {
      readonly code: 'unknown_workspace' | 'ambiguous_workspace';
      readonly word: string;
      readonly candidates: readonly NamedWorkspace[];
    }
  /** Nothing says which of the workspaces is meant. `branch`: of those that track it, if it was named. */
  | {
      readonly code: 'choose_workspace';
      readonly branch: string | null;
      readonly candidates: readonly NamedWorkspace[];
    }
  /** None of the tracked branches exists. */
  | { readonly code: 'branch_missing'; readonly missing: readonly NamedWorkspace[] }
  /** Their deployments are started by the last push to their branch, and none is kept. */
  | { readonly code: 'push_missing'; readonly pushless: readonly NamedWorkspace[] }
  /** It came so late (the app was away) that it may not be what the person wants any more. */
  | { readonly code: 'too_late' }
  /** GitHub or Meltano Cloud could not be asked what has to be known first. */
  | { readonly code: 'unanswered'; readonly problem: string };

/** What a command comes to, decided once. */
export type Answer =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Its deployments tell how it goes on. `missing`: workspaces whose branch doesn't exist; `pushless`: whose last push isn't kept. */
  | {
      readonly kind: 'redeploy';
      readonly missing: readonly NamedWorkspace[];
      readonly pushless?: readonly NamedWorkspace[];
    }
  /** `idle`: workspaces with nothing to withdraw. */
  | { readonly kind: 'withdraw'; readonly idle: readonly NamedWorkspace[] }
  | { readonly kind: 'status'; readonly workspaces: readonly NamedWorkspace[] }
  | {
      readonly kind: 'logs';
      readonly workspace: NamedWorkspace;
      readonly lines: number;
      /** What the configuration says; missing or null: the repository's visibility decides. */
      readonly logMode?: LogMode | null;
    }
  | { readonly kind: 'why'; readonly findings: readonly WhyFinding[] }
  | { readonly kind: 'help'; readonly level: PermissionLevel; readonly permission?: CommandPermission };

/** What the planning rules say about one workspace and a commit. */
export interface WhyFinding {
  readonly workspace: NamedWorkspace;
  /** The commit that was asked about; null when the tracked branch doesn't exist. */
  readonly sha: string | null;
  /** Whether the commit is the head of the tracked branch: only that can be deployed. */
  readonly isHead: boolean;
  /** The rule that decides now. */
  readonly reason: ReasonCode;
  /** The commit that changes are counted from; null where none is, or when everything counts as changed. */
  readonly since: string | null;
  /** Whether that commit is deployed; else it is the one before the first push that counts. */
  readonly isSinceDeployed?: boolean;
  /** What changed since then. */
  readonly changed?: ChangedPaths | null;
  /** Why it counts as changed though nothing was compared. */
  readonly uncompared?: UncomparedCause | null;
  /** What the rule found, for a person; missing or null where the rule says it all. */
  readonly problem?: string | null;
  /** The file that the rule is in. */
  readonly source?: FileAtCommit | null;
  /** Whether path filters of that file count instead of the directory alone. */
  readonly isFiltered?: boolean;
}

export interface ChangedPaths {
  /** The first few. */
  readonly paths: readonly string[];
  readonly count: number;
}

export type Reaction = 'eyes' | 'rocket' | 'confused';

/** A command as it was planned. */
export interface NewCommand {
  /** The delivery's id. */
  readonly id: string;
  readonly installationId: number;
  readonly repositoryId: number;
  /** The key of the Meltano Cloud account; null when none is served. */
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

/** What the app has said about a command so far. */
interface ConversationState {
  /** The app's reaction that stands on the comment. */
  readonly reaction: Reaction | null;
  readonly reactionId: number | null;
  readonly replyId: number | null;
  /** When the reply was first sent; set with no id means: look before writing again. */
  readonly replyAttemptedAt: number | null;
  /** Digest of the reply's text as it stands. */
  readonly replyDigest: string | null;
  /** Nothing more is said. */
  readonly finishedAt: number | null;
}

/** One command and the conversation about it. All times are epoch milliseconds. */
export type CommandRecord = NewCommand & ConversationState;

export type CommandChange = Partial<ConversationState>;

/** What a pull request says about branches. */
export interface PullRequest {
  /** The branch in this very repository that it comes from; null for one from a fork. */
  readonly headBranch: string | null;
  readonly baseBranch: string;
  readonly merged: boolean;
}

/** The reads that a command may need. Each throws when GitHub can't answer now. */
export interface CommandReads {
  readPermission(repository: Repository, login: string): Promise<PermissionLevel>;
  readPullRequest(repository: Repository, number: number): Promise<PullRequest>;
  /** The branches whose head is this commit. */
  listBranchesAtHead(repository: Repository, sha: string): Promise<readonly string[]>;
  /** The whole id of the commit that begins so; null when there is none, or more than one. */
  resolveCommit(repository: Repository, sha: string): Promise<string | null>;
  /** The commit that a branch points to; null when there is no such branch. */
  readHead(repository: Repository, branch: string): Promise<string | null>;
  /** The same for several branches by one request, where GitHub serves it. */
  readHeadsTogether(repository: Repository, branches: readonly string[]): Promise<Heads>;
}

/** The commit that each branch points to; null where there is no such branch. */
export type Heads = ReadonlyMap<string, string | null>;

/** Says things in a conversation, each request tried once. */
export interface ConversationApi {
  /** Puts a reaction on the comment, or finds it there; gives its id. */
  react(repository: Repository, commentId: number, reaction: Reaction): Promise<GitHubResult<number>>;
  removeReaction(repository: Repository, commentId: number, reactionId: number): Promise<GitHubResult<null>>;
  createReply(repository: Repository, place: Place, body: string): Promise<GitHubResult<number>>;
  editReply(repository: Repository, replyId: number, body: string): Promise<GitHubResult<null>>;
  /** Not of one on a commit: GitHub wants contents: write for that. */
  removeReply(repository: Repository, replyId: number): Promise<GitHubResult<null>>;
  /** The app's comments that hold `marker`, written at about `since` (epoch milliseconds) or later, oldest first. */
  findReplies(
    repository: Repository,
    place: Place,
    sought: { readonly marker: string; readonly since: number },
  ): Promise<GitHubResult<readonly number[]>>;
  /** The merged pull request that brought the commit to the branch; null when there is none. */
  findMergedPullRequest(
    repository: Repository,
    commit: { readonly sha: string; readonly branch: string },
  ): Promise<GitHubResult<number | null>>;
}
