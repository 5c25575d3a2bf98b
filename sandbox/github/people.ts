import type { components } from '@octokit/openapi-types';
import { accountJson } from './account-json.ts';
import { ApiError } from './api-error.ts';
import { BASE_ROLES, type BaseRole, type SandboxRole } from './conversation-model.ts';
import type { SandboxAccount, SandboxRepository } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

type Schemas = components['schemas'];

export interface RoleInput {
  login: string;
  role: BaseRole;
  /** The name of a custom role that is built on `role`. */
  customName?: string;
}

/** Gives a person a role in a repository; the account is made at its first mention. */
export function setRole(
  context: SandboxContext,
  repository: SandboxRepository,
  { login, role, customName }: RoleInput,
): SandboxAccount {
  const account = context.state.account(login);
  repository.roles.set(account.id, { base: role, name: customName ?? role });
  return account;
}

export interface Member {
  readonly login: string;
  readonly role: SandboxRole;
}

export function membersOf({ state }: SandboxContext, repository: SandboxRepository): Member[] {
  return [...state.accounts.values()].flatMap(({ id, login }) => {
    const role = repository.roles.get(id);
    return role ? [{ login, role }] : [];
  });
}

/** An owner administers, a stranger reads what is public. */
export function roleOf(repository: SandboxRepository, account: SandboxAccount): SandboxRole {
  const given = repository.roles.get(account.id);
  if (given) return given;
  if (account.login === repository.owner) return { base: 'admin', name: 'admin' };
  const base = repository.private ? 'none' : 'read';
  return { base, name: base };
}

export function hasRole(repository: SandboxRepository, account: SandboxAccount, least: BaseRole): boolean {
  return BASE_ROLES.indexOf(roleOf(repository, account).base) >= BASE_ROLES.indexOf(least);
}

/** The old four levels, where maintain counts as write and triage as read. */
const LEGACY: Record<BaseRole, 'admin' | 'write' | 'read' | 'none'> = {
  admin: 'admin',
  maintain: 'write',
  write: 'write',
  triage: 'read',
  read: 'read',
  none: 'none',
};

export function permissionJson(
  context: SandboxContext,
  repository: SandboxRepository,
  login: string,
): Schemas['repository-collaborator-permission'] {
  const account = context.state.accounts.get(login.toLowerCase());
  // Whoever wrote a comment may have left since; bots are asked for too.
  if (account?.type !== 'User') throw new ApiError(404, `${login} is not a user`, { blameless: true });
  const { base, name } = roleOf(repository, account);
  const permissions = {
    admin: hasRole(repository, account, 'admin'),
    maintain: hasRole(repository, account, 'maintain'),
    push: hasRole(repository, account, 'write'),
    triage: hasRole(repository, account, 'triage'),
    pull: hasRole(repository, account, 'read'),
  };
  return {
    permission: LEGACY[base],
    role_name: name,
    user: { ...accountJson(context, account), permissions, role_name: name },
  };
}
