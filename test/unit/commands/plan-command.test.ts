import { beforeEach, describe, expect, test } from 'vitest';
import { COMMAND_NAMES, type CommandName } from '../../../src/domain/command.ts';
import type { CommandRecord, PermissionLevel } from '../../../src/domain/conversation.ts';
import type { CommentEvent } from '../../../src/domain/delivery.ts';
import { START } from '../deploying/fake-ports.ts';
import { buildWorkspace, MINUTE, QUEUE_KEY, REPOSITORY } from '../deploying/reconcile-world.ts';
import { buildComment, PlanWorld } from '../planning/plan-world.ts';

const DEV = '81c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
const HEADS: Record<string, string> = { main: 'a'.repeat(40), dev: 'd'.repeat(40) };

let world: PlanWorld;

beforeEach(async () => {
  world = await PlanWorld.open();
  for (const [branch, head] of Object.entries(HEADS)) world.heads.set(branch, head);
  world.meltano.addPipeline('facebook');
});

async function give(body: string, differences: Partial<CommentEvent> = {}): Promise<CommandRecord | null> {
  const id = await world.deliver(buildComment(body, differences));
  await world.planAll();
  return world.stores.getCommand(id);
}

function twoWorkspaces(): void {
  world.meltano.workspaces = [
    buildWorkspace({ alias: 'prod' }),
    buildWorkspace({ id: DEV, name: 'Dev', alias: 'dev', branch: 'dev' }),
  ];
}

describe('a redeploy', () => {
  test('deploys the current head of the tracked branch, wherever the comment is', async () => {
    const command = await give('/redeploy');
    expect(command?.answer).toEqual({ kind: 'redeploy', missing: [] });
    const [deployment] = await world.stores.listCommandDeployments(command?.id ?? '');
    expect(deployment).toMatchObject({
      state: 'waiting',
      sha: HEADS['main'],
      branch: 'main',
      cause: 'command',
      requestedBy: 'ana',
      pushedAt: START,
    });
    expect(world.asked).toEqual(['permission of ana', 'head of main']);
    expect(world.dispatcher.wakes).toContainEqual({ queue: 'command', key: command?.id });
    expect(world.dispatcher.wakes).toContainEqual({ queue: 'workspace', key: QUEUE_KEY });
  });

  test.each<[string, string, CommentEvent['place'], string[]]>([
    ['an issue, by name', '/redeploy DEV', { kind: 'issue', number: 1 }, ['Dev']],
    ['by alias', '/redeploy prod', { kind: 'issue', number: 1 }, ['Analytics']],
    ['by the beginning of an id', `/redeploy ${DEV.slice(0, 8)}`, { kind: 'issue', number: 1 }, ['Dev']],
    [
      'by id and name, each once',
      `/redeploy ${DEV} dev Analytics`,
      { kind: 'issue', number: 1 },
      ['Analytics', 'Dev'],
    ],
    ['by branch', '/redeploy --branch dev', { kind: 'issue', number: 1 }, ['Dev']],
    ['a commit that is the head of one', '/redeploy', { kind: 'commit', sha: 'd'.repeat(40) }, ['Dev']],
  ])('on %s', async (_, body, place, names) => {
    twoWorkspaces();
    const command = await give(body, { place });
    const deployments = await world.stores.listCommandDeployments(command?.id ?? '');
    expect(deployments.map((one) => one.workspaceName).sort()).toEqual(names);
  });

  test.each([
    ['the head branch', { headBranch: 'dev', baseBranch: 'main', merged: false }, ['Dev']],
    ['both once it is merged', { headBranch: 'dev', baseBranch: 'main', merged: true }, ['Analytics', 'Dev']],
    ['the base of a merged fork', { headBranch: null, baseBranch: 'main', merged: true }, ['Analytics']],
    ['nothing of a fork', { headBranch: null, baseBranch: 'main', merged: false }, []],
  ])('on a pull request means %s', async (_, pull, names) => {
    twoWorkspaces();
    world.pull = pull;
    const command = await give('/redeploy', { place: { kind: 'pull_request', number: 3 } });
    const deployments = await world.stores.listCommandDeployments(command?.id ?? '');
    expect(deployments.map((one) => one.workspaceName).sort()).toEqual(names);
  });

  test.each([
    ['nothing says which', '/redeploy', 'choose_workspace'],
    ['no such name', '/redeploy Sales', 'unknown_workspace'],
    ['too short a beginning of an id', `/redeploy ${DEV.slice(0, 7)}`, 'unknown_workspace'],
    ['a name of two', '/redeploy twin', 'ambiguous_workspace'],
    ['a branch that none tracks', '/redeploy --branch x', 'choose_workspace'],
    ['a typing error', '/meltano redploy', 'not_understood'],
    ['an unknown flag', '/redeploy --fast', 'not_understood'],
  ])('is refused when %s', async (_, body, code) => {
    twoWorkspaces();
    world.meltano.workspaces.push(
      buildWorkspace({ id: '91c0ef56-7f7e-47c1-9700-2d7e2eb5a04e', name: 'Twin' }),
      buildWorkspace({ id: 'a1c0ef56-7f7e-47c1-9700-2d7e2eb5a04e', name: 'Other', alias: 'twin' }),
    );
    const command = await give(body);
    expect(command?.answer).toMatchObject({ kind: 'refused', refusal: { code } });
    expect(await world.open()).toEqual([]);
  });

  test('of a branch that does not exist is refused; another one continues', async () => {
    twoWorkspaces();
    world.heads.delete('dev');
    expect((await give('/redeploy dev'))?.answer).toMatchObject({
      refusal: { code: 'branch_missing', missing: [{ name: 'Dev' }] },
    });
    const both = await give('/redeploy dev prod', { actor: 'bob' });
    expect(both?.answer).toMatchObject({ kind: 'redeploy', missing: [{ name: 'Dev' }] });
    expect(await world.open()).toHaveLength(1);
  });
});

