import { expect, test } from 'vitest';
import { wakeUnfinished } from '../../../src/recovery/wake-unfinished.ts';
import { FakeDispatcher, FakeReporter } from '../deploying/fake-ports.ts';
import { QUEUE_KEY, REPOSITORY, World } from '../deploying/reconcile-world.ts';
import { buildPush } from '../planning/plan-world.ts';

/** The wake-ups of a new process on the store of this world. */
async function wake(world: World) {
  const dispatcher = new FakeDispatcher();
  const reporter = new FakeReporter();
  await wakeUnfinished({ store: world.stores, dispatcher, reporter });
  return { wakes: dispatcher.wakes, reported: reporter.reports.map((one) => one.id) };
}

/** Stores that everything was reported. */
async function writeReport(world: World, id: string): Promise<void> {
  const { revision } = await world.read(id);
  await world.stores.saveReport(id, { reportedRevision: revision });
}

test('an empty store wakes nothing', async () => {
  expect(await wake(await World.open())).toEqual({ wakes: [], reported: [] });
});

test('deliveries that are not planned are planned, once for each repository', async () => {
  const world = await World.open();
  for (const id of ['one', 'two']) {
    await world.stores.record({ id, name: 'push', receivedAt: 1, event: buildPush() });
  }
  expect((await wake(world)).wakes).toEqual([{ queue: 'plan', key: String(REPOSITORY.id) }]);
});

test('an open deployment continues, and is reported if its check run is out of date', async () => {
  const world = await World.open();
  const { id } = await world.push();
  expect(await wake(world)).toEqual({ wakes: [{ queue: 'workspace', key: QUEUE_KEY }], reported: [id] });
  await writeReport(world, id);
  expect(await wake(world)).toEqual({ wakes: [{ queue: 'workspace', key: QUEUE_KEY }], reported: [] });
});

test('a conclusion that was not reported waits for its log, which is read again', async () => {
  const world = await World.open();
  const { id } = await world.push();
  await world.step();
  world.meltano.moveJob({ status: 'COMPLETE' });
  await world.runUntilIdle();
  expect(await wake(world)).toEqual({ wakes: [{ queue: 'log', key: id }], reported: [] });
  await writeReport(world, id);
  expect(await wake(world)).toEqual({ wakes: [], reported: [] });
});

test('a deployment whose check run may exist twice is reported, without its log', async () => {
  const world = await World.open();
  const { id } = await world.push();
  await world.step();
  world.meltano.moveJob({ status: 'COMPLETE' });
  await world.runUntilIdle();
  await writeReport(world, id);
  await world.stores.saveReport(id, { checkRunId: 9, checkRunAttemptedAt: 1 });
  expect(await wake(world)).toEqual({ wakes: [], reported: [id] });
});

test('a conclusion without a job is reported at once', async () => {
  const world = await World.open();
  const { id } = await world.push();
  world.served = false;
  await world.runUntilIdle();
  expect(await wake(world)).toEqual({ wakes: [], reported: [id] });
});

test('a deployment without a check run needs no report', async () => {
  const world = await World.open();
  await world.push({ conclusion: 'none', reason: 'paths_unchanged' });
  expect(await wake(world)).toEqual({ wakes: [], reported: [] });
});
