import type { components } from '@octokit/openapi-types';
import { accountJson, appJson, nodeId } from './account-json.ts';
import type { SandboxIssue } from './model.ts';
import { isoTime, type SandboxAccount, type SandboxRepository } from './model.ts';
import { roleOf } from './people.ts';
import { reactionRollup } from './reaction-json.ts';
import { pageUrl, repositoryUrl } from './repository-json.ts';
import type { SandboxContext } from './sandbox-context.ts';

type Schemas = components['schemas'];

export function issueUrl(
  context: SandboxContext,
  repository: SandboxRepository,
  { number }: { readonly number: number },
): string {
  return `${repositoryUrl(context, repository)}/issues/${number}`;
}

/** The URL of the page, which differs for a pull request. */
export function issuePage(
  context: SandboxContext,
  repository: SandboxRepository,
  { number, pull }: SandboxIssue,
): string {
  return `${pageUrl(context, repository)}/${pull ? 'pull' : 'issues'}/${number}`;
}

/** Unreliable, as at GitHub: an admin of the organization may be `MEMBER` or `NONE`. */
export function authorAssociation(
  context: SandboxContext,
  repository: SandboxRepository,
  author: SandboxAccount,
): Schemas['author-association'] {
  if (author.login === repository.owner) return 'OWNER';
  const known = repository.roles.has(author.id) && roleOf(repository, author).base !== 'none';
  if (!known) return 'NONE';
  return context.state.account(repository.owner).type === 'Organization' ? 'MEMBER' : 'COLLABORATOR';
}

/** Only the answer for a single issue names who closed it. */
export function issueJson(context: SandboxContext, repository: SandboxRepository, issue: SandboxIssue) {
  const { id, number, title, body, author, locked, pull, closedAt } = issue;
  const url = issueUrl(context, repository, issue);
  const page = issuePage(context, repository, issue);
  return {
    url,
    repository_url: repositoryUrl(context, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    id,
    node_id: nodeId(pull ? 'PullRequest' : 'Issue', id),
    number,
    title,
    user: accountJson(context, author),
    labels: issue.labels.map((name, index) => labelJson(context, repository, { name, index })),
    state: closedAt === null ? 'open' : 'closed',
    locked,
    assignee: issue.assignees[0] ? accountJson(context, issue.assignees[0]) : null,
    assignees: issue.assignees.map((one) => accountJson(context, one)),
    milestone: null,
    comments: context.state.commentsOf(repository.id, number).length,
    created_at: isoTime(issue.createdAt),
    updated_at: isoTime(issue.updatedAt),
    closed_at: closedAt === null ? null : isoTime(closedAt),
    author_association: authorAssociation(context, repository, author),
    active_lock_reason: null,
    body,
    reactions: reactionRollup(url, []),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: issue.viaApp ? appJson(context) : null,
    state_reason: pull ? null : issue.stateReason,
    ...(pull
      ? {
          draft: false,
          pull_request: {
            url: `${repositoryUrl(context, repository)}/pulls/${number}`,
            html_url: page,
            diff_url: `${page}.diff`,
            patch_url: `${page}.patch`,
            merged_at: pull.mergedAt === null ? null : isoTime(pull.mergedAt),
          },
        }
      : {}),
  } satisfies Schemas['issue'];
}

function labelJson(
  context: SandboxContext,
  repository: SandboxRepository,
  { name, index }: { name: string; index: number },
) {
  return {
    id: index + 1,
    node_id: nodeId('Label', index + 1),
    url: `${repositoryUrl(context, repository)}/labels/${encodeURIComponent(name)}`,
    name,
    description: null,
    color: 'ededed',
    default: false,
  };
}