/** Each command with the word `dev` as its workspace; null for those that take no workspace. */
const ABOUT_DEV: Readonly<Record<CommandName, string | null>> = {
  redeploy: '/redeploy dev',
  withdraw: '/meltano withdraw dev',
  approve: null,
  lock: null,
  unlock: '/meltano unlock dev',
  status: '/meltano status dev',
  logs: '/meltano logs dev',
  why: '/meltano why dev',
  pipelines: '/meltano pipelines dev',
  verify: '/meltano verify facebook --workspace dev',
  run: '/meltano run facebook --workspace=dev --yes',
  help: null,
};
const NAMING = COMMAND_NAMES.flatMap((name) => {
  const body = ABOUT_DEV[name];
  return body === null ? [] : [[body, name] as const];
});

describe('a workspace of another repository', () => {
  test.each(NAMING)('is refused: %s', async (body) => {
    world.permission = 'maintain';
    world.meltano.workspaces.push(
      buildWorkspace({ id: DEV, name: 'Dev', repositoryUrl: 'https://github.com/acme/sales' }),
    );
    expect((await give(body))?.answer).toMatchObject({ refusal: { code: 'unknown_workspace' } });
  });
});

describe('a workspace that was made or renamed a moment ago', () => {
  const made = buildWorkspace({ id: DEV, name: 'Dev', alias: 'dev', branch: 'dev' });

  /** The list of workspaces is in memory, and older than the change. */
  async function changeBehindTheList(body: string): Promise<CommandRecord | null> {
    await give('/meltano status', { actor: 'bob' });
    world.clock.advance(5_000);
    world.meltano.workspaces = [buildWorkspace({ name: 'Renamed' }), made];
    return give(body, { askedAt: world.clock.now() });
  }

  test.each([
    ...NAMING,
    ['/redeploy --branch dev', 'redeploy'] as const,
    ['/redeploy Renamed dev', 'redeploy'] as const,
    ['/meltano status renamed', 'status'] as const,
  ])('is found for %s', async (body, kind) => {
    world.permission = 'maintain';
    expect((await changeBehindTheList(body))?.answer.kind).toBe(kind);
  });

  test('a name that is in no younger list either is refused, with the workspaces of that list', async () => {
    expect((await changeBehindTheList('/redeploy nobody'))?.answer).toMatchObject({
      kind: 'refused',
      refusal: { code: 'unknown_workspace', candidates: [{ name: 'Renamed' }, { name: 'Dev' }] },
    });
  });

  test('what the list in memory knows is not kept waiting', async () => {
    await give('/meltano status', { actor: 'bob' });
    world.clock.advance(5_000);
    const before = world.clock.now();
    await give('/redeploy Analytics', { askedAt: before });
    expect(world.clock.now()).toBe(before);
  });
});

