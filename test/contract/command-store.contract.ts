import { describe, expect, test } from 'vitest';
import type { NewCommand } from '../../src/domain/conversation.ts';
import type { PlannedDeployment, Repository } from '../../src/domain/deployment.ts';
import { describePipeline, formatWatchId } from '../../src/domain/pipeline-watch.ts';
import type { Plan } from '../../src/planning/plan-store.ts';
import type { Stores } from '../../src/store/create-stores.ts';
import { buildPlanned } from '../unit/domain/deployment-builder.ts';
import { buildWatch } from '../unit/domain/pipeline-builder.ts';
import { buildRepository } from '../unit/domain/push-builder.ts';
import { type OpenStores, openForEachTest } from './open-for-each-test.ts';

const WORKSPACE = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
const REPOSITORY: Repository = buildRepository({ id: 9_007_199_254 });

const OF_REPOSITORY = { account: 'environment', workspaceId: WORKSPACE, repositoryId: REPOSITORY.id };

function command(id: string, differences: Partial<NewCommand> = {}): NewCommand {
  return {
    id,
    installationId: 1,
    repositoryId: REPOSITORY.id,
    account: 'environment',
    place: { kind: 'issue', number: 7 },
    commentId: 9_007_199_255,
    actor: 'ana',
    parsed: {
      kind: 'command',
      command: { name: 'redeploy', workspaces: ['a'], branch: null, force: false },
      ignored: 0,
    },
    askedAt: 20_000,
    receivedAt: 20_500,
    answer: { kind: 'redeploy', missing: [] },
    ...differences,
  };
}

function planned(deliveryId: string, differences: Partial<PlannedDeployment> = {}): PlannedDeployment {
  return buildPlanned({
    repositoryId: REPOSITORY.id,
    deliveryId,
    sha: 'a',
    cause: 'command',
    pushedAt: 20_000,
    receivedAt: 20_500,
    reason: 'command',
    ...differences,
  });
}

