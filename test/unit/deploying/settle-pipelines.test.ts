import { beforeEach, describe, expect, test } from 'vitest';
import { DEFAULTS_IN_USE } from '../../../src/domain/configuration-in-use.ts';
import type { MeltanoFailure } from '../../../src/domain/meltano.ts';
import { DEFAULT_CONFIGURATION } from '../../../src/domain/repository-configuration.ts';
import { describeEnd, PLAIN_WORDING } from '../../../src/reporting/render/describe-end.ts';
import { fail, NO_ANSWER, refuse, succeed } from './fake-meltano.ts';
import { MINUTE, World } from './reconcile-world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
});

const READY = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** Nine pipelines; the ninth is the test's. */
function addPipelines(status = 'READY'): void {
  for (const name of READY) world.meltano.addPipeline(name);
  world.meltano.addPipeline('facebook', { status });
}

/** Starts a deployment. Its job begins a second later, by both clocks. */
async function start(): Promise<string> {
  const { id } = await world.push();
  await world.step();
  world.clock.advance(1_000);
  const now = world.clock.now();
  const times = { created: now - 1_000, startTime: now };
  world.meltano.moveJob({ status: 'RUNNING', ...times });
  await world.step();
  world.clock.advance(1_000);
  return id;
}

/** Ends the job after 42 s. */
function complete(): void {
  world.clock.advance(41_000);
  world.meltano.moveJob({ status: 'COMPLETE', endTime: world.clock.now() });
}

async function titleOf(id: string): Promise<string> {
  const facts = {
    supersededBy: null,
    error: null,
    startTimeoutMinutes: null,
    deployTimeoutMinutes: null,
  };
  const deployment = await world.read(id);
  expect(deployment.state).toBe('concluded');
  return `${deployment.conclusion}: ${describeEnd(deployment, facts, PLAIN_WORDING)}`;
}

const lists = () => world.meltano.count('listPipelines');

describe('after a deployment', () => {
  test('all are ready: two reads', async () => {
    addPipelines();
    const id = await start();
    complete();
    await world.step();
    expect(await titleOf(id)).toBe('success: Deployed in 42 s: 9 pipelines ready');
    expect(lists()).toBe(2);
  });

  test('a workspace without pipelines says nothing of them', async () => {
    const id = await start();
    complete();
    await world.step();
    expect(await titleOf(id)).toBe('success: Deployed in 42 s');
  });

  test.each([
    ['while the job ran', true],
    ['with its end', false],
  ])('one failed %s', async (_, isEarly) => {
    addPipelines();
    const id = await start();
    if (isEarly) world.meltano.movePipeline('facebook', 'FAILED');
    complete();
    if (!isEarly) world.meltano.movePipeline('facebook', 'FAILED');
    await world.step();
    expect(await titleOf(id)).toBe('failure: Deployed, but 1 of 9 pipelines failed: facebook');
    expect(await world.read(id)).toMatchObject({ reason: 'pipelines_failed' });
  });

  test('a new one failed', async () => {
    const id = await start();
    world.meltano.addPipeline('facebook', { status: 'FAILED' });
    complete();
    await world.step();
    expect(await titleOf(id)).toBe('failure: Deployed, but 1 of 1 pipeline failed: facebook');
  });

  test('one that failed before failed again, or was left alone', async () => {
    addPipelines('FAILED');
    const first = await start();
    complete();
    await world.step();
    expect(await titleOf(first)).toBe('success: Deployed; 1 pipeline was failing before: facebook');
    const second = await start();
    world.meltano.movePipeline('facebook', 'FAILED');
    complete();
    await world.step();
    expect(await titleOf(second)).toBe('failure: Deployed, but 1 of 9 pipelines failed: facebook');
  });

  test('a draft is not counted, and a status that is not known is shown', async () => {
    addPipelines('DRAFT');
    world.meltano.addPipeline('odd', { status: 'MIGRATING' });
    const id = await start();
    complete();
    await world.step();
    expect(await titleOf(id)).toBe('success: Deployed; 1 of 9 pipelines is not ready: odd (MIGRATING)');
  });
});

