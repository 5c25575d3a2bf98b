import type { components } from '@octokit/openapi-types';
import { accountJson, appJson, nodeId } from './account-json.ts';
import type { SandboxCommitComment, SandboxIssueComment } from './comment-model.ts';
import { authorAssociation, issuePage, issueUrl } from './issue-json.ts';
import type { SandboxIssue } from './model.ts';
import { isoTime, type SandboxRepository } from './model.ts';
import { reactionRollup } from './reaction-json.ts';
import { pageUrl, repositoryUrl } from './repository-json.ts';
import type { SandboxContext } from './sandbox-context.ts';

type Schemas = components['schemas'];

export function issueCommentJson(
  context: SandboxContext,
  repository: SandboxRepository,
  { issue, comment }: { issue: SandboxIssue; comment: SandboxIssueComment },
): Schemas['issue-comment'] {
  const { id, author, body, createdAt, updatedAt, reactions, viaApp } = comment;
  const url = `${repositoryUrl(context, repository)}/issues/comments/${id}`;
  return {
    url,
    html_url: `${issuePage(context, repository, issue)}#issuecomment-${id}`,
    issue_url: issueUrl(context, repository, issue),
    id,
    node_id: nodeId('IssueComment', id),
    user: accountJson(context, author),
    created_at: isoTime(createdAt),
    updated_at: isoTime(updatedAt),
    author_association: authorAssociation(context, repository, author),
    body,
    reactions: reactionRollup(url, reactions),
    performed_via_github_app: viaApp ? appJson(context) : null,
  };
}

export function commitCommentJson(
  context: SandboxContext,
  repository: SandboxRepository,
  comment: SandboxCommitComment,
): Schemas['commit-comment'] {
  const { id, author, body, createdAt, commitSha, path, position } = comment;
  const url = `${repositoryUrl(context, repository)}/comments/${id}`;
  return {
    url,
    html_url: `${pageUrl(context, repository)}/commit/${commitSha}#commitcomment-${id}`,
    id,
    node_id: nodeId('CommitComment', id),
    user: accountJson(context, author),
    position,
    line: null,
    path,
    commit_id: commitSha,
    created_at: isoTime(createdAt),
    updated_at: isoTime(createdAt),
    author_association: authorAssociation(context, repository, author),
    body,
    reactions: reactionRollup(url, []),
  };
}
