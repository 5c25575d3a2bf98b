import { beforeEach, describe, expect, test } from 'vitest';
import { fail, NO_ANSWER, refuse } from './fake-meltano.ts';
import { START } from './fake-ports.ts';
import { MINUTE, REPOSITORY, World } from './reconcile-world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
});

/** A push whose job is known and has `status`. */
async function begin(status = 'RUNNING') {
  const { id } = await world.push();
  await world.step();
  world.meltano.moveJob({ status });
  await world.step();
  return { id, jobId: 'job-1' };
}

test('a push is started, watched and concluded, with every state reported in order', async () => {
  const { id } = await world.push();
  world.after(3_000, () => world.meltano.moveJob({ status: 'RUNNING', startTime: START + 2_500 }));
  world.after(9_000, () =>
    world.meltano.moveJob({ status: 'COMPLETE', endTime: START + 8_900, commitId: 'c'.repeat(40) }),
  );
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({
    state: 'concluded',
    conclusion: 'success',
    reason: 'job_complete',
    problem: null,
    jobId: 'job-1',
    acceptedAt: START,
    jobStartedAt: START + 2_500,
    jobEndedAt: START + 8_900,
    deployedSha: 'c'.repeat(40),
    concludedAt: START + 9_000,
  });
  expect(world.reporter.reports.map((one) => one.state)).toEqual(['starting', 'queued', 'running']);
  expect(world.meltano.count('startDeployment')).toBe(1);
  expect(world.concluded.map((one) => one.id)).toEqual([id]);
  // The conclusion is reported when the log was read.
  expect(world.dispatcher.wakes).toEqual([
    { queue: 'log', key: id },
    { queue: 'issue', key: String(REPOSITORY.id) },
  ]);
});

test.each([
  ['COMPLETE', 'success', 'job_complete'],
  ['ERROR', 'failure', 'job_error'],
  ['STOPPED', 'cancelled', 'job_stopped'],
] as const)('a job that ends as %s is %s', async (status, conclusion, reason) => {
  const { id } = await begin('QUEUED');
  world.meltano.moveJob({ status });
  await world.runUntilIdle();
  const ended = await world.read(id);
  expect(ended).toMatchObject({ state: 'concluded', conclusion, reason, jobStatus: status });
  expect(ended.jobEndedAt).toBe(ended.concludedAt);
});

test('an unknown status is shown unchanged and counts as running', async () => {
  const { id } = await begin('PAUSED');
  expect(await world.read(id)).toMatchObject({ state: 'running', jobStatus: 'PAUSED' });
  await world.runFor(30 * MINUTE);
  expect(await world.read(id)).toMatchObject({ state: 'running', jobStatus: 'PAUSED' });
  world.meltano.moveJob({ status: 'COMPLETE' });
  await world.runUntilIdle();
  expect(await world.read(id)).toMatchObject({ conclusion: 'success' });
});

test('a job that is running when it is accepted shows no queue', async () => {
  world.meltano.next('startDeployment', { ok: true, value: world.meltano.addJob({ status: 'RUNNING' }) });
  const { id } = await world.push();
  await world.step();
  expect(await world.read(id)).toMatchObject({ state: 'running', jobStartedAt: START });
});

describe('a job that is not found', () => {
  test('was deleted', async () => {
    const { id, jobId } = await begin();
    await world.runFor(11_000);
    world.meltano.deleteJob(jobId);
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ conclusion: 'cancelled', reason: 'job_deleted' });
  });

  test('within ten seconds of its start may not be readable yet', async () => {
    const { id } = await world.push();
    world.meltano.always('getJob', refuse(404, 'Not Found'));
    await world.runFor(10_000);
    expect(await world.read(id)).toMatchObject({ state: 'queued', conclusion: null });
    world.meltano.always('getJob', null);
    world.meltano.moveJob({ status: 'COMPLETE' });
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ conclusion: 'success', problem: null });
  });
});

