import { ApiError, notFound } from './api-error.ts';
import { checkPermission, param, type RepositoryCall } from './api-route.ts';
import type { SandboxIssueComment } from './comment-model.ts';
import type { PermissionLevel, SandboxIssue, SandboxRepository } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

/** An issue needs the permission `issues`. A pull request needs `issues` or `pull_requests`. */
export const CONVERSATION = ['issues', 'pull_requests'] as const;

/** The issue or pull request that the route names. */
export function requireIssue(context: SandboxContext, call: RepositoryCall): SandboxIssue {
  const issue = call.repository.issues.get(Number(param(call.request, 'issue_number')));
  if (!issue) throw notFound();
  if (issue.deleted) throw new ApiError(410, 'This issue was deleted', { blameless: true });
  if (issue.movedTo) throw movedIssue(context, issue.movedTo);
  if (!issue.pull) requireIssuesEnabled(call.repository);
  checkReach(call, issue);
  return issue;
}

export function requireIssuesEnabled({ hasIssues }: SandboxRepository): void {
  if (hasIssues) return;
  throw new ApiError(410, 'Issues has been disabled in this repository.', {
    documentation: 'https://docs.github.com/v3/issues/',
    blameless: true,
  });
}

function movedIssue(context: SandboxContext, { repositoryId, number }: SandboxIssue): ApiError {
  const location = `${context.origin()}/api/v3/repositories/${repositoryId}/issues/${number}`;
  return new ApiError(301, 'Moved Permanently', { headers: { location }, blameless: true });
}

/** The comment of the route with its issue. A deleted or hidden comment is no fault of the app. */
export function requireComment(
  context: SandboxContext,
  call: RepositoryCall,
): { issue: SandboxIssue; comment: SandboxIssueComment } {
  const { state } = context;
  const id = Number(param(call.request, 'comment_id'));
  const comment = state.issueComments.get(id);
  const issue = comment && call.repository.issues.get(comment.issueNumber);
  if (!issue || comment.repositoryId !== call.repository.id)
    throw notFound(state.wasIssued('issueComment', id));
  if (state.misses(id)) throw notFound(true);
  checkReach(call, issue);
  return { issue, comment };
}

/** Refuses changes to a locked conversation, because they need write access, which no app has. */
export function refuseLocked({ locked }: SandboxIssue, deed: string): void {
  if (!locked) return;
  throw new ApiError(403, `Unable to ${deed} because issue is locked.`, {
    documentation: 'https://docs.github.com/articles/locking-conversations/',
    blameless: true,
  });
}

function checkReach({ token, request }: RepositoryCall, issue: SandboxIssue): void {
  const level: PermissionLevel = request.method === 'GET' ? 'read' : 'write';
  checkPermission(token, issue.pull ? CONVERSATION : 'issues', level);
}
