import http from 'node:http';

type Variables = Readonly<Record<string, string | undefined>>;

/** The proxy for GitHub and Meltano Cloud, with the variables and rules of Node's own `fetch`. */
export interface ProxySettings {
  /** The proxy for http addresses; empty: none. */
  readonly http: string;
  readonly https: string;
  /** Hosts that are reached directly, as NO_PROXY lists them. */
  readonly except: string;
}

export const PROXY_NAMES = ['NODE_USE_ENV_PROXY', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'] as const;

/** Returns a null proxy if NODE_USE_ENV_PROXY is off. */
export function readProxy(env: Variables): { proxy: ProxySettings | null; problems: readonly string[] } {
  const problems: string[] = [];
  const given = env['NODE_USE_ENV_PROXY']?.trim() || '0';
  // Node silently treats any other value as 0.
  if (!['0', '1'].includes(given)) problems.push('NODE_USE_ENV_PROXY must be 1, or 0.');
  if (given !== '1') return { proxy: null, problems };
  const read = (name: string) => {
    // The name in lower case wins, as in other programs.
    const used = env[name.toLowerCase()] === undefined ? name : name.toLowerCase();
    return { used, value: env[used]?.trim() ?? '' };
  };
  const readAddress = (name: string) => {
    const { used, value } = read(name);
    if (value && !/^https?:$/.test(URL.parse(value)?.protocol ?? '')) {
      problems.push(`${used} must be an http or https URL, such as http://proxy.example:3128.`);
    }
    return value;
  };
  const plain = readAddress('HTTP_PROXY');
  const proxy = { http: plain, https: readAddress('HTTPS_PROXY') || plain, except: read('NO_PROXY').value };
  return { proxy: problems.length === 0 && (proxy.http || proxy.https) ? proxy : null, problems };
}

/** The proxy for an address; null: none. */
export function chooseProxy(address: string, proxy: ProxySettings): URL | null {
  const { protocol, hostname, port } = new URL(address);
  const ownPort = port || (protocol === 'https:' ? '443' : '80');
  const host = hostname.replace(/^\[|\]$/g, '');
  const isExcepted = proxy.except
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => matches(entry, host, ownPort));
  const chosen = protocol === 'https:' ? proxy.https : proxy.http;
  return isExcepted || !chosen ? null : new URL(chosen);
}

/** `entry`: `*`, `host` or `.host` (with subdomains), or `*.host` (subdomains only); each with an optional port. */
function matches(entry: string, host: string, port: string): boolean {
  const [, bracketed, plain, only] = /^(?:\[(.+)\]|([^:]+|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? [];
  const name = (bracketed ?? plain ?? '').replace(/^\*?\./, '');
  if (only !== undefined && only !== port) return false;
  return name === '*' || (name === host && !entry.startsWith('*')) || host.endsWith(`.${name}`);
}

/** Node reads its environment before the app reads `.env`. Node before 24.14 has no way to set the proxy later. */
export function routeFetch(proxy: ProxySettings | null): void {
  if (!proxy) return;
  http.setGlobalProxyFromEnv?.({
    HTTP_PROXY: proxy.http,
    HTTPS_PROXY: proxy.https,
    NO_PROXY: proxy.except,
  });
}

export function listProxyPasswords(proxy: ProxySettings | null): string[] {
  return [proxy?.http, proxy?.https].flatMap((address) => {
    const password = URL.parse(address ?? '')?.password;
    return password ? [decodeURIComponent(password)] : [];
  });
}
