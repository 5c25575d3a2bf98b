import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Account, WorkspaceDirectory } from '../../../src/domain/account.ts';
import type { SetupApi, SetupText } from '../../../src/domain/setup-run.ts';
import { createSetupChecker } from '../../../src/planning/check-setup.ts';
import { succeed, UNREACHABLE } from '../deploying/fake-meltano.ts';
import { FakeClock } from '../deploying/fake-ports.ts';
import { buildWorkspace, MINUTE, openStores, REPOSITORY } from '../deploying/reconcile-world.ts';

interface SetupWorld {
  readonly written: SetupText[];
  listed: Awaited<ReturnType<WorkspaceDirectory['newerThan']>>;
  /** GitHub has this commit no more. */
  lostSha: string;
  target: Awaited<ReturnType<SetupApi['readTarget']>>;
  /** Steps until it is done, or for this time. */
  runFor(ms: number): Promise<void>;
  /** Adds repositories of the same installation, and takes a step for each at the same time. */
  addAtOnce(count: number): Promise<void>;
}

/** A repository that was added, and what is written there. */
async function open(): Promise<SetupWorld> {
  const [clock, stores] = [new FakeClock(), await openStores()];
  const { id: repositoryId, installationId, owner, ownerId, name } = REPOSITORY;
  await stores.learnRepository(REPOSITORY, null, clock.now());
  await stores.addSetupRuns(
    [{ repositoryId, installationId, owner, ownerId, name, isSilent: 0 }],
    clock.now(),
  );
  const createCheck = () => {
    const directory = { newerThan: async () => world.listed };
    const account = { key: 'environment', mappings: [], directory, greets: true, pagesUrl: 'https://m' };
    return createSetupChecker({
      store: stores,
      repositories: stores,
      api,
      accounts: { forOwner: () => account as unknown as Account },
      knowOwner: async (known) => ({ ...known, isTaken: false }) as never,
      isAllowed: () => true,
      githubHost: 'github.com',
      clock,
      random: () => 0.5,
      log: pino({ level: 'silent' }),
    });
  };
  const world: SetupWorld = {
    written: [],
    listed: UNREACHABLE,
    lostSha: '',
    target: PRESENT,
    async runFor(ms) {
      const check = createCheck();
      const end = clock.elapsed() + ms;
      while (clock.elapsed() < end) {
        const delayMs = await check(String(repositoryId));
        if (delayMs === null) return;
        clock.advance(delayMs);
      }
    },

    async addAtOnce(count) {
      const ids = Array.from({ length: count }, (_, n) => 9_000 + n);
      const added = ids.map((id) => ({
        repositoryId: id,
        installationId,
        owner,
        ownerId,
        name,
        isSilent: 0,
      }));
      await stores.addSetupRuns(added, clock.now());
      const check = createCheck();
      await Promise.all(ids.map((id) => check(String(id))));
    },
  };
  const api: SetupApi = {
    readTarget: async () => world.target,
    findWritten: async () => ({ ok: true, value: [] }),
    create: async (_, sha, text) => {
      if (sha === world.lostSha) return INVALID;
      world.written.push(text);
      return { ok: true, value: null };
    },
  };
  return world;
}

const PRESENT = {
  ok: true,
  value: { repository: REPOSITORY, isArchived: false, head: 'a' },
} as const;
const REFUSED = { ok: false, failure: { kind: 'rejected', status: 403, message: 'no' } } as const;
const INVALID = {
  ok: false,
  failure: { kind: 'rejected', status: 422, message: 'No commit found' },
} as const;
const list = (...workspaces: ReturnType<typeof buildWorkspace>[]) => succeed({ workspaces, readAt: 0 });

test('an outage of Meltano Cloud is waited out', async () => {
  const world = await open();
  await world.runFor(60 * MINUTE);
  expect(world.written).toEqual([]);
  world.listed = list(buildWorkspace());
  await world.runFor(11 * MINUTE);
  expect(world.written).toMatchObject([{ conclusion: 'success' }]);
});

test('a repository that refuses the check run is given up', async () => {
  const world = await open();
  world.listed = list(buildWorkspace());
  world.target = REFUSED;
  await world.runFor(60 * MINUTE);
  world.target = PRESENT;
  await world.runFor(60 * MINUTE);
  expect(world.written).toEqual([]);
});

test('a head that is replaced before the check run is written is left, and the new one gets it', async () => {
  const world = await open();
  world.listed = list(buildWorkspace());
  world.lostSha = 'a';
  await world.runFor(1);
  world.target = { ok: true, value: { ...PRESENT.value, head: 'b' } };
  await world.runFor(60 * MINUTE);
  expect(world.written).toMatchObject([{ conclusion: 'success' }]);
});

test('a workspace that is set up later is named within minutes, without a request to GitHub before', async () => {
  const world = await open();
  world.listed = list();
  await world.runFor(5 * MINUTE);
  expect(world.written).toMatchObject([{ conclusion: 'neutral' }]);
  world.target = REFUSED;
  await world.runFor(60 * MINUTE);
  world.target = PRESENT;
  world.listed = list(buildWorkspace());
  await world.runFor(3 * MINUTE);
  expect(world.written.map(({ conclusion }) => conclusion)).toEqual(['neutral', 'success']);
});

test('of many repositories that are added at once, an installation gets 60 check runs an hour', async () => {
  const world = await open();
  world.listed = list(buildWorkspace());
  await world.addAtOnce(70);
  expect(world.written).toHaveLength(60);
});
