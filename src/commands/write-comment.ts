import { createHash } from 'node:crypto';
import type { ConversationApi, Place } from '../domain/conversation.ts';
import type { Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import { PACE_MS, type Step } from '../domain/judge-step.ts';
import type { Clock } from '../domain/ports.ts';
import { ageOf, stamp } from '../domain/stored-times.ts';

/** How long a comment whose answer was lost is looked for before it is sent again (milliseconds). */
const LOOK_FOR_MS = 15_000;
/** How often it is looked for (milliseconds). */
const LOOK_AGAIN_MS = 1_000;

/** A comment of the app as it is stored. */
export interface CommentState {
  readonly id: number | null;
  /** When it was first sent (epoch milliseconds); set with no id means: look before writing again. */
  readonly attemptedAt: number | null;
  /** Digest of its text as it stands. */
  readonly digest: string | null;
}

export interface CommentToWrite {
  readonly repository: Repository;
  readonly place: Place;
  /** By this the app finds it again; at the end of the text. */
  readonly marker: string;
  readonly text: string;
  readonly state: CommentState;
  readonly save: (change: Partial<CommentState>) => Promise<void>;
}

/** Brings a comment to its text, one request at the most. Null when it stands as it should. */
export async function writeComment(
  { api, clock }: { readonly api: ConversationApi; readonly clock: Clock },
  { repository, place, marker, text, state, save }: CommentToWrite,
): Promise<Step | null> {
  const body = `${text}\n\n${marker}`;
  const digest = createHash('sha256').update(body).digest('base64');
  if (digest === state.digest) return null;
  if (state.id !== null) {
    return settle(await api.editReply(repository, state.id, body), () => save({ digest }));
  }
  if (state.attemptedAt !== null) {
    const found = await api.findReply(repository, place, { marker, since: state.attemptedAt });
    if (!found.ok) return { kind: 'failed', failure: found.failure };
    if (found.value !== null) {
      await save({ id: found.value });
      return { kind: 'wait', ms: 0 };
    }
    if (ageOf(clock, state.attemptedAt) < LOOK_FOR_MS) return { kind: 'wait', ms: LOOK_AGAIN_MS };
  }
  await save({ attemptedAt: stamp(clock) });
  const created = await api.createReply(repository, place, body);
  // Only an unknown outcome has to be looked for.
  if (!created.ok && created.failure.kind !== 'unknown') await save({ attemptedAt: null });
  return settle(created, (id) => save({ id, digest }));
}

async function settle<T>(result: GitHubResult<T>, note: (value: T) => Promise<void>): Promise<Step> {
  if (!result.ok) return { kind: 'failed', failure: result.failure };
  await note(result.value);
  return { kind: 'wait', ms: PACE_MS };
}
