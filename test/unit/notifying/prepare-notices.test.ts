import { beforeEach, expect, test } from 'vitest';
import { conclude, type Ending } from '../../../src/deploying/conclude.ts';
import { Destinations } from '../../../src/notifying/destinations.ts';
import type { NotificationEvent } from '../../../src/notifying/notification-event.ts';
import { createNotices } from '../../../src/notifying/prepare-notices.ts';
import type { Stores } from '../../../src/store/create-stores.ts';
import { FakeClock, FakeDispatcher } from '../deploying/fake-ports.ts';
import { buildReconcileContext, openStores, REPOSITORY } from '../deploying/reconcile-world.ts';
import { buildPlanned } from '../domain/deployment-builder.ts';
import { FakeTrees } from '../planning/fake-trees.ts';

const OF_ALL = { format: 'slack', secret: null, privateNetwork: false } as const;
const DESTINATIONS = [
  { ...OF_ALL, url: 'https://hooks.example/all', on: ['failed', 'repaired', 'waiting'] },
  { ...OF_ALL, url: 'https://hooks.example/repaired', on: ['repaired'] },
] as const;

let stores: Stores;
let clock: FakeClock;
let dispatcher: FakeDispatcher;
let destinations: Destinations;

beforeEach(async () => {
  stores = await openStores();
  clock = new FakeClock();
  dispatcher = new FakeDispatcher();
  destinations = new Destinations([{ key: '@acme', notify: DESTINATIONS }]);
  await stores.learnRepository(REPOSITORY, null, 1);
});

/** A deployment that ends so. */
async function end(ending: Ending, differences: { account?: string; workspaceName?: string } = {}) {
  clock.advance(1_000);
  const planned = buildPlanned({
    account: '@acme',
    repositoryId: REPOSITORY.id,
    receivedAt: clock.now(),
    pushedAt: clock.now(),
    ...differences,
  });
  const { deliveryId } = planned;
  const event = { kind: 'push', account: 'acme', repository: REPOSITORY } as never;
  await stores.record({ id: deliveryId, name: 'push', receivedAt: clock.now(), event });
  await stores.commitPlan({ deliveryId, outcome: 'push', deployments: [planned], now: clock.now() });
  const deployment = await stores.getDeployment(planned.id);
  if (!deployment) throw new Error('The deployment was not stored.');
  const notices = createNotices({
    destinations,
    store: stores,
    repositories: stores,
    dispatcher,
    clock,
    pages: { githubUrl: 'https://github.com', workspaceUrl: () => 'https://app.meltano.com' },
    limits: { startTimeoutMinutes: 60, deployTimeoutMinutes: 120 },
    redact: (text) => text.replaceAll('hunter2', '[redacted]'),
  });
  const accounts = { forOwner: () => null, byKey: () => null };
  const { open: openTrees } = new FakeTrees();
  const context = { ...buildReconcileContext({ stores, clock, accounts, dispatcher, openTrees }), notices };
  await conclude(context, deployment, ending);
}

/** What was told to a destination, oldest first. */
async function told(number = 0): Promise<NotificationEvent[]> {
  const { id = '' } = destinations.ofAccount('@acme')[number] ?? {};
  const events: NotificationEvent[] = [];
  for (;;) {
    const [next] = await stores.listNextNotifications(id, { now: clock.now(), limit: 1 });
    if (!next) return events;
    events.push(JSON.parse(next.body) as NotificationEvent);
    await stores.finishNotification(next.id, clock.now());
  }
}

const types = async (number = 0) => (await told(number)).map(({ type }) => type);

const FAILED: Ending = { conclusion: 'failure', reason: 'job_error' };
const COMPLETE: Ending = { conclusion: 'success', reason: 'job_complete' };

test.each<[string, Ending, string[]]>([
  ['a failed job', FAILED, ['failed']],
  ['failed pipelines', { conclusion: 'failure', reason: 'pipelines_failed' }, ['failed']],
  ['failed verifications', { conclusion: 'failure', reason: 'verification_failed' }, ['failed']],
  ['a refused start', { conclusion: 'failure', reason: 'start_refused', problem: 'no' }, ['failed']],
  ['a start in vain', { conclusion: 'failure', reason: 'start_timeout' }, ['failed']],
  ['a job that is no longer watched', { conclusion: 'timed_out', reason: 'watch_timeout' }, ['failed']],
  ['a hold that lasted too long', { conclusion: 'action_required', reason: 'held_too_long' }, ['waiting']],
  ['a success', COMPLETE, []],
  ['a stopped job', { conclusion: 'cancelled', reason: 'job_stopped' }, []],
  ['a withdrawal', { conclusion: 'cancelled', reason: 'withdrawn' }, []],
  ['a newer deployment', { conclusion: 'skipped', reason: 'superseded' }, []],
  ['an error in the project', { conclusion: 'skipped', reason: 'project_error', problem: 'x' }, []],
])('%s tells what people have to know', async (_, ending, expected) => {
  await end(ending);
  expect(await types()).toEqual(expected);
});

test('a repair is told once, by the first success after a failure', async () => {
  await end(COMPLETE);
  await end(FAILED);
  await end({ conclusion: 'cancelled', reason: 'job_stopped' });
  await end({ conclusion: 'action_required', reason: 'held_too_long' });
  await end(COMPLETE);
  await end(COMPLETE);
  expect(await types()).toEqual(['failed', 'waiting', 'repaired']);
  expect(await types(1)).toEqual(['repaired']);
});

test('nobody is told of another account, or without destinations', async () => {
  await end(FAILED, { account: 'environment' });
  expect(await types()).toEqual([]);
  expect(await stores.listOpenDestinations()).toEqual([]);
  expect(dispatcher.wakes.filter(({ queue }) => queue === 'notification')).toEqual([]);
});

test('a secret in a name is hidden, and the error of the job is left out', async () => {
  await end({ ...FAILED, problem: 'meltano.yml:12 is wrong' }, { workspaceName: 'Analytics hunter2' });
  const [event] = await told();
  expect(event?.data.workspace.name).toBe('Analytics [redacted]');
  expect(JSON.stringify(event)).not.toContain('meltano.yml');
});
