import { listAccountSecrets } from '../../config/accounts-file.ts';
import { readDatabaseUrl } from '../../config/database-url.ts';
import { listProxyPasswords, readProxy } from '../../config/outgoing-proxy.ts';
import type { ConfigurationParts } from './read-parts.ts';

/** What a variable is called that holds a secret, of this app or of anything else that runs here. */
const SECRET_NAME = /SECRET|TOKEN|PASSWORD|PASSWD|PRIVATE_KEY$|API_KEY|CREDENTIAL/i;

/** Everything that must not be in what the doctor says, whether or not the configuration can be used. */
export function listEnvironmentSecrets(
  env: Readonly<Record<string, string | undefined>>,
  { github, meltano }: Pick<ConfigurationParts, 'github' | 'meltano'>,
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

/** An address that can't be read is never shown. */
function readPassword(url: string): string[] {
  const read = readDatabaseUrl(url.trim());
  return read.ok && read.password ? [read.password] : [];
}
