import type { Generated } from 'kysely';
import type { Reaction } from '../domain/conversation.ts';
import type { Cause, Conclusion, Deployment, DeploymentState } from '../domain/deployment.ts';
import type { WorkspacePin } from '../domain/match-workspaces.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import type { FailureComment } from '../reporting/failure-comment.ts';
import type { GitHubDeployment } from '../reporting/github-deployment.ts';

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
  configurationRun: ConfigurationRunTable;
  failureComment: FailureComment;
  githubDeployment: GitHubDeployment;
  githubWrite: GitHubWriteTable;
  pushPayload: PushPayloadTable;
  workspacePin: WorkspacePinTable;
  /** On PostgreSQL only. */
  lease: LeaseTable;
}

/** When this app wrote to GitHub, within the last hours. */
export interface GitHubWriteTable {
  installationId: number;
  at: number;
}

/** The last push to a branch as GitHub sent it, for accounts whose deployments are started by it. */
export interface PushPayloadTable {
  /** Made of the repository's id and the branch. */
  id: string;
  payload: string;
  /** GitHub's time of the push. */
  pushedAt: number;
  receivedAt: number;
}

export interface WorkspacePinTable extends WorkspacePin {
  account: string;
}

/** Single values that outlive the process. */
export interface NoteTable {
  name:
    | 'began_at'
    | 'deliveries_swept_at'
    | 'written_at'
    | 'events_forgotten_until'
    | `installation_${number}_${'resumed_at' | 'held_until'}`;
  value: number;
}

/** Deliveries that GitHub was asked to send again. */
export interface RedeliveryTable {
  guid: string;
  attempts: number;
  askedAt: number;
  /** The entry of GitHub's log that was asked for. */
  loggedId: number;
}

export interface SweptRepositoryTable {
  repositoryId: number;
  pushedAt: number;
}

export interface BranchHeadTable {
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
  /** From its `EventIdentity`; null if only the GUID identifies it. */
  fingerprint: string | null;
  signedAt: number | null;
  /** The commit that a push ends at; null for other events. */
  afterSha: string | null;
  /** Null until it is planned. */
  outcome: ReasonCode | null;
  attempts: Generated<number>;
  retryAt: number | null;
}

/** Re-runs and presses of a button whose deliveries were removed: no time in them says that they are old. */
export interface ForgottenPressTable {
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
  /** When the delivery came that said so; an earlier one changes nothing. */
  seenAt: number;
  /** When the delivery came that was the first to tell of the present name. */
  namedAt: number;
}

export interface AccountLoginTable {
  /** In lower case. */
  login: string;
  ownerId: number;
  seenAt: number;
}

export interface RepositoryNameTable {
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
  | 'treeDigest'
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
  /** JSON, of a `Rerun`. */
  rerun: string | null;
  /** JSON, of a `FileAtCommit`. */
  badFile: string | null;
  /** JSON, of a `TreeDigest`. */
  treeDigest: string | null;
}

export interface CommandTable {
  id: string;
  installationId: number;
  repositoryId: number;
  account: string | null;
  /** JSON, of a `Place`. */
  place: string;
  commentId: number;
  actor: string;
  /** JSON, of a `ParsedCommand`. */
  parsed: string;
  /** Digest of who asked for what, and where. */
  fingerprint: string;
  askedAt: number;
  receivedAt: number;
  /** JSON, of an `Answer`. */
  answer: string;
  reaction: Reaction | null;
  reactionId: number | null;
  replyId: number | null;
  replyAttemptedAt: number | null;
  replyDigest: string | null;
  finishedAt: number | null;
}

export interface LeaseTable {
  queue: string;
  key: string;
  /** The instance that holds it. */
  owner: string;
  /** Changes with every holder; its uniqueness makes a change of it wait for the writes of the holder before. */
  fencing: number;
  /** By the clock of the database. */
  expiresAt: number;
  /** When the holder claimed or renewed it last, or let it go; by the clock of the database. */
  seenAt: number;
  /** The key was woken while the lease was held: the holder has to look again. */
  woken: boolean;
}

/** What was last read of a repository's configuration file. */
export interface ConfigurationTable {
  repositoryId: number;
  branch: string;
  sha: string;
  pushedAt: number;
  content: string | null;
  /** JSON, of `StoredConfiguration`'s parts of the same names. */
  good: string | null;
  bad: string | null;
  wasHeld: number;
}

export interface ConfigurationRunTable {
  id: string;
  repositoryId: number;
  installationId: number;
  sha: string;
  /** JSON, of a `ConfigurationVerdict`. */
  verdict: string;
  createdAt: number;
  revision: number;
  reportedRevision: number;
  checkRunId: number | null;
  checkRunUrl: string | null;
  checkRunAttemptedAt: number | null;
}