/** What every store must do for commands and their conversations. */
export function describeCommandStore(name: string, open: () => Promise<OpenStores>): void {
  describe(`commands in the store on ${name}`, () => {
    let stores: Stores;
    openForEachTest(open, (opened) => {
      stores = opened;
    });

    async function commit(id: string, plan: Partial<Plan>) {
      const event = {
        kind: 'repository',
        account: 'acme',
        repository: REPOSITORY,
        formerFullName: null,
      } as const;
      await stores.record({ id, name: 'issue_comment', receivedAt: 20_500, event });
      return stores.commitPlan({ outcome: 'command', deployments: [], ...plan, deliveryId: id, now: 21_000 });
    }

    test('the jobs of pipelines that a command asks for are stored with it, once', async () => {
      const { pipelines, ...rest } = buildWatch();
      const watch = {
        ...rest,
        id: formatWatchId('run', 'first'),
        repositoryId: REPOSITORY.id,
        deliveryId: 'first',
        pipelines: [describePipeline({ id: 'p', name: 'Café' }, { file: null, isStarted: true })],
      };
      const workspace = { id: WORKSPACE, name: 'Analytics', branch: 'main', directory: null };
      const plan = { command: command('first', { answer: { kind: 'run', workspace } }) };
      await commit('first', { ...plan, pipelineWatch: watch });
      await stores.savePipelineWatch(watch.id, { state: 'running' });
      await commit('first', { ...plan, pipelineWatch: watch });
      expect(await stores.getPipelineWatch(watch.id)).toMatchObject({
        state: 'running',
        pipelines: watch.pipelines,
      });
      await stores.learnRepository(REPOSITORY, null, 1);
      expect(await stores.listReportableWatches(REPOSITORY.installationId)).toMatchObject([{ id: watch.id }]);
    });

    test('a comment that is ignored is stored as handled', async () => {
      const event = {
        kind: 'ignored',
        account: 'acme',
        repository: REPOSITORY,
        reason: 'no_command',
      } as const;
      await stores.record({ id: 'guid', name: 'issue_comment', receivedAt: 1, event });
      expect(await stores.listPending(REPOSITORY.id)).toEqual([]);
      expect(await stores.listUnknownDeliveries(['guid'])).toEqual(new Set());
    });

    test('a command comes back as it was, open until everything is said', async () => {
      await commit('one', { command: command('one'), deployments: [planned('one')] });
      expect(await stores.getCommand('one')).toEqual({
        ...command('one'),
        reaction: null,
        reactionId: null,
        replyId: null,
        replyAttemptedAt: null,
        replyDigest: null,
        finishedAt: null,
      });
      expect(await stores.listOpenCommands()).toEqual(['one']);
      await stores.saveCommand('one', { reaction: 'rocket', replyId: 9_007_199_256, finishedAt: 30_000 });
      expect(await stores.getCommand('one')).toMatchObject({ reaction: 'rocket', replyId: 9_007_199_256 });
      expect(await stores.listOpenCommands()).toEqual([]);
      expect(await stores.getCommand('two')).toBeNull();
    });

    test('what waits to be said in an installation: of its repositories, where they are now', async () => {
      const elsewhere = { ...REPOSITORY, id: 7, name: 'other', installationId: 2 };
      await stores.learnRepository(REPOSITORY, null, 1);
      await stores.learnRepository(elsewhere, null, 1);
      for (const repositoryId of [REPOSITORY.id, elsewhere.id]) {
        const name = `of ${repositoryId}`;
        const deployments = [planned(name, { id: name, repositoryId })];
        await commit(name, { command: command(name, { repositoryId }), deployments });
        await stores.noteFailure({ repositoryId, sha: 'a', now: 1 });
        const shown = {
          deploymentId: name,
          account: 'environment',
          workspaceId: WORKSPACE,
          environment: 'prod',
          openedAt: 1,
          unchangedSince: null,
        };
        await stores.openGitHubDeployment(shown);
      }
      const waiting = (id: number) => [
        { queue: 'command', key: `of ${id}` },
        { queue: 'comment', key: `${id}:a` },
        { queue: 'environment', key: `of ${id}` },
      ];
      expect(await stores.listResumable(1)).toEqual(waiting(REPOSITORY.id));
      await stores.learnRepository({ ...elsewhere, installationId: 3 }, null, 2);
      expect(await stores.listResumable(2)).toEqual([]);
      expect(await stores.listResumable(3)).toEqual(waiting(7));
      await stores.saveCommand('of 7', { finishedAt: 30_000 });
      await stores.saveFailureComment('7:a', { finishedAt: 30_000 });
      await stores.saveGitHubDeployment('of 7', { finishedAt: 30_000 });
      expect(await stores.listResumable(3)).toEqual([]);
    });

    test('the same plan again makes no second command', async () => {
      const plan = { command: command('one'), deployments: [planned('one')] };
      expect(await commit('one', plan)).toHaveLength(1);
      expect(await commit('one', plan)).toEqual([]);
    });

    test('a command has the deployments that it requested or withdrew', async () => {
      await commit('one', { command: command('one'), deployments: [planned('one')] });
      const [withdrawn] = await commit('two', {
        command: command('two', { answer: { kind: 'withdraw', idle: [] } }),
        withdraw: { by: 'bob', workspaces: [OF_REPOSITORY] },
      });
      expect(withdrawn).toMatchObject({ withdrawnBy: 'bob', withdrawDeliveryId: 'two', revision: 2 });
      const [ofOne] = await stores.listCommandDeployments('one');
      expect(ofOne).toEqual(withdrawn);
      expect(await stores.listCommandDeployments('two')).toEqual([withdrawn]);
      expect(
        await commit('three', { withdraw: { by: 'ana', workspaces: [OF_REPOSITORY] } }),
        'what is withdrawn stays the first one’s',
      ).toEqual([]);
    });

    test.each<[string, Partial<NewCommand>, boolean]>([
      ['the same, ten seconds later', { askedAt: 30_000 }, true],
      ['the same, eleven seconds later', { askedAt: 31_000 }, false],
      ['the same, ten seconds before it, which came late', { askedAt: 10_000 }, true],
      ['the same, eleven seconds before it', { askedAt: 9_000 }, false],
      ['of another person', { actor: 'bob' }, false],
      ['of the same person in other letters', { actor: 'ANA' }, true],
      ['in another place', { place: { kind: 'issue', number: 8 } }, false],
      [
        'for something else',
        { parsed: { kind: 'command', command: { name: 'withdraw', workspaces: ['a'] }, ignored: 0 } },
        false,
      ],
    ])('a command %s is repeated: %s', async (_, differences, isRepeated) => {
      await commit('one', { command: command('one') });
      expect(await stores.isRepeated(command('two', differences), 10_000)).toBe(isRepeated);
    });

    test('a re-run is found by who asked and when, and notes itself on the old deployment', async () => {
      const [old] = await commit('push', { deployments: [planned('push', { cause: 'push' })] });
      if (!old) throw new Error('Nothing was planned');
      await stores.saveDeployment(old.id, { state: 'concluded', conclusion: 'success', concludedAt: 21_000 });
      const made = planned('rerun', { cause: 'rerun', redeployOf: old.id });
      const rerun = { kind: 'redeployed', by: 'ana', deploymentId: made.id } as const;
      const changed = await commit('rerun', {
        deployments: [made],
        reruns: [{ deploymentId: old.id, repositoryId: REPOSITORY.id, rerun, lost: null }],
      });
      expect(changed.find((one) => one.id === old.id)).toMatchObject({ rerun, revision: 3 });
      const asked = { repositoryId: REPOSITORY.id, deploymentId: old.id, isForced: false, until: 40_500 };
      const find = (differences: Partial<typeof asked> & { actor: string; since: number }) =>
        stores.findRerun({ ...asked, ...differences });
      expect((await find({ actor: 'ana', since: 20_500 }))?.id).toBe(made.id);
      expect(await find({ actor: 'ana', since: 20_501 })).toBeNull();
      expect(await find({ actor: 'bob', since: 20_500 })).toBeNull();
      expect(await find({ actor: 'ana', since: 20_500, repositoryId: 7 })).toBeNull();
      expect(await find({ actor: 'ana', since: 20_500, isForced: true })).toBeNull();
      // Stored by a clock that was set back since.
      expect(await find({ actor: 'ana', since: 10_499, until: 20_499 })).toBeNull();
      const foreign = { deploymentId: old.id, repositoryId: 7, rerun, lost: null };
      expect(await commit('foreign', { reruns: [foreign] }), 'another repository’s re-run').toEqual([]);
    });

    test('a deployment that an earlier database knew is stored as it ended, once, and owes its run a write', async () => {
      const rerun = { kind: 'refused', by: 'ana', why: 'not now' } as const;
      const lost = {
        planned: {
          ...planned('adopted:7', { conclusion: 'failure' }),
          reason: 'read_from_check_run' as const,
        },
        ended: { checkRunId: 7, checkRunUrl: null, jobId: 'job', concludedAt: 5_000 },
      };
      const noted = { deploymentId: lost.planned.id, repositoryId: REPOSITORY.id, rerun, lost };
      const [restored] = await commit('first', { reruns: [noted] });
      const ended = { state: 'concluded', conclusion: 'failure', ...lost.ended, rerun };
      expect(restored).toMatchObject({ ...ended, revision: 1, reportedRevision: 0 });
      const [again] = await commit('second', { reruns: [noted] });
      expect(again).toMatchObject({ ...ended, revision: 2 });
    });

    test('the newest deployments with a check run come first', async () => {
      await commit('one', { deployments: [planned('one', { sha: '1', receivedAt: 1 })] });
      await commit('two', { deployments: [planned('two', { sha: '2', receivedAt: 2 })] });
      const no = { sha: '3', receivedAt: 3, reason: 'paths_unchanged', conclusion: 'none' } as const;
      await commit('three', { deployments: [planned('three', no)] });
      expect((await stores.listRecent(OF_REPOSITORY, 5)).map((one) => one.sha)).toEqual(['2', '1']);
      expect(await stores.listRecent(OF_REPOSITORY, 1)).toHaveLength(1);
    });

    test('finished commands are removed, oldest first, up to a limit; open ones stay', async () => {
      for (const [index, id] of ['a', 'b', 'c', 'open'].entries()) {
        await commit(id, { command: command(id) });
        if (id !== 'open') await stores.saveCommand(id, { finishedAt: index + 1 });
      }
      expect(await stores.removeNotes('command', 3, 1)).toBe(1);
      expect(await stores.getCommand('a')).toBeNull();
      expect(await stores.removeNotes('command', 3, 5)).toBe(1);
      expect(await stores.getCommand('c')).not.toBeNull();
      expect(await stores.getCommand('open')).not.toBeNull();
    });
  });
}
