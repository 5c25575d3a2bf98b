import type { WorkspaceMapping } from './match-workspaces.ts';
import type { MeltanoApi, MeltanoResult } from './meltano.ts';
import type { KnownOwner } from './owner.ts';
import type { AccountPolicy } from './repository-configuration.ts';
import type { Workspace } from './workspace.ts';

/** How deployments are started: through the API, or through Meltano Cloud's endpoint for repository webhooks. */
export type Trigger =
  | { readonly kind: 'api' }
  /** `secret` is the deployment secret from the accounts file; null means to read it from the workspace. */
  | { readonly kind: 'webhook'; readonly secret: string | null };

/** A configured Meltano Cloud account. */
export interface Account {
  /** Stored with each deployment to find its credentials again. */
  readonly key: string;
  readonly api: MeltanoApi;
  /** Contains only workspaces that `allows` accepts. */
  readonly directory: WorkspaceDirectory;
  /** Workspaces that the accounts file assigns to repositories. */
  readonly mappings: readonly WorkspaceMapping[];
  /** True if the accounts file lets the account deploy the workspace. */
  readonly allows: (workspaceId: string) => boolean;
  readonly triggerOf: (workspaceId: string) => Trigger;
  /** True if the app adopts a job that something else started for a push, instead of starting a second one. */
  readonly adoptsJobs: boolean;
  /** False if the app says nothing in a repository after it was installed there. */
  readonly greets?: boolean;
  /** What the accounts file sets for the account's repositories. */
  readonly policy?: AccountPolicy;
  /** True if the app stores the payloads of pushes, which the webhook trigger needs. */
  readonly keepsPushes: boolean;
  /** The origin of Meltano Cloud's web pages. */
  readonly pagesUrl: string;
}

export interface Accounts {
  /** The account for the owner of a repository; null if none is configured. */
  forOwner(owner: KnownOwner): Account | null;
  /** The account of a stored deployment; null if it is no longer configured. */
  byKey(key: string): Account | null;
}

export interface WorkspaceList {
  readonly workspaces: readonly Workspace[];
  /** When the reading began, by the clock's `elapsed`. The list contains all earlier changes. */
  readonly readAt: number;
}

/** The account's workspaces, cached. */
export interface WorkspaceDirectory {
  /** Returns the cached list, or reads it first. Refreshes an old list in the background. */
  current(): Promise<MeltanoResult<WorkspaceList>>;
  /**
   * Returns a list that was read at `since` (by the clock's `elapsed`) or later, or the milliseconds to wait if the last
   * reading was too recent. `repository` is the name that the cached list lacks, or null. Names that new lists also lack
   * are looked up less often.
   */
  newerThan(since: number, repository: string | null): Promise<MeltanoResult<WorkspaceList> | number>;
  /** Call when the list contains `repository`. */
  found(repository: string): void;
}
