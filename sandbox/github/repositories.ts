import { accountJson } from './account-json.ts';
import { neverSent, sendInstallation, sendRepositoryChange } from './app-events.ts';
import { findAccount } from './branches.ts';
import type { Sent } from './delivery-log.ts';
import { deploymentsOf, type SandboxDeployment } from './deployments.ts';
import { addCommit } from './git-history.ts';
import type { SandboxRepository } from './model.ts';
import { installationFor, type SandboxContext } from './sandbox-context.ts';

export interface RepositoryInput {
  /** `owner/name`. */
  fullName: string;
  private?: boolean;
  /** `main` when absent. */
  defaultBranch?: string;
  /** Null: an empty repository without a branch. */
  files?: Record<string, string> | null;
  /** True: GitHub sends `installation_repositories.added`. */
  deliver?: boolean;
}

/** Repositories, and what their admins change. */
export class Repositories {
  readonly #context: SandboxContext;

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  /** Without deleted ones. */
  list(): SandboxRepository[] {
    return [...this.#context.state.repositories.values()].filter(({ deleted }) => !deleted);
  }

  /** By its present or a former name. */
  get(fullName: string): SandboxRepository {
    return this.#context.state.requireRepository(fullName);
  }

  /** The GitHub Deployments of a repository, newest first. */
  deployments(fullName: string): SandboxDeployment[] {
    const { state } = this.#context;
    return deploymentsOf(state.deployments, state.requireRepository(fullName));
  }

  /** Adds a repository with a first commit, for which GitHub sends no push event. */
  add(input: RepositoryInput): SandboxRepository {
    const context = this.#context;
    const { fullName, defaultBranch = 'main', files = { 'README.md': `# ${fullName}\n` } } = input;
    const repository = this.#create({
      fullName,
      defaultBranch,
      private: input.private ?? false,
    });
    if (files === null) return repository;
    const first = addCommit(repository, {
      parent: null,
      changes: files,
      message: 'Initial commit',
      author: findAccount(context),
      date: repository.createdAt,
      serial: context.state.nextId('commit'),
    });
    repository.branches.set(defaultBranch, first.sha);
    const installation = installationFor(context, repository);
    if (input.deliver && installation) {
      sendInstallation(context, installation, {
        event: 'installation_repositories',
        action: 'added',
        sender: context.state.account(repository.owner),
        repositories: [repository],
      });
    }
    return repository;
  }

  /** Copies the branches to another account under the same name. Both repositories share their commits. */
  fork(fullName: string, owner: string): SandboxRepository {
    const source = this.#context.state.requireRepository(fullName);
    const { name, defaultBranch } = source;
    const fork = this.#create({
      fullName: `${owner}/${name}`,
      defaultBranch,
      private: source.private,
      source,
    });
    for (const [branch, sha] of source.branches) fork.branches.set(branch, sha);
    return fork;
  }

  rename(fullName: string, name: string): Sent {
    const repository = this.#context.state.requireRepository(fullName);
    const from = repository.name;
    this.#context.state.moveRepository(repository, { name });
    return this.#announce(repository, 'renamed', { repository: { name: { from } } });
  }

  /**
   * GitHub sends `repository.transferred` to the new owner's installation, or `installation_repositories.removed` to
   * the old owner's if the new owner has none.
   */
  transfer(fullName: string, newOwner: string): Sent {
    const context = this.#context;
    const { state } = context;
    const repository = state.requireRepository(fullName);
    const from = state.account(repository.owner);
    const old = installationFor(context, repository);
    const account = state.account(newOwner);
    state.moveRepository(repository, { owner: account.login });
    const installation = installationFor(context, repository);
    if (old && old.id !== installation?.id) repository.formerInstallations.add(old.id);
    if (!installation) {
      if (!old || old.suspendedAt !== null) return neverSent();
      return sendInstallation(context, old, {
        event: 'installation_repositories',
        action: 'removed',
        sender: findAccount(context),
        repositories: [repository],
      });
    }
    const kind = from.type === 'Organization' ? 'organization' : 'user';
    const changes = { owner: { from: { [kind]: accountJson(context, from) } } };
    return this.#announce(repository, 'transferred', changes);
  }

  setPrivate(fullName: string, value: boolean): Sent {
    const repository = this.#context.state.requireRepository(fullName);
    repository.private = value;
    return this.#announce(repository, value ? 'privatized' : 'publicized');
  }

  setArchived(fullName: string, value: boolean): Sent {
    const repository = this.#context.state.requireRepository(fullName);
    repository.archived = value;
    return this.#announce(repository, value ? 'archived' : 'unarchived');
  }

  setHasIssues(fullName: string, value: boolean): void {
    this.#context.state.requireRepository(fullName).hasIssues = value;
    this.#context.signal.notify();
  }

  delete(fullName: string): Sent {
    const repository = this.#context.state.requireRepository(fullName);
    repository.deleted = true;
    return this.#announce(repository, 'deleted');
  }

  /** Adds a webhook of the repository itself, which gets each push. Returns a function that removes it. */
  addWebhook(fullName: string, hook: { url: string; secret: string }): () => void {
    const { repositoryWebhooks, state } = this.#context;
    const added = { ...hook, repositoryId: state.requireRepository(fullName).id };
    repositoryWebhooks.add(added);
    return () => void repositoryWebhooks.delete(added);
  }

  #create(input: {
    fullName: string;
    defaultBranch: string;
    private: boolean;
    source?: SandboxRepository;
  }): SandboxRepository {
    const context = this.#context;
    const { fullName, defaultBranch, source = null } = input;
    const [owner, name, ...more] = fullName.split('/');
    if (!owner || !name || more.length > 0) throw new Error(`${fullName} is not owner/name`);
    if (context.state.findRepository(fullName)) throw new Error(`${fullName} already exists`);
    const now = Date.now();
    const account = context.state.account(owner);
    const repository: SandboxRepository = {
      id: context.state.nextId('repository'),
      owner: account.login,
      name,
      get fullName() {
        return `${this.owner}/${this.name}`;
      },
      private: input.private,
      archived: false,
      deleted: false,
      hasIssues: true,
      defaultBranch,
      createdAt: now,
      updatedAt: now,
      pushedAt: now,
      branches: new Map(),
      commits: source?.commits ?? new Map(),
      source,
      roles: new Map([[findAccount(context).id, { base: 'write', name: 'write' }]]),
      issues: new Map(),
      formerInstallations: new Set(),
    };
    context.state.addRepository(repository);
    return repository;
  }

  #announce(repository: SandboxRepository, action: string, changes?: object): Sent {
    repository.updatedAt = Date.now();
    const sent = sendRepositoryChange(this.#context, repository, {
      action,
      sender: findAccount(this.#context),
      ...(changes === undefined ? {} : { changes }),
    });
    this.#context.signal.notify();
    return sent;
  }
}
