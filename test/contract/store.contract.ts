import { describe, expect, test } from 'vitest';
import type { AppEvent } from '../../src/domain/delivery.ts';
import type { PlannedDeployment, Repository } from '../../src/domain/deployment.ts';
import type { DeploymentChange } from '../../src/domain/deployment-store.ts';
import type { LogSetting } from '../../src/domain/log-setting.ts';
import { UNKNOWN_OWNER } from '../../src/domain/owner.ts';
import type { Stores } from '../../src/store/create-stores.ts';
import { buildPlanned } from '../unit/domain/deployment-builder.ts';
import { buildPush, buildRepository } from '../unit/domain/push-builder.ts';
import { type OpenStores, openForEachTest } from './open-for-each-test.ts';

const WORKSPACE = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
const REPOSITORY: Repository = buildRepository({ id: 9_007_199_254 });

const OF_REPOSITORY = { account: 'environment', workspaceId: WORKSPACE, repositoryId: REPOSITORY.id };

function pushEvent(repository = REPOSITORY): AppEvent {
  return buildPush({ repository, before: 'b', after: 'a' });
}

function planned(deliveryId: string, differences: Partial<PlannedDeployment> = {}): PlannedDeployment {
  return buildPlanned({
    repositoryId: REPOSITORY.id,
    deliveryId,
    sha: 'a',
    before: 'b',
    receivedAt: 1_500,
    ...differences,
  });
}

