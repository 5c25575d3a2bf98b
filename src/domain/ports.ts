import type { TreeDigestStore } from './changed-paths.ts';
import type { ConfigurationRun, NewConfigurationRun } from './configuration-run.ts';
import type { CommandChange, CommandRecord, NewCommand } from './conversation.ts';
import type { Delivery, EventIdentity } from './delivery.ts';
import type { Deployment, Repository, Rerun } from './deployment.ts';
import type { Job } from './job.ts';
import type { KeptPush } from './kept-push.ts';
import type { LogExcerpt } from './log-excerpt.ts';
import type { NameHolder, WorkspaceMapping, WorkspaceStatement } from './match-workspaces.ts';
import type { KnownOwner, Owner } from './owner.ts';
import type { ReasonCode } from './reason-codes.ts';
import type { ShownCheckRun } from './shown-check-run.ts';
import type { Workspace } from './workspace.ts';
import type { RepositoryWorkspace, WorkspaceKey } from './workspace-key.ts';

/** Time, so that tests can set it. */
export interface Clock {
  /** Epoch milliseconds: for times that are shown or stored. Steps when somebody sets the machine's clock. */
  now(): number;
  /** Milliseconds since some moment of this process: for waits, ages and limits in memory. Never steps. */
  elapsed(): number;
}

export type NewId = () => string;

/** Why a call to Meltano Cloud gave no usable answer. `message` is for people, without secrets, at most 200 characters of a body. */
export type MeltanoFailure =
  /** Nothing was sent: no connection could be made. */
  | { readonly kind: 'unreachable'; readonly message: string }
  /** Sent, but the answer never came whole (reset, time-out). */
  | { readonly kind: 'no_answer'; readonly message: string }
  /** An answer that is not 2xx; `message` is the answer's own. A 401 comes after the token was renewed in vain. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly message: string;
      /** From `Retry-After`, in milliseconds. */
      readonly retryAfterMs: number | null;
    }
  /** 2xx with a body that is not what the API describes. */
  | { readonly kind: 'unexpected_body'; readonly status: number; readonly message: string }
  /** The account's calls go unanswered: nothing was sent, on purpose, or a read was one of those calls. */
  | {
      readonly kind: 'held';
      /** What the call that opened the circuit ended in. */
      readonly message: string;
      /** Look again in so many milliseconds, and not sooner. */
      readonly heldMs: number;
      /** When the outage began (epoch milliseconds). */
      readonly since: number;
    };

export type MeltanoResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: MeltanoFailure };

/** Meltano Cloud, as one account's credentials see it. Calls never throw for anything that the network or the service does. */
export interface MeltanoApi {
  /** All workspaces, all pages. */
  listWorkspaces(): Promise<MeltanoResult<Workspace[]>>;
  getWorkspace(id: string): Promise<MeltanoResult<Workspace>>;
  /** Starts a deployment of the head of the workspace's tracked branch. Not idempotent. */
  startDeployment(workspaceId: string): Promise<MeltanoResult<Job>>;
  /** The same through the endpoint for repository webhooks, without the account's credentials. */
  startByPush(start: PushStart): Promise<MeltanoResult<Job>>;
  /** What signs a start by push; null where the workspace doesn't show it to these credentials. */
  readDeploymentSecret(workspaceId: string): Promise<MeltanoResult<string | null>>;
  getJob(id: string): Promise<MeltanoResult<Job>>;
  /** The newest page of the workspace's jobs, newest first; queued ones may be missing. */
  listJobs(workspaceId: string): Promise<MeltanoResult<Job[]>>;
  /** Asks for a running job to be stopped; it ends as STOPPED a little later. One that doesn't run may answer 409. */
  stopJob(id: string): Promise<MeltanoResult<null>>;
  /** Reads one job's log from line `from` (0-based) on, handing over whole lines in batches as they arrive. */
  readLog(request: LogRequest): Promise<MeltanoResult<LogProgress>>;
}

