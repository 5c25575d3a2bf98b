import { beforeEach, describe, expect, test } from 'vitest';
import { formatCommand } from '../../../src/commands/format-command.ts';
import type { CommandRecord } from '../../../src/domain/conversation.ts';
import { START } from '../deploying/fake-ports.ts';
import { buildWorkspace, QUEUE_KEY, REPOSITORY, WORKSPACE_ID } from '../deploying/reconcile-world.ts';
import { buildComment, PlanWorld } from '../planning/plan-world.ts';

const DEV = '81c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';

let world: PlanWorld;

beforeEach(async () => {
  world = await PlanWorld.open();
  world.permission = 'maintain';
  world.meltano.workspaces = [
    buildWorkspace({ name: 'Analytics (prod)', alias: 'prod' }),
    buildWorkspace({ id: DEV, name: 'Dev', alias: 'dev', branch: 'dev' }),
  ];
});

async function give(body: string, actor = 'ana'): Promise<CommandRecord | null> {
  const id = await world.deliver(buildComment(body, { actor }));
  await world.planAll();
  return world.stores.getCommand(id);
}

async function locks(): Promise<[string | null, string, string][]> {
  const stored = await world.stores.listLocks(REPOSITORY.id);
  return stored.map(({ workspaceId, by, reason }) => [workspaceId, by, reason]);
}

describe('a lock', () => {
  test.each<[string, string | null, string]>([
    ['/meltano lock month end', null, 'month end'],
    ['/meltano lock "month end"', null, 'month end'],
    ['/meltano lock “month end', null, '“month end'],
    ["/meltano lock don't deploy: --yes @acme/data #1", null, "don't deploy: --yes @acme/data #1"],
    ['/meltano lock prod month end', WORKSPACE_ID, 'month end'],
    ['/meltano lock "Analytics (prod)" month end', WORKSPACE_ID, 'month end'],
    ['/meltano lock “ANALYTICS (prod)” "month end"', WORKSPACE_ID, 'month end'],
    ['/meltano lock `dev` Ana\'s "end" of month', DEV, 'Ana\'s "end" of month'],
    [`/meltano lock ${DEV.slice(0, 8)} x`, DEV, 'x'],
    ['/meltano lock Analytics (prod) month end', null, 'Analytics (prod) month end'],
    ['/meltano lock sales month end', null, 'sales month end'],
    ['/meltano lock month\u0000 \u202Eend\u001b[31m', null, 'month end'],
  ])('%s', async (body, workspaceId, reason) => {
    expect((await give(body))?.answer).toMatchObject({ kind: 'lock', reason });
    expect(await world.stores.listLocks(REPOSITORY.id)).toEqual([
      { repositoryId: REPOSITORY.id, workspaceId, by: 'ana', reason, lockedAt: START },
    ]);
  });

  test.each([
    ['/meltano lock', 'not_understood'],
    ['/meltano lock ""', 'not_understood'],
    ['/meltano lock \u0000\u202E', 'not_understood'],
    ['/meltano lock <!-- month end -->', 'not_understood'],
    ['/meltano lock dev', 'no_lock_reason'],
    ['/meltano lock "Analytics (prod)" ""', 'no_lock_reason'],
  ])('without a reason locks nothing: %s', async (body, code) => {
    expect((await give(body))?.answer).toMatchObject({ kind: 'refused', refusal: { code } });
    expect(await locks()).toEqual([]);
  });

  test('of an ambiguous name is refused', async () => {
    world.meltano.workspaces.push(buildWorkspace({ id: `${DEV.slice(0, -1)}f`, name: 'dev' }));
    expect((await give('/meltano lock dev x'))?.answer).toMatchObject({
      refusal: { code: 'ambiguous_workspace', word: 'dev' },
    });
    expect(await locks()).toEqual([]);
  });

  test('needs the Maintain role', async () => {
    world.permission = 'push';
    expect((await give('/meltano lock month end'))?.answer).toMatchObject({
      refusal: { code: 'not_permitted', needed: 'maintain' },
    });
    expect(await locks()).toEqual([]);
  });

  test('keeps at most 200 characters of a reason', async () => {
    await give(`/meltano lock ${'🔒'.repeat(500)}`);
    const [[, , reason] = []] = await locks();
    expect(reason).toBe(`${'🔒'.repeat(99)}…`);
  });

  test('replaces the one before', async () => {
    await give('/meltano lock dev one');
    const second = await give('/meltano lock dev two', 'bob');
    expect(second?.answer).toMatchObject({ replaced: { workspaceId: DEV, by: 'ana', reason: 'one' } });
    expect(await locks()).toEqual([[DEV, 'bob', 'two']]);
    await give('/meltano lock three', 'mia');
    expect(await locks()).toEqual([[null, 'mia', 'three']]);
  });

  test('finds a workspace that was made a moment ago', async () => {
    await give('/meltano status');
    world.clock.advance(5_000);
    world.meltano.workspaces.push(buildWorkspace({ id: `${DEV.slice(0, -1)}f`, name: 'New' }));
    const id = await world.deliver(buildComment('/meltano lock new x', { askedAt: world.clock.now() }));
    await world.planAll();
    expect((await world.stores.getCommand(id))?.answer).toMatchObject({ workspace: { name: 'New' } });
  });
});

