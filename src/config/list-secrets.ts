import { listAccountSecrets } from './accounts-file.ts';
import { readDatabaseUrl } from './database-url.ts';
import type { Configuration } from './environment.ts';
import { getSecret } from './meltano-credentials.ts';
import { listProxyPasswords } from './outgoing-proxy.ts';

/** The app's own secrets. The redactor hides them in everything that leaves the process. */
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
