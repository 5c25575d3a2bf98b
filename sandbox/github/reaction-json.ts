import type { components } from '@octokit/openapi-types';
import { accountJson, nodeId } from './account-json.ts';
import type { SandboxReaction } from './comment-model.ts';
import { isoTime } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

type Schemas = components['schemas'];

export function reactionJson(context: SandboxContext, reaction: SandboxReaction): Schemas['reaction'] {
  const { id, user, content, createdAt } = reaction;
  return {
    id,
    node_id: nodeId('Reaction', id),
    user: accountJson(context, user),
    content,
    created_at: isoTime(createdAt),
  };
}

/** The counts of reactions to a comment. `of` is the address of the comment. */
export function reactionRollup(
  of: string,
  reactions: readonly SandboxReaction[],
): Schemas['reaction-rollup'] {
  const count = (content: string) => reactions.filter((one) => one.content === content).length;
  return {
    url: `${of}/reactions`,
    total_count: reactions.length,
    '+1': count('+1'),
    '-1': count('-1'),
    laugh: count('laugh'),
    hooray: count('hooray'),
    confused: count('confused'),
    heart: count('heart'),
    rocket: count('rocket'),
    eyes: count('eyes'),
  };
}