export interface PushStart {
  readonly workspaceId: string;
  /** GitHub's push event as JSON: sent as it is, and signed. */
  readonly payload: string;
  readonly secret: string;
}

export interface LogRequest {
  readonly jobId: string;
  readonly from: number;
  /**
   * `once`: one answer, ended lines only (the job still writes). `end`: on to the end of the log, and a last line
   * without newline counts too.
   */
  readonly until: 'once' | 'end';
  /** `cut`: of lines too long to be read whole, by index, how many characters were left out at their end. */
  readonly onLines: (lines: string[], cut?: ReadonlyMap<number, number>) => Promise<void>;
}

export interface LogProgress {
  /** Where the next read goes on. */
  readonly next: number;
}

/** Tells the one writer of check runs what changed; it decides what is written, and when. */
export interface Reporter {
  /** A change that a person could see was stored. */
  changed(deployment: Deployment): void;
  /**
   * The log was read, and maybe has more lines. Gives in how many milliseconds to read it again at the latest, so that what it
   * says then can be written at once.
   */
  logRead(deployment: Deployment, grew: boolean): number;
  /** There is something to say about a configuration file. */
  configurationRead(run: ConfigurationRun): void;
}

/**
 * When an installation was last found to be usable again, for whichever instance waits before it writes for it. Only a
 * hint: without it what waits is tried again within a quarter of an hour.
 */
export interface ResumeStore {
  saveResumedAt(installationId: number, time: number): Promise<void>;
  /** Null for never. */
  readResumedAt(installationId: number): Promise<number | null>;
}

/**
 * What was written to GitHub for an installation, so that its limits hold across processes and instances. Times are epoch
 * milliseconds.
 */
export interface GitHubWriteStore {
  noteGitHubWrite(installationId: number, at: number): Promise<void>;
  /** In any order. */
  listGitHubWrites(installationId: number): Promise<number[]>;
  forgetGitHubWrites(installationId: number, before: number): Promise<void>;
  /** GitHub refuses the installation's writes until then. */
  saveGitHubHold(installationId: number, until: number): Promise<void>;
  readGitHubHold(installationId: number): Promise<number | null>;
}

/** What is still to be said in an installation's repositories, besides check runs. */
export interface ResumableStore {
  listResumable(
    installationId: number,
  ): Promise<readonly { readonly queue: QueueName; readonly key: string }[]>;
}

/** The logs of watched jobs, in memory; a log that isn't there is read again from the job. */
export interface LogSource {
  excerpt(deploymentId: string): LogExcerpt | null;
  /** The last report was written: the log isn't needed any more. */
  forget(deploymentId: string): void;
}

/** Through the API, or through Meltano Cloud's endpoint for repository webhooks. */
export type Trigger =
  | { readonly kind: 'api' }
  /** `secret`: the deployment secret, where the operator gave it; else the workspace's own. */
  | { readonly kind: 'webhook'; readonly secret: string | null };

/** Whether a deployment would be started by the last push to its branch, and none is kept. */
export type LacksPush = (start: {
  readonly account: string;
  readonly workspaceId: string;
  readonly repositoryId: number;
  readonly branch: string;
}) => Promise<boolean>;

/** A Meltano Cloud account that is served. */
export interface Account {
  /** Stored with each deployment, so that its credentials are found again. */
  readonly key: string;
  readonly api: MeltanoApi;
  /** Shows only what `allows` lets through. */
  readonly directory: WorkspaceDirectory;
  /** Workspaces that the operator gave to repositories of the account. */
  readonly mappings: readonly WorkspaceMapping[];
  /** Whether the operator lets the account deploy a workspace (by its id). */
  readonly allows: (workspaceId: string) => boolean;
  /** How deployments of a workspace (by its id) are started. */
  readonly triggerOf: (workspaceId: string) => Trigger;
  /** False: there are no credentials, so that no job can be seen. */
  readonly seesJobs: boolean;
  /** Whether a job that somebody else started for a push is taken for the push's, in place of a second one. */
  readonly adoptsJobs: boolean;
  /** Whether pushes to the account's repositories are kept, since deployments are started by them. */
  readonly keepsPushes: boolean;
  /** Origin of Meltano Cloud's pages for people. */
  readonly pagesUrl: string;
}

