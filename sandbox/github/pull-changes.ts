import { sendPullRequest } from './conversation-events.ts';
import type { Sent } from './delivery-log.ts';
import { isAncestor } from './git-history.ts';
import { closeIssue } from './issues.ts';
import type { SandboxPullRequest } from './model.ts';
import { NO_COMMIT, type SandboxAccount, type SandboxRepository } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

export interface BranchMove {
  branch: string;
  before: string;
  after: string;
  sender: SandboxAccount;
  /** False: GitHub sends no event. */
  deliver: boolean;
}

/** Closes a pull request without merging it. */
export function closePull(
  context: SandboxContext,
  repository: SandboxRepository,
  { request, sender }: { request: SandboxPullRequest; sender: SandboxAccount },
): Sent {
  closeIssue(context, request, sender);
  return sendPullRequest(context, repository, { request, action: 'closed', sender });
}

/** Gives an open pull request another base, or another title; the answer is the delivery of `pull_request.edited`. */
export function editPull(
  context: SandboxContext,
  repository: SandboxRepository,
  input: { request: SandboxPullRequest; sender: SandboxAccount; base?: string; title?: string },
): Sent {
  const { request, sender, base, title } = input;
  const { pull } = request;
  const changes = {
    ...(base === undefined ? {} : { base: { ref: { from: pull.baseRef }, sha: { from: pull.baseSha } } }),
    ...(title === undefined ? {} : { title: { from: request.title } }),
  };
  if (base !== undefined) {
    const head = repository.branches.get(base);
    if (head === undefined) throw new Error(`${repository.fullName} has no branch ${base}`);
    pull.baseRef = base;
    pull.baseSha = head;
  }
  if (title !== undefined) request.title = title;
  request.updatedAt = Date.now();
  return sendPullRequest(context, repository, { request, action: 'edited', sender, changes });
}

/** Updates the open pull requests with this head branch, in the repository and in its source. */
export function followHead(context: SandboxContext, repository: SandboxRepository, move: BranchMove): void {
  const { branch, before, after, sender, deliver } = move;
  for (const target of [repository, repository.source]) {
    if (!target) continue;
    for (const request of target.issues.values()) {
      if (!isPullRequest(request) || request.closedAt !== null) continue;
      const { pull } = request;
      if (pull.headRepository !== repository || pull.headRef !== branch) continue;
      if (after === NO_COMMIT) {
        closePull(context, target, { request, sender });
        continue;
      }
      pull.headSha = after;
      pull.baseSha = target.branches.get(pull.baseRef) ?? pull.baseSha;
      request.updatedAt = Date.now();
      if (!deliver) continue;
      sendPullRequest(context, target, { request, action: 'synchronize', sender, move: { before, after } });
    }
  }
}

/** Marks pull requests as merged when their head was pushed to the base branch. */
export function followBase(context: SandboxContext, repository: SandboxRepository, move: BranchMove): void {
  const { branch, after, sender, deliver } = move;
  if (after === NO_COMMIT) return;
  for (const request of repository.issues.values()) {
    if (!isPullRequest(request) || request.closedAt !== null) continue;
    const { pull } = request;
    if (pull.mergedAt !== null || pull.baseRef !== branch) continue;
    if (!isAncestor(repository, pull.headSha, after)) continue;
    pull.mergedAt = Date.now();
    pull.mergedBy = sender;
    pull.mergeCommitSha = pull.headSha;
    closeIssue(context, request, sender);
    if (deliver) sendPullRequest(context, repository, { request, action: 'closed', sender });
  }
}

export function isPullRequest(issue: { pull: object | null }): issue is SandboxPullRequest {
  return issue.pull !== null;
}
