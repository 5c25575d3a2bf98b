import { beforeEach, describe, expect, test } from 'vitest';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { DeploymentChange } from '../../../src/domain/deployment-store.ts';
import type { OrderGate } from '../../../src/domain/gate.ts';
import { formatWorkspaceKey } from '../../../src/domain/workspace.ts';
import { MINUTE, WORKSPACE_ID, World } from './reconcile-world.ts';

const A = 'a'.repeat(40);
const STAGING = '0c0ef56a-7f7e-47c1-9700-2d7e2eb5a04e';
const FIRST = { workspaceId: STAGING, name: 'Analytics (staging)' };
const GATE: OrderGate = { kind: 'order', after: [FIRST], timeoutMinutes: 60, passed: null };

let world: World;

beforeEach(async () => {
  world = await World.open();
});

function push(): Promise<Deployment> {
  return world.push({ sha: A, gates: [GATE] });
}

/** What became of a commit in the workspace before. */
async function stage(change: DeploymentChange, planned: Partial<Deployment> = {}): Promise<Deployment> {
  const { id } = await world.push({ sha: A, ...planned, workspaceId: STAGING });
  await world.save(id, change);
  return world.read(id);
}

const SUCCESS = { state: 'concluded', conclusion: 'success', reason: 'job_complete' } as const;
const FAILURE = { state: 'concluded', conclusion: 'failure', reason: 'pipelines_failed' } as const;

function starts(): number {
  return world.meltano.count('startDeployment');
}

test('a start waits for the workspace before it', async () => {
  const before = await stage({ state: 'running', jobId: 'j' });
  const { id } = await push();
  await world.step();
  const hold = { reason: 'order_pending', name: 'Analytics (staging)' };
  expect(await world.read(id)).toMatchObject({ state: 'waiting', hold });
  await world.save(before.id, { state: 'settling' });
  await world.step();
  expect(starts()).toBe(0);
  await world.save(before.id, SUCCESS);
  await world.step();
  expect(starts()).toBe(1);
});

test('a failure there ends it, and the repair lets it follow', async () => {
  await stage(FAILURE);
  const { id } = await push();
  await world.step();
  const problem = 'Analytics (staging) did not deploy aaaaaaa';
  expect(await world.read(id)).toMatchObject({ conclusion: 'skipped', reason: 'order_failed', problem });
  await stage(SUCCESS);
  await world.step();
  expect(starts()).toBe(1);
});

test('it waits for an hour, not longer', async () => {
  const { id } = await push();
  await world.runFor(59 * MINUTE);
  expect((await world.read(id)).state).toBe('waiting');
  await world.runFor(MINUTE);
  expect(await world.read(id)).toMatchObject({ conclusion: 'action_required', reason: 'order_missing' });
});

test('a job there that took this commit counts, whatever asked for it', async () => {
  await stage({ ...SUCCESS, deployedSha: A }, { sha: 'c'.repeat(40) });
  await push();
  await world.step();
  expect(starts()).toBe(1);
});

test('an earlier success of this commit does not count once another commit was deployed there', async () => {
  await stage({ ...SUCCESS, attemptedAt: 1 });
  world.clock.advance(MINUTE);
  await stage({ ...SUCCESS, attemptedAt: 2 }, { sha: 'c'.repeat(40) });
  world.clock.advance(MINUTE);
  const again = await stage({ state: 'running', jobId: 'j', attemptedAt: 3 });
  await push();
  await world.step();
  expect(starts()).toBe(0);
  await world.save(again.id, SUCCESS);
  await world.step();
  expect(starts()).toBe(1);
});

describe('where there was nothing to deploy for the commit', () => {
  test.each([
    ['its last success counts', SUCCESS, 1],
    ['its last failure does, too', FAILURE, 0],
  ])('%s', async (_, last, count) => {
    await stage({ ...last, attemptedAt: 1 }, { sha: 'c'.repeat(40) });
    await world.push({ sha: A, workspaceId: STAGING, reason: 'paths_unchanged', conclusion: 'none' });
    await push();
    await world.step();
    expect(starts()).toBe(count);
  });

  test('a commit that it leaves out for another reason is not deployed there', async () => {
    await world.push({ sha: A, workspaceId: STAGING, reason: 'push_off', conclusion: 'none' });
    const { id } = await push();
    await world.step();
    expect((await world.read(id)).reason).toBe('order_failed');
  });
});

test('the end of a deployment wakes those that wait in the same repository', async () => {
  await world.push({
    sha: A,
    workspaceId: STAGING,
    gates: [{ ...GATE, after: [{ workspaceId: WORKSPACE_ID, name: 'Analytics' }] }],
  });
  await world.push({ sha: A });
  await world.step();
  world.meltano.moveJob({ status: 'COMPLETE' });
  await world.step();
  const key = formatWorkspaceKey({ account: 'environment', workspaceId: STAGING });
  expect(world.dispatcher.wakes).toContainEqual({ queue: 'workspace', key });
});
