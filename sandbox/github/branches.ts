import { moveBranch, type PushResult } from './branch-moves.ts';
import { addCommit, findCommit, walkHistory } from './git-history.ts';
import type { FileMode } from './git-tree.ts';
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
  /** The mode of each executable, link or submodule. */
  modes?: Record<string, FileMode>;
  message?: string;
  sender?: Sender;
  /** The committer's name in git; the sender's login when absent. */
  committerName?: string;
  /** The commit to build on; a forced push when it is not the head. */
  parent?: string;
  /** For a new branch: the branch that it starts from, the default branch when absent. */
  from?: string;
  /** False: GitHub sends no event, and the returned delivery is not in the log. */
  deliver?: boolean;
}

export interface BranchDeletion {
  repository: string;
  branch: string;
  sender?: Sender;
  deliver?: boolean;
}

export interface BranchReset extends BranchDeletion {
  /** An existing commit that becomes the head. */
  sha: string;
}

export const DEFAULT_SENDER: Sender = { login: 'octocat', type: 'User' };

export function findAccount(context: SandboxContext, sender: Sender = DEFAULT_SENDER): SandboxAccount {
  return context.state.account(sender.login, sender.type);
}

/** Commits and branches, and what people push. */
export class Branches {
  readonly #context: SandboxContext;

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  push(input: PushInput): PushResult {
    const context = this.#context;
    const repository = context.state.requireRepository(input.repository);
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
      ...(input.committerName === undefined ? {} : { committerName: input.committerName }),
      date: Date.now(),
      serial: context.state.nextId('commit'),
    });
    return moveBranch(context, repository, { branch, after: commit.sha, sender, deliver });
  }

  /** Moves a branch to an existing commit. Moving it back is a forced push. */
  reset({ repository: fullName, branch, sha, sender, deliver = true }: BranchReset): PushResult {
    const context = this.#context;
    const repository = context.state.requireRepository(fullName);
    findCommit(repository, sha);
    const by = findAccount(context, sender);
    return moveBranch(context, repository, { branch, after: sha, sender: by, deliver });
  }

  delete({ repository: fullName, branch, sender, deliver = true }: BranchDeletion): PushResult {
    const context = this.#context;
    const repository = context.state.requireRepository(fullName);
    requireBranch(repository, branch);
    const by = findAccount(context, sender);
    return moveBranch(context, repository, { branch, after: NO_COMMIT, sender: by, deliver });
  }

  /** The head of a branch, of the default branch if none is given. */
  head(fullName: string, branch?: string): string {
    const repository = this.#context.state.requireRepository(fullName);
    return requireBranch(repository, branch ?? repository.defaultBranch);
  }

  /** Newest first. */
  commits(fullName: string, branch?: string): SandboxCommit[] {
    const repository = this.#context.state.requireRepository(fullName);
    return [...walkHistory(repository, this.head(fullName, branch))];
  }

  /** The next reads of this commit don't find it, as can happen at GitHub right after a push. */
  hideCommit(sha: string, reads: number): void {
    this.#context.state.hide(sha, reads);
  }
}

export function requireBranch(repository: SandboxRepository, branch: string): string {
  const head = repository.branches.get(branch);
  if (head === undefined) throw new Error(`${repository.fullName} has no branch ${branch}`);
  return head;
}
