import { z } from 'zod';
import { parseCommand } from '../commands/parse-command.ts';
import type { Place } from '../domain/conversation.ts';
import type { CommentEvent, IgnoredEvent } from '../domain/delivery.ts';
import { isBot, originSchema, personSchema, readOrigin, readTime, shaSchema } from './read-origin.ts';

const comment = z.object({
  id: z.int(),
  body: z.string().nullish(),
  created_at: z.string(),
  user: personSchema,
});
const commentPayload = originSchema.extend({ sender: personSchema });

export const issueCommentPayload = commentPayload.extend({
  issue: z.object({ number: z.int(), pull_request: z.record(z.string(), z.unknown()).nullish() }),
  comment,
});

export const commitCommentPayload = commentPayload.extend({
  comment: comment.extend({ commit_id: shaSchema }),
});

type CommentPayload = Omit<z.infer<typeof issueCommentPayload>, 'issue'>;

/** Reads a new comment on an issue or a pull request. Throws a `ZodError` for an invalid payload. */
export function readIssueComment(payload: unknown): CommentEvent | IgnoredEvent {
  const decoded = issueCommentPayload.parse(payload);
  const { number, pull_request: pull } = decoded.issue;
  return readComment(decoded, { kind: pull ? 'pull_request' : 'issue', number });
}

/** Reads a new comment on a commit. Throws a `ZodError` for an invalid payload. */
export function readCommitComment(payload: unknown): CommentEvent | IgnoredEvent {
  const decoded = commitCommentPayload.parse(payload);
  return readComment(decoded, { kind: 'commit', sha: decoded.comment.commit_id });
}

/** Keeps only the command: the rest of a comment is none of the app's business. */
function readComment(
  { comment: { id, body, user, created_at: createdAt }, sender, ...payload }: CommentPayload,
  place: Place,
): CommentEvent | IgnoredEvent {
  const about = readOrigin(payload);
  // The sender of the event is the author of the new comment.
  const author = user ?? sender;
  // The app itself is a bot, so this also ignores its own comments.
  if (!author || isBot(author)) return { kind: 'ignored', ...about, reason: 'bot_comment' };
  const parsed = parseCommand(body ?? '');
  if (parsed.kind === 'none') return { kind: 'ignored', ...about, reason: 'no_command' };
  const askedAt = readTime(createdAt) ?? 0;
  return { kind: 'comment', ...about, place, commentId: id, actor: author.login, askedAt, parsed };
}