export interface Accounts {
  /** The account for the owner of a repository; null when it isn't served. */
  forOwner(owner: KnownOwner): Account | null;
  /** The account of a stored deployment; null when its credentials are gone from the configuration. */
  byKey(key: string): Account | null;
}

/** Where people look further. */
export interface Pages {
  /** GitHub's web origin, e.g. `https://github.com`. */
  readonly githubUrl: string;
  /** A workspace's page on the Meltano Cloud of an account (by its key; null when none was served). */
  readonly workspaceUrl: (of: { readonly account: string | null; readonly workspaceId: string }) => string;
}

export interface WorkspaceList {
  readonly workspaces: readonly Workspace[];
  /** When the reading began, by the clock's `elapsed`: what was set up before that is in it. */
  readonly readAt: number;
}

/** The account's workspaces, cached. */
export interface WorkspaceDirectory {
  /** The list in memory, read first when there is none; an old one is refreshed in the background. */
  current(): Promise<MeltanoResult<WorkspaceList>>;
  /**
   * A list read at `since` (the clock's `elapsed`) or later; a number (milliseconds to wait) when the last reading is too
   * fresh for another one. `lookedFor` names what the list in memory lacks: if lists go on to lack it, the next ones are
   * read more rarely for it. Null: nothing is missing, a younger list is wanted all the same.
   */
  newerThan(since: number, lookedFor: string | null): Promise<MeltanoResult<WorkspaceList> | number>;
  /** What lists lacked is there. */
  found(lookedFor: string): void;
}

export type QueueName =
  | 'plan'
  | 'workspace'
  | 'log'
  | 'writer'
  | 'sweep'
  | 'command'
  | 'comment'
  | 'environment';

/**
 * The workspaces of one repository. Those of a list in memory that aren't enough (what is looked for may have been set up
 * a moment ago) count only once a younger list was read. Throws when they can't be read now.
 */
export type ListWorkspaces = (
  isEnough: (known: readonly Workspace[]) => boolean,
) => Promise<readonly Workspace[]>;

/**
 * Wakes up the taker of a key, never twice at once for one key; a wake-up during a run makes one more run. A lost or
 * repeated wake-up does no harm: what is to be done is in the store.
 */
export interface Dispatcher {
  /**
   * `handle` returns in how many milliseconds to look again, or null for "nothing to do". What was woken before waits for
   * it; all handlers of a process are set together.
   */
  handle(queue: QueueName, handle: (key: string) => Promise<number | null>): void;
  /** An earlier wake-up that is already due stays; a later one is brought forward. */
  wake(queue: QueueName, key: string, delayMs?: number): void;
  /** Takes no more work and waits for what runs. */
  stop(): Promise<void>;
}

export interface ReceivedDelivery extends Pick<Delivery, 'id' | 'name' | 'receivedAt' | 'event'> {
  /** Missing: only its GUID tells it from others. */
  readonly identity?: EventIdentity;
}

export interface DeliveryStore {
  /**
   * Stores a delivery durably, an ignored one with its outcome, and a push that is to be kept with it; false when its GUID
   * or its event was there before.
   */
  record(delivery: ReceivedDelivery, push?: KeptPush): Promise<boolean>;
  /** Resolves when no delivery waits to be stored. */
  untilRecorded(): Promise<void>;
  /** Repositories with deliveries that are not planned yet. */
  listPendingRepositories(): Promise<number[]>;
  /** The unplanned deliveries of a repository that came at `since` (epoch milliseconds) or later, in the order of receipt. */
  listPending(repositoryId: number, since?: number): Promise<Delivery[]>;
  postpone(id: string, attempts: number, retryAt: number): Promise<void>;
  findDelivery(id: string): Promise<Delivery | null>;
}

