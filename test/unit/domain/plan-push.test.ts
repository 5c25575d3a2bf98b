import { describe, expect, test } from 'vitest';
import { matchesPaths } from '../../../src/config/matches-paths.ts';
import { DEFAULTS_IN_USE, type UsableConfiguration } from '../../../src/domain/configuration-in-use.ts';
import type { PushEvent } from '../../../src/domain/delivery.ts';
import { LOOP_LIMIT, type PlanningPorts, planPush, refusePush } from '../../../src/domain/plan-push.ts';
import type { Comparison } from '../../../src/domain/ports.ts';
import { RemoteClock } from '../../../src/domain/remote-clock.ts';
import type { Workspace } from '../../../src/domain/workspace.ts';

const ZERO = '0'.repeat(40);
const [BEFORE, AFTER] = ['b'.repeat(40), 'a'.repeat(40)];

function workspace(differences: Partial<Workspace> = {}): Workspace {
  return {
    ...{ id: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e', name: 'Analytics', alias: null },
    ...{ repositoryUrl: 'https://github.com/acme/data', branch: null, directory: null, environment: 'dev' },
    ...differences,
  };
}

function push(differences: Partial<PushEvent> = {}): PushEvent {
  return {
    kind: 'push',
    account: 'acme',
    repository: {
      ...{ id: 2, installationId: 1, owner: 'acme', name: 'data', private: true, defaultBranch: 'main' },
    },
    ...{ ref: 'refs/heads/main', before: BEFORE, after: AFTER, deleted: false, forced: false },
    ...{ pushedAt: 1_700_000_000_000, sender: 'ana', senderIsBot: false },
    ...differences,
  };
}

interface World {
  comparison?: Comparison;
  lastSuccess?: string;
  firstPush?: { before: string | null };
  started?: number;
  overtaken?: boolean;
  /** GitHub's, of the head commit. */
  message?: string;
  inUse?: Partial<UsableConfiguration>;
}

/** Plans with fakes for GitHub and the store; tells what was compared. */
async function plan(workspaces: Workspace[], event: PushEvent, world: World = {}) {
  const compared: string[] = [];
  const ports: PlanningPorts = {
    comparer: {
      compare: async (_, base, head) => {
        compared.push(`${base}...${head}`);
        return world.comparison ?? { kind: 'paths', paths: [] };
      },
    },
    store: {
      findLastSuccess: async () => world.lastSuccess ?? null,
      findFirstPush: async () => world.firstPush ?? null,
      countStarted: async () => world.started ?? 0,
    },
    matchesPaths,
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
  return { planned: await planPush(request, ports), compared };
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
  test('a push to the tracked branch of a workspace at the root deploys, with nothing compared', async () => {
    const { planned, compared } = await plan([workspace()], push());
    expect(planned).toMatchObject([
      {
        ...{ reason: 'push', conclusion: null, branch: 'main', sha: AFTER, before: BEFORE },
        ...{ requestedBy: 'ana', environment: 'dev', pushedAt: 1_700_000_000_000 },
      },
    ]);
    expect(compared).toEqual([]);
  });

  test('the default branch is tracked only where the workspace names none', async () => {
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
  ])('with a directory: %s', async (_, paths, reason) => {
    const comparison: Comparison = { kind: 'paths', paths };
    const { planned } = await plan([workspace({ directory: 'pipelines/a' })], push(), { comparison });
    expect(planned[0]?.reason).toBe(reason);
  });

  test('changes count from the last success of the workspace, else from the head before the push', async () => {
    const inDirectory = [workspace({ directory: 'a' })];
    expect((await plan(inDirectory, push(), { lastSuccess: 'c0ffee' })).compared).toEqual([
      `c0ffee...${AFTER}`,
    ]);
    expect((await plan(inDirectory, push())).compared).toEqual([`${BEFORE}...${AFTER}`]);
  });

  test("what an earlier push changed isn't lost when nothing has succeeded yet", async () => {
    const inDirectory = [workspace({ directory: 'a' })];
    const firstPush = { before: 'first' };
    expect((await plan(inDirectory, push(), { firstPush })).compared).toEqual([`first...${AFTER}`]);
    const { compared } = await plan(inDirectory, push(), { firstPush, lastSuccess: 'c0ffee' });
    expect(compared).toEqual([`c0ffee...${AFTER}`]);
  });

  test('two workspaces with the same base cost one comparison', async () => {
    const { compared } = await plan([workspace({ directory: 'a' }), workspace({ directory: 'b' })], push());
    expect(compared).toHaveLength(1);
  });

  test.each<[string, Partial<PushEvent>, World]>([
    ['a forced push', { forced: true }, { lastSuccess: 'c0ffee' }],
    ['a new branch', { before: ZERO }, {}],
    ['a redeployment came before, and failed', {}, { firstPush: { before: null } }],
    ['a list that is not whole', {}, { comparison: { kind: 'everything', why: 'behind' } }],
  ])('everything counts as changed: %s', async (_, differences, world) => {
    const { planned } = await plan([workspace({ directory: 'a' })], push(differences), world);
    expect(planned[0]?.reason).toBe('push');
  });

  test('the brake holds the 11th deployment from the pushes of one bot, and no person', async () => {
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

  test('workspaces of one name get different check runs', async () => {
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

  test('a payload without a time of the push is ordered by its receipt, in whole seconds', async () => {
    const { planned } = await plan([workspace()], push({ pushedAt: null }));
    expect(planned[0]?.pushedAt).toBe(1_700_000_001_000);
  });
});
