import { beforeEach, describe, expect, test, vi } from 'vitest';
import { makeProjectRunId } from '../../../src/domain/commit-run.ts';
import type { PushEvent } from '../../../src/domain/delivery.ts';
import { UNKNOWN_INSTALLATION } from '../../../src/domain/deployment.ts';
import { UNKNOWN_OWNER } from '../../../src/domain/owner.ts';
import { refuse, UNREACHABLE } from '../deploying/fake-meltano.ts';
import { START } from '../deploying/fake-ports.ts';
import {
  buildWorkspace,
  MINUTE,
  QUEUE_KEY,
  REPOSITORY,
  WORKSPACE_ID,
  WORKSPACE_KEY,
} from '../deploying/reconcile-world.ts';
import { buildPush, PlanWorld } from './plan-world.ts';

let world: PlanWorld;

beforeEach(async () => {
  world = await PlanWorld.open();
});

const SHA = 'a'.repeat(40);
const OTHER = '81c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';

test('a push becomes a waiting deployment that is reported and woken; planning again changes nothing', async () => {
  const deliveryId = await world.deliver(buildPush());
  expect(await world.plan()).toBeNull();
  const [deployment] = await world.open();
  expect(deployment).toMatchObject({
    deliveryId,
    state: 'waiting',
    reason: 'push',
    account: 'environment',
    installationId: 1,
    checkName: 'Meltano Deploy (Analytics)',
    sha: 'a'.repeat(40),
    receivedAt: START,
    pushedAt: START,
  });
  expect(world.reporter.reports).toMatchObject([{ id: deployment?.id }]);
  expect(world.dispatcher.wakes).toEqual([
    { queue: 'workspace', key: QUEUE_KEY },
    { queue: 'project', key: makeProjectRunId(REPOSITORY.id, 'a'.repeat(40)) },
  ]);
  expect(await world.plan()).toBeNull();
  expect(await world.open()).toHaveLength(1);
  expect(world.reporter.reports).toHaveLength(1);
});

test('a delivery without an installation uses that of its repository once it is known', async () => {
  const unknown = { repository: { ...REPOSITORY, installationId: UNKNOWN_INSTALLATION } };
  await world.deliver(buildPush({ ...unknown, after: 'b'.repeat(40) }));
  await world.plan();
  expect(world.noops()).toEqual(['no_installation']);
  expect(await world.stores.getRepository(REPOSITORY.id)).toBeNull();
  await world.deliver(buildPush({ after: 'c'.repeat(40) }));
  await world.deliver(buildPush({ ...unknown, after: 'd'.repeat(40) }));
  await world.plan();
  expect((await world.open()).map(({ installationId }) => installationId)).toEqual([1]);
  expect(await world.stores.getRepository(REPOSITORY.id)).toEqual(REPOSITORY);
});

test('each workspace of the repository gets a row with its reason; one without a check run is logged', async () => {
  world.meltano.workspaces = [buildWorkspace(), buildWorkspace({ id: OTHER, branch: 'prod' })];
  await world.deliver(buildPush());
  await world.plan();
  expect(world.noops()).toEqual(['branch_not_tracked']);
  expect(world.decisions.toSorted()).toEqual(['branch_not_tracked', 'push']);
  expect(world.reporter.reports.map((one) => one.workspaceId)).toEqual([WORKSPACE_ID]);
  expect(world.dispatcher.wakes).toEqual([
    { queue: 'workspace', key: QUEUE_KEY },
    { queue: 'project', key: makeProjectRunId(REPOSITORY.id, 'a'.repeat(40)) },
  ]);
});

test.each<[string, Partial<PushEvent>, (world: PlanWorld) => void]>([
  ['not_a_branch', { ref: 'refs/tags/v1' }, () => {}],
  ['branch_deleted', { deleted: true, after: '0'.repeat(40) }, () => {}],
  ['account_not_allowed', {}, (one) => (one.allowed = [{ login: 'someone-else', id: null }])],
  ['account_not_served', {}, (one) => (one.served = false)],
  ['no_workspace', {}, (one) => (one.meltano.workspaces = [])],
  ['no_workspace', { repository: { ...REPOSITORY, name: 'other' } }, () => {}],
])('a delivery that leads to nothing (%s) is done with, and logged', async (reason, push, prepare) => {
  prepare(world);
  world.restart();
  await world.deliver(buildPush(push));
  expect(await world.plan()).toBeNull();
  expect(world.noops()).toEqual([reason]);
  expect(world.decisions).toEqual([reason]);
  expect(await world.stores.listPending(REPOSITORY.id)).toEqual([]);
  expect(world.reporter.reports).toEqual([]);
  expect(await world.stores.getRepository(REPOSITORY.id)).not.toBeNull();
});

