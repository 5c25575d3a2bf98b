import type { Logger } from 'pino';
import { z } from 'zod';
import type { Waker } from '../domain/dispatcher.ts';
import type { AwaitedChecks } from '../domain/gate-store.ts';
import { formatWorkspaceKey } from '../domain/workspace.ts';

/**
 * Events of check runs and suites, nearly all of other Apps. They aren't stored: the gates that they may open are, and look
 * for checks by themselves after a restart, and now and then. So the sweep of missed deliveries leaves them out.
 */
export const CHECK_EVENTS = ['check_run.created', 'check_run.completed', 'check_suite.completed'] as const;

const check = z.object({ head_sha: z.string(), app: z.object({ id: z.int() }).nullish() });
const checkPayload = z.object({
  repository: z.object({ id: z.int() }),
  check_run: check.nullish(),
  check_suite: check.nullish(),
});

export interface NoticePorts {
  readonly store: AwaitedChecks;
  readonly dispatcher: Waker;
  readonly appId: number;
  readonly log: Logger;
}

/** Wakes the workspaces with deployments that wait for checks of a commit. Looks up all that come meanwhile at once. */
export function createCheckNotices({
  store,
  dispatcher,
  appId,
  log,
}: NoticePorts): (payload: unknown) => void {
  const noticed = new Map<number, Set<string>>();
  let isLooking = false;

  async function look(): Promise<void> {
    while (noticed.size > 0) {
      const commits = new Map(noticed);
      noticed.clear();
      for (const { repositoryId, sha, ...workspace } of await store.listAwaitedCommits([...commits.keys()])) {
        if (commits.get(repositoryId)?.has(sha)) dispatcher.wake('workspace', formatWorkspaceKey(workspace));
      }
    }
  }

  return (payload) => {
    const { data } = checkPayload.safeParse(payload);
    const seen = data?.check_run ?? data?.check_suite;
    if (!data || !seen || seen.app?.id === appId) return;
    const { id } = data.repository;
    noticed.set(id, (noticed.get(id) ?? new Set()).add(seen.head_sha));
    if (isLooking) return;
    isLooking = true;
    look()
      .catch((error: unknown) =>
        log.warn({ err: error }, 'Deployments that wait for checks could not be looked up'),
      )
      .finally(() => {
        isLooking = false;
      });
  };
}
