import { z } from 'zod';
import type { FileProblem } from './tenants-problems.ts';

/** As much of an account as the checks below need, whatever else is wrong with it. */
const looseAccount = z.record(z.string(), z.unknown());
const looseText = z
  .string()
  .transform((value) => value.toLowerCase())
  .catch('');
const looseMapping = z.object({ repository: looseText, workspace: looseText });
const looseMappings = z.array(looseMapping.catch({ repository: '', workspace: '' })).catch([]);
const looseWorkspaces = z.array(looseText).catch([]);

/** What no key of an account tells by itself; paths begin below the account. */
export function checkAccount(raw: unknown, login: string): readonly FileProblem[] {
  const parsed = looseAccount.safeParse(raw);
  if (!parsed.success) return [];
  const account = parsed.data;
  return [...checkCredentials(account), ...checkMappings(account, login), ...checkTriggers(account)];
}

function checkCredentials(account: Record<string, unknown>): FileProblem[] {
  const has = (key: string) => account[key] !== undefined;
  const client = ['client_id', 'client_secret'];
  if (has('token')) {
    return [...client, 'auth_url', 'audience'].filter(has).map((key) => ({
      ...{ path: [key], part: 'key' },
      message: 'does not go with token: choose one way to sign in',
    }));
  }
  const missing = client.filter((key) => !has(key));
  if (missing.length === 0 || account['trigger'] === 'webhook') return [];
  const wanted = missing.length === 1 ? `${missing[0]}` : 'token, or client_id and client_secret';
  return [{ path: [], part: 'key', message: `has incomplete Meltano Cloud credentials: add ${wanted}` }];
}

function checkMappings(account: Record<string, unknown>, login: string): FileProblem[] {
  const mappings = looseMappings.parse(account['mappings']);
  const allowed = looseWorkspaces.parse(account['allowed_workspaces']);
  return mappings.flatMap(({ repository, workspace }, index) => {
    const problems: FileProblem[] = [];
    const path = ['mappings', index];
    if (repository.split('/').length === 2 && !repository.startsWith(`${login}/`)) {
      const message = 'is a repository of another account: put the mapping below the account that owns it';
      problems.push({ path: [...path, 'repository'], message });
    }
    const first = mappings.findIndex((one) => one.repository === repository && one.workspace === workspace);
    if (repository && workspace && first < index) {
      problems.push({ path, message: 'maps the same workspace to the same repository once more: keep one' });
    }
    if (workspace && allowed.length > 0 && !allowed.includes(workspace)) {
      const message = 'is not one of allowed_workspaces: add it there, or remove the mapping';
      problems.push({ path: [...path, 'workspace'], message });
    }
    return problems;
  });
}

/** Until `trigger: webhook` is built, a file that asks for it must not look as if it worked. */
function checkTriggers(account: Record<string, unknown>): FileProblem[] {
  const mappings = z.array(looseAccount.catch({})).catch([]).parse(account['mappings']);
  const places = [
    { path: [], entry: account },
    ...mappings.map((entry, index) => ({ path: ['mappings', index], entry })),
  ];
  return places.flatMap(({ path, entry }): FileProblem[] => {
    if (entry['trigger'] === 'webhook') {
      const message = "can't be webhook in this version: use api, or leave it out";
      return [{ path: [...path, 'trigger'], message }];
    }
    if (entry['deployment_secret'] === undefined || account['trigger'] === 'webhook') return [];
    const message = 'is for trigger: webhook only: remove it';
    return [{ path: [...path, 'deployment_secret'], part: 'key', message }];
  });
}
