/** What a request to GitHub came to. */
export type GitHubResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: GitHubFailure };

export type GitHubFailure =
  /** A primary or secondary limit; nothing was done. The wait is in milliseconds; null where GitHub names none. */
  | { readonly kind: 'limited'; readonly waitMs: number | null; readonly message: string }
  /** GitHub takes neither the token nor a new one; nothing was done. */
  | { readonly kind: 'unauthorized'; readonly message: string }
  /** The installation is suspended or removed; nothing was done, and nothing of it can be done for now. */
  | { readonly kind: 'unavailable'; readonly message: string }
  /** No answer, or a 5xx: it may have been done. */
  | { readonly kind: 'unknown'; readonly message: string }
  /** GitHub won't do it as things stand; nothing was done. */
  | { readonly kind: 'rejected'; readonly status: number; readonly message: string };
