import { listTenantSecrets } from '../../config/tenants-file.ts';
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
    .map(([, value]) => value ?? '');
  return [
    ...named,
    ...(github ? [github.github.privateKey] : []),
    ...(meltano?.tenants?.accounts ?? []).flatMap(listTenantSecrets),
    ...readPassword(env['DATABASE_URL'] ?? ''),
  ];
}

/** As it stands in the address, and as it is meant. */
function readPassword(url: string): string[] {
  const password = URL.parse(url)?.password ?? '';
  if (password === '') return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}
