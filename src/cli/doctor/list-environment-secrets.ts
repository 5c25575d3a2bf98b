import { listAccountSecrets } from '../../config/accounts-file.ts';
import { readDatabaseUrl } from '../../config/database-url.ts';
import { listProxyPasswords, readProxy } from '../../config/outgoing-proxy.ts';
import type { ConfigurationParts } from './read-parts.ts';

/** Names of variables that hold secrets, of this app or of another program. */
const SECRET_NAME = /SECRET|TOKEN|PASSWORD|PASSWD|PRIVATE_KEY$|API_KEY|CREDENTIAL/i;

/** Secrets that the doctor must not print, even if the configuration is invalid. */
export function listEnvironmentSecrets(
  env: Readonly<Record<string, string | undefined>>,
  { github, meltano }: ConfigurationParts,
): string[] {
  const named = Object.entries(env)
    .filter(([name, value]) => SECRET_NAME.test(name) && value?.trim())
    .map(([, value]) => value?.trim() ?? '');
  return [
    ...named,
    ...(github ? [github.github.privateKey] : []),
    ...(meltano?.accountsFile?.accounts ?? []).flatMap(listAccountSecrets),
    ...readPassword(env['DATABASE_URL'] ?? ''),
    ...listProxyPasswords(readProxy(env).proxy),
  ];
}

/** An invalid address is never shown, so its password needs no hiding. */
function readPassword(url: string): string[] {
  const read = readDatabaseUrl(url.trim());
  return read.ok && read.password ? [read.password] : [];
}
