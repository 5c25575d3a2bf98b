import { neverSent, sendCheckSuite, sendPush } from './app-events.ts';
import { openSuite } from './check-suites.ts';
import type { Sent } from './delivery-log.ts';
import { addCommit, findCommit, isAncestor, walkHistory } from './git-history.ts';
import {
  type AccountType,
  NO_COMMIT,
  type SandboxAccount,
  type SandboxCommit,
  type SandboxRepository,
} from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

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

export interface PushResult extends Sent {
  readonly before: string;
  readonly after: string;
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

function moveBranch(
  context: SandboxContext,
  repository: SandboxRepository,
  move: { branch: string; after: string; sender: SandboxAccount; deliver: boolean },
): PushResult {
  const { branch, after, sender, deliver } = move;
  const before = repository.branches.get(branch) ?? NO_COMMIT;
  const real = before !== NO_COMMIT && after !== NO_COMMIT;
  const forced = real && !isAncestor(repository, before, after);
  const commits = after === NO_COMMIT ? [] : newCommits(repository, before, after);
  const baseRef = before === NO_COMMIT ? branchAt(repository, after) : null;
  if (after === NO_COMMIT) repository.branches.delete(branch);
  else repository.branches.set(branch, after);
  repository.pushedAt = Date.now();
  repository.updatedAt = repository.pushedAt;
  const facts = { branch, before, after, forced, baseRef, commits, sender };
  const sent = deliver ? sendPush(context, repository, facts) : neverSent();
  if (after !== NO_COMMIT) requestSuite(context, repository, { ...move, before });
  context.signal.notify();
  return { before, after, ...sent };
}

/** GitHub opens a suite for this app on every pushed commit. */
function requestSuite(
  context: SandboxContext,
  repository: SandboxRepository,
  move: { branch: string; before: string; after: string; sender: SandboxAccount; deliver: boolean },
): void {
  const { checks } = context.permissions;
  if (checks !== 'write') return;
  const { branch: headBranch, before, after: headSha, sender, deliver } = move;
  const { suite, opened } = openSuite(context, { repositoryId: repository.id, headSha, headBranch, before });
  if (opened && deliver) sendCheckSuite(context, repository, { suite, action: 'requested', sender });
}

/** Oldest first: those that the branch did not have; on a new branch, those that no branch had. */
function newCommits(repository: SandboxRepository, before: string, after: string): SandboxCommit[] {
  const heads = before === NO_COMMIT ? [...repository.branches.values()] : [before];
  const known = new Set(heads.flatMap((head) => [...walkHistory(repository, head)].map(({ sha }) => sha)));
  const fresh: SandboxCommit[] = [];
  for (const commit of walkHistory(repository, after)) {
    if (known.has(commit.sha)) break;
    fresh.push(commit);
  }
  return fresh.reverse();
}

function branchAt(repository: SandboxRepository, sha: string): string | null {
  return repository.branches.entries().find(([, head]) => head === sha)?.[0] ?? null;
}
