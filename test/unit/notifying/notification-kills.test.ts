import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { NotificationReceiver } from '../../../sandbox/receiver/notification-receiver.ts';
import { conclude } from '../../../src/deploying/conclude.ts';
import type { Accounts } from '../../../src/domain/account.ts';
import { Destinations } from '../../../src/notifying/destinations.ts';
import { NotificationConnections } from '../../../src/notifying/notification-connections.ts';
import { createNotices } from '../../../src/notifying/prepare-notices.ts';
import { sendNotification } from '../../../src/notifying/send-notification.ts';
import { createNotificationSync } from '../../../src/notifying/sync-notifications.ts';
import type { Stores } from '../../../src/store/create-stores.ts';
import { FakeClock, FakeDispatcher } from '../deploying/fake-ports.ts';
import { buildReconcileContext, openStores, REPOSITORY } from '../deploying/reconcile-world.ts';
import { buildPlanned } from '../domain/deployment-builder.ts';
import { FakeTrees } from '../planning/fake-trees.ts';

class Killed extends Error {}

/** Kills the process at its n-th call of the store or a destination: before its effect, or after it. */
class Killer {
  readonly steps: string[] = [];
  readonly #at: number;
  readonly #isAfter: boolean;

  constructor(at = 0, isAfter = false) {
    this.#at = at;
    this.#isAfter = isAfter;
  }

  async step<T>(name: string, act: () => Promise<T>): Promise<T> {
    this.steps.push(name);
    const isNow = this.steps.length === this.#at;
    if (isNow && !this.#isAfter) throw new Killed();
    const value = await act();
    if (isNow) throw new Killed();
    return value;
  }

  wrap(stores: Stores): Stores {
    return new Proxy(stores, {
      get: (target, key: keyof Stores & string) => {
        const value = target[key] as (...given: unknown[]) => Promise<unknown>;
        return (...given: unknown[]) => this.step(key, () => value.apply(target, given));
      },
    });
  }
}

const NOBODY: Accounts = { forOwner: () => null, byKey: () => null };

async function openWorld() {
  const receiver = new NotificationReceiver();
  await receiver.start();
  const stores = await openStores();
  const connections = new NotificationConnections(null);
  onTestFinished(async () => {
    await connections.destroy();
    await receiver.stop();
  });
  await stores.learnRepository(REPOSITORY, null, 1);
  const planned = buildPlanned({ account: '@acme', repositoryId: REPOSITORY.id });
  const event = { kind: 'push', account: 'acme', repository: REPOSITORY } as never;
  await stores.record({ id: planned.deliveryId, name: 'push', receivedAt: 1, event });
  const { deliveryId } = planned;
  await stores.commitPlan({ deliveryId, outcome: 'push', deployments: [planned], now: 1 });
  return { receiver, stores, connections, deploymentId: planned.id };
}

type World = Awaited<ReturnType<typeof openWorld>>;

/** A process: ends the deployment if that is open, and sends what is stored. */
async function live({ receiver, stores, connections, deploymentId }: World, killer: Killer): Promise<void> {
  const store = killer.wrap(stores);
  const fake = new FakeClock();
  // The receiver refuses old times.
  const clock = { now: () => Date.now(), elapsed: fake.elapsed };
  const destinations = new Destinations([
    {
      key: '@acme',
      notify: (['json', 'slack'] as const).map((format) => ({
        url: receiver.url(format),
        format,
        secret: format === 'json' ? receiver.secret : null,
        on: ['failed'],
        privateNetwork: true,
      })),
    },
  ]);
  const dispatcher = new FakeDispatcher();
  const notices = createNotices({
    destinations,
    store,
    repositories: store,
    dispatcher,
    clock,
    pages: { githubUrl: 'https://github.com', workspaceUrl: () => 'https://app.meltano.com' },
    limits: { startTimeoutMinutes: 60, deployTimeoutMinutes: 120 },
    redact: (text) => text,
  });
  const send = createNotificationSync({
    store,
    findDestination: (id) => destinations.byId(id),
    send: (destination, message) =>
      killer.step('send', () =>
        sendNotification(
          {
            dispatcherFor: (one) => connections.dispatcherFor(one),
            stop: new AbortController().signal,
            tryMs: 10_000,
          },
          destination,
          message,
          clock.now(),
        ),
      ),
    requireLease: async () => undefined,
    clock,
    log: pino({ level: 'silent' }),
    onOutcome: () => undefined,
  });
  const context = {
    ...buildReconcileContext({
      stores: store,
      clock,
      accounts: NOBODY,
      dispatcher,
      openTrees: new FakeTrees().open,
    }),
    notices,
  };
  const deployment = await store.getDeployment(deploymentId);
  if (deployment && deployment.state !== 'concluded') {
    await conclude(context, deployment, { conclusion: 'failure', reason: 'job_error' });
  }
  for (const id of await store.listOpenDestinations()) while ((await send(id)) !== null);
}

test.each([
  ['before', false],
  ['after', true],
])('a process that is killed at any step, %s its effect, tells the end at least once', async (_, isAfter) => {
  let kills = 0;
  let twice = 0;
  for (let at = 1; ; at += 1) {
    const world = await openWorld();
    const killer = new Killer(at, isAfter);
    const isKilled = await live(world, killer).then(
      () => false,
      (error: unknown) => {
        if (error instanceof Killed) return true;
        throw error;
      },
    );
    if (isKilled) await live(world, new Killer());
    const { receiver, deploymentId } = world;
    const ids = new Set(receiver.messages('json').map(({ id }) => id));
    expect([...ids]).toEqual([`msg_${deploymentId}_job_error`]);
    expect(receiver.messages('slack').length).toBeGreaterThanOrEqual(1);
    expect(receiver.refusals).toEqual([]);
    twice += receiver.received.length - 2;
    if (!isKilled) break;
    kills += 1;
  }
  expect(kills).toBeGreaterThan(10);
  // Only a process that dies between an answer and the note of it sends again: once for each destination.
  expect(twice).toBe(2);
});
