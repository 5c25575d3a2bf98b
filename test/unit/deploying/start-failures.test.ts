import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type Method, refuse, UNREACHABLE } from './fake-meltano.ts';
import { START } from './fake-ports.ts';
import { MINUTE, REPOSITORY, WORKSPACE_KEY, World } from './reconcile-world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
});

describe('a start that made nothing and may succeed later', () => {
  test.each([
    ['no connection', UNREACHABLE, 'Meltano Cloud could not be reached: no connection'],
    ['429', refuse(429, 'Too Many Requests'), 'Meltano Cloud answered 429 Too Many Requests'],
    ['503', refuse(503, 'moving house'), 'Meltano Cloud answered 503 Service Unavailable: moving house'],
  ])('%s: is sent again with growing delays, and says so once', async (_, answer, problem) => {
    const { id } = await world.push();
    const before = await world.reportsDue(id);
    world.meltano.always('startDeployment', answer);
    await world.runFor(10 * MINUTE);
    const times = world.meltano.timesOf('startDeployment').map((at) => at - START);
    expect(times.slice(0, 5)).toEqual([0, 1_000, 3_000, 7_000, 15_000]);
    expect(times.length).toBeGreaterThan(10);
    expect(await world.read(id)).toMatchObject({ state: 'starting', attemptOutcome: 'refused', problem });
    // One report for the attempt and one for the problem, regardless of the number of tries.
    expect((await world.reportsDue(id)) - before).toBe(2);

    world.meltano.always('startDeployment', null);
    await world.runFor(2 * MINUTE);
    expect(await world.read(id)).toMatchObject({ jobId: 'job-1', problem: null, failures: 0 });
  });

  test('Retry-After is respected', async () => {
    await world.push();
    world.meltano.next('startDeployment', refuse(503, 'later', 95_000));
    await world.runFor(3 * MINUTE);
    expect(world.meltano.timesOf('startDeployment')).toEqual([START, START + 95_000]);
  });

  test('a Retry-After beyond the start timeout does not delay the end', async () => {
    const { id } = await world.push();
    world.meltano.always('startDeployment', refuse(503, 'later', 24 * 60 * MINUTE));
    await world.runFor(61 * MINUTE);
    expect(await world.read(id)).toMatchObject({ conclusion: 'failure', reason: 'start_timeout' });
  });

  test('ends with START_TIMEOUT_MINUTES and the last reason, across a restart', async () => {
    const { id } = await world.push();
    world.meltano.always('startDeployment', refuse(503, 'moving house'));
    await world.runFor(40 * MINUTE);
    world.restart();
    await world.runFor(19 * MINUTE);
    expect((await world.read(id)).conclusion).toBeNull();
    await world.runFor(3 * MINUTE);
    expect(await world.read(id)).toMatchObject({
      conclusion: 'failure',
      reason: 'start_timeout',
      jobId: null,
      problem: 'Meltano Cloud answered 503 Service Unavailable: moving house',
    });
    // Without a job there is no log to wait for: the report is due at once.
    expect(world.reporter.reports.at(-1)).toMatchObject({ id, state: 'concluded' });
    expect(world.dispatcher.wakes).toEqual([{ queue: 'issue', key: String(REPOSITORY.id) }]);
  });
});

test.each([
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [422, 'Unprocessable Entity'],
])('a start refused with %i %s fails at once, with the answer in the problem', async (status, phrase) => {
  const { id } = await world.push();
  world.meltano.always('startDeployment', refuse(status, 'said the service'));
  await world.runUntilIdle();
  expect(world.meltano.count('startDeployment')).toBe(1);
  expect(await world.read(id)).toMatchObject({
    conclusion: 'failure',
    reason: 'start_refused',
    concludedAt: START,
    problem: `Meltano Cloud answered ${status} ${phrase}: said the service`,
  });
  expect(world.reporter.reports.at(-1)).toMatchObject({ id, state: 'concluded' });
});

