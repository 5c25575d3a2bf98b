import { z } from 'zod';
import type { AccountProblem } from './account-problem.ts';
import { checkDestinations } from './notify-schema.ts';

/** An account that may have other problems, as far as the checks below need it. */
const looseAccount = z.record(z.string(), z.unknown());
const looseText = z
  .string()
  .transform((value) => value.toLowerCase())
  .catch('');
const looseMapping = z.object({ repository: looseText, workspace: looseText });
const looseMappings = z.array(looseMapping.catch({ repository: '', workspace: '' })).catch([]);
const looseWorkspaces = z.array(looseText).catch([]);

/** Checks that concern several keys of an account. Paths begin below the account. */
export function checkAccount(raw: unknown, login: string): readonly AccountProblem[] {
  const parsed = looseAccount.safeParse(raw);
  if (!parsed.success) return [];
  const account = parsed.data;
  return [
    ...checkCredentials(account),
    ...checkMappings(account, login),
    ...checkTriggers(account),
    ...checkDestinations(account['notify']),
  ];
}

function checkCredentials(account: Record<string, unknown>): AccountProblem[] {
  const has = (key: string) => account[key] !== undefined;
  const client = ['client_id', 'client_secret'];
  if (has('token')) {
    return [...client, 'auth_url', 'audience'].filter(has).map((key) => ({
      path: [key],
      part: 'key',
      message: 'does not go with token: choose one way to sign in',
    }));
  }
  const missing = client.filter((key) => !has(key));
  if (missing.length === 0) return [];
  const message =
    missing.length === 1
      ? `has incomplete Meltano Cloud credentials: add ${missing[0]}`
      : 'has no Meltano Cloud credentials: add token, or client_id and client_secret (trigger: webhook needs them too)';
  return [{ path: [], part: 'key', message }];
}

function checkMappings(account: Record<string, unknown>, login: string): AccountProblem[] {
  const mappings = looseMappings.parse(account['mappings']);
  const allowed = looseWorkspaces.parse(account['allowed_workspaces']);
  return mappings.flatMap(({ repository, workspace }, index) => {
    const problems: AccountProblem[] = [];
    const path = ['mappings', index];
    if (repository.split('/').length === 2 && !repository.startsWith(`${login}/`)) {
      const message = 'is a repository of another account: put the mapping below the account that owns it';
      problems.push({ path: [...path, 'repository'], message });
    }
    const first = mappings.findIndex((one) => one.repository === repository && one.workspace === workspace);
    if (repository && workspace && first < index) {
      problems.push({ path, message: 'repeats the mapping of this workspace to this repository: keep one' });
    }
    if (workspace && allowed.length > 0 && !allowed.includes(workspace)) {
      const message = 'is not one of allowed_workspaces: add it there, or remove the mapping';
      problems.push({ path: [...path, 'workspace'], message });
    }
    return problems;
  });
}

/** A deployment secret does nothing where deployments are started through the API. */
function checkTriggers(account: Record<string, unknown>): AccountProblem[] {
  const mappings = listEntries(account);
  const message = 'is for trigger: webhook only: remove it';
  const isUsed = (entry: Record<string, unknown>) => (entry['trigger'] ?? account['trigger']) === 'webhook';
  const ofAccount: AccountProblem[] =
    account['deployment_secret'] === undefined || isUsed(account) || mappings.some(isUsed)
      ? []
      : [{ path: ['deployment_secret'], part: 'key', message }];
  const ofMappings = mappings.flatMap((mapping, index): AccountProblem[] =>
    mapping['deployment_secret'] === undefined || isUsed(mapping)
      ? []
      : [{ path: ['mappings', index, 'deployment_secret'], part: 'key', message }],
  );
  return [...ofAccount, ...ofMappings];
}

function listEntries(account: Record<string, unknown>): Record<string, unknown>[] {
  return z.array(looseAccount.catch({})).catch([]).parse(account['mappings']);
}
