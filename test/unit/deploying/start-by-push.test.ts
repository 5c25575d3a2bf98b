import { beforeEach, describe, expect, test } from 'vitest';
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

/** A push that GitHub told of, and the payload of it. */
async function keepPush(payload = PAYLOAD, pushedAt = 1): Promise<void> {
  const event = { kind: 'push', repository: REPOSITORY } as never;
  const delivery = { id: `kept ${pushedAt}`, name: 'push', receivedAt: world.clock.now(), event };
  await world.stores.record(delivery, { ref: 'refs/heads/main', pushedAt, payload });
}

test('the last push is sent with the secret that the operator gave, and its job watched', async () => {
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

test('a secret that is not shown to these credentials ends it, and says who can do what', async () => {
  world.rules.trigger = { kind: 'webhook', secret: null };
  world.meltano.deploymentSecret = null;
  await keepPush();
  const { id } = await world.push();
  await world.runUntilIdle();
  const { conclusion, reason, problem } = await world.read(id);
  expect([conclusion, reason]).toEqual(['failure', 'start_impossible']);
  expect(problem).toContain('deployment_secret');
});

test('a secret that can not be read now is read again', async () => {
  world.rules.trigger = { kind: 'webhook', secret: null };
  world.meltano.next('readDeploymentSecret', refuse(503, 'later'));
  await keepPush();
  await world.push();
  await world.runFor(5_000);
  expect(world.meltano.pushes).toHaveLength(1);
});

test('without a kept push of the branch there is nothing to send', async () => {
  const { id } = await world.push();
  await world.runUntilIdle();
  const { reason, problem } = await world.read(id);
  expect(reason).toBe('start_impossible');
  expect(problem).toContain('push once more');
  expect(world.meltano.pushes).toEqual([]);
});

test.each([401, 403])('an answer of %i says that the secret is wrong, and is the end', async (status) => {
  world.meltano.next('startByPush', refuse(status, 'no'));
  await keepPush();
  const { id } = await world.push();
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({ conclusion: 'failure', reason: 'secret_refused' });
  expect(world.meltano.pushes).toHaveLength(1);
});

test('403 to a start without a signature is about the account', async () => {
  world.rules.trigger = { kind: 'api' };
  world.meltano.next('startDeployment', refuse(403, 'no'));
  const { id } = await world.push();
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({ reason: 'start_refused' });
});

test('an older push that comes late does not replace the newer one', async () => {
  await keepPush('{"after":"new"}', 2_000);
  await keepPush('{"after":"old"}', 1_000);
  expect(await world.stores.findPush(REPOSITORY.id, 'main')).toBe('{"after":"new"}');
  expect(await world.stores.findPush(REPOSITORY.id, 'dev')).toBeNull();
});

describe('without credentials', () => {
  beforeEach(async () => {
    world.rules.seesJobs = false;
    await keepPush();
  });

  test('an accepted start is neutral, and nothing is asked about its job', async () => {
    const { id } = await world.push();
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({
      state: 'concluded',
      conclusion: 'neutral',
      reason: 'start_accepted',
      jobId: null,
    });
    expect(world.meltano.count('getJob')).toBe(0);
  });

  test('an answer without a job is an acceptance too', async () => {
    world.meltano.next('startByPush', {
      ok: false,
      failure: { kind: 'unexpected_body', status: 202, message: 'The answer is empty' },
    });
    const { id } = await world.push();
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ reason: 'start_accepted' });
  });

  test('a lost answer is neutral, and the start never sent again', async () => {
    world.meltano.next('startByPush', { ok: false, failure: LOST });
    const { id } = await world.push();
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ conclusion: 'neutral', reason: 'start_unanswered' });
    expect(world.meltano.pushes).toHaveLength(1);
  });

  test('a process that died between the note and the answer leaves it neutral, and sends nothing', async () => {
    const { id } = await world.push();
    await world.save(id, { state: 'starting', attemptedAt: world.clock.now(), attemptOutcome: 'open' });
    world.restart();
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ conclusion: 'neutral', reason: 'start_unanswered' });
    expect(world.meltano.pushes).toEqual([]);
  });

  test('a refusal for now is tried again, and one for good is a failure', async () => {
    world.meltano.next('startByPush', refuse(503, 'later'), refuse(403, 'Bad signature'));
    const { id } = await world.push();
    await world.runFor(5 * MINUTE);
    expect(world.meltano.pushes).toHaveLength(2);
    expect(await world.read(id)).toMatchObject({ conclusion: 'failure', reason: 'secret_refused' });
  });
});