describe('the time limit', () => {
  test.each(['QUEUED', 'RUNNING'])('ends the watch of a job that stays %s', async (status) => {
    const { id } = await begin(status);
    await world.runFor(120 * MINUTE - 10_000);
    expect((await world.read(id)).conclusion).toBeNull();
    await world.runFor(20_000);
    expect(await world.read(id)).toMatchObject({ conclusion: 'timed_out', reason: 'watch_timeout' });
  });

  test.each([
    ['no answer', NO_ANSWER],
    ['503', refuse(503, 'later')],
    ['429 with a Retry-After of a day', refuse(429, 'later', 24 * 60 * MINUTE)],
  ])('holds while every look ends in %s', async (_, answer) => {
    const { id } = await begin();
    world.meltano.always('getJob', answer);
    await world.runFor(122 * MINUTE);
    expect(await world.read(id)).toMatchObject({ conclusion: 'timed_out', reason: 'watch_timeout' });
  });

  test('counts from the accepted start across a restart', async () => {
    const { id } = await begin();
    await world.runFor(100 * MINUTE);
    world.restart();
    await world.runFor(20 * MINUTE + 10_000);
    expect(await world.read(id)).toMatchObject({ reason: 'watch_timeout' });
  });

  test('frees the workspace for the next push, which gets a job of its own', async () => {
    const first = await begin();
    const second = await world.push();
    await world.runFor(121 * MINUTE);
    expect(await world.read(first.id)).toMatchObject({ reason: 'watch_timeout' });
    expect(await world.read(second.id)).toMatchObject({ jobId: 'job-2' });
  });
});

describe('trouble while watching', () => {
  test('is reported once, not for each try, and cleared', async () => {
    const { id } = await begin();
    const before = await world.reportsDue(id);
    world.meltano.always('getJob', refuse(503, 'down for maintenance'));
    await world.runFor(10 * MINUTE);
    expect(world.meltano.count('getJob')).toBeGreaterThan(10);
    expect(await world.read(id)).toMatchObject({
      state: 'running',
      jobStatus: 'RUNNING',
      problem: 'Meltano Cloud answered 503 Service Unavailable: down for maintenance',
    });
    expect((await world.reportsDue(id)) - before).toBe(1);
    world.meltano.always('getJob', null);
    await world.runFor(2 * MINUTE);
    expect((await world.read(id)).problem).toBeNull();
    expect((await world.reportsDue(id)) - before).toBe(2);
  });

  test('of the circuit breaker is reported at once, and delays the look as long as needed', async () => {
    const { id } = await begin();
    const before = world.meltano.count('getJob');
    world.meltano.next('getJob', fail({ kind: 'held', message: '503 later', heldMs: 47_000, since: START }));
    await world.runFor(46_000);
    expect(world.meltano.count('getJob')).toBe(before + 1);
    expect((await world.read(id)).problem).toBe('Meltano Cloud does not answer (since 22:14 UTC): 503 later');
    await world.runFor(3_000);
    expect((await world.read(id)).problem).toBeNull();
  });

  test('that passes at the next try is not reported', async () => {
    const { id } = await begin();
    const before = await world.reportsDue(id);
    world.meltano.next('getJob', NO_ANSWER);
    await world.runFor(MINUTE);
    expect((await world.reportsDue(id)) - before).toBe(0);
  });

  test('is retried with growing delays, and no sooner than Retry-After', async () => {
    await begin();
    world.meltano.next('getJob', NO_ANSWER, NO_ANSWER, NO_ANSWER, refuse(429, 'slow', 45_000));
    const known = world.meltano.count('getJob');
    world.clock.advance(1_000);
    await world.runFor(55_000);
    const times = world.meltano.timesOf('getJob').slice(known);
    const gaps = times.slice(1).map((time, n) => time - (times[n] ?? 0));
    expect(gaps.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 45_000]);
  });

  test.each([401, 403])('a refusal (%i) for a minute ends the watch with the reason', async (status) => {
    const { id } = await begin();
    world.meltano.always('getJob', refuse(status, 'no access'));
    await world.runFor(MINUTE / 2);
    expect((await world.read(id)).conclusion).toBeNull();
    await world.runFor(2 * MINUTE);
    const ended = await world.read(id);
    expect(ended).toMatchObject({ conclusion: 'timed_out', reason: 'watch_refused' });
    expect(ended.problem).toMatch(`Meltano Cloud answered ${status} `);
  });

  test('a refusal that passes restarts the minute', async () => {
    const { id } = await begin();
    world.meltano.always('getJob', refuse(403, 'no access'));
    await world.runFor(MINUTE / 2);
    world.meltano.always('getJob', null);
    await world.runFor(2 * MINUTE);
    world.meltano.always('getJob', refuse(403, 'no access'));
    await world.runFor(MINUTE / 2);
    expect(await world.read(id)).toMatchObject({ state: 'running', conclusion: null });
  });

  test('removed credentials end the watch: the job may still run', async () => {
    const { id } = await begin();
    world.served = false;
    await world.runUntilIdle();
    const ended = await world.read(id);
    expect(ended).toMatchObject({ conclusion: 'timed_out', reason: 'watch_refused' });
    expect(ended.problem).toMatch(/credentials/);
  });
});
