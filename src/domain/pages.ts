/** Addresses of web pages for links. */
export interface Pages {
  /** GitHub's web origin, such as `https://github.com`. */
  readonly githubUrl: string;
  /** The page of a workspace. `account` is the key of the account, or null if none is configured. */
  readonly workspaceUrl: (of: { readonly account: string | null; readonly workspaceId: string }) => string;
}
