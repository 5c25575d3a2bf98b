import type { Generated } from 'kysely';
import type { CommitRun } from '../domain/commit-run.ts';
import type { PermissionLevel, Reaction } from '../domain/conversation.ts';
import type { Cause, Conclusion, Deployment, DeploymentState } from '../domain/deployment.ts';
import type { WorkspacePin } from '../domain/match-workspaces.ts';
import type { PipelineWatch } from '../domain/pipeline-watch.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import type { SetupRun } from '../domain/setup-run.ts';
import type { WayBack } from '../domain/way-back.ts';
import type { RepositoryWorkspace } from '../domain/workspace.ts';
import type { StoredNotification } from '../notifying/notification-store.ts';
import type { FailureComment } from '../reporting/failure-comment.ts';
import type { FailureIssue } from '../reporting/failure-issue.ts';
import type { GitHubDeployment } from '../reporting/github-deployment.ts';
import type { LeaseTable } from './lease-table.ts';

/**
 * The tables, as the queries see them (columns are in snake_case in the database). Times are epoch milliseconds,
 * booleans 0 or 1, so that SQLite and PostgreSQL hold the same values.
 */
export interface Schema {
  delivery: DeliveryTable;
  forgottenPress: ForgottenPressTable;
  repository: RepositoryTable;
  accountLogin: AccountLoginTable;
  repositoryName: RepositoryNameTable;
  deployment: DeploymentTable;
  note: NoteTable;
  redelivery: RedeliveryTable;
  sweptRepository: SweptRepositoryTable;
  branchHead: BranchHeadTable;
  command: CommandTable;
  configuration: ConfigurationTable;
  commitRun: CommitRunTable;
  pipelineWatch: PipelineWatchTable;
  failureComment: FailureComment;
  failureIssue: FailureIssue;
  setupRun: SetupRun;
  notification: NotificationTable;
  stoppedDestination: StoppedDestinationTable;
  workspaceLock: WorkspaceLockTable;
  approval: ApprovalTable;
  githubDeployment: GitHubDeployment;
  githubWrite: GitHubWriteTable;
  wayBack: WayBackTable;
  pushPayload: PushPayloadTable;
  workspacePin: WorkspacePinTable;
  /** On PostgreSQL only. */
  lease: LeaseTable;
}

/** `workspaceId` is empty for all workspaces of the repository. */
interface WorkspaceLockTable {
  repositoryId: number;
  workspaceId: string;
  lockedBy: string;
  reason: string;
  lockedAt: number;
}

interface ApprovalTable extends RepositoryWorkspace {
  sha: string;
  approvedBy: string;
  role: string;
  notBy: string | null;
  approvedAt: number;
}

interface WayBackTable extends Omit<WayBack, 'isLinear'> {
  isLinear: number;
}

interface NotificationTable extends StoredNotification {
  /** When it was sent or given up. */
  finishedAt: number | null;
}

/** The destinations that answered 410, until the accounts file is read again. */
interface StoppedDestinationTable {
  destination: string;
  stoppedAt: number;
}

/** The app's writes to GitHub of the last hours. */
interface GitHubWriteTable {
  installationId: number;
  at: number;
}

/** The last push to a branch as GitHub sent it, for accounts that start deployments with the webhook trigger. */
interface PushPayloadTable {
  /** From `formatBranchKey`. */
  id: string;
  payload: string;
  /** GitHub's time of the push. */
  pushedAt: number;
  receivedAt: number;
}

interface WorkspacePinTable extends WorkspacePin {
  account: string;
}

/** Single values that outlive the process. */
export interface NoteTable {
  name:
    | 'began_at'
    | 'deliveries_swept_at'
    | 'written_at'
    | 'events_forgotten_until'
    | `installation_${number}_${'resumed_at' | 'held_until' | 'setup_at'}`;
  value: number;
}

/** Redeliveries that the app requested from GitHub. */
interface RedeliveryTable {
  guid: string;
  attempts: number;
  askedAt: number;
  /** The id of the delivery in GitHub's delivery log. */
  loggedId: number;
}

interface SweptRepositoryTable {
  repositoryId: number;
  pushedAt: number;
}

interface BranchHeadTable {
  repositoryId: number;
  branch: string;
  sha: string;
  candidateSha: string | null;
  candidateSeenAt: number | null;
}

export interface StoredEvent {
  /** The `AppEvent` as JSON, without a commit's message. */
  event: string;
  /** The message of a push's head commit, until the push is planned. */
  message: string | null;
}

