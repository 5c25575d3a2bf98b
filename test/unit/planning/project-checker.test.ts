import { pino } from 'pino';
import { expect, test } from 'vitest';
import { describeProjectRun, type ProjectComparison } from '../../../src/domain/commit-run.ts';
import { makeRequiredCheckId } from '../../../src/domain/required-check.ts';
import { formatWorkspaceKey } from '../../../src/domain/workspace.ts';
import { ProjectChecker } from '../../../src/planning/project-checker.ts';
import type { Stores } from '../../../src/store/create-stores.ts';
import { FakeClock, FakeDispatcher, FakeReporter } from '../deploying/fake-ports.ts';
import { openStores, REPOSITORY } from '../deploying/reconcile-world.ts';
import { buildPlanned } from '../domain/deployment-builder.ts';
import { MemorySource } from '../project/memory-source.ts';

const SHA = 'c'.repeat(40);

test('a check that ends wakes the workspaces whose start waits for it, even where no project is', async () => {
  const { stores, planned, run } = await planCheck('before');
  const { account, workspaceId } = planned;
  const dispatcher = new FakeDispatcher();
  const checker = createChecker(stores, dispatcher, new Map());
  expect(await checker.check(run.id)).toBeNull();
  expect(dispatcher.wakes).toEqual([
    { queue: 'workspace', key: formatWorkspaceKey({ account, workspaceId }) },
    { queue: 'required', key: makeRequiredCheckId(run.repositoryId, run.sha) },
  ]);
});

test('of a commit whose push is unknown, the plan claims no changes', async () => {
  const { stores, run } = await planCheck('unknown');
  const files = new Map([['meltano.yml', 'version: 1\n']]);
  await createChecker(stores, new FakeDispatcher(), files).check(run.id);
  const checked = await stores.getCommitRun(run.id);
  expect(checked?.verdict).toMatchObject({
    result: {
      conclusion: 'success',
      summary: expect.stringContaining('The changes are unknown, because the app knows neither'),
    },
  });
});

async function planCheck(since: ProjectComparison['since']) {
  const stores = await openStores();
  await stores.learnRepository(REPOSITORY, null, 1);
  const event = { kind: 'push', repository: REPOSITORY } as never;
  await stores.record({ id: 'guid', name: 'push', receivedAt: 1, event });
  const planned = buildPlanned({ sha: SHA, deliveryId: 'guid', repositoryId: REPOSITORY.id });
  const { workspaceId } = planned;
  const run = describeProjectRun({ repository: REPOSITORY, sha: SHA, createdAt: 1 }, [
    {
      workspaceId,
      workspaceName: 'Analytics',
      directory: '',
      from: null,
      since,
      blocks: true,
    },
  ]);
  await stores.commitPlan({
    deliveryId: 'guid',
    outcome: 'push',
    deployments: [planned],
    commitRuns: [run],
    now: 1,
  });
  return { stores, planned, run };
}

function createChecker(
  stores: Stores,
  dispatcher: FakeDispatcher,
  files: ReadonlyMap<string, string>,
): ProjectChecker {
  return new ProjectChecker({
    store: stores,
    repositories: stores,
    commits: {
      open: async () => new MemorySource(files),
      findMergeBase: async () => null,
      listCommits: async () => [],
    },
    readDelayMs: () => 0,
    reporter: new FakeReporter(),
    dispatcher,
    clock: new FakeClock(),
    random: () => 0.5,
    log: pino({ level: 'silent' }),
  });
}