test('an account is allowed in any letter case', async () => {
  world.allowed = [{ login: 'acme', id: null }];
  world.restart();
  await world.deliver(buildPush({ account: 'ACME', repository: { ...REPOSITORY, owner: 'ACME' } }));
  await world.plan();
  expect(await world.open()).toHaveLength(1);
});

test('an owner without an id is the stored owner of the repository, otherwise unknown', async () => {
  const withoutId = { ...REPOSITORY, ownerId: UNKNOWN_OWNER };
  await world.deliver(buildPush({ repository: withoutId }));
  await world.planAll();
  expect(await world.open(), 'nobody was seen with the login').toHaveLength(1);
  await world.deliver(buildPush({ after: 'c'.repeat(40) }));
  await world.deliver(buildPush({ repository: withoutId, after: 'd'.repeat(40) }));
  await world.planAll();
  expect(world.noops()).toEqual([]);
  await world.deliver(buildPush({ repository: { ...withoutId, id: 77 } }));
  await world.plan(77);
  expect(world.noops()).toEqual(['login_taken']);
});

describe('an account that took the login of an allowed account', () => {
  const thief = { ...REPOSITORY, id: 77, ownerId: 99 };

  beforeEach(async () => {
    world.allowed = [{ login: 'acme', id: null }];
    world.restart();
    await world.deliver(buildPush());
    await world.planAll();
  });

  test('is not allowed, and the log says why', async () => {
    await world.deliver(buildPush({ repository: thief }));
    await world.plan(thief.id);
    expect(world.noops()).toEqual(['login_taken']);
    expect(await world.open()).toHaveLength(1);
  });

  test('is allowed by its id, and then the first one is not allowed by its login', async () => {
    world.allowed = [{ login: 'acme', id: thief.ownerId }];
    world.restart();
    await world.deliver(buildPush({ repository: { ...thief, id: 78 } }));
    await world.plan(78);
    expect(world.noops()).not.toContain('login_taken');
    await world.deliver(buildPush({ after: 'e'.repeat(40) }));
    await world.plan();
    expect(world.noops()).toContain('login_taken');
  });
});

test('a newer push replaces the waiting one, and both are reported', async () => {
  await world.deliver(buildPush({ after: 'c'.repeat(40) }));
  await world.plan();
  const [first] = await world.open();
  world.clock.advance(5_000);
  await world.deliver(buildPush({ pushedAt: START + 5_000 }));
  await world.plan();
  expect(await world.open()).toMatchObject([{ sha: 'a'.repeat(40) }]);
  expect(world.concluded).toMatchObject([{ id: first?.id, reason: 'superseded' }]);
  expect(world.reporter.reports.slice(1).map((one) => [one.sha[0], one.state])).toEqual([
    ['a', 'waiting'],
    ['c', 'concluded'],
  ]);
});

test('the 11th deployment from pushes of one bot within 15 minutes is held', async () => {
  const push = () => buildPush({ sender: 'meltano[bot]', senderIsBot: true, pushedAt: world.clock.now() });
  for (let n = 0; n < 11; n += 1) {
    await world.deliver(push());
    await world.plan();
    for (const one of await world.open()) {
      const change = { state: 'concluded', conclusion: 'success', reason: 'job_complete' } as const;
      await world.stores.saveDeployment(one.id, { ...change, concludedAt: world.clock.now() });
    }
    world.clock.advance(MINUTE);
  }
  expect(world.concluded).toMatchObject([{ reason: 'loop_brake', conclusion: 'action_required' }]);
  world.clock.advance(10 * MINUTE);
  await world.deliver(push());
  await world.plan();
  expect(await world.open()).toHaveLength(1);
});