export interface DeliveryTable extends StoredEvent {
  id: string;
  name: string;
  repositoryId: number;
  receivedAt: number;
  /** From the `EventIdentity`; null if only the GUID identifies the delivery. */
  fingerprint: string | null;
  signedAt: number | null;
  /** The new head of the branch after a push; null for other events. */
  afterSha: string | null;
  /** The permission that the person of a command or a re-run had; null for others. */
  role: PermissionLevel | null;
  /** Null until the delivery is planned. */
  outcome: ReasonCode | null;
  attempts: Generated<number>;
  retryAt: number | null;
}

/** Re-runs and pressed buttons whose deliveries were removed. Their payloads have no time that shows a replay. */
interface ForgottenPressTable {
  fingerprint: string;
  forgottenAt: number;
}

export interface RepositoryTable {
  id: number;
  installationId: number;
  owner: string;
  ownerId: number;
  name: string;
  private: number;
  defaultBranch: string;
  /** The time of the delivery with these values. An older delivery doesn't change them. */
  seenAt: number;
  /** The time of the first delivery with the current name. */
  namedAt: number;
}

interface AccountLoginTable {
  /** In lower case. */
  login: string;
  ownerId: number;
  seenAt: number;
}

interface RepositoryNameTable {
  /** `owner/name` in lower case. */
  fullName: string;
  repositoryId: number;
  seenAt: number;
}

type Columns = Omit<
  Deployment,
  | 'requestedByBot'
  | 'adopted'
  | 'knownJobIds'
  | 'state'
  | 'conclusion'
  | 'reason'
  | 'attemptOutcome'
  | 'cause'
  | 'rerun'
  | 'badFile'
  | 'gates'
  | 'hold'
  | 'treeDigest'
  | 'attempts'
  | 'firstTry'
  | 'failedBefore'
  | 'pipelines'
>;

export interface DeploymentTable extends Columns {
  state: DeploymentState;
  conclusion: Conclusion | null;
  reason: ReasonCode;
  attemptOutcome: NonNullable<Deployment['attemptOutcome']> | null;
  requestedByBot: number;
  adopted: number;
  /** JSON array. */
  knownJobIds: string;
  cause: Cause;
  /** A `Rerun` as JSON. */
  rerun: string | null;
  /** A `FileAtCommit` as JSON. */
  badFile: string | null;
  /** JSON. */
  gates: string;
  /** A `Hold` as JSON. */
  hold: string | null;
  /** A `TreeDigest` as JSON. */
  treeDigest: string | null;
  /** A `JobAttempts` as JSON. */
  attempts: string | null;
  /** A `FirstTry` as JSON, and its job, to find it. */
  firstTry: string | null;
  firstJobId: string | null;
  /** A `FailedBefore[]` as JSON. */
  failedBefore: string | null;
  /** A `PipelinesAfter` as JSON. */
  pipelines: string | null;
}

export interface CommandTable {
  id: string;
  installationId: number;
  repositoryId: number;
  account: string | null;
  /** A `Place` as JSON. */
  place: string;
  commentId: number;
  actor: string;
  /** A `ParsedCommand` as JSON. */
  parsed: string;
  /** A digest of the actor, the command and its place. */
  fingerprint: string;
  askedAt: number;
  receivedAt: number;
  /** An `Answer` as JSON. */
  answer: string;
  reaction: Reaction | null;
  reactionId: number | null;
  replyId: number | null;
  replyAttemptedAt: number | null;
  replyDigest: string | null;
  finishedAt: number | null;
}

export interface PipelineWatchTable extends Omit<PipelineWatch, 'pipelines' | 'rerun'> {
  /** `WatchedPipeline`s as JSON. */
  pipelines: string;
  /** A `Rerun` as JSON. */
  rerun: string | null;
}

/** The last state of a repository's configuration file that the app read. */
interface ConfigurationTable {
  repositoryId: number;
  branch: string;
  sha: string;
  pushedAt: number;
  content: string | null;
  /** `good` and `bad` of a `StoredConfiguration` as JSON. */
  good: string | null;
  bad: string | null;
  wasHeld: number;
  isUnnamed: number;
}

export interface CommitRunTable extends Omit<CommitRun, 'verdict'> {
  /** A `ConfigurationVerdict`, a `ProjectVerdict` or a `RequiredVerdict` as JSON. */
  verdict: string;
}
