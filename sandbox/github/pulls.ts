import { moveBranch, type PushResult } from './branch-moves.ts';
import { requireBranch } from './branches.ts';
import { sendPullRequest } from './conversation-events.ts';
import type { Sent } from './delivery-log.ts';
import { addCommit, compareCommits, diffCommits, findCommit } from './git-history.ts';
import { addIssue } from './issues.ts';
import type { SandboxAccount, SandboxPull, SandboxPullRequest, SandboxRepository } from './model.ts';
import { closePull } from './pull-changes.ts';
import type { SandboxContext } from './sandbox-context.ts';

export interface PullInput {
  title: string;
  body: string | null;
  author: SandboxAccount;
  headRepository: SandboxRepository;
  headRef: string;
  baseRef: string;
}

export type MergeMethod = 'merge' | 'squash';

export function openPull(
  context: SandboxContext,
  repository: SandboxRepository,
  input: PullInput,
): { request: SandboxPullRequest; sent: Sent } {
  const { title, body, author, headRepository, headRef, baseRef } = input;
  const pull: SandboxPull = {
    id: context.state.nextId('pull'),
    headRepository,
    headOwner: context.state.account(headRepository.owner),
    headRef,
    headSha: requireBranch(headRepository, headRef),
    baseRef,
    baseSha: requireBranch(repository, baseRef),
    mergedAt: null,
    mergedBy: null,
    mergeCommitSha: null,
  };
  if (!compareCommits(repository, pull.baseSha, pull.headSha)?.commits.length) {
    throw new Error(`There are no commits between ${baseRef} and ${headRef}`);
  }
  const request = addIssue(context, repository, { title, body, author, pull });
  return {
    request,
    sent: sendPullRequest(context, repository, { request, action: 'opened', sender: author }),
  };
}

/** Pushes to the base branch and sends the event of the merge. */
export function mergePull(
  context: SandboxContext,
  repository: SandboxRepository,
  input: { request: SandboxPullRequest; sender: SandboxAccount; method: MergeMethod },
): { push: PushResult; closed: Sent } {
  const { request, sender, method } = input;
  const { pull, number, title } = request;
  if (request.closedAt !== null) throw new Error(`Pull request ${number} is closed`);
  const base = requireBranch(repository, pull.baseRef);
  const from = `${pull.headOwner.login}/${pull.headRef}`;
  const commit = addCommit(repository, {
    parent: base,
    ...(method === 'merge' ? { mergedParent: pull.headSha } : {}),
    changes: changesToMerge(repository, base, pull.headSha),
    message:
      method === 'merge' ? `Merge pull request #${number} from ${from}\n\n${title}` : `${title} (#${number})`,
    author: sender,
    date: Date.now(),
    serial: context.state.nextId('commit'),
  });
  pull.mergedAt = Date.now();
  pull.mergedBy = sender;
  pull.mergeCommitSha = commit.sha;
  pull.baseSha = base;
  const push = moveBranch(context, repository, {
    branch: pull.baseRef,
    after: commit.sha,
    sender,
    deliver: true,
  });
  return { push, closed: closePull(context, repository, { request, sender }) };
}

/** The files that the head changed. Throws if both sides changed a file. */
function changesToMerge(repository: SandboxRepository, base: string, head: string) {
  const mergeBase = compareCommits(repository, base, head)?.mergeBase ?? null;
  const [ours, theirs] = [findCommit(repository, base), findCommit(repository, head)];
  const touched = new Set(diffCommits(mergeBase, ours).map(({ filename }) => filename));
  const changes: Record<string, string | null> = {};
  for (const { filename, previousFilename } of diffCommits(mergeBase, theirs)) {
    if (touched.has(filename)) throw new Error(`${filename} changed on both sides: they cannot be merged`);
    changes[filename] = theirs.files.get(filename) ?? null;
    if (previousFilename !== undefined) changes[previousFilename] = null;
  }
  return changes;
}
