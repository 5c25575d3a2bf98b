import { describe, expect, test } from 'vitest';
import type { NewPipelineWatch } from '../../src/domain/pipeline-watch.ts';
import type { Stores } from '../../src/store/create-stores.ts';
import { buildPlanned } from '../unit/domain/deployment-builder.ts';
import { buildRepository } from '../unit/domain/push-builder.ts';
import { type OpenStores, openForEachTest } from './open-for-each-test.ts';

const REPOSITORY = buildRepository({ id: 9_007_199_254 });
const WATCH: NewPipelineWatch = {
  id: 'pipelines:triggered:1',
  purpose: 'triggered',
  account: '@acme',
  workspaceId: 'w',
  workspaceName: 'Analytics',
  repositoryId: REPOSITORY.id,
  installationId: REPOSITORY.installationId,
  directory: null,
  log: 'final_if_private',
  checkName: 'runs',
  sha: 'a',
  deploymentId: '1',
  deliveryId: null,
  requestedBy: '',
  pipelines: [],
  createdAt: 1_000,
};

/** What every store must do when the operator limits the logs of running jobs. */
export function describeLogLimits(name: string, open: () => Promise<OpenStores>): void {
  describe(`limits for logs on ${name}`, () => {
    let stores: Stores;
    openForEachTest(open, async (opened) => {
      stores = opened;
      await stores.learnRepository(REPOSITORY, null, 1);
    });

    async function plan(workspaceId: string, account = '@acme'): Promise<string> {
      const event = { kind: 'push', account: 'acme', repository: REPOSITORY } as never;
      await stores.record({ id: workspaceId, name: 'push', receivedAt: 1, event });
      const repositoryId = REPOSITORY.id;
      const one = buildPlanned({
        account,
        workspaceId,
        workspaceName: 'W',
        deliveryId: workspaceId,
        repositoryId,
        log: 'live',
      });
      await stores.commitPlan({ deliveryId: workspaceId, outcome: 'push', deployments: [one], now: 1 });
      return one.id;
    }

    const listed = async () => (await stores.listUnfinishedLogs('@acme')).map(({ id }) => id).toSorted();

    test('those of an account are listed until they are concluded and reported', async () => {
      const [open, owed, done] = [await plan('open'), await plan('owed'), await plan('done')];
      await plan('other', '@other');
      await stores.addPipelineWatch(WATCH);
      const ended = { state: 'concluded', conclusion: 'success', concludedAt: 2 } as const;
      for (const id of [owed, done]) await stores.saveDeployment(id, ended);
      const { revision = 0 } = (await stores.getDeployment(done)) ?? {};
      await stores.saveReport(done, { reportedRevision: revision });
      expect(await listed()).toEqual([open, owed, WATCH.id].toSorted());
      expect(await stores.listUnfinishedLogs('@acme')).toContainEqual({
        id: WATCH.id,
        workspaceId: 'w',
        workspaceName: 'Analytics',
        log: 'final_if_private',
      });
    });

    test('a limit makes the report due', async () => {
      const id = await plan('w');
      await stores.saveReport(id, { reportedRevision: 1 });
      await stores.limitLog(id, 'none');
      expect(await stores.getDeployment(id)).toMatchObject({ log: 'none', revision: 2, reportedRevision: 1 });
      await stores.addPipelineWatch(WATCH);
      await stores.limitLog(WATCH.id, 'none');
      expect(await stores.getPipelineWatch(WATCH.id)).toMatchObject({ log: 'none', revision: 2 });
    });
  });
}
