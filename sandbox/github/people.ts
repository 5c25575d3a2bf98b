import type { components } from '@octokit/openapi-types';
import { accountJson } from './account-json.ts';
import { ApiError } from './api-error.ts';
import type { SandboxAccount, SandboxRepository } from './model.ts';
import { BASE_ROLES, type BaseRole, type SandboxRole } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

type Schemas = components['schemas'];

export interface RoleInput {
  login: string;
  role: BaseRole;
  /** The name of a custom role that is built on `role`. */
  customName?: string;
}

export interface Member {
  readonly login: string;
  readonly role: SandboxRole;
}

/** Accounts and their roles. An account is made when its login is first used. */
export class People {
  readonly #context: SandboxContext;

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  /** GitHub's id of an account. */
  id(login: string): number {
    return this.#context.state.account(login).id;
  }

  setRole(fullName: string, { login, role, customName }: RoleInput): SandboxAccount {
    const { state } = this.#context;
    const account = state.account(login);
    state.requireRepository(fullName).roles.set(account.id, { base: role, name: customName ?? role });
    return account;
  }

  /** Everyone with a role of their own in a repository. */
  members(fullName: string): Member[] {
    const { state } = this.#context;
    const { roles } = state.requireRepository(fullName);
    return [...state.accounts.values()].flatMap(({ id, login }) => {
      const role = roles.get(id);
      return role ? [{ login, role }] : [];
    });
  }

  /** The id stays and the old login becomes free. GitHub sends an app no event for this by default. */
  rename(from: string, to: string): void {
    const { state } = this.#context;
    const account = state.accounts.get(from.toLowerCase());
    if (!account) throw new Error(`There is no account ${from}`);
    if (state.accounts.has(to.toLowerCase())) throw new Error(`${to} already exists`);
    state.accounts.delete(from.toLowerCase());
    state.accounts.set(to.toLowerCase(), { ...account, login: to });
    for (const repository of state.repositories.values()) {
      if (repository.owner === account.login) state.moveRepository(repository, { owner: to });
    }
    for (const installation of state.installations.values()) {
      if (installation.account === account.login) installation.account = to;
    }
  }

  /** Deletes the account. Its comments stay, and it loses every permission. */
  remove(login: string): void {
    this.#context.state.accounts.delete(login.toLowerCase());
  }
}

/** The owner is an admin. An account without a role reads public repositories. */
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
  // The author of a comment may have left GitHub, and the app asks about bots too.
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