/** What every store must do, whatever database is under it. */
export function describeStore(name: string, open: () => Promise<OpenStores>): void {
  describe(`the store on ${name}`, () => {
    let stores: Stores;
    openForEachTest(open, (opened) => {
      stores = opened;
    });

    async function record(id: string, receivedAt = 1_500): Promise<boolean> {
      return stores.record({ id, name: 'push', receivedAt, event: pushEvent() });
    }

    async function commit(...deployments: PlannedDeployment[]) {
      const deliveryId = deployments[0]?.deliveryId ?? '';
      await record(deliveryId);
      return stores.commitPlan({ deliveryId, outcome: 'push', deployments, now: 2_000 });
    }

    describe('deliveries', () => {
      test('one GUID is stored once, however many come at the same time', async () => {
        const stored = await Promise.all(Array.from({ length: 20 }, () => record('guid')));
        expect(stored.filter(Boolean)).toHaveLength(1);
        expect(await stores.listPending(REPOSITORY.id)).toHaveLength(1);
      });

      test('that arrive together are each stored once, and each answer says if it was new', async () => {
        await record('known');
        const ids = ['known', ...Array.from({ length: 70 }, (_, number) => `guid ${number}`), 'guid 69'];
        const answers = await Promise.all(
          ids.map(async (id) => {
            const isNew = await record(id);
            // What was answered is there.
            expect(await stores.findDelivery(id)).not.toBeNull();
            return isNew;
          }),
        );
        expect(answers).toEqual([false, ...Array.from({ length: 70 }, () => true), false]);
        expect(await stores.listPending(REPOSITORY.id)).toHaveLength(71);
      });

      test('one event is stored once, under however many GUIDs and at whatever time it comes', async () => {
        const identity = { fingerprint: 'push 1', signedAt: 1_000 };
        const replay = (id: string, receivedAt = 1_500) =>
          stores.record({ id, name: 'push', receivedAt, event: pushEvent(), identity });
        const together = await Promise.all(['a', 'b', 'c'].map((id) => replay(id)));
        expect(together).toEqual([true, false, false]);
        await stores.commitPlan({ deliveryId: 'a', outcome: 'no_workspace', deployments: [], now: 1 });
        expect(await replay('d', 9_999_999)).toBe(false);
        expect(await replay('a')).toBe(false);
        expect(await stores.listPending(REPOSITORY.id)).toEqual([]);
        const other = { fingerprint: 'push 2', signedAt: 1_000 };
        const again = { id: 'e', name: 'push', receivedAt: 1, event: pushEvent(), identity: other };
        expect(await stores.record(again)).toBe(true);
      });

      test('that can not be stored fail alone, not with those that came with them', async () => {
        const repository = { ...REPOSITORY, id: null as unknown as number };
        const bad = { id: 'bad', name: 'push', receivedAt: 1_500, event: pushEvent(repository) };
        const settled = await Promise.allSettled([record('before'), stores.record(bad), record('after')]);
        expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        const pending = await stores.listPending(REPOSITORY.id);
        expect(pending.map(({ id }) => id).toSorted()).toEqual(['after', 'before']);
      });

      test('are pending in the order of receipt until they are planned', async () => {
        await record('second', 2);
        await record('first', 1);
        expect((await stores.listPending(REPOSITORY.id)).map((one) => one.id)).toEqual(['first', 'second']);
        expect(await stores.listPendingRepositories()).toEqual([REPOSITORY.id]);
        await stores.commitPlan({ deliveryId: 'first', outcome: 'no_workspace', deployments: [], now: 1 });
        expect((await stores.listPending(REPOSITORY.id)).map((one) => one.id)).toEqual(['second']);
      });

      test('keep the message of a push until it is planned, and no longer', async () => {
        const event = { ...pushEvent(), message: 'the secret plan [skip deploy]' };
        await stores.record({ id: 'guid', name: 'push', receivedAt: 1_500, event });
        expect((await stores.listPending(REPOSITORY.id)).map((one) => one.event)).toEqual([event]);
        await stores.commitPlan({ deliveryId: 'guid', outcome: 'push', deployments: [], now: 2_000 });
        expect((await stores.findDelivery('guid'))?.event).toEqual(pushEvent());
      });

      test('give back the event as it came, and remember failed tries', async () => {
        await record('guid');
        await stores.postpone('guid', 3, 99_000);
        expect(await stores.listPending(REPOSITORY.id)).toEqual([
          {
            id: 'guid',
            name: 'push',
            receivedAt: 1_500,
            event: pushEvent(),
            isReplay: false,
            attempts: 3,
            retryAt: 99_000,
          },
        ]);
      });
    });

    describe('repositories', () => {
      test('keep what the latest delivery said, in whatever order they are learnt', async () => {
        await stores.learnRepository({ ...REPOSITORY, name: 'new-name' }, 'acme/data', 20);
        await stores.learnRepository(REPOSITORY, null, 10);
        expect(await stores.getRepository(REPOSITORY.id)).toEqual({ ...REPOSITORY, name: 'new-name' });
        expect((await stores.listNames(REPOSITORY.id)).sort()).toEqual(['acme/data', 'acme/new-name']);
      });

      test('learn from a delivery that comes after the clock was set back', async () => {
        await stores.learnRepository(REPOSITORY, null, 500_000);
        const renamed = { ...REPOSITORY, name: 'new-name' };
        await stores.learnRepository(renamed, 'acme/data', 400_000, 445_000);
        expect((await stores.getRepository(REPOSITORY.id))?.name).toBe('data');
        await stores.learnRepository(renamed, 'acme/data', 400_000, 410_000);
        expect((await stores.getRepository(REPOSITORY.id))?.name).toBe('new-name');
      });

      test('a name belongs to the repository first seen with it, even once that one has another name', async () => {
        await stores.learnRepository(REPOSITORY, null, 10);
        await stores.learnRepository({ ...REPOSITORY, id: 7 }, null, 20);
        await stores.learnRepository({ ...REPOSITORY, name: 'renamed' }, 'acme/data', 30);
        await stores.learnRepository({ ...REPOSITORY, id: 7 }, null, 40);
        expect((await stores.listNames(REPOSITORY.id)).sort()).toEqual(['acme/data', 'acme/renamed']);
        expect(await stores.listNames(7)).toEqual([]);
        expect(await stores.findNameOwner('Acme/Data')).toBe(REPOSITORY.id);
        expect(await stores.findNameOwner('acme/unknown')).toBeNull();
      });

      test('who has a name now', async () => {
        await stores.learnRepository(REPOSITORY, null, 1_000);
        await stores.learnRepository({ ...REPOSITORY, name: 'Moved' }, null, 2_000);
        await stores.learnRepository({ ...REPOSITORY, id: 7 }, null, 3_000);
        // Whatever else changes, the name is as old as it was.
        await stores.learnRepository({ ...REPOSITORY, id: 7, private: false }, null, 4_000);
        expect(await stores.listHolders(['acme/data', 'acme/moved', 'acme/none'])).toEqual(
          new Map([
            ['acme/moved', { repositoryId: REPOSITORY.id, since: 2_000 }],
            ['acme/data', { repositoryId: 7, since: 3_000 }],
          ]),
        );
      });

      test('a workspace is pinned by its URL and by each mapping, until it is pinned again', async () => {
        const byUrl = { workspaceId: 'w', source: 'url', fullName: 'acme/data', repositoryId: 1 };
        const mapped = { ...byUrl, source: 'acme/mirror', fullName: 'acme/mirror', repositoryId: 2 };
        await stores.savePins('environment', [byUrl, mapped, { ...byUrl, workspaceId: 'other' }]);
        const anew = { ...byUrl, fullName: 'acme/moved', repositoryId: 3 };
        await stores.savePins('environment', [anew]);
        const pins = await stores.listPins('environment', ['w', 'unknown']);
        expect(pins.toSorted((a, b) => a.repositoryId - b.repositoryId)).toEqual([mapped, anew]);
        await stores.savePins('environment', []);
        expect(await stores.listPins('environment', [])).toEqual([]);
      });

      test('the owner’s id stays while GitHub does not tell it, and goes with the owner', async () => {
        await stores.learnRepository(REPOSITORY, null, 1_000);
        const withoutId = { ...REPOSITORY, ownerId: UNKNOWN_OWNER, private: false };
        await stores.learnRepository(withoutId, null, 2_000);
        expect(await stores.getRepository(REPOSITORY.id)).toEqual({ ...REPOSITORY, private: false });
        await stores.learnRepository({ ...withoutId, owner: 'other' }, null, 3_000);
        expect(await stores.getRepository(REPOSITORY.id)).toMatchObject({ ownerId: UNKNOWN_OWNER });
      });

      test('an unknown one is null', async () => {
        expect(await stores.getRepository(404)).toBeNull();
      });

      test('lists the known ones of a page', async () => {
        await stores.learnRepository(REPOSITORY, null, 10);
        expect(await stores.listKnown([404, REPOSITORY.id])).toEqual([REPOSITORY]);
        expect(await stores.listKnown([])).toEqual([]);
      });

      test('in another installation: only unfinished work moves there', async () => {
        await stores.learnRepository(REPOSITORY, null, 10);
        const [open, unreported, over] = [planned('1'), planned('2'), planned('3')];
        const elsewhere = planned('4', { repositoryId: 7 });
        for (const one of [open, unreported, over, elsewhere]) await commit({ ...one, workspaceId: one.id });
        for (const { id } of [unreported, over]) {
          await stores.saveDeployment(id, { state: 'concluded', conclusion: 'success', concludedAt: 5 });
        }
        const { revision } = (await stores.getDeployment(over.id)) ?? { revision: 0 };
        await stores.saveReport(over.id, { reportedRevision: revision });
        await stores.learnRepository({ ...REPOSITORY, installationId: 8 }, null, 9);
        expect((await stores.getDeployment(open.id))?.installationId).toBe(1);
        await stores.learnRepository({ ...REPOSITORY, installationId: 8 }, null, 20);
        const ids = [open, unreported, over, elsewhere].map((one) => stores.getDeployment(one.id));
        expect((await Promise.all(ids)).map((one) => one?.installationId)).toEqual([8, 8, 1, 1]);
      });
    });

    describe('a repository that is made public', () => {
      const DAY = 24 * 3_600_000;
      const NOW = 100 * DAY;
      const madePublic = () => stores.learnRepository({ ...REPOSITORY, private: false }, null, NOW);

      async function reported(id: string, change: DeploymentChange, log: LogSetting = null): Promise<string> {
        const one = planned(id, { workspaceId: id, log });
        await commit(one);
        const saved = await stores.saveDeployment(one.id, change);
        await stores.saveReport(one.id, { reportedRevision: saved?.revision ?? 0 });
        return one.id;
      }

      const concluded = (concludedAt: number): DeploymentChange => ({
        jobId: 'job',
        state: 'concluded',
        conclusion: 'success',
        concludedAt,
      });

      test('owes a write to the check runs that show a log: open ones, and those of the last 30 days', async () => {
        await stores.learnRepository({ ...REPOSITORY, private: true }, null, 10);
        const open = await reported('1', { jobId: 'job', state: 'running' });
        const recent = await reported('2', concluded(NOW - 29 * DAY));
        await reported('3', concluded(NOW - 31 * DAY));
        await reported('4', { ...concluded(NOW - DAY), jobId: null });
        await reported('5', concluded(NOW - DAY), 'final');
        const privately = await reported('6', concluded(NOW - DAY), 'final_if_private');
        expect((await madePublic()).sort()).toEqual([open, recent, privately].sort());
        const due = (await stores.listUnreported()).map((one) => one.id);
        expect(due.sort()).toEqual([open, recent, privately].sort());
        expect(await madePublic()).toEqual([]);
      });

      test('owes nothing when it was public, becomes private, or when that is old news', async () => {
        const known = { ...REPOSITORY, private: true };
        await stores.learnRepository(known, null, NOW + 1);
        await reported('1', concluded(NOW));
        expect(await madePublic()).toEqual([]);
        await stores.learnRepository({ ...known, private: false }, null, NOW + 2);
        expect(await stores.learnRepository({ ...known, name: 'x', private: false }, null, NOW + 3)).toEqual(
          [],
        );
        expect(await stores.learnRepository(known, null, NOW + 4)).toEqual([]);
      });
    });

    describe('plans', () => {
      test('the same plan again changes nothing', async () => {
        const plan = [planned('guid')];
        expect(await commit(...plan)).toHaveLength(1);
        expect(await commit(...plan)).toEqual([]);
        expect(await stores.listOpen(OF_REPOSITORY)).toHaveLength(1);
      });

      test('a plain no is stored, and needs no report', async () => {
        await commit(planned('guid', { reason: 'paths_unchanged', conclusion: 'none' }));
        expect(await stores.listOpen(OF_REPOSITORY)).toEqual([]);
        expect(await stores.listUnreported()).toEqual([]);
      });

      test('a newer deployment replaces the waiting one, and both are reported as changed', async () => {
        const [first] = await commit(planned('one', { pushedAt: 1_000 }));
        const second = planned('two', { pushedAt: 2_000 });
        const changed = await commit(second);
        expect(changed.find((one) => one.id === first?.id)).toMatchObject({
          state: 'concluded',
          conclusion: 'skipped',
          reason: 'superseded',
          supersededBy: second.id,
        });
        expect((await stores.listOpen(OF_REPOSITORY)).map((one) => one.id)).toEqual([second.id]);
      });

      test('an older push that comes late is replaced, even after 50 newer ones', async () => {
        for (let n = 1; n <= 50; n += 1) await commit(planned(`guid-${n}`, { pushedAt: 10_000 + n }));
        const late = planned('late', { pushedAt: 1 });
        const changed = await commit(late);
        expect(changed.find((one) => one.id === late.id)).toMatchObject({ reason: 'superseded' });
      });

      test('a push back within the same second is the newest, also where the one between deployed nothing', async () => {
        const there = await commit(planned('there', { before: '0', sha: '1', receivedAt: 1_100 }));
        await stores.saveDeployment(there[0]?.id ?? '', {
          state: 'concluded',
          conclusion: 'success',
          concludedAt: 1_200,
        });
        await commit(
          planned('between', {
            before: '1',
            sha: '2',
            receivedAt: 1_300,
            reason: 'paths_unchanged',
            conclusion: 'none',
          }),
        );
        const back = planned('back', { before: '2', sha: '0', receivedAt: 1_400 });
        await commit(back);
        expect(await stores.listOpen(OF_REPOSITORY)).toMatchObject([{ id: back.id, state: 'waiting' }]);
      });

      test('one that was attempted is never replaced', async () => {
        const [first] = await commit(planned('one', { pushedAt: 1_000 }));
        await stores.saveDeployment(first?.id ?? '', { state: 'starting', attemptedAt: 5 });
        await commit(planned('two', { pushedAt: 2_000 }));
        expect((await stores.listOpen(OF_REPOSITORY)).map((one) => one.state)).toEqual([
          'starting',
          'waiting',
        ]);
      });

      test('the last started deployment is the open one, else the one that ended last, however it ended', async () => {
        expect(await stores.findLastStarted(OF_REPOSITORY)).toBeNull();
        const deploy = async (n: number, change: DeploymentChange) => {
          const [one] = await commit(planned(`guid-${n}`, { pushedAt: n }));
          const id = one?.id ?? '';
          await stores.saveDeployment(id, change);
          return id;
        };
        const ended = (concludedAt: number) =>
          ({ state: 'concluded', reason: 'job_complete', concludedAt }) as const;
        // Something else started its job: no start of it was attempted.
        await deploy(0, { ...ended(1), conclusion: 'success', acceptedAt: 1 });
        const failed = await deploy(1, { ...ended(2), conclusion: 'failure', attemptedAt: 1 });
        // Nothing was started for these.
        await deploy(2, { ...ended(3), conclusion: 'cancelled' });
        const open = await deploy(3, { state: 'starting', attemptedAt: 5 });
        await commit(planned('waiting', { pushedAt: 4 }));
        const last = async (except?: string) => (await stores.findLastStarted(OF_REPOSITORY, except))?.id;
        expect(await last()).toBe(open);
        expect(await last(open)).toBe(failed);
      });

      test('a tree digest is found by its commit and filter, and replaced by a later one', async () => {
        const taken = { kind: 'digest', commit: 'a', filter: 'f', digest: 'd' } as const;
        const [one] = await commit(planned('guid', { sha: 'a', treeDigest: taken }));
        expect(one?.treeDigest).toEqual(taken);
        const find = (commit: string, filter: string) =>
          stores.findTreeDigest(OF_REPOSITORY, { commit, filter });
        expect(await find('a', 'f')).toEqual(taken);
        expect(await find('b', 'f')).toBeNull();
        expect(await find('a', 'g')).toBeNull();
        const later = { ...taken, commit: 'b', digest: 'e' };
        await stores.saveTreeDigest(one?.id ?? '', later);
        expect(await stores.getDeployment(one?.id ?? '')).toMatchObject({ treeDigest: later, revision: 1 });
      });

      test('the newest digest is that of the newest push to the branch, whether it is deployed or not', async () => {
        const digestOf = (commit: string) =>
          ({ kind: 'digest', commit, filter: 'f', digest: commit }) as const;
        const push = (sha: string, differences: Partial<PlannedDeployment>) =>
          commit(planned(sha, { sha, treeDigest: digestOf(sha), ...differences }));
        await push('a', { pushedAt: 1_000 });
        await push('c', { pushedAt: 2_000, before: 'b', reason: 'paths_unchanged', conclusion: 'none' });
        await push('b', { pushedAt: 2_000, before: 'a' });
        await push('d', { pushedAt: 3_000, branch: 'dev' });
        await push('e', { pushedAt: 4_000, treeDigest: null });
        const newest = await stores.findNewestDigest(OF_REPOSITORY, { branch: 'main', pushedAt: 1_000 });
        expect(newest).toEqual(digestOf('c'));
      });

      test('the first pending push is the oldest one that may have changed something, and older than the one in question', async () => {
        const pushAfter = (sha: string, pushedAt: number, rest: Partial<PlannedDeployment> = {}) =>
          commit(planned(sha, { before: sha, pushedAt, ...rest }));
        expect(await stores.findFirstPending(OF_REPOSITORY, 5_000)).toBeNull();
        await pushAfter('elsewhere', 500, { reason: 'branch_not_tracked', conclusion: 'none' });
        await pushAfter('unchanged', 600, { reason: 'paths_unchanged', conclusion: 'none' });
        await pushAfter('second', 3_000);
        await pushAfter('skipped', 2_000, { reason: 'skip_token', conclusion: 'skipped' });
        await pushAfter('other', 500, { workspaceId: 'other' });
        expect(await stores.findFirstPending(OF_REPOSITORY, 5_000)).toEqual({ before: 'skipped' });
        expect(await stores.findFirstPending(OF_REPOSITORY, 2_000)).toBeNull();
      });

      test('the brake counts what started: no waiting, superseded, refused by the plan, old or foreign ones', async () => {
        const start = async (id: string, differences: Partial<PlannedDeployment>) => {
          const [one] = await commit(planned(id, { requestedBy: 'bot', ...differences }));
          await stores.saveDeployment(one?.id ?? '', { state: 'running' });
        };
        await start('counted', { receivedAt: 200 });
        await start('old', { receivedAt: 100 });
        await start('foreign', { receivedAt: 200, requestedBy: 'ana' });
        await commit(
          planned('no', {
            receivedAt: 200,
            requestedBy: 'bot',
            reason: 'paths_unchanged',
            conclusion: 'none',
          }),
        );
        await commit(planned('superseded', { receivedAt: 200, requestedBy: 'bot', pushedAt: 5_000 }));
        await commit(planned('waiting', { receivedAt: 200, requestedBy: 'bot', pushedAt: 6_000 }));
        expect(await stores.countStarted(OF_REPOSITORY, 'bot', 100)).toBe(1);
      });
    });

    describe('deployments', () => {
      test('what a person can see makes a report due, bookkeeping does not', async () => {
        const [one] = await commit(planned('guid'));
        const id = one?.id ?? '';
        await stores.saveReport(id, {
          reportedRevision: one?.revision ?? 0,
          checkRunId: 7,
          checkRunUrl: 'url',
        });
        const kept = await stores.saveDeployment(id, { failures: 2, retryAt: 5, knownJobIds: ['j1'] });
        expect(kept).toMatchObject({
          failures: 2,
          knownJobIds: ['j1'],
          checkRunId: 7,
          revision: one?.revision,
        });
        expect(await stores.listUnreported()).toEqual([]);
        await stores.saveDeployment(id, { problem: 'Meltano Cloud answered 503' });
        expect((await stores.listUnreported()).map((due) => due.id)).toEqual([id]);
      });

      test('an installation’s reportable ones are open or owe a report, wherever they were planned', async () => {
        await stores.learnRepository(REPOSITORY, null, 1);
        const [one] = await commit(planned('guid'));
        const id = one?.id ?? '';
        const list = async () => (await stores.listReportable(1)).map((due) => due.id);
        expect(await list()).toEqual([id]);
        expect(await stores.listReportable(2)).toEqual([]);
        await stores.learnRepository({ ...REPOSITORY, installationId: 2 }, null, 2);
        expect((await stores.listReportable(2)).map((due) => due.id)).toEqual([id]);
        expect(await list()).toEqual([]);
        await stores.learnRepository(REPOSITORY, null, 3);
        await stores.saveReport(id, { reportedRevision: one?.revision ?? 0 });
        expect(await list()).toEqual([id]);
        const ended = await stores.saveDeployment(id, { state: 'concluded', conclusion: 'success' });
        expect(await list()).toEqual([id]);
        await stores.saveReport(id, { reportedRevision: ended?.revision ?? 0 });
        expect(await list()).toEqual([]);
      });

      test('of each installation the last time counts when it was usable again', async () => {
        expect(await stores.readResumedAt(1)).toBeNull();
        await stores.saveResumedAt(1, 5);
        await stores.saveResumedAt(2, 6);
        await stores.saveResumedAt(1, 7);
        expect([await stores.readResumedAt(1), await stores.readResumedAt(2)]).toEqual([7, 6]);
      });

      test('one whose check run may be there twice is listed until that is settled', async () => {
        await stores.learnRepository(REPOSITORY, null, 1);
        const [one] = await commit(planned('guid'));
        const id = one?.id ?? '';
        const ended = await stores.saveDeployment(id, { state: 'concluded', conclusion: 'success' });
        await stores.saveReport(id, { reportedRevision: ended?.revision ?? 0, checkRunAttemptedAt: 5 });
        const list = async () => [
          ...(await stores.listUnreported()).map((due) => due.id),
          ...(await stores.listReportable(1)).map((due) => due.id),
        ];
        expect(await list()).toEqual([]);
        await stores.saveReport(id, { checkRunId: 9 });
        expect(await list()).toEqual([id, id]);
        await stores.saveReport(id, { checkRunAttemptedAt: null });
        expect(await list()).toEqual([]);
      });

      test('writes to GitHub and its holds are remembered for each installation', async () => {
        expect(await stores.listGitHubWrites(1)).toEqual([]);
        for (const at of [5, 7, 7]) await stores.noteGitHubWrite(1, at);
        await stores.noteGitHubWrite(2, 6);
        expect((await stores.listGitHubWrites(1)).sort()).toEqual([5, 7, 7]);
        await stores.forgetGitHubWrites(1, 7);
        expect(await stores.listGitHubWrites(1)).toEqual([7, 7]);
        expect(await stores.listGitHubWrites(2)).toEqual([6]);
        expect(await stores.readGitHubHold(1)).toBeNull();
        await stores.saveGitHubHold(1, 50);
        await stores.saveGitHubHold(1, 40);
        expect([await stores.readGitHubHold(1), await stores.readGitHubHold(2)]).toEqual([40, null]);
      });

      test('a concluded one never changes again', async () => {
        const [one] = await commit(planned('guid'));
        const id = one?.id ?? '';
        await stores.saveDeployment(id, {
          state: 'concluded',
          conclusion: 'success',
          reason: 'job_complete',
        });
        expect(await stores.saveDeployment(id, { state: 'starting' })).toBeNull();
        expect(await stores.getDeployment(id)).toMatchObject({ state: 'concluded', conclusion: 'success' });
        expect(await stores.listOpenWorkspaces()).toEqual([]);
      });

      test('jobs that a deployment of the workspace has are taken', async () => {
        const [one] = await commit(planned('guid'));
        await stores.saveDeployment(one?.id ?? '', { jobId: 'mine' });
        expect(await stores.listTakenJobs(OF_REPOSITORY, ['mine', 'other'])).toEqual(new Set(['mine']));
        expect(await stores.listTakenJobs(OF_REPOSITORY, [])).toEqual(new Set());
      });
    });
  });
}