describe('an unlock', () => {
  test('without a workspace removes all locks', async () => {
    await give('/meltano lock all of it');
    await give('/meltano lock dev one');
    const answer = (await give('/meltano unlock'))?.answer;
    expect(answer).toMatchObject({ removed: [{ reason: 'all of it' }, { reason: 'one' }] });
    expect(await locks()).toEqual([]);
    expect((await give('/meltano unlock', 'bob'))?.answer).toMatchObject({ kind: 'unlock', removed: [] });
  });

  test('of one workspace leaves the others locked', async () => {
    await give('/meltano lock month end');
    const answer = (await give('/meltano unlock Analytics (prod)', 'bob'))?.answer;
    expect(answer).toMatchObject({ workspace: { name: 'Analytics (prod)' }, isRestLocked: true });
    expect(await locks()).toEqual([[DEV, 'ana', 'month end']]);
    expect((await give('/meltano unlock prod', 'bob'))?.answer).toMatchObject({ removed: [] });
    expect((await give('/meltano unlock dev', 'bob'))?.answer).toMatchObject({ isRestLocked: false });
    expect(await locks()).toEqual([]);
  });

  test('wakes the workspaces that it unlocks', async () => {
    await give('/meltano lock month end');
    world.dispatcher.wakes.length = 0;
    await give('/meltano unlock prod');
    expect(world.dispatcher.wakes.filter(({ queue }) => queue === 'workspace')).toEqual([
      { queue: 'workspace', key: QUEUE_KEY },
    ]);
  });
});

describe('odd names of workspaces', () => {
  test.each(['👩‍💻 ❤️ prod', "Ana's data", 'a "b" c', '`code`', 'Größe', '«x» y', '<b>x</b>', '(prod) #1'])(
    '%s can be locked and unlocked as the replies write it',
    async (name) => {
      const workspace = buildWorkspace({ id: `${DEV.slice(0, -1)}f`, name });
      world.meltano.workspaces.push(workspace);
      const word = formatCommand({ name: 'unlock', workspace: name }).replace('/meltano unlock ', '');
      await give(`/meltano lock ${word} month end`);
      expect(await locks()).toEqual([[workspace.id, 'ana', 'month end']]);
      expect((await give(`/meltano unlock ${word}`, 'bob'))?.answer).toMatchObject({
        removed: [{ by: 'ana' }],
      });
      expect(await locks()).toEqual([]);
    },
  );
});

test('a status names the locks of its workspaces', async () => {
  await give('/meltano lock dev one');
  await give('/meltano lock prod two');
  expect((await give('/meltano status dev'))?.answer).toMatchObject({
    locks: [{ workspaceId: DEV, by: 'ana', reason: 'one' }],
  });
  await give('/meltano lock three');
  expect((await give('/meltano status dev', 'bob'))?.answer).toMatchObject({
    locks: [{ workspaceId: null, by: 'ana', reason: 'three' }],
  });
});