describe('a list of workspaces that is older than the push', () => {
  beforeEach(async () => {
    await world.deliver(buildPush());
    await world.plan();
    world.clock.advance(1_000);
  });

  test('suffices if it has the workspace', async () => {
    await world.deliver(buildPush({ pushedAt: START + 1_000 }));
    expect(await world.plan()).toBeNull();
    expect(world.meltano.count('listWorkspaces')).toBe(1);
  });

  test('is read again, 2 s after the last read, before a push without a workspace is refused', async () => {
    await world.deliver(buildPush({ ref: 'refs/heads/dev' }));
    expect(await world.plan()).toBe(1_000);
    expect(await world.stores.listPending(REPOSITORY.id)).toMatchObject([{ attempts: 0 }]);
    world.meltano.workspaces = [buildWorkspace(), buildWorkspace({ id: OTHER, branch: 'dev' })];
    await world.planAll();
    expect(world.meltano.timesOf('listWorkspaces')).toEqual([START, START + 2_000]);
    expect(await world.stores.listOpen({ ...WORKSPACE_KEY, workspaceId: OTHER })).toHaveLength(1);
  });

  test('delays no push whose workspace it has', async () => {
    await world.deliver(buildPush({ ref: 'refs/heads/dev' }));
    await world.deliver(buildPush({ after: 'e'.repeat(40), pushedAt: START + 1_000 }));
    expect(await world.plan()).toBe(1_000);
    expect(await world.open()).toMatchObject([{ sha: 'e'.repeat(40) }]);
  });
});

