import { expect, test } from 'vitest';
import { LeaseLost } from '../../../src/domain/lease.ts';
import { callGitHub } from '../../../src/github/github-call.ts';
import { SECOND, WriterWorld } from './writer-world.ts';

test('a writer whose lease is lost drops its writes; another lease starts over', async () => {
  const world = await WriterWorld.open();
  const lease = { queue: 'writer', key: '1', fencing: 3 };
  let isHeld = false;
  const asked: number[] = [];
  world.withLease = async (installationId, work) => {
    asked.push(installationId);
    if (!isHeld) throw new LeaseLost(lease);
    return work();
  };
  const id = await world.push();
  await world.pass(120 * SECOND);
  expect(asked).toEqual([1]);
  expect(world.api.writes()).toEqual([]);
  expect(world.problems).toEqual([]);
  isHeld = true;
  await world.change(id, { state: 'starting' });
  await world.pass(SECOND);
  expect(world.api.writes()).toHaveLength(1);
  expect(await world.isReported(id)).toBe(true);
});

test('a request that was held back for a lost lease is not a failure of GitHub', async () => {
  const lost = new LeaseLost({ queue: 'writer', key: '1', fencing: 3 });
  const request = async () => {
    throw Object.assign(new Error('The lease is lost'), { status: 500, cause: lost });
  };
  await expect(callGitHub(request, () => 0)).rejects.toBe(lost);
});
