import type { WorkspaceDirectory, WorkspaceList } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import type { MeltanoApi, MeltanoResult } from '../domain/meltano.ts';
import { MissingWorkspaces } from './missing-workspaces.ts';

/** A list older than this is read again in the background when it is used (milliseconds). */
const REFRESH_AFTER_MS = 60_000;
/** The least time from the beginning of one reading to that of the next (milliseconds). */
const SOON_MS = 2_000;
/** Readings take at most a tenth of the time: after each comes a pause of so many times its own, up to a bound (milliseconds). */
const PAUSE_TIMES = 9;
const LONGEST_PAUSE_MS = 30_000;
/** The same for a repository that most likely has no workspace (milliseconds). */
const RARELY_MS = 30_000;
/** While there is no list, and reading one fails, many callers share the failure for so long (milliseconds). */
const FAILED_EVERY_MS = 1_000;

interface Reading {
  readonly beganAt: number;
  readonly endedAt: number;
}

/** One account's workspaces in memory. At most one request for the list is under way at a time. */
export function createWorkspaceDirectory(
  listWorkspaces: MeltanoApi['listWorkspaces'],
  clock: Clock,
): WorkspaceDirectory {
  const missing = new MissingWorkspaces();
  let cached: WorkspaceList | null = null;
  let reading: Promise<MeltanoResult<WorkspaceList>> | null = null;
  let last: Reading = { beganAt: Number.NEGATIVE_INFINITY, endedAt: Number.NEGATIVE_INFINITY };
  let lastFailure: MeltanoResult<WorkspaceList> | null = null;

  function read(): Promise<MeltanoResult<WorkspaceList>> {
    reading ??= readOnce().finally(() => {
      reading = null;
    });
    return reading;
  }

  async function readOnce(): Promise<MeltanoResult<WorkspaceList>> {
    const beganAt = clock.elapsed();
    const listed = await listWorkspaces();
    // The circuit alone says when to ask again.
    if (listed.ok || listed.failure.kind !== 'held') last = { beganAt, endedAt: clock.elapsed() };
    lastFailure = listed.ok ? null : listed;
    if (!listed.ok) return listed;
    missing.noteReading(beganAt);
    cached = { workspaces: listed.value, readAt: beganAt };
    return { ok: true, value: cached };
  }

  function nextReadingAt(lookedFor: string | null): number {
    const { beganAt, endedAt } = last;
    const pause = Math.min(LONGEST_PAUSE_MS, PAUSE_TIMES * (endedAt - beganAt));
    const soon = Math.max(beganAt + SOON_MS, endedAt + pause);
    const isRare = lookedFor !== null && missing.hasNone(lookedFor, clock.elapsed());
    return isRare ? Math.max(soon, beganAt + RARELY_MS) : soon;
  }

  return {
    async current() {
      if (!cached && lastFailure && clock.elapsed() - last.beganAt < FAILED_EVERY_MS) return lastFailure;
      if (!cached) return read();
      if (clock.elapsed() - last.beganAt > REFRESH_AFTER_MS) void read();
      return { ok: true, value: cached };
    },

    async newerThan(since, lookedFor) {
      if (lookedFor !== null) missing.lookFor(lookedFor, since);
      if (cached && cached.readAt >= since) return { ok: true, value: cached };
      if (reading) await reading;
      if (cached && cached.readAt >= since) return { ok: true, value: cached };
      const wait = nextReadingAt(lookedFor) - clock.elapsed();
      return wait > 0 ? wait : read();
    },

    found: (lookedFor) => missing.find(lookedFor),
  };
}
