import { beforeEach, expect, test } from 'vitest';
import { DEFAULTS_IN_USE } from '../../../src/domain/configuration-in-use.ts';
import { formatWatchId, type PipelineWatch } from '../../../src/domain/pipeline-watch.ts';
import { DEFAULT_CONFIGURATION } from '../../../src/domain/repository-configuration.ts';
import { MINUTE, World } from './reconcile-world.ts';

const FACEBOOK = { path: 'pipelines/facebook.yml', names: ['facebook'] };

let world: World;
beforeEach(async () => {
  world = await World.open();
  const deploy = { ...DEFAULT_CONFIGURATION.deploy, verify: true };
  world.configuration = { ...DEFAULTS_IN_USE, configuration: { ...DEFAULT_CONFIGURATION, deploy } };
  world.meltano.addPipeline('facebook');
  world.meltano.addPipeline('google');
  world.readChangedPipelines = async () => [FACEBOOK];
});

/** A deployment whose job is complete, and looked at for the first time. */
async function deploy(): Promise<string> {
  const { id } = await world.push({ before: 'b'.repeat(40) });
  await world.step();
  world.meltano.moveJob({ status: 'COMPLETE', startTime: world.clock.now(), endTime: world.clock.now() });
  await world.step();
  return id;
}

const readWatch = (id: string) => world.stores.getPipelineWatch(formatWatchId('verification', id));

async function end(id: string, outcome: 'succeeded' | 'failed'): Promise<void> {
  const watch = await readWatch(id);
  const pipelines = watch?.pipelines.map((one) => ({ ...one, outcome })) ?? [];
  const change: Partial<PipelineWatch> = { pipelines, state: 'concluded', ending: 'complete' };
  await world.stores.savePipelineWatch(watch?.id ?? '', change);
}

test.each([
  ['succeeded', 'success', 'job_complete'],
  ['failed', 'failure', 'verification_failed'],
] as const)(
  'a deployment waits for the verification, and one that %s makes it a %s',
  async (outcome, conclusion, reason) => {
    const id = await deploy();
    expect(world.dispatcher.wakes).toContainEqual({
      queue: 'pipelines',
      key: `pipelines:verification:${id}`,
    });
    expect(await readWatch(id)).toMatchObject({ checkName: null, pipelines: [{ name: 'facebook' }] });
    await world.runFor(30 * MINUTE);
    expect(await world.read(id)).toMatchObject({ state: 'settling', pipelines: { kind: 'read' } });
    await end(id, outcome);
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ state: 'concluded', conclusion, reason });
  },
);

test('the step from the last deployed commit counts; without one, that from the commit before the push', async () => {
  const steps: object[] = [];
  world.readChangedPipelines = async (_, step) => {
    steps.push(step);
    return [];
  };
  const first = await deploy();
  expect(await world.read(first)).toMatchObject({ state: 'concluded', conclusion: 'success' });
  const { sha } = await world.read(first);
  await deploy();
  expect(steps).toEqual([
    { directory: null, before: 'b'.repeat(40), after: sha },
    { directory: null, before: sha, after: sha },
  ]);
});

test('GitHub is asked again with each look, and after two minutes nothing is verified', async () => {
  let asks = 0;
  world.readChangedPipelines = async () => {
    asks += 1;
    throw new Error('GitHub is down');
  };
  const id = await deploy();
  await world.runFor(1.9 * MINUTE);
  expect(await world.read(id)).toMatchObject({ state: 'settling' });
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({ conclusion: 'success' });
  expect(asks).toBeLessThanOrEqual(7);
  expect(await readWatch(id)).toMatchObject({ state: 'concluded', pipelines: [] });
});

test('a process that ends right after it planned the verification goes on with it', async () => {
  const save = world.stores.saveDeployment;
  const { addPipelineWatch } = world.stores;
  Object.assign(world.stores, {
    addPipelineWatch: async (...given: Parameters<typeof addPipelineWatch>) => {
      await addPipelineWatch(...given);
      throw new Error('killed');
    },
  });
  const { id } = await world.push();
  await world.step();
  world.meltano.moveJob({ status: 'COMPLETE', startTime: world.clock.now(), endTime: world.clock.now() });
  await expect(world.step()).resolves.toBeGreaterThan(0);
  Object.assign(world.stores, { addPipelineWatch, saveDeployment: save });
  world.restart();
  await world.runFor(10_000);
  expect(await world.read(id)).toMatchObject({ state: 'settling', pipelines: { kind: 'read' } });
  await end(id, 'failed');
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({ reason: 'verification_failed' });
});

test('a pipeline that failed weighs more than its verification', async () => {
  world.meltano.always('listPipelines', null);
  const { id } = await world.push();
  await world.step();
  world.meltano.movePipeline('google', 'FAILED', world.clock.now() + 1);
  world.meltano.moveJob({ status: 'COMPLETE', startTime: world.clock.now(), endTime: world.clock.now() });
  await world.step();
  await end(id, 'failed');
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({ conclusion: 'failure', reason: 'pipelines_failed' });
});

test('the next deployment ends the wait', async () => {
  const id = await deploy();
  expect(await world.read(id)).toMatchObject({ state: 'settling' });
  await world.push();
  await world.step();
  expect(await world.read(id)).toMatchObject({ state: 'concluded', conclusion: 'success' });
});
