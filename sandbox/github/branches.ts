import { moveBranch, type PushResult } from './branch-moves.ts';
import { addCommit, findCommit } from './git-history.ts';
import type { FileMode } from './git-tree.ts';
import { type AccountType, NO_COMMIT, type SandboxAccount, type SandboxRepository } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

export type { PushResult } from './branch-moves.ts';

export interface Sender {
  login: string;
  type?: AccountType;
}

export interface PushInput {
  /** `owner/name`. */
  repository: string;
  /** The default branch when absent. */
  branch?: string;
  /** Path to new content; null removes the file. */
  files: Record<string, string | null>;
  /** Of what is no ordinary file: an executable, a link, a submodule. */
  modes?: Record<string, FileMode>;
  message?: string;
  sender?: Sender;
  /** The commit to build on; a forced push when it is not the head. */
  parent?: string;
  /** For a new branch: the branch that it starts from, the default branch when absent. */
  from?: string;
  /** False: the head moves and GitHub tells nobody; the returned delivery is not in the log. */
  deliver?: boolean;
}

export interface BranchDeletion {
  branch: string;
  sender?: Sender;
  deliver?: boolean;
}

export interface BranchReset extends BranchDeletion {
  /** The commit, which exists already, that becomes the head. */
  sha: string;
}

export const DEFAULT_SENDER: Sender = { login: 'octocat', type: 'User' };

export function findAccount(context: SandboxContext, sender: Sender = DEFAULT_SENDER): SandboxAccount {
  return context.state.account(sender.login, sender.type);
}

export function pushFiles(
  context: SandboxContext,
  repository: SandboxRepository,
  input: PushInput,
): PushResult {
  const { branch = repository.defaultBranch, files, message, deliver = true } = input;
  const head = repository.branches.get(branch) ?? null;
  const start = input.from ?? repository.defaultBranch;
  const parent = input.parent ?? head ?? requireBranch(repository, start);
  findCommit(repository, parent);
  const sender = findAccount(context, input.sender);
  const commit = addCommit(repository, {
    parent,
    changes: files,
    modes: input.modes ?? {},
    message: message ?? `Change ${Object.keys(files).join(', ') || 'nothing'}`,
    author: sender,
    date: Date.now(),
    serial: context.state.nextId('commit'),
  });
  return moveBranch(context, repository, { branch, after: commit.sha, sender, deliver });
}

export function resetBranch(
  context: SandboxContext,
  repository: SandboxRepository,
  input: BranchReset,
): PushResult {
  const { branch, sha, deliver = true } = input;
  findCommit(repository, sha);
  const sender = findAccount(context, input.sender);
  return moveBranch(context, repository, { branch, after: sha, sender, deliver });
}

export function deleteBranch(
  context: SandboxContext,
  repository: SandboxRepository,
  input: BranchDeletion,
): PushResult {
  const { branch, deliver = true } = input;
  requireBranch(repository, branch);
  const sender = findAccount(context, input.sender);
  return moveBranch(context, repository, { branch, after: NO_COMMIT, sender, deliver });
}

export function requireBranch(repository: SandboxRepository, branch: string): string {
  const head = repository.branches.get(branch);
  if (head === undefined) throw new Error(`${repository.fullName} has no branch ${branch}`);
  return head;
}
