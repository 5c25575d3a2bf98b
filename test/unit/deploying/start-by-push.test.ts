import { beforeEach, expect, test } from 'vitest';
import type { MeltanoFailure } from '../../../src/domain/meltano.ts';
import { refuse } from './fake-meltano.ts';
import { MINUTE, REPOSITORY, WORKSPACE_ID, World } from './reconcile-world.ts';

const PAYLOAD = '{"ref":"refs/heads/main"}';
const LOST: MeltanoFailure = { kind: 'no_answer', message: 'socket closed' };

let world: World;

beforeEach(async () => {
  world = await World.open();
  world.rules.trigger = { kind: 'webhook', secret: 'given' };
});

/** A delivered push with its payload. */
async function keepPush(payload = PAYLOAD, pushedAt = 1): Promise<void> {
  const event = { kind: 'push', repository: REPOSITORY } as never;
  const delivery = { id: `kept ${pushedAt}`, name: 'push', receivedAt: world.clock.now(), event };
  await world.stores.record(delivery, { ref: 'refs/heads/main', pushedAt, payload });
}

test('the last push is sent with the operator’s secret, and its job watched', async () => {
  await keepPush();
  const { id } = await world.push();
  world.after(5_000, () => world.meltano.moveJob({ status: 'COMPLETE' }));
  await world.runUntilIdle();
  expect(world.meltano.pushes).toEqual([{ workspaceId: WORKSPACE_ID, payload: PAYLOAD, secret: 'given' }]);
  expect(await world.read(id)).toMatchObject({ jobId: 'job-1', conclusion: 'success' });
  expect(world.meltano.count('startDeployment') + world.meltano.count('readDeploymentSecret')).toBe(0);
});

test('without one, the secret is the workspace’s own', async () => {
  world.rules.trigger = { kind: 'webhook', secret: null };
  await keepPush();
  await world.push();
  await world.step();
  expect(world.meltano.pushes).toMatchObject([{ secret: 'the secret of the workspace' }]);
});

test('a secret that the credentials can not read ends the deployment, with advice', async () => {
  world.rules.trigger = { kind: 'webhook', secret: null };
  world.meltano.deploymentSecret = null;
  await keepPush();
  const { id } = await world.push();
  await world.runUntilIdle();
  const { conclusion, reason, problem } = await world.read(id);
  expect([conclusion, reason]).toEqual(['failure', 'start_impossible']);
  expect(problem).toContain('deployment_secret');
});

test('a failed read of the secret is retried', async () => {
  world.rules.trigger = { kind: 'webhook', secret: null };
  world.meltano.next('readDeploymentSecret', refuse(503, 'later'));
  await keepPush();
  await world.push();
  await world.runFor(5_000);
  expect(world.meltano.pushes).toHaveLength(1);
});

test('without a stored push of the branch there is nothing to send', async () => {
  const { id } = await world.push();
  await world.runUntilIdle();
  const { reason, problem } = await world.read(id);
  expect(reason).toBe('start_impossible');
  expect(problem).toContain('push once more');
  expect(world.meltano.pushes).toEqual([]);
});

test.each([401, 403])('an answer of %i means a wrong secret, and ends the deployment', async (status) => {
  world.meltano.next('startByPush', refuse(status, 'no'));
  await keepPush();
  const { id } = await world.push();
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({ conclusion: 'failure', reason: 'secret_refused' });
  expect(world.meltano.pushes).toHaveLength(1);
});

test('403 to a start without a signature concerns the account', async () => {
  world.rules.trigger = { kind: 'api' };
  world.meltano.next('startDeployment', refuse(403, 'no'));
  const { id } = await world.push();
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({ reason: 'start_refused' });
});

test('an older, late push does not replace the newer one', async () => {
  await keepPush('{"after":"new"}', 2_000);
  await keepPush('{"after":"old"}', 1_000);
  expect(await world.stores.findPush(REPOSITORY.id, 'main')).toBe('{"after":"new"}');
  expect(await world.stores.findPush(REPOSITORY.id, 'dev')).toBeNull();
});

test('a lost answer: its job is searched for, and the push is never sent again', async () => {
  world.meltano.next('startByPush', { ok: false, failure: LOST });
  await keepPush();
  const { id } = await world.push();
  world.after(1_000, () => world.meltano.addJob({ id: 'made by the lost start', status: 'COMPLETE' }));
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({ conclusion: 'success', jobId: 'made by the lost start' });
  expect(world.meltano.pushes).toHaveLength(1);
});

test('a temporary refusal is retried, a permanent one is a failure', async () => {
  world.meltano.next('startByPush', refuse(503, 'later'), refuse(403, 'Bad signature'));
  await keepPush();
  const { id } = await world.push();
  await world.runFor(5 * MINUTE);
  expect(world.meltano.pushes).toHaveLength(2);
  expect(await world.read(id)).toMatchObject({ conclusion: 'failure', reason: 'secret_refused' });
});
