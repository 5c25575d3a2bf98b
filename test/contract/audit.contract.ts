import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AUDIT_COLUMNS, type AuditRecord } from '../../src/domain/audit-record.ts';
import type { NewCommand } from '../../src/domain/conversation.ts';
import type { PlannedDeployment } from '../../src/domain/deployment.ts';
import { describePipeline, formatWatchId } from '../../src/domain/pipeline-watch.ts';
import { readAudit } from '../../src/store/audit-store.ts';
import { createStores, type Stores } from '../../src/store/create-stores.ts';
import type { Schema } from '../../src/store/schema.ts';
import { buildPlanned } from '../unit/domain/deployment-builder.ts';
import { buildWatch } from '../unit/domain/pipeline-builder.ts';
import { buildPush, buildRepository } from '../unit/domain/push-builder.ts';

const REPOSITORY = buildRepository({ id: 9_007_199_254 });

/** What auditors read, whatever database is under it. */
export function describeAudit(
  name: string,
  open: () => Promise<{ db: Kysely<Schema>; close: () => Promise<void> }>,
): void {
  describe(`the audit on ${name}`, () => {
    let stores: Stores;
    let opened: Awaited<ReturnType<typeof open>>;
    beforeEach(async () => {
      opened = await open();
      stores = createStores(opened.db);
    });
    afterEach(() => opened.close());

    async function read(since = 0): Promise<AuditRecord[]> {
      const records: AuditRecord[] = [];
      for await (const one of readAudit(opened.db, since, ({ kind }) => `as ${kind}`)) records.push(one);
      return records;
    }

    async function plan(id: string, receivedAt: number, differences: Partial<PlannedDeployment> = {}) {
      const event = buildPush({ repository: REPOSITORY, after: id });
      await stores.record({ id, name: 'push', receivedAt, event });
      const planned = buildPlanned({
        id,
        deliveryId: id,
        repositoryId: REPOSITORY.id,
        receivedAt,
        ...differences,
      });
      await stores.commitPlan({ deliveryId: id, outcome: 'push', deployments: [planned], now: receivedAt });
    }

    test('a push has its deployment, in all columns', async () => {
      await stores.learnRepository(REPOSITORY, null, 1);
      await plan('a', 1_000, { requestedBy: 'ana', cause: 'push', sha: 'abc', branch: 'main' });
      const [record, ...more] = await read();
      expect(more).toEqual([]);
      expect(Object.keys(record ?? {})).toEqual([...AUDIT_COLUMNS]);
      expect(record).toMatchObject({
        time: '1970-01-01T00:00:01.000Z',
        kind: 'push',
        requested_by: 'ana',
        role: null,
        request: null,
        repository_id: REPOSITORY.id,
        repository: `${REPOSITORY.owner}/${REPOSITORY.name}`,
        requested_commit: 'abc',
        outcome: 'open',
        delivery_id: 'a',
        deployment_id: 'a',
      });
    });

    test('begins with the time that is asked for, in the order of time, and leaves out what has no check run', async () => {
      await plan('late', 3_000);
      await plan('early', 1_000);
      await plan('b', 2_000);
      await plan('a', 2_000);
      await plan('none', 2_500, { conclusion: 'none', reason: 'paths_unchanged' });
      expect((await read(2_000)).map(({ deployment_id }) => deployment_id)).toEqual(['a', 'b', 'late']);
    });

    test('a forced deployment names the person and the gates that were not open', async () => {
      const why = 'Locked by @ana: month end';
      await plan('a', 1_000, {
        forcedBy: 'mia',
        gates: [
          { kind: 'project', passed: null },
          { kind: 'lock', passed: { how: 'forced', why } },
        ],
      });
      await plan('b', 2_000, { gates: [{ kind: 'project', passed: { how: 'unjudged', why } }] });
      expect(await read()).toMatchObject([
        { forced_by: 'mia', forced_past: 'lock' },
        { forced_by: null, forced_past: null },
      ]);
    });

    test('a deployment that was tried again has both jobs', async () => {
      await plan('a', 1_000);
      const first = { jobId: 'job-1', acceptedAt: 1_000, error: 'dns', jobStatus: 'ERROR' };
      const times = { jobStartedAt: 1_500, jobEndedAt: 2_000, deployedSha: null };
      await stores.saveDeployment('a', { jobId: 'job-2', firstTry: { ...first, ...times } });
      expect(await read()).toMatchObject([{ job_id: 'job-2', first_job_id: 'job-1' }]);
      await stores.saveDeployment('a', { jobId: 'job-1', firstTry: null });
      expect(await read()).toMatchObject([{ job_id: 'job-1', first_job_id: null }]);
    });

    test('a run of a pipeline has its job, and how it ended', async () => {
      const event = buildPush({ repository: REPOSITORY, after: 'x' });
      await stores.record({ id: 'run', name: 'issue_comment', receivedAt: 1_000, event });
      const { pipelines: _, ...watch } = buildWatch({ id: formatWatchId('run', 'run'), deliveryId: 'run' });
      const job = describePipeline({ id: 'p', name: 'facebook' }, { file: null, isStarted: true });
      const workspace = { id: watch.workspaceId, name: 'Analytics', branch: 'main', directory: null };
      const command: NewCommand = {
        id: 'run',
        installationId: 1,
        repositoryId: REPOSITORY.id,
        account: 'environment',
        place: { kind: 'issue', number: 7 },
        commentId: 9,
        actor: 'mia',
        parsed: {
          kind: 'command',
          command: { name: 'run', pipeline: 'facebook', workspace: null, isConfirmed: true },
          ignored: 0,
        },
        askedAt: 1_000,
        receivedAt: 1_000,
        answer: { kind: 'run', workspace },
      };
      const pipelineWatch = { ...watch, pipelines: [job] };
      const plan = { deliveryId: 'run', outcome: 'command', deployments: [], now: 1_000 } as const;
      await stores.commitPlan({ ...plan, command, pipelineWatch });
      expect(await read()).toMatchObject([{ kind: 'command', requested_by: 'mia', outcome: 'open' }]);
      await stores.savePipelineWatch(watch.id, {
        state: 'concluded',
        ending: 'complete',
        concludedAt: 9_000,
        pipelines: [{ ...job, jobId: 'job-1', outcome: 'failed' }],
      });
      expect(await read()).toMatchObject([
        {
          workspace: watch.workspaceName,
          requested_commit: watch.sha,
          job_id: 'job-1',
          outcome: 'failure',
          reason: 'failed',
          ended: '1970-01-01T00:00:09.000Z',
          delivery_id: 'run',
          deployment_id: null,
        },
      ]);
    });

    test('more than one page of records comes whole', async () => {
      await plan('d', 1_000);
      const row = await opened.db.selectFrom('deployment').selectAll().executeTakeFirstOrThrow();
      for (let hundred = 0; hundred < 11; hundred += 1) {
        const copies = Array.from({ length: 100 }, (_, index) => {
          const id = `d${hundred * 100 + index}`;
          return { ...row, id, workspaceId: id };
        });
        await opened.db.insertInto('deployment').values(copies).execute();
      }
      expect(new Set((await read()).map(({ deployment_id }) => deployment_id)).size).toBe(1_101);
    });
  });
}
