/** The result of a request to GitHub. */
export type GitHubResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: GitHubFailure };

export type GitHubFailure =
  /** A primary or secondary rate limit; nothing was done. `retryAfterMs` is null if GitHub names no time. */
  | { readonly kind: 'limited'; readonly retryAfterMs: number | null; readonly message: string }
  /** GitHub refuses the token and a new one; nothing was done. */
  | { readonly kind: 'unauthorized'; readonly message: string }
  /** The installation is suspended or removed; nothing was done. */
  | { readonly kind: 'unavailable'; readonly message: string }
  /** No response, or a 5xx: GitHub may have done it. */
  | { readonly kind: 'unknown'; readonly message: string }
  /** GitHub refuses the request; nothing was done. */
  | { readonly kind: 'rejected'; readonly status: number; readonly message: string };
