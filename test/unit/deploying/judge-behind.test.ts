import { beforeEach, expect, test } from 'vitest';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { ChecksGate } from '../../../src/domain/gate.ts';
import { MINUTE, World } from './reconcile-world.ts';

const A = 'a'.repeat(40);

let world: World;
let running: Deployment;

/** A job runs for longer than the waits. */
beforeEach(async () => {
  world = await World.open();
  running = await world.push();
  await world.step();
  world.meltano.moveJob({ status: 'RUNNING' });
});

function push(): Promise<Deployment> {
  const wanted = [{ name: 'test', app: null, accept: [] }];
  const gate: ChecksGate = { kind: 'checks', wanted, timeoutMinutes: 60, passed: null };
  return world.push({ sha: A, gates: [gate] });
}

test('behind a running job a wait ends with its time-out', async () => {
  const { id, receivedAt } = await push();
  await world.runFor(59 * MINUTE);
  expect(await world.read(id)).toMatchObject({ state: 'waiting', hold: { reason: 'checks_pending' } });
  await world.runFor(2 * MINUTE);
  expect(await world.read(id)).toMatchObject({
    reason: 'checks_missing',
    conclusion: 'action_required',
    concludedAt: receivedAt + 60 * MINUTE,
  });
  expect(await world.read(running.id)).toMatchObject({ state: 'running' });
});

test('a check that fails ends a deployment behind a running job, and one that passes starts none', async () => {
  const { id } = await push();
  await world.runFor(MINUTE);
  world.gateReads.report(A, 'test', 'failure');
  await world.runFor(MINUTE);
  expect(await world.read(id)).toMatchObject({ reason: 'checks_failed', conclusion: 'skipped' });
  const next = await push();
  world.gateReads.report(A, 'test', 'success');
  await world.runFor(MINUTE);
  expect(await world.read(next.id)).toMatchObject({ state: 'waiting', hold: null, startSince: null });
  expect(world.meltano.count('startDeployment')).toBe(1);
});

test('behind a running job the checks are read every 10 s, not at each look at the job', async () => {
  await push();
  await world.runFor(2 * MINUTE);
  expect(world.gateReads.calls.length).toBeLessThanOrEqual(13);
});
