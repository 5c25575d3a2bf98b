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
  /** `repository.pushed_at`, epoch milliseconds in whole seconds; null when the payload has none. */
  readonly pushedAt: number | null;
  readonly sender: string;
  readonly senderIsBot: boolean;
  /** The head commit's message, its middle left out where it is long; missing: ask GitHub. */
  readonly message?: string | null;
  /** Its commits name the repository's configuration file. A hint: GitHub doesn't list all commits and files. */
  readonly changesConfiguration?: true;
  /** No delivery came: the sweep of branch heads found it, and knows no sender. */
  readonly foundBySweep?: true;
}

/** The repository changed its name, owner or visibility. */
export interface RepositoryEvent {
  readonly kind: 'repository';
  readonly account: string;
  readonly repository: Repository;
  /** `owner/name` as it was before, when that changed. */
  readonly formerFullName: string | null;
}

/** A comment that holds a command, or nearly one. */
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

/** A person pressed Redeploy on a check run of this app, or asked GitHub to re-run it or its whole suite. */
export interface RerunEvent {
  readonly kind: 'rerun';
  readonly account: string;
  readonly repository: Repository;
  readonly how: 'button' | 'rerun' | 'suite';
  /** The commit of the run or suite. */
  readonly sha: string;
  /** As it stood then. Null for a suite: which runs it has is asked from GitHub. */
  readonly run: ShownCheckRun | null;
  readonly actor: string;
  /** GitHub's time of the last push to the repository (epoch milliseconds): the event has no time of the press itself. */
  readonly pushedAt?: number | null;
}

/** A pull request was opened, or its head moved. */
export interface PullRequestEvent {
  readonly kind: 'pull_request';
  readonly account: string;
  /** The one that it is to be merged into. */
  readonly repository: Repository;
  readonly number: number;
  /** May be a commit of a fork. */
  readonly headSha: string;
}

/** Stored only so that it counts as received. */
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
 * Identifies an event by what GitHub signed: the delivery's GUID isn't signed, so anyone who has a delivery can send
 * it again under another one.
 */
export interface EventIdentity {
  /** Digest of the signed fields, or of the whole payload. */
  readonly fingerprint: string;
  /** GitHub's time of the event (epoch milliseconds); null if an older event could have the same. */
  readonly signedAt: number | null;
}

/** One webhook delivery that the app acts on. */
export interface Delivery {
  /** GitHub's delivery GUID, the same for each redelivery. */
  readonly id: string;
  readonly name: string;
  readonly receivedAt: number;
  readonly event: AppEvent;
  /** True if the event was handled under another GUID so long ago that its record was removed. */
  readonly isReplay: boolean;
  /** Failed tries to plan it. */
  readonly attempts: number;
  /** Not before this time is it tried again. */
  readonly retryAt: number | null;
}

/** No GUID of GitHub's begins so. */
const SWEEP_PREFIX = 'sweep:';

/** The id of the delivery that stands for a push found by the sweep: the same push gets the same id. */
export function makeSweepDeliveryId(repositoryId: number, ref: string, sha: string): string {
  return `${SWEEP_PREFIX}${repositoryId}:${ref}:${sha}`;
}

export function isSweepDelivery(id: string): boolean {
  return id.startsWith(SWEEP_PREFIX);
}
