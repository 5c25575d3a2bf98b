import { neverSent, sendCheckSuite, sendPush } from './app-events.ts';
import { openSuite } from './check-suites.ts';
import type { Sent } from './delivery-log.ts';
import { isAncestor, walkHistory } from './git-history.ts';
import { NO_COMMIT, type SandboxCommit, type SandboxRepository } from './model.ts';
import { type BranchMove, followBase, followHead } from './pull-changes.ts';
import { sendRepositoryWebhooks } from './repository-webhooks.ts';
import type { SandboxContext } from './sandbox-context.ts';

export interface PushResult extends Sent {
  readonly before: string;
  readonly after: string;
}

/** Moves, creates or deletes a branch, with all its consequences at GitHub. */
export function moveBranch(
  context: SandboxContext,
  repository: SandboxRepository,
  move: Omit<BranchMove, 'before'>,
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
  sendRepositoryWebhooks(context, repository, facts);
  const sent = deliver ? sendPush(context, repository, facts) : neverSent();
  if (after !== NO_COMMIT) requestSuite(context, repository, { ...move, before });
  followHead(context, repository, { ...move, before });
  followBase(context, repository, { ...move, before });
  context.signal.notify();
  return { before, after, ...sent };
}

/** GitHub creates a suite for this app on every pushed commit. */
function requestSuite(context: SandboxContext, repository: SandboxRepository, move: BranchMove): void {
  const { checks } = context.permissions;
  if (checks !== 'write') return;
  const { branch: headBranch, before, after: headSha, sender, deliver } = move;
  const { suite, opened } = openSuite(context, { repositoryId: repository.id, headSha, headBranch, before });
  if (opened && deliver) sendCheckSuite(context, repository, { suite, action: 'requested', sender });
}

/** The commits that are new on the branch, or on all branches if it is a new one. Oldest first. */
function newCommits(repository: SandboxRepository, before: string, after: string): SandboxCommit[] {
  const heads = before === NO_COMMIT ? [...repository.branches.values()] : [before];
  const known = new Set(heads.flatMap((head) => [...walkHistory(repository, head)].map(({ sha }) => sha)));
  return [...walkHistory(repository, after)].filter(({ sha }) => !known.has(sha)).reverse();
}

function branchAt(repository: SandboxRepository, sha: string): string | null {
  return repository.branches.entries().find(([, head]) => head === sha)?.[0] ?? null;
}