describe('a delivery that can not be planned now', () => {
  test.each([
    ['Meltano Cloud is away', UNREACHABLE],
    ['Meltano Cloud fails', refuse(500, 'oops')],
    ['the token is not valid', refuse(401, 'Unauthorized')],
  ])('(%s) is postponed with growing delays, and planned when it can be', async (_, answer) => {
    world.meltano.always('listWorkspaces', answer);
    await world.deliver(buildPush());
    const waits: (number | null)[] = [];
    for (let n = 0; n < 8; n += 1) {
      waits.push(await world.plan());
      world.clock.advance(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    world.restart();
    world.meltano.always('listWorkspaces', null);
    await world.planAll();
    expect(await world.open()).toMatchObject([{ receivedAt: START }]);
  });

  test('is not retried by an early wake-up', async () => {
    world.meltano.always('listWorkspaces', UNREACHABLE);
    await world.deliver(buildPush());
    await world.plan();
    world.clock.advance(400);
    expect(await world.plan()).toBe(600);
    expect(world.meltano.count('listWorkspaces')).toBe(1);
  });

  test.each([-50_000, -3_600_000, 50_000])(
    'is tried again when it would have been if the machine’s clock is set by %i ms',
    async (step) => {
      world.meltano.always('listWorkspaces', UNREACHABLE);
      await world.deliver(buildPush());
      for (let n = 0; n < 6; n += 1) world.clock.advance((await world.plan()) ?? 0);
      expect(await world.plan()).toBe(60_000);
      world.clock.advance(10_000);
      world.clock.set(step);
      world.meltano.always('listWorkspaces', null);
      expect(await world.plan()).toBe(50_000);
      world.clock.advance(50_000);
      expect(await world.plan()).toBeNull();
      expect(await world.open()).toHaveLength(1);
    },
  );

  test('waits at most five minutes for a retry time from a clock that was ahead', async () => {
    world.meltano.always('listWorkspaces', UNREACHABLE);
    await world.deliver(buildPush());
    await world.plan();
    world.clock.set(-24 * 60 * MINUTE);
    world.restart();
    expect(await world.plan()).toBeLessThanOrEqual(5 * MINUTE);
  });

  test('waits as long as Meltano Cloud asks', async () => {
    world.meltano.next('listWorkspaces', refuse(429, 'slow', 45_000));
    await world.deliver(buildPush());
    expect(await world.plan()).toBe(45_000);
  });

  test('waits for the circuit breaker, and stores nothing', async () => {
    const postpone = vi.spyOn(world.stores, 'postpone');
    const failure = { kind: 'held', message: 'away', heldMs: 7_000, since: START } as const;
    world.meltano.next('listWorkspaces', { ok: false, failure });
    await world.deliver(buildPush());
    expect(await world.plan()).toBe(7_000);
    expect(postpone).not.toHaveBeenCalled();
    expect(await world.plan()).toBeNull();
  });

  test('because of GitHub is postponed too, without delaying other deliveries', async () => {
    world.meltano.workspaces = [
      buildWorkspace({ directory: 'a' }),
      buildWorkspace({ id: OTHER, branch: 'dev' }),
    ];
    world.trees.put(SHA, ['a/meltano.yml']);
    world.trees.isDown = true;
    await world.deliver(buildPush());
    await world.deliver(buildPush({ ref: 'refs/heads/dev' }));
    expect(await world.plan()).toBe(1_000);
    expect(await world.stores.listOpen({ ...WORKSPACE_KEY, workspaceId: OTHER })).toHaveLength(1);
    expect(await world.open()).toEqual([]);
    world.trees.isDown = false;
    world.clock.advance(1_000);
    expect(await world.plan()).toBeNull();
    expect(await world.open()).toHaveLength(1);
  });
});

describe('changed paths', () => {
  test('are compared with the last success of the workspace, otherwise with the head before', async () => {
    world.meltano.workspaces = [buildWorkspace({ directory: 'a' })];
    world.trees.put(SHA, ['a/meltano.yml']);
    await world.deliver(buildPush());
    await world.plan();
    for (const one of await world.open()) {
      const change = { state: 'concluded', conclusion: 'success', reason: 'job_complete' } as const;
      const deployed = { deployedSha: 'c'.repeat(40), attemptedAt: 1, concludedAt: 1 };
      await world.stores.saveDeployment(one.id, { ...change, ...deployed });
    }
    await world.deliver(buildPush({ after: 'e'.repeat(40), pushedAt: START + 1_000 }));
    await world.plan();
    expect(world.trees.reads).toEqual(['aaa', 'bbb', 'eee', 'ccc'].map((sha) => `acme/data ${sha} all`));
  });
});

describe('a workspace that the accounts file maps', () => {
  const MAPPED = { repository: 'acme/data', branch: 'release', directory: 'a', workspaceId: WORKSPACE_ID };

  test("is deployed from that repository, by the mapping's branch and directory", async () => {
    world.meltano.workspaces = [buildWorkspace({ repositoryUrl: 'https://gitlab.com/x/y', branch: 'prod' })];
    world.mappings = [MAPPED];
    world.trees.put(SHA, ['a/meltano.yml']);
    world.restart();
    await world.deliver(buildPush({ ref: 'refs/heads/prod' }));
    await world.deliver(buildPush({ ref: 'refs/heads/release' }));
    await world.planAll();
    expect(world.noops()).toEqual(['branch_not_tracked']);
    expect(await world.open()).toMatchObject([{ branch: 'release', directory: 'a' }]);
  });

  test("is deployed once, by the mapping's branch, if its own URL is that repository too", async () => {
    world.mappings = [{ ...MAPPED, directory: null }];
    world.restart();
    await world.deliver(buildPush({ ref: 'refs/heads/main' }));
    await world.deliver(buildPush({ ref: 'refs/heads/release' }));
    await world.planAll();
    expect(world.noops()).toEqual(['branch_not_tracked']);
    expect(await world.open()).toMatchObject([{ branch: 'release' }]);
  });
});

describe('a new repository with the name of an older one', () => {
  const NEWER = { ...REPOSITORY, id: 77 };

  beforeEach(async () => {
    await world.stores.learnRepository(REPOSITORY, null, START);
    await world.stores.learnRepository(NEWER, null, START + 1);
  });

  test('gets none of its workspaces', async () => {
    await world.deliver(buildPush({ repository: NEWER }));
    expect(await world.plan(NEWER.id)).toBeNull();
    expect(world.noops()).toEqual(['name_taken']);
    expect(await world.open()).toEqual([]);
  });

  test('gets the workspaces that the operator maps to it', async () => {
    const mapping = { branch: null, directory: null, workspaceId: WORKSPACE_ID };
    world.mappings = [{ ...mapping, repository: 'acme/data' }];
    world.restart();
    world.clock.advance(MINUTE);
    await world.deliver(buildPush({ repository: NEWER }));
    expect(await world.plan(NEWER.id)).toBeNull();
    expect(await world.open()).toMatchObject([{ repositoryId: NEWER.id }]);
  });
});

describe('a name that moved from one repository to another', () => {
  const FIRST = { ...REPOSITORY, id: 101 };
  const SECOND = { ...REPOSITORY, id: 102 };
  const urlOf = (name: string) => `https://github.com/acme/${name}`;

  /** Pushes to the repository under a name; returns the workspaces that the push deploys. */
  async function pushTo(repository: typeof FIRST, name: string): Promise<string[]> {
    world.clock.advance(MINUTE);
    world.restart();
    const before = new Set((await listAll()).map((one) => one.id));
    const pushed = { ...repository, name };
    await world.deliver(buildPush({ repository: pushed, pushedAt: world.clock.now() }));
    await world.stores.learnRepository(pushed, null, world.clock.now());
    for (let wait = await world.plan(repository.id); wait !== null; wait = await world.plan(repository.id)) {
      world.clock.advance(wait);
    }
    return (await listAll()).filter((one) => !before.has(one.id)).map((one) => one.workspaceId);
  }

  const listAll = async () => [
    ...(await world.stores.listOpen(WORKSPACE_KEY)),
    ...(await world.stores.listOpen({ ...WORKSPACE_KEY, workspaceId: OTHER })),
  ];

  test('refers to the new one only in a workspace that was created or changed since', async () => {
    world.meltano.workspaces = [buildWorkspace()];
    expect(await pushTo(FIRST, 'data')).toEqual([WORKSPACE_ID]);
    expect(await pushTo(FIRST, 'moved')).toEqual([WORKSPACE_ID]);
    // A new repository with the old name: the workspace refers to the old one.
    expect(await pushTo(SECOND, 'data')).toEqual([]);
    // Another form of the same URL, or another token in it, refers to the same repository.
    world.meltano.workspaces = [
      buildWorkspace({ repositoryUrl: 'https://x:new-token@github.com/Acme/data.git' }),
    ];
    expect(await pushTo(SECOND, 'data')).toEqual([]);
    world.meltano.workspaces = [buildWorkspace(), buildWorkspace({ id: OTHER, created: world.clock.now() })];
    expect(await pushTo(SECOND, 'data')).toEqual([OTHER]);
    // Set to another repository and back: now it refers to the new one.
    world.meltano.workspaces = [buildWorkspace({ repositoryUrl: urlOf('moved') })];
    expect(await pushTo(FIRST, 'moved')).toEqual([WORKSPACE_ID]);
    world.meltano.workspaces = [buildWorkspace()];
    expect(await pushTo(SECOND, 'data')).toEqual([WORKSPACE_ID]);
    expect(await pushTo(FIRST, 'moved')).toEqual([]);
  });

  test('keeps the workspaces of the new one when that is renamed in turn', async () => {
    world.meltano.workspaces = [];
    expect(await pushTo(FIRST, 'data')).toEqual([]);
    expect(await pushTo(FIRST, 'moved')).toEqual([]);
    expect(await pushTo(SECOND, 'data')).toEqual([]);
    world.meltano.workspaces = [buildWorkspace({ created: world.clock.now() + 1 })];
    expect(await pushTo(SECOND, 'data')).toEqual([WORKSPACE_ID]);
    expect(await pushTo(SECOND, 'renamed')).toEqual([WORKSPACE_ID]);
    expect(await pushTo(FIRST, 'data')).toEqual([]);
  });

  test('does not refer to the new one after an unseen change and back, nor after a restart', async () => {
    world.meltano.workspaces = [buildWorkspace()];
    expect(await pushTo(FIRST, 'data')).toEqual([WORKSPACE_ID]);
    expect(await pushTo(FIRST, 'moved')).toEqual([WORKSPACE_ID]);
    world.meltano.workspaces = [buildWorkspace({ repositoryUrl: 'https://gitlab.com/x/y' })];
    expect(await pushTo(SECOND, 'data')).toEqual([]);
    world.meltano.workspaces = [buildWorkspace()];
    expect(await pushTo(SECOND, 'data')).toEqual([]);
    expect(await pushTo(FIRST, 'moved')).toEqual([WORKSPACE_ID]);
  });

  test('does not refer to the new one in a workspace that was unknown before, as after an upgrade', async () => {
    await world.stores.learnRepository({ ...FIRST, name: 'moved' }, 'acme/data', START);
    world.meltano.workspaces = [buildWorkspace({ created: START - MINUTE }), buildWorkspace({ id: OTHER })];
    expect(await pushTo(SECOND, 'data')).toEqual([]);
    expect(await pushTo(FIRST, 'moved')).toEqual([WORKSPACE_ID, OTHER]);
  });

  test('refers to the new one in a mapping that is newer than the move', async () => {
    world.meltano.workspaces = [buildWorkspace({ repositoryUrl: 'https://gitlab.com/x/y' })];
    const mapping = { repository: 'acme/data', branch: null, directory: null, workspaceId: WORKSPACE_ID };
    world.mappings = [mapping];
    expect(await pushTo(FIRST, 'data')).toEqual([WORKSPACE_ID]);
    expect(await pushTo(FIRST, 'moved')).toEqual([WORKSPACE_ID]);
    expect(await pushTo(SECOND, 'data')).toEqual([]);
    world.mappings = [{ ...mapping, workspaceId: OTHER }];
    world.meltano.workspaces = [buildWorkspace({ id: OTHER, repositoryUrl: 'https://gitlab.com/x/y' })];
    expect(await pushTo(SECOND, 'data')).toEqual([OTHER]);
    expect(await pushTo(FIRST, 'moved')).toEqual([]);
  });

  test('two that swapped their names are distinguished once the workspaces are corrected', async () => {
    const [first, second] = [buildWorkspace(), buildWorkspace({ id: OTHER, repositoryUrl: urlOf('other') })];
    world.meltano.workspaces = [first, second];
    expect(await pushTo(FIRST, 'data')).toEqual([WORKSPACE_ID]);
    expect(await pushTo(SECOND, 'other')).toEqual([OTHER]);
    expect(await pushTo(FIRST, 'between')).toEqual([WORKSPACE_ID]);
    expect(await pushTo(SECOND, 'data')).toEqual([OTHER]);
    expect(await pushTo(FIRST, 'other')).toEqual([WORKSPACE_ID]);
    world.meltano.workspaces = [
      { ...first, repositoryUrl: urlOf('other') },
      { ...second, repositoryUrl: urlOf('data') },
    ];
    expect(await pushTo(FIRST, 'other')).toEqual([WORKSPACE_ID]);
    expect(await pushTo(SECOND, 'data')).toEqual([OTHER]);
  });
});

describe('a repository that was renamed', () => {
  test('is found by workspaces under its old name, and read under its new one', async () => {
    const renamed = { ...REPOSITORY, name: 'renamed' };
    const event = {
      kind: 'repository',
      account: 'acme',
      repository: renamed,
      formerFullName: 'acme/data',
    } as const;
    await world.deliver(event);
    await world.plan();
    expect(world.noops()).toEqual(['repository_updated']);
    expect(await world.stores.getRepository(REPOSITORY.id)).toEqual(renamed);
    world.meltano.workspaces = [buildWorkspace({ directory: 'a' })];
    world.trees.put(SHA, ['a/x']);
    await world.deliver(buildPush({ repository: renamed }));
    await world.plan();
    expect(await world.open()).toHaveLength(1);
    expect(world.trees.reads).toEqual(['acme/renamed aaa all', 'acme/renamed bbb all']);
  });

  test("keeps its new name when an older push's delivery comes late, or again", async () => {
    const renamed = { ...REPOSITORY, name: 'renamed' };
    const pushedAt = Math.floor(world.clock.now() / 1000) * 1000;
    world.clock.advance(60_000);
    await world.deliver({
      kind: 'repository',
      account: 'acme',
      repository: renamed,
      formerFullName: 'acme/data',
    });
    await world.plan();
    world.clock.advance(60_000);
    await world.deliver(buildPush({ pushedAt }));
    await world.plan();
    expect(await world.stores.getRepository(REPOSITORY.id)).toEqual(renamed);
    await world.deliver(
      buildPush({ pushedAt: pushedAt + 120_000, repository: { ...REPOSITORY, name: 'again' } }),
    );
    await world.plan();
    expect(await world.stores.getRepository(REPOSITORY.id)).toMatchObject({ name: 'again' });
  });

  test('keeps its workspaces when another repository takes the old name', async () => {
    await world.deliver(buildPush());
    await world.plan();
    world.clock.advance(60_000);
    const squatter = { ...REPOSITORY, id: 666 };
    await world.deliver(buildPush({ repository: squatter }));
    await world.plan(666);
    expect(world.noops()).toEqual(['name_taken']);
    expect(await world.stores.listNames(REPOSITORY.id)).toEqual(['acme/data']);
    expect(await world.stores.listNames(666)).toEqual([]);
    expect(await world.open()).toHaveLength(1);
    expect(await world.open()).toMatchObject([{ repositoryId: REPOSITORY.id }]);
  });
});

test('other work runs between any two planned deliveries', async () => {
  for (let number = 0; number < 20; number += 1)
    await world.deliver(buildPush({ ref: `refs/tags/v${number}` }));
  const planning = world.plan();
  const left: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    left.push((await world.stores.listPending(REPOSITORY.id)).length);
  }
  expect(Math.min(...left)).toBeGreaterThan(0);
  await planning;
  expect(await world.stores.listPending(REPOSITORY.id)).toEqual([]);
});

test('a repository is planned while GitHub has not answered for another one', async () => {
  const slow = { ...REPOSITORY, id: 77, name: 'slow' };
  const answer = Promise.withResolvers<void>();
  const read = world.files.read.bind(world.files);
  vi.spyOn(world.files, 'read').mockImplementation(async (repository, ...rest) => {
    if (repository.id === slow.id) await answer.promise;
    return read(repository, ...rest);
  });
  world.meltano.workspaces = [
    buildWorkspace(),
    buildWorkspace({ id: OTHER, repositoryUrl: 'https://github.com/acme/slow' }),
  ];
  await world.deliver(buildPush({ repository: slow }));
  await world.deliver(buildPush());
  const planning = world.plan(slow.id);
  expect(await world.plan()).toBeNull();
  expect(await world.open()).toHaveLength(1);
  expect(await world.stores.listPending(slow.id)).toHaveLength(1);
  answer.resolve();
  expect(await planning).toBeNull();
  expect(await world.stores.listPending(slow.id)).toEqual([]);
});

test('deliveries that wait for a newer list are not read again, and new ones are planned at once', async () => {
  const read: number[] = [];
  const list = world.stores.listPending;
  vi.spyOn(world.stores, 'listPending').mockImplementation(async (...asked) => {
    const found = await list(...asked);
    read.push(found.length);
    return found;
  });
  await world.stores.learnRepository(REPOSITORY, null, START);
  await world.deliver(buildPush({ ref: 'refs/heads/first' }));
  expect(await world.plan()).toBeNull();
  world.clock.advance(1);
  for (let n = 0; n < 3; n += 1) await world.deliver(buildPush({ ref: `refs/heads/other-${n}` }));
  world.clock.advance(1_500);
  await world.deliver(buildPush({ ref: 'refs/heads/last' }));
  const wait = await world.plan();
  world.clock.advance(300);
  await world.deliver(buildPush());
  expect(await world.plan()).toBe((wait ?? 0) - 300);
  expect(await world.open()).toHaveLength(1);
  // The last waiting delivery, and the new one.
  expect(read).toEqual([1, 4, 2]);
  world.clock.advance(wait ?? 0);
  expect(await world.plan()).toBeNull();
});

test('deliveries that wait for a newer list are not planned again with each new one', async () => {
  world.meltano.workspaces = [];
  await world.deliver(buildPush());
  await world.plan();
  world.clock.advance(1_000);
  await world.deliver(buildPush());
  expect(await world.plan()).toBe(1_000);
  world.clock.advance(500);
  expect(await world.plan()).toBe(500);
  expect(world.lines.filter(({ msg }) => msg === 'No workspace yet: waiting for a newer list')).toHaveLength(
    1,
  );
  world.clock.advance(500);
  expect(await world.plan()).toBeNull();
  expect(world.noops()).toEqual(['no_workspace', 'no_workspace']);
});

test('a repository may have more workspaces than one statement takes', async () => {
  const others = Array.from({ length: 800 }, (_, index) =>
    buildWorkspace({ id: `${String(index).padStart(8, '0')}${OTHER.slice(8)}`, branch: 'other' }),
  );
  world.meltano.workspaces = [...others, buildWorkspace()];
  await world.deliver(buildPush());
  expect(await world.plan()).toBeNull();
  expect(world.decisions).toHaveLength(801);
  expect(await world.open()).toHaveLength(1);
});

test('two names that check runs cut to the same text get the ids too', async () => {
  const start = 'Warehouse of the department that has the longest name of all departments, by far: ';
  world.meltano.workspaces = [
    buildWorkspace({ name: `${start} one` }),
    buildWorkspace({ id: OTHER, name: `${start} two` }),
    buildWorkspace({ id: `9${OTHER.slice(1)}`, name: 'Another' }),
  ];
  await world.deliver(buildPush());
  await world.plan();
  const names = world.reporter.reports.map(({ checkName }) => checkName);
  expect(names).toEqual([
    expect.stringMatching(/\) 71c0ef56$/),
    expect.stringMatching(/\) 81c0ef56$/),
    'Meltano Deploy (Another)',
  ]);
});