export interface RepositoryStore {
  getRepository(id: number): Promise<Repository | null>;
  /** Those of the repositories that are known here. */
  listKnown(ids: readonly number[]): Promise<Repository[]>;
  /**
   * Notes what a delivery said about a repository, unless a later delivery said something already. If it belongs to
   * another installation now, so do its deployments. Returns the ids of the deployments whose check runs are owed a write
   * because of it: it was made public, and they show their logs. `now`: what was stored by a clock that was ahead of it is
   * no later one.
   */
  learnRepository(
    repository: Repository,
    formerFullName: string | null,
    seenAt: number,
    now?: number,
  ): Promise<string[]>;
  /** The repository that a name (`owner/name`, any letter case) belongs to: the first one that was seen with it. */
  findNameHolder(fullName: string): Promise<number | null>;
  /** `owner/name` in lower case: every name that belongs to this repository. */
  listNames(repositoryId: number): Promise<string[]>;
  /** Who has these names (`owner/name`, lower case) now, as far as it is known here. */
  listHolders(fullNames: readonly string[]): Promise<Map<string, NameHolder>>;
  /**
   * Since when each workspace of an account names the repository that it names now, by its id. One that is new here is believed to have
   * done so since it was made, and one that named another before, since `now`.
   */
  noteStatements(
    account: string,
    statements: ReadonlyMap<string, WorkspaceStatement>,
    now: number,
  ): Promise<Map<string, number>>;
}

/** What planning fixes about a deployment; the rest starts out empty. */
export type PlannedDeployment = Pick<
  Deployment,
  | 'id'
  | 'account'
  | 'workspaceId'
  | 'workspaceName'
  | 'environment'
  | 'log'
  | 'badFile'
  | 'branch'
  | 'directory'
  | 'installationId'
  | 'repositoryId'
  | 'deliveryId'
  | 'checkName'
  | 'sha'
  | 'before'
  | 'requestedBy'
  | 'requestedByBot'
  | 'cause'
  | 'redeployOf'
  | 'pushedAt'
  | 'receivedAt'
  | 'reason'
  | 'conclusion'
  | 'problem'
> &
  Partial<Pick<Deployment, 'treeDigest'>>;

/** What a delivery leads to. */
export interface Plan {
  readonly outcome: ReasonCode;
  readonly deployments: readonly PlannedDeployment[];
  /** A command, whose conversation goes on from here. */
  readonly command?: NewCommand;
  /** Everything open that the repository deploys to these workspaces is withdrawn. */
  readonly withdraw?: { readonly by: string; readonly workspaces: readonly RepositoryWorkspace[] };
  /** Check runs about the configuration file; what was said already isn't said again. */
  readonly configurationRuns?: readonly NewConfigurationRun[];
  /** Ids of check runs about the configuration file that are written once more. */
  readonly rewrittenRuns?: readonly string[];
  /** Deployments whose check runs were re-run, and what came of it. */
  readonly reruns?: readonly NotedRerun[];
}

export interface NotedRerun {
  /** Changes nothing unless it is this repository's. */
  readonly deploymentId: string;
  readonly repositoryId: number;
  readonly rerun: Rerun;
  /** What is stored of the deployment if this database doesn't know it; null when its check run tells too little. */
  readonly lost: LostRun | null;
}

/** A concluded deployment that an earlier, lost database knew, as its check run tells of it. */
export interface LostRun {
  readonly planned: PlannedDeployment;
  readonly ended: Pick<Deployment, 'checkRunId' | 'checkRunUrl' | 'jobId' | 'concludedAt'>;
}

