import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import type { Repository } from '../../../src/domain/deployment.ts';
import { createInstallationLearner } from '../../../src/recovery/learn-repositories.ts';
import type { Stores } from '../../../src/store/create-stores.ts';
import { FakeClock } from '../deploying/fake-ports.ts';
import { openStores } from '../deploying/reconcile-world.ts';
import { buildRepository } from '../domain/push-builder.ts';

const REPOSITORY: Repository = buildRepository();

let stores: Stores;
let moved: number[];
let pages: Repository[][] | null;
let allowed: number;
let learn: (installationId: number) => Promise<number | null>;

beforeEach(async () => {
  [moved, pages, allowed] = [[], [], 100];
  stores = await openStores();
  const clock = new FakeClock();
  await stores.learnRepository({ ...REPOSITORY, installationId: 9 }, null, clock.now() - 1);
  learn = createInstallationLearner({
    installations: {
      async *listRepositories() {
        if (!pages) throw new Error('Not now.');
        for (const page of pages) yield page.map((repository) => ({ repository, pushedAt: 1 }));
      },
    },
    budget: { take: () => allowed-- > 0 },
    repositories: stores,
    dispatcher: { wake: () => undefined },
    clock,
    random: () => 0.5,
    onMoved: (installationId) => void moved.push(installationId),
    log: pino({ level: 'silent' }),
  });
});

test('a known repository in a new installation is stored, and both installations are resumed', async () => {
  pages = [[{ ...REPOSITORY, id: 77, name: 'other' }], [REPOSITORY]];
  expect(await learn(1)).toBeNull();
  expect(await stores.getRepository(REPOSITORY.id)).toEqual(REPOSITORY);
  expect(await stores.getRepository(77)).toBeNull();
  expect(moved).toEqual([9, 1]);
});

test('stays within the budget of requests', async () => {
  allowed = 1;
  pages = [[], [REPOSITORY]];
  expect(await learn(1)).toBeNull();
  expect(moved).toEqual([]);
});

test('is retried with growing delays, and finally given up', async () => {
  pages = null;
  const waits: (number | null)[] = [];
  for (let tries = 0; tries < 6; tries += 1) waits.push(await learn(1));
  expect(waits.indexOf(null)).toBe(5);
  expect(waits[4]).toBeGreaterThan(waits[0] ?? Infinity);
  expect(await learn(1)).toBe(waits[0]);
  pages = [[REPOSITORY]];
  expect(await learn(1)).toBeNull();
  expect(moved).toEqual([9, 1]);
});
