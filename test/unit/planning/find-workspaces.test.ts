import { describe, expect, test } from 'vitest';
import type { MeltanoFailure } from '../../../src/domain/meltano.ts';
import type { Workspace } from '../../../src/domain/workspace.ts';
import { createWorkspaceDirectory } from '../../../src/meltano/workspace-directory.ts';
import { findWorkspaces } from '../../../src/planning/find-workspaces.ts';
import { FakeClock } from '../deploying/fake-ports.ts';
import { buildWorkspace, openStores, REPOSITORY } from '../deploying/reconcile-world.ts';

const AWAY: MeltanoFailure = { kind: 'status', status: 503, message: 'away', retryAfterMs: null };

/** Meltano Cloud lists `main` first; the search follows after some milliseconds. */
async function findAfter(
  ms: number,
  { isAwaited, isAway = false, step = 0 }: { isAwaited: boolean; isAway?: boolean; step?: number },
): Promise<readonly Workspace[]> {
  const clock = new FakeClock();
  const repositories = await openStores();
  await repositories.learnRepository(REPOSITORY, null, clock.now());
  let branch = 'main';
  let failure: MeltanoFailure | null = null;
  const directory = createWorkspaceDirectory(
    async () => (failure ? { ok: false, failure } : { ok: true, value: [buildWorkspace({ branch })] }),
    clock,
  );
  await directory.current();
  branch = 'dev';
  if (isAway) failure = AWAY;
  clock.advance(ms);
  const receivedAt = clock.now();
  clock.set(step);
  return findWorkspaces(
    {
      account: { key: 'environment', directory, mappings: [] } as never,
      repository: REPOSITORY,
      branch: 'main',
      receivedAt,
      isAwaited,
      isEnough: (workspaces) => workspaces.length > 0,
    },
    { repositories, clock, githubHost: 'github.com' },
  );
}

describe('a list with workspaces of the repository', () => {
  test.each([
    ['is read again for a person', 10_000, { isAwaited: true }, 'dev'],
    ['does for a person while it is young', 1_000, { isAwaited: true }, 'main'],
    [
      'is read again although the clock was set back since it was asked',
      10_000,
      { isAwaited: true, step: -50_000 },
      'dev',
    ],
    ['does for a push', 10_000, { isAwaited: false }, 'main'],
    ['does while Meltano Cloud is away', 10_000, { isAwaited: true, isAway: true }, 'main'],
  ])('%s', async (_, ms, how, branch) => {
    expect(await findAfter(ms, how)).toMatchObject([{ branch }]);
  });
});
