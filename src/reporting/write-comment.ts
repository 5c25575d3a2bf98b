import { createHash } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import type { Place } from '../domain/conversation.ts';
import type { ConversationApi } from '../domain/conversation-api.ts';
import type { Repository } from '../domain/deployment.ts';
import { ageOf, stamp } from '../domain/stored-times.ts';
import { type CreateOnce, DUPLICATE_CHECK_MS } from './create-once.ts';
import { failed, type WriteStep } from './retry-policy.ts';

/** The stored state of one of the app's comments. */
export interface CommentState {
  readonly id: number | null;
  /** When a create without an answer was last sent (epoch milliseconds). A duplicate may exist. */
  readonly attemptedAt: number | null;
  /** Digest of its current text. */
  readonly digest: string | null;
}

/** One of the app's comments, created or not. */
export interface OwnComment {
  readonly repository: Repository;
  readonly place: Place;
  /** Ends the text, so that the app finds the comment again. */
  readonly marker: string;
  readonly state: CommentState;
  readonly save: (change: Partial<CommentState>) => Promise<void>;
}

export interface CommentPorts {
  readonly api: ConversationApi;
  readonly clock: Clock;
  readonly createOnce: CreateOnce;
}

/** Brings a comment up to date with at most one request. Null if it is. */
export async function writeComment(
  { api, clock, createOnce }: CommentPorts,
  { repository, place, marker, state, save }: OwnComment,
  text: string,
): Promise<WriteStep | null> {
  const body = `${text}\n\n${marker}`;
  const digest = createHash('sha256').update(body).digest('base64');
  if (digest === state.digest) return null;
  if (state.id !== null) {
    const edited = await api.editReply(repository, state.id, body);
    if (!edited.ok) return failed(edited.failure);
    await save({ digest });
    return { kind: 'wait', delayMs: 0 };
  }
  const since = state.attemptedAt ?? clock.now();
  const outcome = await createOnce({
    id: marker,
    attemptedAt: state.attemptedAt,
    noteAttempt: () => save({ attemptedAt: stamp(clock) }),
    noteRefusal: () => save({ attemptedAt: null }),
    look: () => api.findReplies(repository, place, { marker, since }),
    create: () => api.createReply(repository, place, body),
  });
  if (outcome.kind === 'retry') return { kind: 'wait', delayMs: outcome.delayMs };
  if (outcome.kind === 'failed') return outcome;
  const { value, isNew, isSure, older } = outcome;
  const isSettled = isSure && older.length === 0;
  await save({
    id: value,
    ...(isNew ? { digest } : {}),
    ...(isSettled ? { attemptedAt: null } : {}),
  });
  return { kind: 'wait', delayMs: 0 };
}

/** Removes duplicates, a minute after an unanswered create. Null if there is nothing to do. */
export async function removeDuplicates(
  { api, clock }: CommentPorts,
  { repository, place, marker, state, save }: OwnComment,
): Promise<WriteStep | null> {
  const { id, attemptedAt } = state;
  // Removing a comment on a commit would need contents: write.
  if (id === null || attemptedAt === null || place.kind === 'commit') return null;
  const delayMs = Math.max(0, DUPLICATE_CHECK_MS - ageOf(clock, attemptedAt));
  if (delayMs > 0) return { kind: 'wait', delayMs };
  const found = await api.findReplies(repository, place, { marker, since: attemptedAt });
  if (!found.ok) return failed(found.failure);
  const [oldest, ...rest] = found.value.filter((one) => one !== id);
  if (oldest === undefined) {
    await save({ attemptedAt: null });
    return { kind: 'wait', delayMs: 0 };
  }
  const removed = await api.removeReply(repository, oldest);
  if (!removed.ok) return failed(removed.failure);
  if (rest.length === 0) await save({ attemptedAt: null });
  return { kind: 'wait', delayMs: 0 };
}