describe.each<Method>(['getWorkspace', 'listJobs'])('before the start, %s', (method) => {
  test.each([401, 403, 404])('refused with %i fails with the reason, and nothing is sent', async (status) => {
    const { id } = await world.push();
    world.meltano.always(method, refuse(status, 'no'));
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ conclusion: 'failure', reason: 'start_refused' });
    expect(world.meltano.count('startDeployment')).toBe(0);
  });

  test('failing for a while is retried and reported once; a newer push may still replace this one', async () => {
    const first = await world.push();
    world.meltano.always(method, refuse(500, 'oops'));
    await world.runFor(5 * MINUTE);
    expect(world.meltano.count(method)).toBeGreaterThan(5);
    expect(await world.read(first.id)).toMatchObject({ state: 'waiting', attemptedAt: null });
    expect(await world.reportsDue(first.id)).toBe(1);
    const second = await world.push();
    expect(await world.read(first.id)).toMatchObject({ reason: 'superseded', supersededBy: second.id });
    world.meltano.always(method, null);
    await world.step();
    expect(await world.read(second.id)).toMatchObject({ state: 'queued' });
  });

  test('failing without end ends with START_TIMEOUT_MINUTES', async () => {
    const { id } = await world.push();
    world.meltano.always(method, UNREACHABLE);
    await world.runFor(62 * MINUTE);
    expect(await world.read(id)).toMatchObject({ conclusion: 'failure', reason: 'start_timeout' });
  });
});

test('credentials that were removed before the start fail it with advice', async () => {
  const { id } = await world.push();
  world.served = false;
  await world.runUntilIdle();
  const ended = await world.read(id);
  expect(ended).toMatchObject({ conclusion: 'failure', reason: 'start_refused' });
  expect(ended.problem).toMatch(/no Meltano Cloud credentials for the account environment/);
  expect(world.meltano.calls).toEqual([]);
});

describe('409', () => {
  const conflict = refuse(409, 'Workspace is not ready');

  test('with another deployment listed waits for its end, however long, and reports that once', async () => {
    const other = world.meltano.addJob({ status: 'RUNNING' });
    const { id } = await world.push();
    world.meltano.always('startDeployment', conflict);
    const writes = vi.spyOn(world.stores, 'saveDeployment');
    await world.runFor(30 * MINUTE);
    // The attempt and its outcome; the looks in between change nothing.
    expect(writes).toHaveBeenCalledTimes(2);
    expect(world.meltano.count('listJobs')).toBeGreaterThan(300);
    expect(await world.read(id)).toMatchObject({
      state: 'starting',
      conflictSince: null,
      problem: 'another deployment of this workspace is running on Meltano Cloud',
    });
    expect(await world.reportsDue(id)).toBe(2);
    world.meltano.moveJob({ status: 'COMPLETE' }, other.id);
    world.meltano.always('startDeployment', null);
    await world.runFor(10_000);
    expect(await world.read(id)).toMatchObject({ jobId: 'job-2', problem: null });
  });

  test('with none listed is retried for ten minutes, then fails with the answer of the service', async () => {
    world.meltano.addJob({ status: 'COMPLETE' });
    world.meltano.addJob({ type: 'WORKSPACE_IMPORT', status: 'RUNNING' });
    const { id } = await world.push();
    world.meltano.always('startDeployment', conflict);
    await world.runFor(9.5 * MINUTE);
    expect((await world.read(id)).conclusion).toBeNull();
    expect(world.meltano.count('startDeployment')).toBeGreaterThan(15);
    await world.runFor(MINUTE);
    expect(await world.read(id)).toMatchObject({
      conclusion: 'failure',
      reason: 'start_refused',
      problem: 'Meltano Cloud answered 409 Conflict: Workspace is not ready',
    });
  });

  test('the ten minutes begin again after another deployment was listed', async () => {
    const { id } = await world.push();
    world.meltano.always('startDeployment', conflict);
    await world.runFor(9 * MINUTE);
    world.rules.adoptsJobs = false;
    world.meltano.addJob({ status: 'RUNNING' });
    await world.runFor(2 * MINUTE);
    world.meltano.moveJob({ status: 'COMPLETE' });
    await world.runFor(9 * MINUTE);
    expect((await world.read(id)).conclusion).toBeNull();
    await world.runFor(2 * MINUTE);
    expect(await world.read(id)).toMatchObject({ reason: 'start_refused' });
  });

  test('beyond the start timeout ends the deployment, and frees the workspace', async () => {
    world.meltano.addJob({ status: 'RUNNING' });
    const { id } = await world.push();
    const waiting = await world.push();
    world.meltano.always('startDeployment', conflict);
    await world.runFor(61 * MINUTE);
    expect(await world.read(id)).toMatchObject({ reason: 'superseded', supersededBy: waiting.id });
    expect(await world.read(waiting.id)).toMatchObject({ reason: 'start_timeout' });
    expect(await world.stores.listOpen(WORKSPACE_KEY)).toEqual([]);
  });
});
