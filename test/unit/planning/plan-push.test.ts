import { describe, expect, test } from 'vitest';
import { DEFAULTS_IN_USE, type UsableConfiguration } from '../../../src/domain/configuration-in-use.ts';
import type { PushEvent } from '../../../src/domain/delivery.ts';
import { RemoteClock } from '../../../src/domain/remote-clock.ts';
import { DEFAULT_CONFIGURATION } from '../../../src/domain/repository-configuration.ts';
import type { Workspace } from '../../../src/domain/workspace.ts';
import type { LastStarted } from '../../../src/planning/changed-paths.ts';
import { LOOP_LIMIT, type PlanningPorts, planPush, refusePush } from '../../../src/planning/plan-push.ts';
import { buildRepository } from '../domain/push-builder.ts';
import { FakeTrees } from './fake-trees.ts';

const ZERO = '0'.repeat(40);
const [BEFORE, AFTER] = ['b'.repeat(40), 'a'.repeat(40)];

function workspace(differences: Partial<Workspace> = {}): Workspace {
  return {
    id: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e',
    name: 'Analytics',
    alias: null,
    repositoryUrl: 'https://github.com/acme/data',
    branch: null,
    directory: null,
    environment: 'dev',
    ...differences,
  };
}

function push(differences: Partial<PushEvent> = {}): PushEvent {
  return {
    kind: 'push',
    account: 'acme',
    repository: buildRepository(),
    ref: 'refs/heads/main',
    before: BEFORE,
    after: AFTER,
    deleted: false,
    forced: false,
    pushedAt: 1_700_000_000_000,
    sender: 'ana',
    senderIsBot: false,
    ...differences,
  };
}

interface World {
  /** Paths in the pushed commit; every other commit is empty. */
  changed?: string[];
  last?: Partial<LastStarted>;
  firstPending?: { before: string | null };
  /** The commits that GitHub doesn't know. */
  gone?: string[];
  started?: number;
  overtaken?: boolean;
  /** GitHub's, of the head commit. */
  message?: string;
  inUse?: Partial<UsableConfiguration>;
}

/** Plans with fakes for GitHub and the store; returns the compared commits too. */
async function plan(workspaces: Workspace[], event: PushEvent, world: World = {}) {
  const trees = new FakeTrees();
  trees.put(event.after, world.changed ?? []);
  for (const one of world.gone ?? []) trees.gone.add(one);
  const last: LastStarted = {
    id: 'last',
    conclusion: 'success',
    concludedAt: 1,
    sha: 'asked',
    deployedSha: null,
    treeDigest: null,
    ...world.last,
  };
  const ports: PlanningPorts = {
    openTrees: trees.open,
    nameEnvironment: ({ name }) => name,
    store: {
      findLastStarted: async () => (world.last ? last : null),
      findTreeDigest: async () => null,
      findNewestDigest: async () => null,
      saveTreeDigest: async () => {},
      findPlannedPush: async () => null,
      findLastDeployed: async () => null,
      readUndeployed: async () => ({ pushers: [], first: null }),
      findFirstPending: async () => world.firstPending ?? null,
      countStarted: async () => world.started ?? 0,
      getCommitRun: async () => null,
    },
    lacksPush: async () => false,
    readMessage: async () => world.message ?? '',
    newId: () => 'id',
    githubClock: new RemoteClock({ now: () => 0, elapsed: () => 0 }),
    nameCheckRun: ({ workspaceName, duplicate }) => `${workspaceName}${duplicate ? ' (one of several)' : ''}`,
  };
  const request = {
    deliveryId: 'guid',
    receivedAt: 1_700_000_001_234,
    event,
    account: 'environment',
    workspaces,
    configuration: { ...DEFAULTS_IN_USE, ...world.inUse },
    overtaken: world.overtaken ?? false,
  };
  const planned = await planPush(request, ports);
  return { planned, read: trees.reads.map((read) => read.split(' ')[1]) };
}

describe('refusePush', () => {
  test.each([
    [{ ref: 'refs/tags/v1' }, 'not_a_branch'],
    [{ deleted: true, after: ZERO }, 'branch_deleted'],
    [{}, null],
  ] as const)('%j is %s', (differences, reason) => {
    expect(refusePush(push(differences))).toBe(reason);
  });
});