describe('while some are being set up', () => {
  async function startAndWait(): Promise<string> {
    addPipelines();
    const id = await start();
    for (const name of ['a', 'b', 'facebook']) world.meltano.movePipeline(name, 'PROVISIONING');
    complete();
    return id;
  }

  test('they are read after 3, 10 and 30 s, then every 30 s, for two minutes', async () => {
    const id = await startAndWait();
    const from = world.clock.now();
    await world.step();
    expect(await world.read(id)).toMatchObject({ state: 'settling', conclusion: null });
    await world.runUntilIdle();
    const after = world.meltano.timesOf('listPipelines').map((at) => at - from);
    expect(after.slice(1)).toEqual([0, 3_000, 10_000, 30_000, 60_000, 90_000, 120_000]);
    expect(await titleOf(id)).toBe('success: Deployed; 3 of 9 pipelines are still being set up');
  });

  test('the last of them decides', async () => {
    const id = await startAndWait();
    world.after(5_000, () => {
      world.meltano.movePipeline('a', 'READY');
      world.meltano.movePipeline('b', 'READY');
    });
    world.after(20_000, () => world.meltano.movePipeline('facebook', 'FAILED'));
    await world.runUntilIdle();
    expect(await titleOf(id)).toBe('failure: Deployed, but 1 of 9 pipelines failed: facebook');
    expect(lists()).toBe(5);
  });

  test('a failed read in between is passed over', async () => {
    const id = await startAndWait();
    await world.step();
    world.meltano.next('listPipelines', NO_ANSWER, refuse(403, 'Forbidden'));
    world.after(20_000, () => {
      for (const name of ['a', 'b', 'facebook']) world.meltano.movePipeline(name, 'READY');
    });
    await world.runUntilIdle();
    expect(await titleOf(id)).toBe('success: Deployed in 42 s: 9 pipelines ready');
  });

  test('the next deployment does not wait, and the list from before its start is the last one', async () => {
    const first = await startAndWait();
    await world.step();
    world.clock.advance(1_000);
    world.meltano.movePipeline('b', 'FAILED');
    const second = (await world.push()).id;
    await world.step();
    expect(await world.read(second)).toMatchObject({ state: 'queued', jobId: 'job-2' });
    expect(await titleOf(first)).toBe('failure: Deployed, but 1 of 9 pipelines failed: b');
    expect(lists()).toBe(3);
  });

  test('one that waits for the job starts at once, too, and the first one is looked at', async () => {
    const first = await startAndWait();
    const second = (await world.push()).id;
    await world.step();
    expect(await world.read(second)).toMatchObject({ state: 'queued' });
    expect(await titleOf(first)).toBe('success: Deployed; 3 of 9 pipelines are still being set up');
    expect(lists()).toBe(2);
  });

  test('the next deployment starts even if its list fails; the last look counts', async () => {
    const first = await startAndWait();
    await world.step();
    world.meltano.always('listPipelines', NO_ANSWER);
    const second = (await world.push()).id;
    await world.step();
    expect(await world.read(second)).toMatchObject({ state: 'queued', failedBefore: null });
    expect(await titleOf(first)).toBe('success: Deployed; 3 of 9 pipelines are still being set up');
  });

  test('a push that is not started does not end the wait', async () => {
    const first = await startAndWait();
    await world.step();
    world.meltano.always('getWorkspace', refuse(503, 'maintenance'));
    world.after(2 * MINUTE, () => world.meltano.always('getWorkspace', null));
    await world.push();
    await world.runFor(119_000);
    expect(await world.read(first)).toMatchObject({ state: 'settling' });
    expect(lists()).toBe(7);
  });
});

describe('a list that cannot be read', () => {
  test.each<[string, MeltanoFailure, number]>([
    ['403', { kind: 'status', status: 403, message: 'no', retryAfterMs: null }, 1],
    ['404', { kind: 'status', status: 404, message: 'no', retryAfterMs: null }, 1],
    ['503', { kind: 'status', status: 503, message: 'no', retryAfterMs: null }, 3],
    ['no answer', { kind: 'no_answer', message: 'timeout' }, 3],
    ['something unexpected', { kind: 'unexpected_body', status: 200, message: 'html' }, 3],
  ])('(%s) leaves the deployment as it is, and never keeps a start', async (_, failure, tries) => {
    addPipelines('FAILED');
    world.meltano.always('listPipelines', fail(failure));
    const id = await start();
    expect(lists()).toBe(1);
    complete();
    await world.runUntilIdle();
    expect(await titleOf(id)).toBe('success: Deployed in 42 s');
    expect(await world.read(id)).toMatchObject({ pipelines: { kind: 'unread' } });
    expect(lists()).toBe(1 + tries);
  });

  test('only before the start: what was changed since the job began has failed', async () => {
    addPipelines('FAILED');
    world.meltano.addPipeline('old', { status: 'FAILED' });
    world.meltano.next('listPipelines', NO_ANSWER);
    const id = await start();
    world.meltano.movePipeline('facebook', 'FAILED');
    complete();
    await world.step();
    expect(await titleOf(id)).toBe('failure: Deployed, but 1 of 10 pipelines failed: facebook');
    expect(await world.read(id)).toMatchObject({ pipelines: { failedBefore: [{ name: 'old' }] } });
  });

  test('in full says how many are missing', async () => {
    addPipelines();
    const id = await start();
    complete();
    world.meltano.next(
      'listPipelines',
      succeed({ pipelines: world.meltano.pipelines.slice(0, 5), total: 9 }),
    );
    await world.step();
    expect(await titleOf(id)).toBe('success: Deployed; 4 pipelines were not listed');
  });
});

test('an adopted job has no list from before', async () => {
  addPipelines('FAILED');
  const { id, sha } = await world.push();
  const now = world.clock.now();
  world.meltano.addJob({ status: 'RUNNING', commitId: sha, startTime: now });
  await world.step();
  expect(await world.read(id)).toMatchObject({ adopted: true, failedBefore: null });
  world.clock.advance(10_000);
  world.meltano.movePipeline('a', 'FAILED');
  world.meltano.moveJob({ status: 'COMPLETE', endTime: world.clock.now() });
  await world.step();
  expect(await titleOf(id)).toBe('failure: Deployed, but 1 of 9 pipelines failed: a');
});

test('turned off, no list is read', async () => {
  const deploy = { ...DEFAULT_CONFIGURATION.deploy, pipelineCheck: 'off' } as const;
  world.configuration = { ...DEFAULTS_IN_USE, configuration: { ...DEFAULT_CONFIGURATION, deploy } };
  addPipelines('FAILED');
  const id = await start();
  complete();
  await world.step();
  expect(await titleOf(id)).toBe('success: Deployed in 42 s');
  expect(lists()).toBe(0);
});
