import { expect, test } from 'vitest';
import { NO_ANSWER, refuse, succeed } from './fake-meltano.ts';
import { MINUTE, WORKSPACE_KEY, World } from './reconcile-world.ts';

async function openBusy() {
  const world = await World.open();
  const first = await world.push();
  await world.step();
  world.meltano.moveJob({ status: 'RUNNING' });
  await world.step();
  return { world, first };
}

test('a push to a busy workspace waits, and gets a job of its own when it is free', async () => {
  const { world, first } = await openBusy();
  world.clock.advance(1_000);
  const second = await world.push();
  await world.runFor(MINUTE);
  expect(await world.read(second.id)).toMatchObject({ state: 'waiting', jobId: null });
  expect(world.meltano.count('startDeployment')).toBe(1);
  world.meltano.moveJob({ status: 'COMPLETE' }, 'job-1');
  await world.runFor(10_000);
  expect(await world.read(first.id)).toMatchObject({ conclusion: 'success' });
  expect(await world.read(second.id)).toMatchObject({ state: 'queued', jobId: 'job-2' });
});

test('a waiting push gets its own job even if the earlier one deployed its commit', async () => {
  const { world } = await openBusy();
  const second = await world.push({ sha: 'd'.repeat(40) });
  world.meltano.moveJob({ status: 'COMPLETE', commitId: second.sha }, 'job-1');
  await world.runFor(10_000);
  expect(await world.read(second.id)).toMatchObject({ jobId: 'job-2' });
});

test('only the newest waiting deployment runs; each other one is superseded by the next', async () => {
  const { world, first } = await openBusy();
  const waiting = [];
  for (let n = 0; n < 3; n += 1) {
    world.clock.advance(1_000);
    waiting.push(await world.push());
  }
  const newest = waiting.at(-1);
  world.meltano.moveJob({ status: 'ERROR' }, 'job-1');
  await world.runFor(10_000);
  const states = await Promise.all(waiting.map((one) => world.read(one.id)));
  expect(states.map((one) => one.reason)).toEqual(['superseded', 'superseded', 'push']);
  expect(states[1]).toMatchObject({ conclusion: 'skipped', supersededBy: newest?.id, jobId: null });
  expect(states[2]).toMatchObject({ jobId: 'job-2' });
  expect(await world.read(first.id)).toMatchObject({ conclusion: 'failure' });
  expect(world.meltano.count('startDeployment')).toBe(2);
});

test('a push whose start was attempted is not replaced, whatever the outcome', async () => {
  const world = await World.open();
  const first = await world.push();
  world.meltano.next('startDeployment', refuse(503, 'later'), NO_ANSWER);
  await world.step();
  const second = await world.push();
  expect(await world.read(first.id)).toMatchObject({ state: 'starting', conclusion: null });
  await world.runFor(2_000);
  expect(await world.read(first.id)).toMatchObject({ attemptOutcome: 'lost' });
  expect(await world.read(second.id)).toMatchObject({ state: 'waiting' });
});

test('a push that is replaced while its workspace is read again sends nothing', async () => {
  const world = await World.open();
  const first = await world.push();
  let second = first;
  world.meltano.next('listJobs', async () => {
    second = await world.push();
    return succeed([]);
  });
  await world.step();
  expect(await world.read(first.id)).toMatchObject({ reason: 'superseded', attemptedAt: null });
  expect(await world.read(second.id)).toMatchObject({ state: 'queued', jobId: 'job-1' });
  expect(world.meltano.count('startDeployment')).toBe(1);
});

test('two jobs of a workspace never run at once, whenever pushes come', async () => {
  const world = await World.open();
  let running = 0;
  let most = 0;
  world.meltano.always('startDeployment', () => {
    running = world.meltano.jobs.filter((job) => job.status !== 'COMPLETE').length + 1;
    most = Math.max(most, running);
    return undefined;
  });
  for (let n = 0; n < 20; n += 1) {
    await world.push();
    await world.runFor(7_000);
    if (n % 3 === 2) world.meltano.moveJob({ status: 'COMPLETE' });
  }
  world.meltano.moveJob({ status: 'COMPLETE' });
  await world.runFor(MINUTE);
  world.meltano.moveJob({ status: 'COMPLETE' });
  await world.runUntilIdle();
  expect(most).toBe(1);
  expect(world.meltano.jobs.length).toBeGreaterThan(5);
  expect(await world.stores.listOpen(WORKSPACE_KEY)).toEqual([]);
});
