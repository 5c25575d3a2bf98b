import { hash } from 'node:crypto';
import type { AppEvent, EventIdentity } from '../domain/delivery.ts';
import { readTime } from './read-origin.ts';

/**
 * Identifies an event if it is delivered again with another GUID. A push and a comment are identified by their own fields,
 * other events by the whole payload: times and titles in it differ when a person presses a button again.
 */
export function identifyEvent(event: AppEvent, payload: unknown): EventIdentity {
  const { id } = event.repository;
  if (event.kind === 'push') {
    const { ref, before, after, pushedAt } = event;
    return { fingerprint: digest(['push', id, ref, before, after, pushedAt]), signedAt: pushedAt };
  }
  if (event.kind === 'comment') {
    const { place, commentId, askedAt } = event;
    const kind = place.kind === 'commit' ? 'commit comment' : 'comment';
    return { fingerprint: digest([kind, id, commentId]), signedAt: askedAt };
  }
  return { fingerprint: digest(payload), signedAt: event.kind === 'rerun' ? null : readUpdate(payload) };
}

/** The time when GitHub last changed the pull request or repository. */
function readUpdate(payload: unknown): number | null {
  const { pull_request: pull, repository } = payload as Record<string, { updated_at?: unknown } | undefined>;
  const updated = pull?.updated_at ?? repository?.updated_at;
  return typeof updated === 'string' || typeof updated === 'number' ? readTime(updated) : null;
}

function digest(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'base64url');
}
