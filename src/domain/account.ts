import type { WorkspaceMapping } from './match-workspaces.ts';
import type { MeltanoApi, MeltanoResult } from './meltano.ts';
import type { KnownOwner } from './owner.ts';
import type { Workspace } from './workspace.ts';

/** Through the API, or through Meltano Cloud's endpoint for repository webhooks. */
export type Trigger =
  | { readonly kind: 'api' }
  /** `secret`: the deployment secret, where the operator gave it; else the workspace's own. */
  | { readonly kind: 'webhook'; readonly secret: string | null };

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
  /** Whether a job that something else started for a push is adopted, in place of a second job. */
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
