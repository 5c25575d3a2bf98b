import { sendInstallation } from './app-events.ts';
import type { Sent } from './delivery-log.ts';
import type { SandboxInstallation, SandboxRepository } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

export interface InstallationInput {
  account: string;
  /** `Organization` when absent. */
  accountType?: 'Organization' | 'User';
  /** True: GitHub sends `installation.created`. */
  deliver?: boolean;
}

/** What the owners of accounts do with the app. */
export class Installations {
  readonly #context: SandboxContext;

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  /** Suspended ones included, removed ones not. */
  list(): SandboxInstallation[] {
    return [...this.#context.state.installations.values()].filter(({ removed }) => !removed);
  }

  add(input: InstallationInput): SandboxInstallation {
    const { state } = this.#context;
    if (state.installationOf(input.account)) {
      throw new Error(`The app is already installed on ${input.account}`);
    }
    const { login } = state.account(input.account, input.accountType ?? 'Organization');
    const installation: SandboxInstallation = {
      id: state.nextId('installation'),
      account: login,
      createdAt: Date.now(),
      suspendedAt: null,
      removed: false,
    };
    state.installations.set(installation.id, installation);
    if (input.deliver) this.#announce(installation, 'created');
    return installation;
  }

  suspend(id: number): Sent {
    const installation = this.#require(id);
    installation.suspendedAt = Date.now();
    return this.#announce(installation, 'suspend');
  }

  unsuspend(id: number): Sent {
    const installation = this.#require(id);
    installation.suspendedAt = null;
    return this.#announce(installation, 'unsuspend');
  }

  remove(id: number): Sent {
    const installation = this.#require(id);
    const sent = this.#announce(installation, 'deleted');
    for (const repository of this.#repositoriesOf(installation)) repository.formerInstallations.add(id);
    installation.removed = true;
    this.#context.tokens.revoke(id);
    return sent;
  }

  #announce(installation: SandboxInstallation, action: string): Sent {
    const context = this.#context;
    const sender = context.state.account(installation.account);
    const repositories = this.#repositoriesOf(installation);
    const sent = sendInstallation(context, installation, { action, sender, repositories });
    context.signal.notify();
    return sent;
  }

  #repositoriesOf({ account }: SandboxInstallation): SandboxRepository[] {
    const { repositories } = this.#context.state;
    return [...repositories.values()].filter((one) => !one.deleted && one.owner === account);
  }

  #require(id: number): SandboxInstallation {
    const installation = this.#context.state.installations.get(id);
    if (!installation || installation.removed) throw new Error(`There is no installation ${id}`);
    return installation;
  }
}
