import { accountJson } from './account-json.ts';
import { neverSent, sendInstallation, sendRepositoryChange } from './app-events.ts';
import type { Sent } from './delivery-log.ts';
import { addCommit } from './git-history.ts';
import type { SandboxAccount, SandboxRepository } from './model.ts';
import { findAccount, type Sender } from './pushes.ts';
import { installationFor, type SandboxContext } from './sandbox-context.ts';

export interface RepositoryInput {
  /** `owner/name`. */
  fullName: string;
  private?: boolean;
  /** `main` when absent. */
  defaultBranch?: string;
  /** Null: an empty repository, without a branch. */
  files?: Record<string, string> | null;
  /** True: the app is told by `installation_repositories.added`. */
  deliver?: boolean;
}

/** With a first commit, of which GitHub sends no event. */
export function addRepository(context: SandboxContext, input: RepositoryInput): SandboxRepository {
  const { fullName, defaultBranch = 'main', files = { 'README.md': `# ${fullName}\n` } } = input;
  const repository = createRepository(context, { fullName, defaultBranch, private: input.private ?? false });
  if (files === null) return repository;
  const first = { parent: null, changes: files, message: 'Initial commit', author: findAccount(context) };
  const serial = context.state.nextId('commit');
  const date = repository.createdAt;
  repository.branches.set(defaultBranch, addCommit(repository, { ...first, date, serial }).sha);
  const installation = installationFor(context, repository);
  if (input.deliver && installation) {
    const event = { event: 'installation_repositories', action: 'added' };
    const sender = context.state.account(repository.owner);
    sendInstallation(context, installation, { ...event, sender, repositories: [repository] });
  }
  return repository;
}

/** With its source's branches as they are now; the two go on to share their commits. */
export function forkRepository(
  context: SandboxContext,
  source: SandboxRepository,
  owner: string,
): SandboxRepository {
  const { name, defaultBranch } = source;
  const fork = createRepository(context, {
    fullName: `${owner}/${name}`,
    defaultBranch,
    private: source.private,
    source,
  });
  for (const [branch, sha] of source.branches) fork.branches.set(branch, sha);
  return fork;
}

function createRepository(
  context: SandboxContext,
  input: { fullName: string; defaultBranch: string; private: boolean; source?: SandboxRepository },
): SandboxRepository {
  const { fullName, defaultBranch, source = null } = input;
  const [owner, name, ...more] = fullName.split('/');
  if (!owner || !name || more.length > 0) throw new Error(`${fullName} is not owner/name`);
  if (context.state.findRepository(fullName)) throw new Error(`${fullName} exists already`);
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

export function renameRepository(
  context: SandboxContext,
  repository: SandboxRepository,
  name: string,
  sender?: Sender,
): Sent {
  const from = repository.name;
  context.state.moveRepository(repository, { name });
  const changes = { repository: { name: { from } } };
  return announce(context, repository, { action: 'renamed', sender: findAccount(context, sender), changes });
}

/**
 * The new owner's installation learns of it by `repository.transferred`; without one, the old owner's by
 * `installation_repositories.removed`.
 */
export function transferRepository(
  context: SandboxContext,
  repository: SandboxRepository,
  newOwner: string,
  sender?: Sender,
): Sent {
  const { state } = context;
  const from = state.account(repository.owner);
  const old = installationFor(context, repository);
  const account = state.account(newOwner);
  state.moveRepository(repository, { owner: account.login });
  const installation = installationFor(context, repository);
  if (old && old.id !== installation?.id) repository.formerInstallations.add(old.id);
  const by = findAccount(context, sender);
  if (!installation) {
    if (!old || old.suspendedAt !== null) return neverSent();
    const event = { event: 'installation_repositories', action: 'removed', sender: by };
    return sendInstallation(context, old, { ...event, repositories: [repository] });
  }
  const kind = from.type === 'Organization' ? 'organization' : 'user';
  const changes = { owner: { from: { [kind]: accountJson(context, from) } } };
  return announce(context, repository, { action: 'transferred', sender: by, changes });
}

export function setPrivate(
  context: SandboxContext,
  repository: SandboxRepository,
  value: boolean,
  sender?: Sender,
): Sent {
  repository.private = value;
  const action = value ? 'privatized' : 'publicized';
  return announce(context, repository, { action, sender: findAccount(context, sender) });
}

export function setArchived(
  context: SandboxContext,
  repository: SandboxRepository,
  value: boolean,
  sender?: Sender,
): Sent {
  repository.archived = value;
  const action = value ? 'archived' : 'unarchived';
  return announce(context, repository, { action, sender: findAccount(context, sender) });
}

export function deleteRepository(
  context: SandboxContext,
  repository: SandboxRepository,
  sender?: Sender,
): Sent {
  repository.deleted = true;
  return announce(context, repository, { action: 'deleted', sender: findAccount(context, sender) });
}

function announce(
  context: SandboxContext,
  repository: SandboxRepository,
  input: { action: string; sender: SandboxAccount; changes?: object },
): Sent {
  repository.updatedAt = Date.now();
  const sent = sendRepositoryChange(context, repository, input);
  context.signal.notify();
  return sent;
}
