/** The host and repository of a git URL, in lower case. */
export interface RepositoryAddress {
  readonly host: string;
  /** `owner/name`. */
  readonly fullName: string;
}

const SCHEMES = new Set(['http:', 'https:', 'ssh:', 'git:', 'git+ssh:']);

/**
 * Parses a workspace's `repositoryUrl`: https or ssh, with or without user name, port, `.git` and trailing slash. Returns
 * null if the path isn't exactly `owner/name`.
 */
export function parseRepositoryUrl(url: string): RepositoryAddress | null {
  const text = url.trim();
  if (!text.includes('://')) return parseScpForm(text);
  let parsed: URL;
  try {
    parsed = new URL(text);
  } catch {
    return null;
  }
  return SCHEMES.has(parsed.protocol) ? makeAddress(parsed.hostname, parsed.pathname) : null;
}

/** Normalises a host name for comparison: lower case, without port, `www.` and `ssh.`. */
export function normalizeHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^(www|ssh)\./, '');
}

/** `git@host:owner/name`, git's short form of ssh. */
function parseScpForm(text: string): RepositoryAddress | null {
  const match = /^(?:[^@/:]+@)?([^@/:]+):(.+)$/.exec(text);
  return match?.[1] && match[2] ? makeAddress(match[1], match[2]) : null;
}

function makeAddress(host: string, path: string): RepositoryAddress | null {
  const segments = path.replace(/^\/+|\/+$/g, '').split('/');
  const [owner, rawName] = segments;
  const name = rawName?.replace(/\.git$/i, '');
  if (segments.length !== 2 || !host || !owner || !name) return null;
  return { host: normalizeHost(host), fullName: `${owner}/${name}`.toLowerCase() };
}
