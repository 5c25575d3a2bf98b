import http from 'node:http';
import https from 'node:https';
import { chooseProxy, type ProxySettings } from '../../config/outgoing-proxy.ts';
import { type Finding, findingsOf } from './finding.ts';
import type { ConfigurationParts } from './read-parts.ts';

const { ok, wrong, note } = findingsOf('proxy');

const ANSWER_MS = 10_000;

export interface ProxyLook {
  readonly parts: ConfigurationParts;
  readonly proxy: ProxySettings | null;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Checks that the proxy reaches each service. */
export async function checkProxy({ proxy, env, parts }: ProxyLook): Promise<Finding[]> {
  if (!proxy) {
    const unused = ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'].find((name) =>
      env[name]?.trim(),
    );
    if (!unused || env['NODE_USE_ENV_PROXY']?.trim() === '1') return [];
    return [
      note(
        `${unused} is set, and the app doesn't use it`,
        'Set NODE_USE_ENV_PROXY=1 to reach GitHub and Meltano Cloud through the proxy',
      ),
    ];
  }
  return Promise.all(listOrigins(parts).map((origin) => checkOrigin(origin, proxy)));
}

function listOrigins({ github, meltano }: ConfigurationParts): string[] {
  const accounts = [
    ...(meltano?.meltano.credentials ? [meltano.meltano] : []),
    ...(meltano?.accountsFile?.accounts ?? []),
  ];
  const addresses = [
    ...(github ? [github.github.apiUrl] : []),
    ...accounts.flatMap(({ apiUrl, credentials }) =>
      credentials?.kind === 'client' ? [apiUrl, credentials.authUrl] : [apiUrl],
    ),
  ];
  return [...new Set(addresses.map((address) => new URL(address).origin))];
}

async function checkOrigin(origin: string, proxy: ProxySettings): Promise<Finding> {
  const target = new URL(origin);
  const through = chooseProxy(origin, proxy);
  if (!through) return ok(`${target.host} is reached directly, as NO_PROXY says`);
  const problem = await tryProxy(through, target);
  const way = `the proxy ${through.origin}`;
  if (problem === null) return ok(`${target.host} is reached through ${way}`);
  return wrong(
    `${target.host} is not reached through ${way}: ${problem}`,
    `Correct ${target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'}, let the proxy allow ${target.host}, or name that host in NO_PROXY`,
  );
}

/** Returns null if the proxy reaches the target, otherwise the problem. */
function tryProxy(proxy: URL, target: URL): Promise<string | null> {
  const isTunnel = target.protocol === 'https:';
  const authority = `${target.hostname}:${target.port || (isTunnel ? 443 : 80)}`;
  const { username, password, protocol, hostname, port } = proxy;
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  const request = (protocol === 'https:' ? https : http).request({
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port || (protocol === 'https:' ? 443 : 80),
    method: isTunnel ? 'CONNECT' : 'HEAD',
    path: isTunnel ? authority : target.href,
    headers: {
      host: isTunnel ? authority : target.host,
      ...(username && { 'proxy-authorization': `Basic ${login.toString('base64')}` }),
    },
    // The global agent would send this request through the proxy.
    agent: false,
    timeout: ANSWER_MS,
  });
  return new Promise((resolve) => {
    const judge = ({ statusCode = 0 }: http.IncomingMessage) => {
      request.destroy();
      if (statusCode === 407) resolve('it refuses the user name and password (407)');
      else if (isTunnel ? statusCode !== 200 : statusCode >= 502) resolve(`it answers ${statusCode}`);
      else resolve(null);
    };
    request.on('connect', (response, socket) => {
      socket.destroy();
      judge(response);
    });
    request.on('response', judge);
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    request.end();
  });
}
