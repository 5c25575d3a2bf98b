import { beforeEach, describe, expect, test } from 'vitest';
import type { Deployment, PlannedDeployment, TreeDigest } from '../../../src/domain/deployment.ts';
import { buildWorkspace, REPOSITORY, World } from './reconcile-world.ts';

const [FIRST, SECOND, THIRD] = ['1'.repeat(40), '2'.repeat(40), '3'.repeat(40)];
const FILTER = { directory: 'dbt', paths: null, pathsIgnore: [] };

let world: World;

beforeEach(async () => {
  world = await World.open();
  world.meltano.workspaces = [buildWorkspace({ directory: 'dbt' })];
  world.trees.put(FIRST, { 'dbt/a.sql': '1' });
  world.trees.put(SECOND, { 'dbt/a.sql': '2' });
  world.trees.put(THIRD, { 'dbt/a.sql': '2', 'README.md': '3' });
});

async function take(commit: string): Promise<TreeDigest> {
  const taken = await world.trees.open(REPOSITORY).digest(commit, FILTER, 'head');
  if (taken.kind === 'incomparable') throw new Error(taken.why);
  return taken;
}

/** As planning stores it. */
async function push(sha: string, differences: Partial<PlannedDeployment> = {}): Promise<Deployment> {
  const treeDigest = await take(sha);
  return world.push({ sha, directory: 'dbt', treeDigest, ...differences });
}

/** The first push runs, the second one waits, and then the job of the first ends. */
async function endFirst(
  job: { status: string; commitId: string | null },
  differences: Partial<PlannedDeployment> = {},
): Promise<Deployment> {
  await push(FIRST);
  await world.step();
  const { id } = await push(SECOND, differences);
  world.trees.reads.length = 0;
  world.meltano.moveJob(job);
  await world.step();
  return world.read(id);
}

const NOTHING_CHANGED = {
  state: 'concluded',
  conclusion: 'skipped',
  reason: 'nothing_changed',
  attemptedAt: null,
};

describe('a push that waits', () => {
  test('is skipped if the job before it deployed its commit', async () => {
    const ended = await endFirst({ status: 'COMPLETE', commitId: SECOND });
    expect(ended).toMatchObject({ ...NOTHING_CHANGED, problem: '2222222' });
    expect(world.meltano.count('startDeployment')).toBe(1);
    expect(world.trees.reads).toEqual([]);
  });

  test('is skipped if the job before it deployed another commit with the same files', async () => {
    const ended = await endFirst({ status: 'COMPLETE', commitId: THIRD });
    expect(ended).toMatchObject({ ...NOTHING_CHANGED, problem: '3333333' });
    expect(world.trees.reads).toEqual(['acme/data 333 all']);
  });

  test.each([
    ['deployed other files', { status: 'COMPLETE', commitId: FIRST }, {}],
    ['deployed what GitHub does not know any more', { status: 'COMPLETE', commitId: 'f'.repeat(40) }, {}],
    ['failed', { status: 'ERROR', commitId: SECOND }, {}],
    ['was stopped', { status: 'STOPPED', commitId: SECOND }, {}],
    [
      'deployed it, and a person asked for it',
      { status: 'COMPLETE', commitId: SECOND },
      { cause: 'command' },
    ],
  ] as const)('starts when the one before it %s', async (_, job, differences) => {
    world.trees.gone.add('f'.repeat(40));
    expect(await endFirst(job, differences)).toMatchObject({ state: 'queued', conclusion: null });
  });

  test('starts if GitHub can not list the deployed files', async () => {
    await push(FIRST);
    await world.step();
    const { id } = await push(SECOND);
    world.trees.isDown = true;
    world.meltano.moveJob({ status: 'COMPLETE', commitId: THIRD });
    await world.step();
    expect(await world.read(id)).toMatchObject({ state: 'queued' });
  });

  test('always starts without a filter', async () => {
    world.meltano.workspaces = [buildWorkspace()];
    const ended = await endFirst({ status: 'COMPLETE', commitId: SECOND }, { directory: null });
    expect(ended).toMatchObject({ state: 'queued' });
    expect(world.trees.reads).toEqual([]);
  });

  test('is skipped if a later push reverted its changes', async () => {
    await push(FIRST);
    await world.step();
    world.meltano.moveJob({ status: 'COMPLETE', commitId: FIRST });
    await world.step();
    const { id } = await push(SECOND);
    const reverted = 'e'.repeat(40);
    world.trees.put(reverted, { 'dbt/a.sql': '1' });
    await push(reverted, { reason: 'paths_unchanged', conclusion: 'none' });
    world.trees.reads.length = 0;
    await world.step();
    expect(await world.read(id)).toMatchObject({
      ...NOTHING_CHANGED,
      problem: '1111111',
    });
    expect(world.trees.reads).toEqual([]);
  });
});

test('commits that planning could not compare are not read again before the start', async () => {
  const one = await world.push({ sha: FIRST, directory: 'dbt' });
  await world.step();
  world.meltano.moveJob({ status: 'COMPLETE', commitId: null });
  await world.step();
  expect(await world.read(one.id)).toMatchObject({ conclusion: 'success' });
  world.clock.advance(60_000);
  const { id } = await push(THIRD);
  world.trees.reads.length = 0;
  await world.step();
  expect(await world.read(id)).toMatchObject({ state: 'queued' });
  expect(world.trees.reads).toEqual([]);
});
