import type { CloudCommit } from './cloud-commit.ts';
import type { ParsedCommand, Place } from './conversation.ts';
import type { Repository } from './deployment.ts';
import type { ReasonCode } from './reason-codes.ts';
import type { ShownCheckRun } from './shown-check-run.ts';

/** A push, reduced to what planning needs. */
export interface PushEvent {
  readonly kind: 'push';
  /** The GitHub account that owns the repository. */
  readonly account: string;
  readonly repository: Repository;
  readonly ref: string;
  /** 40 zeros for a new branch. */
  readonly before: string;
  /** 40 zeros for a deleted branch. */
  readonly after: string;
  readonly deleted: boolean;
  readonly forced: boolean;
  /** `repository.pushed_at`, epoch milliseconds in whole seconds; null if the payload has none. */
  readonly pushedAt: number | null;
  readonly sender: string;
  readonly senderIsBot: boolean;
  /** The head commit's message without the middle of a long one. If missing, ask GitHub. */
  readonly message?: string | null;
  /** The commits list the configuration file. Only a hint: GitHub doesn't list all commits and files. */
  readonly changesConfiguration?: true;
  /** The listed commits that Meltano Cloud made. */
  readonly cloudCommits?: readonly CloudCommit[];
  /** The sweep of branch heads found the push without a delivery, so the sender is unknown. */
  readonly foundBySweep?: true;
}

/** The repository changed its name, owner or visibility. */
export interface RepositoryEvent {
  readonly kind: 'repository';
  readonly account: string;
  readonly repository: Repository;
  /** The former `owner/name`; null if the name didn't change. */
  readonly formerFullName: string | null;
}

/** A comment with a command, or with a probable typo of one. */
export interface CommentEvent {
  readonly kind: 'comment';
  readonly account: string;
  readonly repository: Repository;
  readonly place: Place;
  readonly commentId: number;
  readonly actor: string;
  /** GitHub's time of the comment, epoch milliseconds in whole seconds. */
  readonly askedAt: number;
  readonly parsed: ParsedCommand;
}

/** A person pressed Redeploy or Deploy on a check run of this app, or re-ran it or its check suite. */
export interface RerunEvent {
  readonly kind: 'rerun';
  readonly account: string;
  readonly repository: Repository;
  readonly how: 'button' | 'approve' | 'rerun' | 'suite';
  /** The button deploys past closed gates. */
  readonly force?: true;
  /** The commit of the run or suite. */
  readonly sha: string;
  /** The check run at that time. Null for a suite, whose runs the app reads from GitHub. */
  readonly run: ShownCheckRun | null;
  readonly actor: string;
  readonly actorIsBot?: true;
  /** GitHub's time of the last push to the repository (epoch milliseconds). The event doesn't contain its own time. */
  readonly pushedAt?: number | null;
}

/** A pull request was opened, its head moved, or it has another base. */
export interface PullRequestEvent {
  readonly kind: 'pull_request';
  readonly account: string;
  /** The base repository. */
  readonly repository: Repository;
  readonly number: number;
  /** May be a commit of a fork. */
  readonly headSha: string;
  /** Missing in what an earlier version stored. */
  readonly base?: { readonly branch: string; readonly sha: string };
}

/** An event without effect. It is stored to count as received. */
export interface IgnoredEvent {
  readonly kind: 'ignored';
  readonly account: string;
  readonly repository: Repository;
  readonly reason: ReasonCode;
}

export type AppEvent =
  | PushEvent
  | RepositoryEvent
  | CommentEvent
  | RerunEvent
  | PullRequestEvent
  | IgnoredEvent;

/**
 * Identifies an event by fields that GitHub signed. The GUID isn't signed, so anyone with a copy of a delivery can send it
 * again with another GUID.
 */
export interface EventIdentity {
  /** Digest of the signed fields, or of the whole payload. */
  readonly fingerprint: string;
  /** GitHub's time of the event (epoch milliseconds); null if the payload has no reliable time. */
  readonly signedAt: number | null;
}

/** A stored webhook delivery. */
export interface Delivery {
  /** GitHub's delivery GUID, the same for each redelivery. */
  readonly id: string;
  readonly name: string;
  readonly receivedAt: number;
  readonly event: AppEvent;
  /** True if the app handled the event long ago with another GUID and has removed the record. */
  readonly isReplay: boolean;
  /** The number of failed attempts to plan the delivery. */
  readonly attempts: number;
  /** The earliest time of the next attempt. */
  readonly retryAt: number | null;
}

/** GitHub's GUIDs never begin with this prefix. */
const SWEEP_PREFIX = 'sweep:';

/** The id in place of a delivery's for the deployment that follows one whose gate opened. */
export function makeGateDeliveryId(deploymentId: string): string {
  return `gate:${deploymentId}`;
}

/** The id of the delivery for a push that the sweep found. Equal pushes get equal ids. */
export function makeSweepDeliveryId(repositoryId: number, ref: string, sha: string): string {
  return `${SWEEP_PREFIX}${repositoryId}:${ref}:${sha}`;
}

const RECOVERY_PREFIX = 'adopted:';

/** The id of the delivery for a deployment that was read from its check run, after the database was lost. */
export function makeRecoveryDeliveryId(checkRunId: number): string {
  return `${RECOVERY_PREFIX}${checkRunId}`;
}

export function isRecoveryDelivery(id: string): boolean {
  return id.startsWith(RECOVERY_PREFIX);
}

export function isSweepDelivery(id: string): boolean {
  return id.startsWith(SWEEP_PREFIX);
}
