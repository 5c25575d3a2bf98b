/** The addresses of github.com, a tenant on GHE.com, or an Enterprise Server. */
export interface GitHubAddress {
  /** API base, e.g. `https://api.github.com`. */
  readonly apiUrl: string;
  /** Origin of the pages for people, e.g. `https://github.com`. */
  readonly webUrl: string;
  /** Host of the repositories, with its port. */
  readonly host: string;
}

export const GITHUB_COM: GitHubAddress = {
  apiUrl: 'https://api.github.com',
  webUrl: 'https://github.com',
  host: 'github.com',
};

const HOST_NAME = /^(\[[\da-f:.]+\]|[a-z\d_-]+(\.[a-z\d_-]+)*)$/;
const TENANT = /^(?:(?:api|www)\.)?(?!api\.|www\.)([a-z\d-]+)\.ghe\.com$/;
const FORM =
  'GHE_HOST must be a host name, with a port if needed, such as github.example.com or acme.ghe.com.';

/** Reads GHE_HOST. Accepts a scheme, a trailing slash and the API's host too, since people copy them. */
export function readGitHubAddress(
  typed: string | undefined,
  protocol: 'http' | 'https' | undefined,
): GitHubAddress | { readonly problem: string } {
  if (!typed) return GITHUB_COM;
  const scheme = /^(https?):\/\//i.exec(typed)?.[1]?.toLowerCase();
  if (scheme && protocol && scheme !== protocol) {
    return {
      problem: `GHE_HOST begins with ${scheme}:// and GHE_PROTOCOL is ${protocol}: keep one of the two.`,
    };
  }
  const url = URL.parse(scheme ? typed : `${protocol ?? 'https'}://${typed}`);
  const name = url?.hostname.replace(/\.$/, '') ?? '';
  const isBare = url && !url.username && !url.search && !url.hash && /^\/+(api\/v3\/*)?$/.test(url.pathname);
  if (!isBare || !HOST_NAME.test(name)) return { problem: FORM };
  return locate(name, url);
}

function locate(name: string, { protocol, port }: URL): GitHubAddress | { readonly problem: string } {
  const isDefaultPort = port === '' || port === '443';
  if (/^((www|api)\.)?github\.com$/.test(name) && isDefaultPort) return GITHUB_COM;
  if (/(^|\.)github\.com$/.test(name)) {
    return { problem: 'GHE_HOST is not for github.com: remove it to serve repositories on github.com.' };
  }
  if (/(^|\.)ghe\.com$/.test(name)) {
    const tenant = TENANT.exec(name)?.[1];
    if (!tenant || !isDefaultPort) {
      return { problem: 'GHE_HOST must be <name>.ghe.com for GitHub Enterprise Cloud with data residency.' };
    }
    const host = `${tenant}.ghe.com`;
    return { apiUrl: `https://api.${host}`, webUrl: `https://${host}`, host };
  }
  const host = port ? `${name}:${port}` : name;
  const webUrl = `${protocol}//${host}`;
  return { apiUrl: `${webUrl}/api/v3`, webUrl, host };
}
