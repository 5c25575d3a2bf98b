import { beforeEach, describe, expect, test } from 'vitest';
import { type ConfigurationInUse, DEFAULTS_IN_USE } from '../../../src/domain/configuration-in-use.ts';
import type { WorkspaceMapping } from '../../../src/domain/match-workspaces.ts';
import type { Workspace } from '../../../src/domain/workspace.ts';
import { START } from './fake-ports.ts';
import { buildWorkspace, REPOSITORY, WORKSPACE_ID, World } from './reconcile-world.ts';

const SHA = 'a'.repeat(40);

let world: World;

beforeEach(async () => {
  world = await World.open();
});

/** Changes the workspace between planning and start. */
async function startWith(differences: Partial<Workspace>, planned: { directory?: string } = {}) {
  const { id } = await world.push(planned);
  world.meltano.workspaces = [buildWorkspace(differences)];
  await world.step();
  return world.read(id);
}

test.each<[string, Partial<Workspace>, RegExp]>([
  ['another repository', { repositoryUrl: 'https://github.com/acme/other' }, /another repository/],
  ['another host', { repositoryUrl: 'https://gitlab.com/acme/data' }, /another repository/],
  ['no repository', { repositoryUrl: null }, /another repository/],
  ['another branch', { branch: 'prod' }, /tracks the branch prod now/],
])('a workspace with %s now is not deployed', async (_, differences, problem) => {
  const ended = await startWith(differences);
  expect(ended).toMatchObject({ conclusion: 'skipped', reason: 'no_longer_tracked', attemptedAt: null });
  expect(ended.problem).toMatch(problem);
  expect(world.meltano.count('startDeployment')).toBe(0);
  expect(world.reporter.reports.map((one) => one.state)).toEqual(['concluded']);
});

test.each<[string, Partial<Workspace>]>([
  ['the same URL in another form', { repositoryUrl: 'git@github.com:Acme/Data.git' }],
  ['the branch named that was the default', { branch: 'main' }],
])('a workspace with %s is deployed', async (_, differences) => {
  expect(await startWith(differences)).toMatchObject({ state: 'queued' });
});

test('a renamed repository is found under the old name in the workspace', async () => {
  await world.stores.learnRepository({ ...REPOSITORY, name: 'renamed' }, 'acme/data', START + 1);
  expect(await startWith({})).toMatchObject({ state: 'queued' });
});

test('a workspace without a branch tracks the changed default branch', async () => {
  await world.stores.learnRepository({ ...REPOSITORY, defaultBranch: 'trunk' }, null, START + 1);
  expect(await startWith({})).toMatchObject({ reason: 'no_longer_tracked' });
});

test('a new name and environment are taken over; the check run keeps its name', async () => {
  expect(await startWith({ name: 'Analytics (prod)', environment: 'prod' })).toMatchObject({
    workspaceName: 'Analytics (prod)',
    environment: 'prod',
    checkName: 'Meltano Deploy (Analytics)',
  });
});

describe('the accounts file', () => {
  const MAPPED = { repository: 'acme/data', branch: null, directory: null, workspaceId: WORKSPACE_ID };
  const elsewhere = { repositoryUrl: 'https://gitlab.com/acme/mirror', branch: 'prod' };

  test('keeps a workspace with the repository that it is mapped to', async () => {
    world.rules.mappings.push(MAPPED);
    expect(await startWith({ ...elsewhere, directory: 'their/folder' })).toMatchObject({
      state: 'queued',
      directory: null,
    });
  });

  test.each<[string, Partial<WorkspaceMapping>, RegExp]>([
    ['another workspace', { workspaceId: '81c0ef56-7f7e-47c1-9700-2d7e2eb5a04e' }, /another repository/],
    ['another repository', { repository: 'acme/other' }, /another repository/],
    ['another branch', { branch: 'release' }, /tracks the branch release now/],
  ])('that maps %s now ends the deployment', async (_, differences, problem) => {
    world.rules.mappings.push({ ...MAPPED, ...differences });
    const ended = await startWith(elsewhere);
    expect(ended).toMatchObject({ conclusion: 'skipped', reason: 'no_longer_tracked' });
    expect(ended.problem).toMatch(problem);
    expect(world.meltano.count('startDeployment')).toBe(0);
  });

  test('that no longer allows the workspace ends the deployment without a request', async () => {
    world.rules.allowed = false;
    const ended = await startWith({});
    expect(ended).toMatchObject({ conclusion: 'failure', reason: 'start_refused' });
    expect(ended.problem).toMatch(/allowed_workspaces/);
    expect(world.meltano.calls).toEqual([]);
  });
});