describe('permission', () => {
  test.each<[string, PermissionLevel, boolean, string | null]>([
    ['/redeploy', 'push', true, null],
    ['/redeploy', 'triage', true, 'not_permitted'],
    ['/redeploy', 'none', true, 'not_permitted'],
    ['/redeploy', 'none', false, 'stranger'],
    ['/redeploy', 'triage', false, 'not_permitted'],
    ['/redeploy', 'pull', false, 'stranger'],
    ['/meltano withdraw', 'pull', true, 'not_permitted'],
    ['/meltano status', 'pull', true, null],
    ['/meltano status', 'pull', false, 'stranger'],
    ['/meltano status', 'triage', false, null],
    ['/meltano why', 'triage', false, null],
    ['/meltano logs', 'pull', true, null],
    ['/meltano help', 'pull', true, null],
    ['/meltano nonsense', 'pull', false, 'stranger'],
  ])('%s by one with %s (private: %s) is refused as %s', async (body, level, isPrivate, code) => {
    world.permission = level;
    const command = await give(body, { repository: { ...REPOSITORY, private: isPrivate } });
    const { answer } = command ?? {};
    expect(answer?.kind === 'refused' ? answer.refusal.code : null).toBe(code);
    if (code) expect(world.asked).toEqual(['permission of ana']);
  });

  test('that can not be asked for ten minutes is refused, and nothing was done meanwhile', async () => {
    world.githubIsDown = true;
    const id = await world.deliver(buildComment('/redeploy'));
    await world.planAll();
    expect(world.clock.now() - START).toBeLessThan(16 * MINUTE);
    expect((await world.stores.getCommand(id))?.answer).toMatchObject({ refusal: { code: 'unanswered' } });
    expect(await world.open()).toEqual([]);
  });
});

describe('a command that comes again or late', () => {
  test('the same by the same person within ten seconds is one; later, or by another, it is a second one', async () => {
    expect(await give('/redeploy')).not.toBeNull();
    expect(await give('/redeploy', { askedAt: START + 10_000 })).toBeNull();
    expect(await give('/redeploy', { actor: 'bob' })).not.toBeNull();
    expect(await give('/redeploy', { place: { kind: 'issue', number: 2 } })).not.toBeNull();
    expect(await give('/redeploy', { askedAt: START + 21_000 })).not.toBeNull();
  });

  test.each([-2, 2])('GitHub’s clock may be %i h ahead of this machine’s', async (hours) => {
    const ms = hours * 60 * MINUTE;
    world.githubClock.note(
      { date: new Date(world.clock.now() + ms).toUTCString() },
      { sentAt: world.clock.elapsed(), answeredAt: world.clock.elapsed() },
    );
    const done = await give('/redeploy', { askedAt: START + ms });
    expect(done?.answer).not.toMatchObject({ refusal: { code: 'too_late' } });
    world.clock.advance(61 * MINUTE);
    const late = await give('/meltano withdraw', { askedAt: START + ms });
    expect(late?.answer).toMatchObject({ refusal: { code: 'too_late' } });
  });

  test('an hour after it was written it is not carried out', async () => {
    world.clock.advance(61 * MINUTE);
    expect((await give('/meltano withdraw'))?.answer).toMatchObject({ refusal: { code: 'too_late' } });
  });
});

describe('withdraw', () => {
  test('notes the request on everything open, and says where there is nothing', async () => {
    twoWorkspaces();
    await give('/redeploy prod');
    const command = await give('/meltano withdraw prod dev');
    expect(command?.answer).toMatchObject({ kind: 'withdraw', idle: [{ name: 'Dev' }] });
    expect(await world.open()).toMatchObject([{ withdrawnBy: 'ana', withdrawDeliveryId: command?.id }]);
    expect(world.dispatcher.wakes.at(-1)).toEqual({ queue: 'workspace', key: QUEUE_KEY });
  });
});

describe('why', () => {
  test('names the rule for each workspace, and does nothing', async () => {
    world.meltano.workspaces = [
      buildWorkspace({ directory: 'analytics' }),
      buildWorkspace({ id: DEV, branch: 'gone' }),
    ];
    await world.deliver(buildComment('/redeploy Analytics'));
    const command = await give('/meltano why');
    expect(command?.answer).toMatchObject({
      kind: 'why',
      findings: [
        { reason: 'push', sha: HEADS['main'], isHead: true, since: null },
        { reason: 'branch_deleted', sha: null },
      ],
    });
    expect(await world.stores.listCommandDeployments(command?.id ?? '')).toEqual([]);
  });

  test.each([
    ['checks: { gate: true }\n', true],
    ['', false],
  ])('says whether commits have the check that can be required: %j', async (file, hasRequiredCheck) => {
    world.files.everywhere = file;
    expect((await give('/meltano why'))?.answer).toMatchObject({ kind: 'why', hasRequiredCheck });
  });

  test('of a commit says whether it is the head', async () => {
    const command = await give('/meltano why abcdef1');
    expect(command?.answer).toMatchObject({ findings: [{ sha: `abcdef1${'0'.repeat(33)}`, isHead: false }] });
  });
});
