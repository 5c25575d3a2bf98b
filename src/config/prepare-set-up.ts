import { ENVIRONMENT_NAMES } from './environment.ts';
import { GITHUB_COM, readGitHubAddress } from './github-address.ts';

/**
 * Normalises the environment for Probot's set-up page, which reads it directly. Returns null, or why the page can't be used.
 */
export function prepareSetUp(env: Record<string, string | undefined>): string | null {
  for (const name of [...ENVIRONMENT_NAMES, 'GH_ORG', 'NO_SMEE_SETUP']) {
    if (env[name] !== undefined) env[name] = env[name].trim();
  }
  const { GHE_HOST: host, GHE_PROTOCOL: protocol } = env;
  const address = readGitHubAddress(host, protocol === 'http' || protocol === 'https' ? protocol : undefined);
  delete env['GHE_HOST'];
  if ('problem' in address) return address.problem;
  if (address === GITHUB_COM) return null;
  if (address.apiUrl !== `${address.webUrl}/api/v3`) {
    return `The set-up page can't register an App on ${address.host}: register it at ${address.webUrl}/settings/apps/new, and set APP_ID, PRIVATE_KEY and WEBHOOK_SECRET.`;
  }
  env['GHE_HOST'] = address.host;
  env['GHE_PROTOCOL'] = new URL(address.webUrl).protocol.slice(0, -1);
  return null;
}
