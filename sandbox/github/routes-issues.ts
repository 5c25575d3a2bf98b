import type { Route, ServiceAnswer } from '../http/http-service.ts';
import { accountJson } from './account-json.ts';
import { paginate } from './api-body.ts';
import { ApiError, invalidRequest } from './api-error.ts';
import { type RepositoryCall, type RepositoryEndpoint, repositoryRoutes } from './api-route.ts';
import { readCommentBody } from './comment-body.ts';
import { issueCommentJson } from './comment-json.ts';
import { addIssueComment, deleteIssueComment, editIssueComment } from './issue-comments.ts';
import { issueJson } from './issue-json.ts';
import { CONVERSATION, refuseLocked, requireComment, requireIssue } from './issue-lookup.ts';
import { appAccount, type SandboxContext } from './sandbox-context.ts';

/** Issues and pull requests, and their comments. */
export function issueRoutes(context: SandboxContext): Route[] {
  const route = (
    [method, path]: readonly [RepositoryEndpoint['method'], string],
    handle: (call: RepositoryCall) => ServiceAnswer,
  ) => repositoryRoutes(context, { method, path, permission: CONVERSATION }, handle);
  return [
    ...route(['GET', '/issues/{issue_number}'], (call) => {
      const issue = requireIssue(context, call);
      const closer = issue.closedBy && accountJson(context, issue.closedBy);
      return { status: 200, body: { ...issueJson(context, call.repository, issue), closed_by: closer } };
    }),
    ...route(['POST', '/issues/{issue_number}/comments'], (call) => createComment(context, call)),
    ...route(['GET', '/issues/{issue_number}/comments'], (call) => listComments(context, call)),
    ...route(['GET', '/issues/comments/{comment_id}'], (call) => ({
      status: 200,
      body: issueCommentJson(context, call.repository, requireComment(context, call)),
    })),
    ...route(['PATCH', '/issues/comments/{comment_id}'], (call) => {
      const found = requireOwnComment(context, call, 'update comment');
      const { body } = readCommentBody(call.request, 'IssueComment');
      editIssueComment(context, call.repository, { ...found, body, sender: appAccount(context) });
      return { status: 200, body: issueCommentJson(context, call.repository, found) };
    }),
    ...route(['DELETE', '/issues/comments/{comment_id}'], (call) => {
      const found = requireOwnComment(context, call, 'delete comment');
      deleteIssueComment(context, call.repository, { ...found, sender: appAccount(context) });
      return { status: 204 };
    }),
  ];
}

function createComment(context: SandboxContext, call: RepositoryCall): ServiceAnswer {
  const issue = requireIssue(context, call);
  refuseLocked(issue, 'create comment');
  const { body } = readCommentBody(call.request, 'IssueComment');
  const author = appAccount(context);
  const { comment } = addIssueComment(context, call.repository, { issue, author, body, viaApp: true });
  const json = issueCommentJson(context, call.repository, { issue, comment });
  return { status: 201, headers: { location: json.url }, body: json };
}

/** Oldest first. `since` compares the time of the last change. */
function listComments(context: SandboxContext, call: RepositoryCall): ServiceAnswer {
  const { repository, request } = call;
  const issue = requireIssue(context, call);
  const since = readSince(request.query.get('since'));
  const shown = context.state
    .commentsOf(repository.id, issue.number)
    .filter(({ id, updatedAt }) => updatedAt >= since && !context.state.misses(id));
  const { items, headers } = paginate(request, shown, context.origin());
  const body = items.map((comment) => issueCommentJson(context, repository, { issue, comment }));
  return { status: 200, headers, body };
}

/** Times have whole seconds, so comments of the same second are included. */
function readSince(text: string | null): number {
  if (text === null) return 0;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw invalidRequest([`"${text}" is not a date-time.`]);
  return Math.floor(at / 1000) * 1000;
}

/** Refuses changes to comments by others. */
function requireOwnComment(context: SandboxContext, call: RepositoryCall, deed: string) {
  const found = requireComment(context, call);
  refuseLocked(found.issue, deed);
  if (!found.comment.viaApp) throw new ApiError(403, 'Resource not accessible by integration');
  return found;
}
