import { sendInstallation } from './app-events.ts';
import type { Sent } from './delivery-log.ts';
import type { SandboxInstallation, SandboxRepository } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

export interface InstallationInput {
  account: string;
  /** `Organization` when absent. */
  accountType?: 'Organization' | 'User';
  /** True: the app is told by `installation.created`. */
  deliver?: boolean;
}

export function addInstallation(context: SandboxContext, input: InstallationInput): SandboxInstallation {
  const { state } = context;
  if (state.installationOf(input.account))
    throw new Error(`The app is installed on ${input.account} already`);
  const { login } = state.account(input.account, input.accountType ?? 'Organization');
  const installation: SandboxInstallation = {
    id: state.nextId('installation'),
    account: login,
    createdAt: Date.now(),
    suspendedAt: null,
    removed: false,
  };
  state.installations.set(installation.id, installation);
  if (input.deliver) announce(context, installation, 'created');
  return installation;
}

export function suspendInstallation(context: SandboxContext, id: number): Sent {
  const installation = requireInstallation(context, id);
  installation.suspendedAt = Date.now();
  return announce(context, installation, 'suspend');
}

export function unsuspendInstallation(context: SandboxContext, id: number): Sent {
  const installation = requireInstallation(context, id);
  installation.suspendedAt = null;
  return announce(context, installation, 'unsuspend');
}

export function removeInstallation(context: SandboxContext, id: number): Sent {
  const installation = requireInstallation(context, id);
  const sent = announce(context, installation, 'deleted');
  for (const repository of repositoriesOf(context, installation)) repository.formerInstallations.add(id);
  installation.removed = true;
  context.tokens.revoke(id);
  return sent;
}

function announce(context: SandboxContext, installation: SandboxInstallation, action: string): Sent {
  const sender = context.state.account(installation.account);
  const repositories = repositoriesOf(context, installation);
  const sent = sendInstallation(context, installation, { action, sender, repositories });
  context.signal.notify();
  return sent;
}

function repositoriesOf(context: SandboxContext, { account }: SandboxInstallation): SandboxRepository[] {
  return [...context.state.repositories.values()].filter((one) => !one.deleted && one.owner === account);
}

function requireInstallation({ state }: SandboxContext, id: number): SandboxInstallation {
  const installation = state.installations.get(id);
  if (!installation || installation.removed) throw new Error(`There is no installation ${id}`);
  return installation;
}

/** The id stays, the old login is free for others, and an app hears nothing of it unless it asks for `installation_target`. */
export function renameAccount({ state }: SandboxContext, from: string, to: string): void {
  const account = state.accounts.get(from.toLowerCase());
  if (!account) throw new Error(`There is no account ${from}`);
  if (state.accounts.has(to.toLowerCase())) throw new Error(`${to} exists already`);
  state.accounts.delete(from.toLowerCase());
  state.accounts.set(to.toLowerCase(), { ...account, login: to });
  for (const repository of state.repositories.values()) {
    if (repository.owner === account.login) state.moveRepository(repository, { owner: to });
  }
  for (const installation of state.installations.values()) {
    if (installation.account === account.login) installation.account = to;
  }
}
