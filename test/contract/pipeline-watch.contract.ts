import { describe, expect, test } from 'vitest';
import { describePipeline, type NewPipelineWatch } from '../../src/domain/pipeline-watch.ts';
import type { Stores } from '../../src/store/create-stores.ts';
import { buildPlanned } from '../unit/domain/deployment-builder.ts';
import { buildPush, buildRepository } from '../unit/domain/push-builder.ts';
import { type OpenStores, openForEachTest } from './open-for-each-test.ts';

const REPOSITORY = buildRepository({ id: 9_007_199_254 });
const WORKSPACE = { account: 'acme', workspaceId: 'w' };
const PIPELINES = [describePipeline({ id: 'p', name: 'facebook' }, { file: null, isStarted: false })];
const RUNNING = { state: 'running', pipelines: PIPELINES.map((one) => ({ ...one, jobId: 'j' })) } as const;

function build(differences: Partial<NewPipelineWatch> = {}): NewPipelineWatch {
  return {
    ...WORKSPACE,
    id: 'pipelines:triggered:1',
    purpose: 'triggered',
    repositoryId: REPOSITORY.id,
    installationId: REPOSITORY.installationId,
    workspaceName: 'Analytics',
    directory: null,
    log: null,
    checkName: 'runs',
    sha: 'a',
    deploymentId: '1',
    deliveryId: null,
    requestedBy: '',
    pipelines: PIPELINES,
    createdAt: 1_000,
    ...differences,
  };
}

/** What every store must do with watched pipelines. */
export function describePipelineWatches(name: string, open: () => Promise<OpenStores>): void {
  describe(`watched pipelines on ${name}`, () => {
    let stores: Stores;
    openForEachTest(open, async (opened) => {
      stores = opened;
      await stores.learnRepository(REPOSITORY, null, 1);
    });

    const reportable = async () => (await stores.listReportableWatches()).map(({ id }) => id);

    test('are stored once, and each change makes a report due', async () => {
      const added = await stores.addPipelineWatch(build());
      expect(added).toMatchObject({
        state: 'queued',
        pipelines: PIPELINES,
        revision: 1,
        reportedRevision: 0,
      });
      expect(await stores.addPipelineWatch(build({ sha: 'b' }))).toBeNull();
      const id = added?.id ?? '';
      expect(await stores.savePipelineWatch(id, RUNNING)).toMatchObject({ ...RUNNING, revision: 2 });
      await stores.saveReport(id, { reportedRevision: 2, checkRunId: 7 });
      expect(await stores.getPipelineWatch(id)).toMatchObject({
        reportedRevision: 2,
        checkRunId: 7,
        sha: 'a',
      });
    });

    test('are listed while they are open, owed a report, or may be there twice; never change after the end', async () => {
      const { id = '' } = (await stores.addPipelineWatch(build())) ?? {};
      await stores.saveReport(id, { reportedRevision: 1 });
      expect(await reportable()).toEqual([id]);
      expect(await stores.listReportableWatches(REPOSITORY.installationId)).toHaveLength(1);
      expect(await stores.listReportableWatches(REPOSITORY.installationId + 1)).toEqual([]);
      await stores.savePipelineWatch(id, { state: 'concluded', ending: 'complete', concludedAt: 2_000 });
      expect(await stores.savePipelineWatch(id, RUNNING)).toBeNull();
      expect(await reportable()).toEqual([id]);
      await stores.saveReport(id, { reportedRevision: 2, checkRunId: 7, checkRunAttemptedAt: 1_500 });
      expect(await reportable()).toEqual([id]);
      await stores.saveReport(id, { checkRunAttemptedAt: null });
      expect(await reportable()).toEqual([]);
    });

    test('without a check run are never owed a report', async () => {
      const { id = '' } = (await stores.addPipelineWatch(build({ checkName: null }))) ?? {};
      expect(await stores.savePipelineWatch(id, RUNNING)).toMatchObject({ revision: 0 });
      expect((await stores.readBacklog()).reports).toBe(0);
      await stores.savePipelineWatch(id, { state: 'concluded', ending: 'complete' });
      expect(await reportable()).toEqual([]);
    });

    test('go with their repository to another installation', async () => {
      const { id = '' } = (await stores.addPipelineWatch(build())) ?? {};
      await stores.learnRepository({ ...REPOSITORY, installationId: 8 }, null, 2);
      expect(await stores.getPipelineWatch(id)).toMatchObject({ installationId: 8 });
      expect(await stores.listReportableWatches(8)).toHaveLength(1);
    });

    test('are reported again without their log when the repository is made public', async () => {
      const { id = '' } = (await stores.addPipelineWatch(build())) ?? {};
      await stores.addPipelineWatch(build({ id: 'pipelines:triggered:2', log: 'live' }));
      await stores.addPipelineWatch(build({ id: 'pipelines:verification:3', checkName: null }));
      expect(await stores.learnRepository({ ...REPOSITORY, private: false }, null, 2)).toEqual([id]);
      expect(await stores.getPipelineWatch(id)).toMatchObject({ revision: 2 });
    });

    test('are removed when they are old, over and reported', async () => {
      const { id = '' } = (await stores.addPipelineWatch(build())) ?? {};
      await stores.saveReport(id, { reportedRevision: 1 });
      expect(await stores.removeNotes('pipeline_watch', 2_000, 10)).toBe(0);
      await stores.savePipelineWatch(id, { state: 'concluded', ending: 'complete' });
      expect(await stores.removeNotes('pipeline_watch', 2_000, 10)).toBe(0);
      await stores.saveReport(id, { reportedRevision: 2 });
      expect(await stores.removeNotes('pipeline_watch', 1_000, 10)).toBe(0);
      expect(await stores.removeNotes('pipeline_watch', 1_001, 10)).toBe(1);
    });

    test('end with the next deployment of the workspace that started a job', async () => {
      const plan = async (id: string, workspaceId: string) => {
        const event = buildPush({ repository: REPOSITORY });
        await stores.record({ id, name: 'push', receivedAt: 1, event });
        const planned = buildPlanned({
          ...WORKSPACE,
          id,
          workspaceId,
          deliveryId: id,
          repositoryId: REPOSITORY.id,
        });
        await stores.commitPlan({ deliveryId: id, outcome: 'push', deployments: [planned], now: 1 });
      };
      for (const [index, id] of ['1', '2', '3'].entries()) {
        await plan(id, 'w');
        await stores.saveDeployment(id, { state: 'starting', attemptedAt: 100 * (index + 1) });
      }
      await plan('other', 'another');
      await stores.saveDeployment('other', { attemptedAt: 150, jobId: 'j0' });
      expect(await stores.findNextStart('1')).toBeNull();
      await stores.saveDeployment('3', { jobId: 'j3' });
      expect(await stores.findNextStart('1')).toBe('3');
      await stores.saveDeployment('2', { jobId: 'j2' });
      expect(await stores.findNextStart('1')).toBe('2');
      expect(await stores.findNextStart('3')).toBeNull();
    });
  });
}
