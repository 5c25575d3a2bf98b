import { createHash } from 'node:crypto';
import type { components } from '@octokit/openapi-types';
import { accountJson, nodeId } from './account-json.ts';
import { compareCommits, diffCommits, type FileChange, findCommit } from './git-history.ts';
import { authorAssociation, issuePage, issueUrl } from './issue-json.ts';
import type { SandboxPull, SandboxPullRequest } from './model.ts';
import { isoTime, type SandboxAccount, type SandboxRepository } from './model.ts';
import { repositoryJson, repositoryUrl } from './repository-json.ts';
import type { SandboxContext } from './sandbox-context.ts';

type Schemas = components['schemas'];
/** GitHub's description doesn't say that a deleted fork is null. */
type OrDeleted<T extends { head: object }> = Omit<T, 'head'> & {
  head: Omit<T['head'], 'repo'> & { repo: Schemas['repository'] | null };
};

const MAX_FILES = 3000;

/** The changes of the head since the merge base. */
export function pullFiles(repository: SandboxRepository, { pull }: SandboxPullRequest): FileChange[] {
  const comparison = compareCommits(repository, pull.baseSha, pull.headSha);
  const head = findCommit(repository, pull.headSha);
  return diffCommits(comparison?.mergeBase ?? null, head).slice(0, MAX_FILES);
}

/** The pull request in a list. */
export function pullSimpleJson(
  context: SandboxContext,
  repository: SandboxRepository,
  request: SandboxPullRequest,
) {
  const { number, title, body, author, locked, closedAt, pull } = request;
  const owner = context.state.account(repository.owner);
  const head = { owner: pull.headOwner, ref: pull.headRef, sha: pull.headSha };
  return {
    ...pullUrls(context, repository, request),
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    number,
    state: closedAt === null ? 'open' : 'closed',
    locked,
    title,
    user: accountJson(context, author),
    body,
    labels: [],
    milestone: null,
    active_lock_reason: null,
    created_at: isoTime(request.createdAt),
    updated_at: isoTime(request.updatedAt),
    closed_at: closedAt === null ? null : isoTime(closedAt),
    merged_at: pull.mergedAt === null ? null : isoTime(pull.mergedAt),
    merge_commit_sha: pull.mergeCommitSha ?? testMerge(pull),
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: {
      ...endJson(context, head),
      repo: pull.headRepository.deleted ? null : repositoryJson(context, pull.headRepository),
    },
    base: {
      ...endJson(context, { owner, ref: pull.baseRef, sha: pull.baseSha }),
      repo: repositoryJson(context, repository),
    },
    author_association: authorAssociation(context, repository, author),
    auto_merge: null,
    draft: false,
  } satisfies OrDeleted<Schemas['pull-request-simple']>;
}

export function pullJson(
  context: SandboxContext,
  repository: SandboxRepository,
  request: SandboxPullRequest,
): OrDeleted<Schemas['pull-request']> {
  const { pull, closedAt } = request;
  const files = pullFiles(repository, request);
  const sum = (count: (file: FileChange) => number) => files.reduce((all, file) => all + count(file), 0);
  const comparison = compareCommits(repository, pull.baseSha, pull.headSha);
  return {
    ...pullSimpleJson(context, repository, request),
    state: closedAt === null ? 'open' : 'closed',
    merged: pull.mergedAt !== null,
    mergeable: closedAt === null ? true : null,
    rebaseable: closedAt === null ? true : null,
    mergeable_state: closedAt === null ? 'clean' : 'unknown',
    merged_by: pull.mergedBy && accountJson(context, pull.mergedBy),
    comments: context.state.commentsOf(repository.id, request.number).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: comparison?.commits.length ?? 0,
    additions: sum((file) => file.additions),
    deletions: sum((file) => file.deletions),
    changed_files: files.length,
  };
}

/** Before the merge, GitHub names the commit of its test merge, which no branch has. */
function testMerge({ baseSha, headSha }: SandboxPull): string {
  return createHash('sha1').update(`${baseSha} ${headSha}`).digest('hex');
}

function endJson(context: SandboxContext, end: { owner: SandboxAccount; ref: string; sha: string }) {
  const { owner, ref, sha } = end;
  return { label: `${owner.login}:${ref}`, ref, sha, user: accountJson(context, owner) };
}

function pullUrls(context: SandboxContext, repository: SandboxRepository, request: SandboxPullRequest) {
  const { number, pull } = request;
  const url = `${repositoryUrl(context, repository)}/pulls/${number}`;
  const page = issuePage(context, repository, request);
  const issue = issueUrl(context, repository, request);
  const reviewComment = `${repositoryUrl(context, repository)}/pulls/comments{/number}`;
  const statuses = `${repositoryUrl(context, repository)}/statuses/${pull.headSha}`;
  return {
    url,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: reviewComment,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    _links: {
      self: { href: url },
      html: { href: page },
      issue: { href: issue },
      comments: { href: `${issue}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: reviewComment },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
  };
}