describe('planPush', () => {
  test('a push to the tracked branch of a workspace at the root deploys, with no tree read', async () => {
    const { planned, read } = await plan([workspace()], push());
    expect(planned).toMatchObject([
      {
        reason: 'push',
        conclusion: null,
        branch: 'main',
        sha: AFTER,
        before: BEFORE,
        requestedBy: 'ana',
        environment: 'dev',
        pushedAt: 1_700_000_000_000,
      },
    ]);
    expect(read).toEqual([]);
  });

  test('a workspace without a branch tracks the default branch', async () => {
    const { planned } = await plan(
      [workspace({ branch: 'prod' }), workspace({ branch: null })],
      push({ ref: 'refs/heads/prod' }),
    );
    expect(planned.map((one) => [one.reason, one.conclusion])).toEqual([
      ['push', null],
      ['branch_not_tracked', 'none'],
    ]);
  });

  test.each<[string, string[], string]>([
    ['a file in the directory', ['README.md', 'pipelines/a/meltano.yml'], 'push'],
    ['the directory itself (a submodule)', ['pipelines/a'], 'push'],
    ['a directory whose name only begins alike', ['pipelines/ab/meltano.yml'], 'paths_unchanged'],
    ['other files', ['README.md'], 'paths_unchanged'],
  ])('with a directory: %s', async (_, changed, reason) => {
    const { planned } = await plan([workspace({ directory: 'pipelines/a' })], push(), { changed });
    expect(planned[0]?.reason).toBe(reason);
  });

  test('changes are compared with the last deployment, otherwise with the head before the push', async () => {
    const inDirectory = [workspace({ directory: 'a' })];
    const readWith = async (world: World) => (await plan(inDirectory, push(), world)).read;
    expect(await readWith({ last: { deployedSha: 'c0ffee' } })).toEqual(['aaa', 'c0f']);
    expect(await readWith({ last: {} })).toEqual(['aaa', 'ask']);
    expect(await readWith({})).toEqual(['aaa', 'bbb']);
  });

  test('the changes of an earlier push that was not started still count', async () => {
    const inDirectory = [workspace({ directory: 'a' })];
    const firstPending = { before: 'first' };
    expect((await plan(inDirectory, push(), { firstPending })).read).toEqual(['aaa', 'fir']);
    const { read } = await plan(inDirectory, push(), { firstPending, last: { deployedSha: 'c0ffee' } });
    expect(read).toEqual(['aaa', 'c0f']);
  });

  test.each([{}, { foundBySweep: true as const }])(
    'only workspaces with block have a gate: %j',
    async (found) => {
      const workspaces = [workspace({ name: 'Held' }), workspace({ name: 'Free' })];
      const entry = { workspace: 'Held', projectCheck: 'block' as const };
      const configuration = { ...DEFAULT_CONFIGURATION, workspaces: [entry] };
      const { planned } = await plan(workspaces, push(found), { inUse: { configuration } });
      expect(planned.map(({ gates }) => gates)).toEqual([[{ kind: 'project', passed: null }], []]);
    },
  );

  test('the trees of a push are read once for all workspaces', async () => {
    const directories = Array.from({ length: 100 }, (_, n) => workspace({ directory: `d${n}` }));
    const { planned, read } = await plan(directories, push(), { changed: ['d7/meltano.yml'] });
    expect(planned.flatMap(({ reason }, n) => (reason === 'push' ? [n] : []))).toEqual([7]);
    expect(read).toEqual(['aaa', 'bbb']);
  });

  test('a forced push deploys only workspaces whose files differ, like every other push', async () => {
    const inDirectory = [workspace({ directory: 'a' })];
    const decide = async (changed: string[]) =>
      (await plan(inDirectory, push({ forced: true }), { last: {}, changed })).planned[0]?.reason;
    expect(await decide(['b/x'])).toBe('paths_unchanged');
    expect(await decide(['a/x'])).toBe('push');
  });

  test.each<[string, Partial<PushEvent>, World]>([
    ['a new branch', { before: ZERO }, {}],
    ['the first push that was not deployed made the branch', {}, { firstPending: { before: null } }],
    ['the last deployment failed', {}, { last: { conclusion: 'failure' } }],
    ['the last deployment was stopped', {}, { last: { conclusion: 'cancelled' } }],
    ['the last deployment still runs', {}, { last: { conclusion: null } }],
    ['the deployed commit is gone', {}, { last: { deployedSha: 'c0ffee' }, gone: ['c0ffee'] }],
    ['the commit before is gone', {}, { gone: [BEFORE] }],
    ['the pushed commit is gone', {}, { gone: [AFTER] }],
    ['earlier pushes were held', {}, { inUse: { wasHeld: true } }],
  ])('everything counts as changed: %s', async (_, differences, world) => {
    const { planned } = await plan([workspace({ directory: 'a' })], push(differences), world);
    expect(planned[0]?.reason).toBe('push');
  });

  test('the loop brake holds the 11th deployment of one bot, but not of a person', async () => {
    const bot = push({ sender: 'meltano[bot]', senderIsBot: true });
    const decide = async (event: PushEvent, started: number) =>
      (await plan([workspace()], event, { started })).planned[0];
    expect(await decide(bot, LOOP_LIMIT - 1)).toMatchObject({ reason: 'push', conclusion: null });
    expect(await decide(bot, LOOP_LIMIT)).toMatchObject({
      reason: 'loop_brake',
      conclusion: 'action_required',
    });
    expect(await decide(push(), LOOP_LIMIT)).toMatchObject({ reason: 'push', conclusion: null });
  });

  test('workspaces with the same name get different check runs', async () => {
    const { planned } = await plan(
      [workspace(), workspace({ branch: 'prod' }), workspace({ name: 'Other' })],
      push(),
    );
    expect(planned.map((one) => one.checkName)).toEqual([
      'Analytics (one of several)',
      'Analytics (one of several)',
      'Other',
    ]);
  });

  test('a push without a time is ordered by its receipt, in whole seconds', async () => {
    const { planned } = await plan([workspace()], push({ pushedAt: null }));
    expect(planned[0]?.pushedAt).toBe(1_700_000_001_000);
  });
});