export interface PlanStore extends TreeDigestStore {
  /** The push that ended at a commit, as it was planned for the workspace. */
  findPlannedPush(
    workspace: RepositoryWorkspace,
    sha: string,
  ): Promise<Pick<Deployment, 'before' | 'pushedAt'> | null>;
  /**
   * The repository's first push to the workspace's branch that may have changed something and came to no start, if it is
   * older than `pushedAt` (epoch milliseconds).
   */
  findFirstPending(
    workspace: RepositoryWorkspace,
    pushedAt: number,
  ): Promise<Pick<Deployment, 'before'> | null>;
  /** Deployments of a workspace from one sender's pushes received since then that started or may still start alone. */
  countStarted(workspace: WorkspaceKey, requestedBy: string, since: number): Promise<number>;
  /**
   * Stores a delivery's outcome and all that it leads to in one transaction, and concludes the deployments that a newer
   * one of their workspace replaces. Returns every deployment that it changed. Doing it again changes nothing.
   */
  commitPlan(plan: Plan & { deliveryId: string; now: number }): Promise<Deployment[]>;
  /** Takes over a check run that an earlier, lost database left open. False when its deployment is known here. */
  adopt(planned: PlannedDeployment, found: AdoptedState): Promise<boolean>;
}

/** What a check run that is taken over says about its deployment. */
export type AdoptedState = Pick<
  Deployment,
  | 'state'
  | 'checkRunId'
  | 'checkRunUrl'
  | 'startSince'
  | 'attemptedAt'
  | 'attemptOutcome'
  | 'knownJobIds'
  | 'jobId'
  | 'acceptedAt'
>;

/** What changes about a deployment once it is planned. */
export type DeploymentChange = Partial<
  Omit<
    Deployment,
    | 'id'
    | 'account'
    | 'workspaceId'
    | 'repositoryId'
    | 'deliveryId'
    | 'treeDigest'
    | 'revision'
    | 'reportedRevision'
    | 'checkRunId'
    | 'checkRunUrl'
    | 'checkRunAttemptedAt'
  >
>;

export interface DeploymentStore {
  getDeployment(id: string): Promise<Deployment | null>;
  /** Not concluded, oldest first (`orderDeployments`). */
  listOpen(workspace: WorkspaceKey): Promise<Deployment[]>;
  listOpenWorkspaces(): Promise<WorkspaceKey[]>;
  /**
   * Changes a deployment that isn't concluded and, where a person could see the change, makes a report due. Returns it
   * as it is now; null when it was concluded meanwhile (a newer one replaced it): nothing was changed then.
   */
  saveDeployment(id: string, change: DeploymentChange): Promise<Deployment | null>;
  /**
   * The jobs of the last look at a workspace's list before that time: the newest page at the last attempt of a start, or
   * when a job was adopted. Null when there was none.
   */
  listKnownJobs(workspace: WorkspaceKey, before: number): Promise<Set<string> | null>;
  /** Those of the jobs that deployments of the workspace have already. */
  listTakenJobs(workspace: WorkspaceKey, jobIds: readonly string[]): Promise<Set<string>>;
}

/** The commands and their conversations. */
export interface CommandStore {
  getCommand(id: string): Promise<CommandRecord | null>;
  /** Ids of those about which something is still to be said. */
  listOpenCommands(): Promise<string[]>;
  saveCommand(id: string, change: CommandChange): Promise<void>;
  /** The deployments that a command asked for, or withdrew. */
  listCommandDeployments(id: string): Promise<Deployment[]>;
  /** Whether another command of the same person, with the same words, in the same place, `withinMs` apart at most, is known. */
  isRepeated(
    command: Pick<NewCommand, 'id' | 'repositoryId' | 'place' | 'actor' | 'parsed' | 'askedAt'>,
    withinMs: number,
  ): Promise<boolean>;
  /** The deployment that the same person's re-run of the same check run of the repository made between two times. */
  findRerun(rerun: {
    readonly repositoryId: number;
    readonly deploymentId: string;
    readonly actor: string;
    /** Epoch milliseconds. */
    readonly since: number;
    readonly until: number;
  }): Promise<Deployment | null>;
  /** The repository's newest deployments to the workspace that have a check run, newest first. */
  listRecent(workspace: RepositoryWorkspace, limit: number): Promise<Deployment[]>;
}

/** With several instances: what the one that writes for an installation has to look after. */
export interface ReportQueue {
  /** Deployments of the installation's repositories that are open, whose check run is behind them, or may be there twice. */
  listReportable(installationId: number): Promise<Deployment[]>;
}

