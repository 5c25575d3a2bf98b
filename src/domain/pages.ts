/** Where people look further. */
export interface Pages {
  /** GitHub's web origin, e.g. `https://github.com`. */
  readonly githubUrl: string;
  /** A workspace's page on the Meltano Cloud of an account (by its key; null when none was served). */
  readonly workspaceUrl: (of: { readonly account: string | null; readonly workspaceId: string }) => string;
}
