import type { WorkspaceDirectory, WorkspaceList } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import type { MeltanoApi, MeltanoResult } from '../domain/meltano.ts';
import { MissingWorkspaces } from './missing-workspaces.ts';

/** Using an older list starts a refresh in the background. */
const REFRESH_AFTER_MS = 60_000;
/** The minimum time between the starts of two readings. */
const MIN_INTERVAL_MS = 2_000;
/** A pause of 9 times the duration of the last reading keeps readings to a tenth of the time. */
const PAUSE_FACTOR = 9;
const MAX_PAUSE_MS = 30_000;
/** The minimum interval for a repository that most likely has no workspace. */
const MISSING_INTERVAL_MS = 30_000;
/** While there is no list, all callers share a failed reading for this time. */
const SHARED_FAILURE_MS = 1_000;

interface Reading {
  readonly beganAt: number;
  readonly endedAt: number;
}

/** Caches one account's workspaces. Sends at most one request for the list at a time. */
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
    // For a held call, only the circuit determines the next reading.
    if (listed.ok || listed.failure.kind !== 'held') last = { beganAt, endedAt: clock.elapsed() };
    lastFailure = listed.ok ? null : listed;
    if (!listed.ok) return listed;
    missing.noteReading(beganAt);
    cached = { workspaces: listed.value, readAt: beganAt };
    return { ok: true, value: cached };
  }

  function nextReadingAt(repository: string | null): number {
    const { beganAt, endedAt } = last;
    const pause = Math.min(MAX_PAUSE_MS, PAUSE_FACTOR * (endedAt - beganAt));
    const next = Math.max(beganAt + MIN_INTERVAL_MS, endedAt + pause);
    const isMissing = repository !== null && missing.hasNone(repository, clock.elapsed());
    return isMissing ? Math.max(next, beganAt + MISSING_INTERVAL_MS) : next;
  }

  return {
    async current() {
      if (!cached && lastFailure && clock.elapsed() - last.beganAt < SHARED_FAILURE_MS) return lastFailure;
      if (!cached) return read();
      if (clock.elapsed() - last.beganAt > REFRESH_AFTER_MS) void read();
      return { ok: true, value: cached };
    },

    async newerThan(since, repository) {
      if (repository !== null) missing.add(repository, since);
      if (cached && cached.readAt >= since) return { ok: true, value: cached };
      if (reading) await reading;
      if (cached && cached.readAt >= since) return { ok: true, value: cached };
      const wait = nextReadingAt(repository) - clock.elapsed();
      return wait > 0 ? wait : read();
    },

    found: (repository) => missing.remove(repository),
  };
}
