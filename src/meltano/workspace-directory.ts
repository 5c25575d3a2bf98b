import type { Clock, MeltanoApi, MeltanoResult, WorkspaceDirectory, WorkspaceList } from '../domain/ports.ts';

/** A list older than this is read again in the background when it is used (milliseconds). */
const REFRESH_AFTER_MS = 60_000;
/** A list that lacks something is read again at most this often (milliseconds). */
const MISS_EVERY_MS = 30_000;
/** The same where a person waits for the answer: people are few, and slow. */
const AWAITED_EVERY_MS = 3_000;
/** While there is no list, and reading one fails, many callers share the failure for so long (milliseconds). */
const FAILED_EVERY_MS = 1_000;

/** One account's workspaces in memory. At most one request for the list is under way at a time. */
export function createWorkspaceDirectory(
  api: Pick<MeltanoApi, 'listWorkspaces'>,
  clock: Clock,
): WorkspaceDirectory {
  let cached: WorkspaceList | null = null;
  let reading: Promise<MeltanoResult<WorkspaceList>> | null = null;
  let lastReadAt = Number.NEGATIVE_INFINITY;
  let lastFailure: MeltanoResult<WorkspaceList> | null = null;

  function read(): Promise<MeltanoResult<WorkspaceList>> {
    reading ??= readOnce().finally(() => {
      reading = null;
    });
    return reading;
  }

  async function readOnce(): Promise<MeltanoResult<WorkspaceList>> {
    const readAt = clock.elapsed();
    const before = lastReadAt;
    lastReadAt = readAt;
    const listed = await api.listWorkspaces();
    // The circuit alone says when to ask again.
    if (!listed.ok && listed.failure.kind === 'held') lastReadAt = before;
    lastFailure = listed.ok ? null : listed;
    if (!listed.ok) return listed;
    cached = { workspaces: listed.value, readAt };
    return { ok: true, value: cached };
  }

  return {
    async current() {
      if (!cached && lastFailure && clock.elapsed() - lastReadAt < FAILED_EVERY_MS) return lastFailure;
      if (!cached) return read();
      if (clock.elapsed() - lastReadAt > REFRESH_AFTER_MS) void read();
      return { ok: true, value: cached };
    },

    async newerThan(since, { isAwaited } = { isAwaited: false }) {
      if (cached && cached.readAt >= since) return { ok: true, value: cached };
      if (reading) await reading;
      if (cached && cached.readAt >= since) return { ok: true, value: cached };
      const wait = lastReadAt + (isAwaited ? AWAITED_EVERY_MS : MISS_EVERY_MS) - clock.elapsed();
      return wait > 0 ? wait : read();
    },
  };
}
