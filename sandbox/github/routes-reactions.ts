import type { Route, ServiceAnswer } from '../http/http-service.ts';
import { paginate, readBody } from './api-body.ts';
import { ApiError, invalidRequest, notFound } from './api-error.ts';
import { param, type RepositoryCall, type RepositoryEndpoint, repositoryRoutes } from './api-route.ts';
import { REACTIONS, type ReactionContent } from './comment-model.ts';
import { CONVERSATION, refuseLocked, requireComment } from './issue-lookup.ts';
import { reactionJson } from './reaction-json.ts';
import { addReaction, removeReaction } from './reactions.ts';
import { appAccount, type SandboxContext } from './sandbox-context.ts';

const PATH = '/issues/comments/{comment_id}/reactions';

/** Reactions to the comments of issues and pull requests. */
export function reactionRoutes(context: SandboxContext): Route[] {
  const route = (
    [method, path]: readonly [RepositoryEndpoint['method'], string],
    handle: (call: RepositoryCall) => ServiceAnswer,
  ) => repositoryRoutes(context, { method, path, permission: CONVERSATION }, handle);
  return [
    ...route(['POST', PATH], (call) => {
      const { issue, comment } = requireComment(context, call);
      refuseLocked(issue, 'create reaction');
      const content = readContent(readBody(call.request)['content']);
      const { reaction, added } = addReaction(context, comment, { user: appAccount(context), content });
      return { status: added ? 201 : 200, body: reactionJson(context, reaction) };
    }),
    ...route(['GET', PATH], (call) => {
      const { comment } = requireComment(context, call);
      const asked = call.request.query.get('content');
      const content = asked === null ? null : readContent(asked);
      const shown = comment.reactions.filter((one) => content === null || one.content === content);
      const { items, headers } = paginate(call.request, shown, context.origin());
      return { status: 200, headers, body: items.map((one) => reactionJson(context, one)) };
    }),
    ...route(['DELETE', `${PATH}/{reaction_id}`], (call) => {
      const { issue, comment } = requireComment(context, call);
      const id = Number(param(call.request, 'reaction_id'));
      const reaction = comment.reactions.find((one) => one.id === id);
      if (!reaction) throw notFound(context.state.wasIssued('reaction', id));
      refuseLocked(issue, 'delete reaction');
      if (reaction.user !== appAccount(context)) {
        throw new ApiError(403, 'Resource not accessible by integration');
      }
      removeReaction(context, comment, reaction);
      return { status: 204 };
    }),
  ];
}

function readContent(value: unknown): ReactionContent {
  if (value === undefined) throw invalidRequest(['"content" wasn\'t supplied.']);
  const content = REACTIONS.find((one) => one === value);
  if (content) return content;
  throw invalidRequest([`${String(value)} is not a member of ${JSON.stringify(REACTIONS)}.`]);
}
