/** How people may refer to a workspace. */
export interface NamedWorkspace {
  /** UUID v4. */
  readonly id: string;
  readonly name: string;
  readonly alias: string | null;
}

/** A Meltano Cloud workspace, reduced to what decides about deployments. Source: `GET /workspaces`. */
export interface Workspace extends NamedWorkspace {
  /** As Meltano Cloud gives it; may hold credentials: never print it. */
  readonly repositoryUrl: string | null;
  /** The tracked branch; null means the repository's default branch. */
  readonly branch: string | null;
  /** The workspace's directory without leading or trailing slashes; null means the root. */
  readonly directory: string | null;
  readonly environment: string | null;
  /** When it was made (epoch milliseconds, on this machine's clock); missing or null where it doesn't say. */
  readonly created?: number | null;
}

/** `./a//b/` is `a/b`; what names the root is null. */
export function normaliseDirectory(directory: string | null): string | null {
  const parts = (directory ?? '').split('/').filter((part) => part !== '' && part !== '.');
  return parts.join('/') || null;
}