describe('another directory', () => {
  test('with changes is deployed, and stored', async () => {
    world.trees.put(SHA, ['new/meltano.yml']);
    expect(await startWith({ directory: 'new' }, { directory: 'old' })).toMatchObject({
      state: 'queued',
      directory: 'new',
    });
  });

  test('without changes is not deployed', async () => {
    world.trees.put(SHA, ['old/meltano.yml']);
    const ended = await startWith({ directory: 'new' }, { directory: 'old' });
    expect(ended).toMatchObject({ conclusion: 'skipped', reason: 'paths_unchanged' });
    expect(ended.problem).toMatch(/directory new now/);
    expect(world.trees.reads).toEqual(['acme/data bbb all', 'acme/data aaa all']);
  });

  test('that is the root is deployed without a comparison', async () => {
    expect(await startWith({ directory: null }, { directory: 'old' })).toMatchObject({ directory: null });
    expect(world.trees.reads).toEqual([]);
  });

  test('of a new branch is deployed without a comparison', async () => {
    const { id } = await world.push({ before: null, directory: 'old' });
    world.meltano.workspaces = [buildWorkspace({ directory: 'new' })];
    await world.step();
    expect(await world.read(id)).toMatchObject({ state: 'queued' });
    expect(world.trees.reads).toEqual([]);
  });

  test('is compared with the last success, as in planning', async () => {
    const first = await world.push({ sha: 'c'.repeat(40) });
    await world.step();
    world.meltano.moveJob({ status: 'COMPLETE', commitId: first.sha });
    await world.runUntilIdle();
    const { id } = await world.push({ directory: 'old' });
    world.meltano.workspaces = [buildWorkspace({ directory: 'new' })];
    world.trees.put(SHA, ['new/meltano.yml']);
    await world.step();
    expect(world.trees.reads).toEqual(['acme/data ccc all', 'acme/data aaa all']);
    expect(await world.read(id)).toMatchObject({ state: 'queued' });
  });
});

test('the workspace is read again before each start, not only the first', async () => {
  const { id } = await world.push();
  world.meltano.next('startDeployment', { ok: false, failure: { kind: 'unreachable', message: 'no' } });
  await world.step();
  world.meltano.workspaces = [buildWorkspace({ branch: 'prod' })];
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({ reason: 'no_longer_tracked' });
});

describe('the configuration of the repository', () => {
  const configured = (entry: object): ConfigurationInUse => ({
    ...DEFAULTS_IN_USE,
    configuration: {
      ...DEFAULTS_IN_USE.configuration,
      workspaces: [{ workspace: WORKSPACE_ID, ...entry }],
    },
  });

  test('sets the environment instead of the workspace', async () => {
    world.configuration = configured({ environment: 'live' });
    expect(await startWith({ environment: 'prod' })).toMatchObject({ environment: 'live' });
  });

  test('has paths that count instead of the directory', async () => {
    world.configuration = configured({ paths: ['shared/**'] });
    world.trees.put(SHA, ['shared/a.sql']);
    expect(await startWith({ directory: 'new' }, { directory: 'old' })).toMatchObject({ state: 'queued' });
    expect(world.trees.reads).toEqual([]);
  });
});
