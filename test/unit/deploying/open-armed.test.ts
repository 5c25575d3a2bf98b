import { beforeEach, expect, test } from 'vitest';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { ChecksGate } from '../../../src/domain/gate.ts';
import { START } from './fake-ports.ts';
import { MINUTE, WORKSPACE_KEY, World } from './reconcile-world.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const DAY = 24 * 60 * MINUTE;

let world: World;

beforeEach(async () => {
  world = await World.open();
});

const CHECKS: ChecksGate = {
  kind: 'checks',
  wanted: [{ name: 'test', app: null, accept: [] }],
  timeoutMinutes: 60,
  passed: null,
};

function push(sha = A): Promise<Deployment> {
  return world.push({ sha, gates: [CHECKS] });
}

/** A push whose check failed. */
async function pushFailed(): Promise<Deployment> {
  world.gateReads.report(A, 'test', 'failure');
  const { id } = await push();
  await world.step();
  const held = await world.read(id);
  expect(held).toMatchObject({ conclusion: 'skipped', reason: 'checks_failed' });
  return held;
}

function starts(): number {
  return world.meltano.count('startDeployment');
}

async function listOpen(): Promise<Deployment[]> {
  return world.stores.listOpen(WORKSPACE_KEY);
}

test('a check that passes when it is re-run deploys, in a new check run that the old one links to', async () => {
  const held = await pushFailed();
  world.gateReads.report(A, 'test', 'success');
  world.clock.advance(MINUTE);
  await world.step();
  expect(starts()).toBe(1);
  const [opened] = await listOpen();
  expect(opened).toMatchObject({
    sha: A,
    reason: 'gate_opened',
    checkName: held.checkName,
    redeployOf: held.id,
    requestedBy: held.requestedBy,
  });
  expect(await world.read(held.id)).toMatchObject({
    conclusion: 'skipped',
    reason: 'checks_failed',
    armedUntil: null,
    supersededBy: opened?.id,
    revision: held.revision + 1,
  });
});

test('a new check run asks for the approval that comes next', async () => {
  const approval = { kind: 'approval', role: 'maintain', notBy: null, approval: null, passed: null } as const;
  world.gateReads.report(A, 'test', 'failure');
  const held = await world.push({ sha: A, gates: [CHECKS, approval] });
  await world.step();
  world.gateReads.report(A, 'test', 'success');
  world.clock.advance(MINUTE);
  await world.step();
  const ends = world.concluded.map(({ reason, redeployOf }) => [reason, redeployOf]);
  expect(ends).toEqual([
    ['checks_failed', null],
    ['approval_needed', held.id],
  ]);
});

test('a restart does not forget it, and it opens once', async () => {
  await pushFailed();
  expect(await world.stores.listArmedWorkspaces()).toEqual([WORKSPACE_KEY]);
  world.gateReads.report(A, 'test', 'success');
  world.restart();
  await world.step();
  world.meltano.moveJob({ status: 'ERROR' });
  await world.runFor(MINUTE);
  world.restart();
  await world.step();
  expect(starts()).toBe(1);
  expect(await world.stores.listArmedWorkspaces()).toEqual([]);
});

test('events find it by its commit', async () => {
  const { repositoryId } = await pushFailed();
  const [awaited] = await world.stores.listAwaitedCommits([repositoryId]);
  expect(awaited).toMatchObject({ ...WORKSPACE_KEY, sha: A });
});

test('a branch that moved disarms it', async () => {
  await pushFailed();
  world.gateReads.report(A, 'test', 'success');
  world.gateReads.head = B;
  world.clock.advance(MINUTE);
  expect(await world.step()).toBeNull();
  expect(starts()).toBe(0);
  expect(await world.stores.listArmedWorkspaces()).toEqual([]);
});

test('a newer deployment disarms it', async () => {
  await pushFailed();
  await push(B);
  expect(await world.stores.listArmedWorkspaces()).toEqual([]);
});

test('an older push that arrives late does not disarm it', async () => {
  await pushFailed();
  const late = await world.push({ sha: B, pushedAt: START - MINUTE });
  expect(late).toMatchObject({ state: 'concluded', reason: 'superseded' });
  world.gateReads.report(A, 'test', 'success');
  world.clock.advance(MINUTE);
  await world.step();
  expect(starts()).toBe(1);
});

test('it is watched for 7 days', async () => {
  await pushFailed();
  world.clock.advance(7 * DAY);
  world.gateReads.report(A, 'test', 'success');
  expect(await world.step()).toBeNull();
  expect(starts()).toBe(0);
});

test('a check that comes after the time is over deploys', async () => {
  await push();
  await world.runFor(61 * MINUTE);
  world.gateReads.report(A, 'test', 'success');
  await world.runFor(61 * MINUTE);
  expect(starts()).toBe(1);
});

test('while GitHub is away nothing is decided', async () => {
  await pushFailed();
  world.gateReads.isAway = true;
  world.clock.advance(MINUTE);
  expect(await world.step()).toBeGreaterThan(0);
  expect(await world.stores.listArmedWorkspaces()).toEqual([WORKSPACE_KEY]);
});