export interface ReportStore {
  getDeployment(id: string): Promise<Deployment | null>;
  /** Deployments whose check run is behind them, or may be there twice. */
  listUnreported(): Promise<Deployment[]>;
  /** Notes what was written (or tried) of a deployment, or of a configuration run; never makes a report due. */
  saveReport(
    id: string,
    report: Partial<
      Pick<Deployment, 'reportedRevision' | 'checkRunId' | 'checkRunUrl' | 'checkRunAttemptedAt'>
    >,
  ): Promise<void>;
}

/** One entry of GitHub's log of deliveries; a redelivery is an entry of its own with the same GUID. */
export interface LoggedDelivery {
  readonly id: number;
  readonly guid: string;
  /** Epoch milliseconds. */
  readonly deliveredAt: number;
  readonly event: string;
  readonly action: string | null;
  /** The status of the answer; 0 for none. */
  readonly statusCode: number;
}

/** How often a delivery was asked for again, when last, and by which entry of the log. */
export interface Redelivery {
  readonly attempts: number;
  readonly askedAt: number;
  readonly loggedId: number;
}

/** GitHub's log of what it sent to the app in the last three days. Throws when GitHub can't answer now. */
export interface DeliveryLog {
  /** Pages, newest first, until one reaches back to before `since`. */
  listSince(since: number): AsyncIterable<readonly LoggedDelivery[]>;
  /** Asks GitHub to send a delivery once more, under its old GUID. */
  redeliver(id: number): Promise<void>;
}

export interface SweptRepository {
  readonly repository: Repository;
  /** Epoch milliseconds of the last push to any branch; 0 for none. */
  readonly pushedAt: number;
}

/** Where the app is installed, and what moved there. Throws when GitHub can't answer now. */
export interface InstallationReader {
  /** Those that aren't suspended. */
  listInstallations(): Promise<readonly { readonly id: number; readonly owner: Owner }[]>;
  /** Pages of the installation's repositories. */
  listRepositories(installationId: number): AsyncIterable<readonly SweptRepository[]>;
  /** The commit that a branch points to; null when there is no such branch. */
  readHead(repository: Repository, branch: string): Promise<string | null>;
}

/** What the sweeps remember between two rounds. */
export interface SweepStore {
  /** When this database was made (epoch milliseconds): what came before is none of its business. */
  readBeginning(): Promise<number>;
  /** When the log of deliveries was last read to its end; null for never. */
  readDeliveriesSweptAt(): Promise<number | null>;
  saveDeliveriesSweptAt(time: number): Promise<void>;
  /** Those of the GUIDs that are not stored here. */
  listUnknownDeliveries(guids: readonly string[]): Promise<Set<string>>;
  /** By GUID; those never asked for are missing. */
  readRedeliveries(guids: readonly string[]): Promise<Map<string, Redelivery>>;
  noteRedelivery(logged: Pick<LoggedDelivery, 'id' | 'guid'>, askedAt: number): Promise<void>;
  wasAskedForAgain(guid: string): Promise<boolean>;

  /** For each repository the time of its last push when its branches were last found in order. */
  listSweptPushes(repositoryIds: readonly number[]): Promise<Map<number, number>>;
  saveSweptPush(repositoryId: number, pushedAt: number): Promise<void>;
  readBranchHead(repositoryId: number, branch: string): Promise<BranchHead | null>;
  saveBranchHead(repositoryId: number, branch: string, head: BranchHead): Promise<void>;
  /** Whether a stored push to the repository ends at this commit. */
  hasPush(repositoryId: number, ref: string, sha: string): Promise<boolean>;
}

/** What is known of a branch: the commit last taken care of, and a newer one that nothing explains yet. */
export interface BranchHead {
  readonly sha: string;
  readonly candidate: { readonly sha: string; readonly seenAt: number } | null;
}

export interface ShownCheckRuns {
  /** The app's check runs on a commit, oldest first. Throws when GitHub can't answer now. */
  listRuns(repository: Repository, sha: string): Promise<ShownCheckRun[]>;
}
