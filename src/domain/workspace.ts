/** The names of a workspace. */
export interface NamedWorkspace {
  /** UUID v4. */
  readonly id: string;
  readonly name: string;
  readonly alias: string | null;
}

/** A Meltano Cloud workspace from `GET /workspaces`. */
export interface Workspace extends NamedWorkspace {
  /** May contain credentials: never print it. */
  readonly repositoryUrl: string | null;
  /** The tracked branch; null means the repository's default branch. */
  readonly branch: string | null;
  /** The workspace's directory without leading or trailing slashes; null means the root. */
  readonly directory: string | null;
  readonly environment: string | null;
  /** The creation time (epoch milliseconds by this machine's clock), if Meltano Cloud reports it. */
  readonly created?: number | null;
}

/** Normalises `./a//b/` to `a/b`, and the root to null. */
export function normaliseDirectory(directory: string | null): string | null {
  const parts = (directory ?? '').split('/').filter((part) => part !== '' && part !== '.');
  return parts.join('/') || null;
}

/** Identifies a workspace. Two accounts with different servers may have the same workspace id. */
export interface WorkspaceKey {
  /** The key of the Meltano Cloud account. */
  readonly account: string;
  readonly workspaceId: string;
}

/** A workspace and the repository that deploys it, which may change. */
export interface RepositoryWorkspace extends WorkspaceKey {
  readonly repositoryId: number;
}

/** The key for queues, leases and maps. The key of an account contains no slash. */
export function formatWorkspaceKey({ account, workspaceId }: WorkspaceKey): string {
  return `${account}/${workspaceId}`;
}

export function parseWorkspaceKey(text: string): WorkspaceKey {
  const slash = text.indexOf('/');
  if (slash < 0) throw new Error(`"${text}" is not the key of a workspace.`);
  return {
    account: text.slice(0, slash),
    workspaceId: text.slice(slash + 1),
  };
}
