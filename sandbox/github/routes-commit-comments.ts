import type { Route, ServiceAnswer } from '../http/http-service.ts';
import { paginate } from './api-body.ts';
import { invalidRequest, notFound } from './api-error.ts';
import { param, type RepositoryCall, type RepositoryEndpoint, repositoryRoutes } from './api-route.ts';
import { readCommentBody } from './comment-body.ts';
import { commitCommentJson } from './comment-json.ts';
import type { SandboxCommitComment } from './comment-model.ts';
import { addCommitComment } from './commit-comments.ts';
import { requireCommit } from './commit-lookup.ts';
import type { PermissionLevel } from './model.ts';
import { appAccount, type SandboxContext } from './sandbox-context.ts';

/**
 * Comments on commits. Writing needs `contents: read`; changing and reacting need
 * `contents: write`. They come before the commit routes, whose refs contain slashes.
 */
export function commitCommentRoutes(context: SandboxContext): Route[] {
  const route = (
    [method, path, level]: readonly [RepositoryEndpoint['method'], string, PermissionLevel],
    handle: (call: RepositoryCall) => ServiceAnswer,
  ) => repositoryRoutes(context, { method, path, permission: 'contents', level }, handle);
  const notSimulated = (): ServiceAnswer => {
    throw new Error('Changes of commit comments are not simulated: the app never has contents: write');
  };
  return [
    ...route(['POST', '/commits/{ref+}/comments', 'read'], (call) => createComment(context, call)),
    ...route(['GET', '/commits/{ref+}/comments', 'read'], (call) => {
      const { repository, request } = call;
      const { sha } = requireCommit(context, repository, param(request, 'ref'));
      const all = [...context.state.commitComments.values()].filter(
        (one) => one.repositoryId === repository.id && one.commitSha === sha,
      );
      const { items, headers } = paginate(request, all, context.origin());
      return { status: 200, headers, body: items.map((one) => commitCommentJson(context, repository, one)) };
    }),
    ...route(['GET', '/comments/{comment_id}', 'read'], (call) => ({
      status: 200,
      body: commitCommentJson(context, call.repository, requireCommitComment(context, call)),
    })),
    ...route(['PATCH', '/comments/{comment_id}', 'write'], notSimulated),
    ...route(['DELETE', '/comments/{comment_id}', 'write'], notSimulated),
    ...route(['POST', '/comments/{comment_id}/reactions', 'write'], notSimulated),
    ...route(['DELETE', '/comments/{comment_id}/reactions/{reaction_id}', 'write'], notSimulated),
  ];
}

function createComment(context: SandboxContext, { repository, request }: RepositoryCall): ServiceAnswer {
  const { sha } = requireCommit(context, repository, param(request, 'ref'));
  const { body, fields } = readCommentBody(request, 'CommitComment');
  const { path = null, position = null } = fields;
  if (path !== null && typeof path !== 'string')
    throw invalidRequest(["For 'properties/path', it is not a string."]);
  if (position !== null && typeof position !== 'number') {
    throw invalidRequest(["For 'properties/position', it is not an integer."]);
  }
  const author = appAccount(context);
  const { comment } = addCommitComment(context, repository, { sha, author, body, path, position });
  const json = commitCommentJson(context, repository, comment);
  return { status: 201, headers: { location: json.url }, body: json };
}

function requireCommitComment(
  context: SandboxContext,
  { repository, request }: RepositoryCall,
): SandboxCommitComment {
  const id = Number(param(request, 'comment_id'));
  const comment = context.state.commitComments.get(id);
  if (comment?.repositoryId !== repository.id) throw notFound();
  return comment;
}
