import { pino } from 'pino';
import { expect, test } from 'vitest';
import { describeProjectRun } from '../../../src/domain/commit-run.ts';
import { makeRequiredCheckId } from '../../../src/domain/required-check.ts';
import { formatWorkspaceKey } from '../../../src/domain/workspace.ts';
import { ProjectChecker } from '../../../src/planning/project-checker.ts';
import { FakeClock, FakeDispatcher, FakeReporter } from '../deploying/fake-ports.ts';
import { openStores, REPOSITORY } from '../deploying/reconcile-world.ts';
import { buildPlanned } from '../domain/deployment-builder.ts';

const SHA = 'c'.repeat(40);

test('a check that ends wakes the workspaces whose start waits for it, even where no project is', async () => {
  const stores = await openStores();
  await stores.learnRepository(REPOSITORY, null, 1);
  const event = { kind: 'push', repository: REPOSITORY } as never;
  await stores.record({ id: 'guid', name: 'push', receivedAt: 1, event });
  const planned = buildPlanned({ sha: SHA, deliveryId: 'guid', repositoryId: REPOSITORY.id });
  const { account, workspaceId } = planned;
  const run = describeProjectRun({ repository: REPOSITORY, sha: SHA, createdAt: 1 }, [
    {
      workspaceId,
      workspaceName: 'Analytics',
      directory: '',
      from: null,
      since: 'before',
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
  const dispatcher = new FakeDispatcher();
  const checker = new ProjectChecker({
    store: stores,
    repositories: stores,
    commits: {
      open: async () => ({ listFiles: async () => [], readTexts: async () => new Map() }),
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
  expect(await checker.check(run.id)).toBeNull();
  expect(dispatcher.wakes).toEqual([
    { queue: 'workspace', key: formatWorkspaceKey({ account, workspaceId }) },
    { queue: 'required', key: makeRequiredCheckId(run.repositoryId, run.sha) },
  ]);
});
