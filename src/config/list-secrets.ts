import { listAccountSecrets } from './accounts-file.ts';
import { readDatabaseUrl } from './database-url.ts';
import type { Configuration } from './environment.ts';
import { getSecret } from './meltano-credentials.ts';
import { listProxyPasswords, readProxy } from './outgoing-proxy.ts';

/** Lists the app's own secrets, which the redactor hides in all output. */
export function listSecrets({ github, meltano, accountsFile, databaseUrl, proxy }: Configuration): string[] {
  const { credentials } = meltano;
  const database = databaseUrl ? readDatabaseUrl(databaseUrl) : null;
  return [
    github.privateKey,
    github.webhookSecret,
    ...(credentials ? [getSecret(credentials)] : []),
    ...(database?.ok && database.password ? [database.password] : []),
    ...listProxyPasswords(proxy),
    ...(accountsFile?.accounts ?? []).flatMap(listAccountSecrets),
  ];
}

/** Names of variables that hold secrets, of this app or of another program. */
const SECRET_NAME = /SECRET|TOKEN|PASSWORD|PASSWD|PRIVATE_KEY$|API_KEY|CREDENTIAL/i;

/** Secrets that the doctor must not print, even if the configuration is invalid. */
export function listEnvironmentSecrets(
  env: Readonly<Record<string, string | undefined>>,
  { github, meltano }: { readonly github: Configuration | null; readonly meltano: Configuration | null },
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
