import { beforeEach, describe, expect, test } from 'vitest';
import type { MeltanoResult } from '../../../src/domain/meltano.ts';
import { NO_ANSWER, NOT_A_JOB, refuse } from './fake-meltano.ts';
import { START } from './fake-ports.ts';
import { MINUTE, World } from './reconcile-world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
});

/** The next start makes a job, and gets this answer. */
function loseAnswer(answer: MeltanoResult<never> = NO_ANSWER, hide = false): void {
  world.meltano.next('startDeployment', () => {
    const { id } = world.meltano.addJob();
    if (hide) world.meltano.hidden.add(id);
    return answer;
  });
}

/** The waits between two starts, in milliseconds. */
function gapsBetweenStarts(): number[] {
  const times = world.meltano.timesOf('startDeployment');
  return times.slice(1).map((time, n) => time - (times[n] ?? 0));
}

describe('an answer that was lost', () => {
  test.each([
    ['a broken connection', NO_ANSWER],
    ['500', refuse(500, 'oops')],
    ['502', refuse(502, 'Bad Gateway')],
    ['504', refuse(504, 'Gateway Timeout')],
    ['2xx that is no job', NOT_A_JOB],
  ])('(%s) is found through the list of jobs, and nothing is sent again', async (_, answer) => {
    world.meltano.addJob({ status: 'COMPLETE' });
    const { id } = await world.push();
    loseAnswer(answer);
    await world.runFor(3 * MINUTE);
    expect(world.meltano.count('startDeployment')).toBe(1);
    expect(await world.read(id)).toMatchObject({
      state: 'queued',
      jobId: 'job-2',
      attemptOutcome: null,
      problem: null,
    });
  });

  test('is searched for with growing delays while the queued job is not listed', async () => {
    const { id } = await world.push();
    loseAnswer(NO_ANSWER, true);
    world.after(100_000, () => world.meltano.hidden.clear());
    const [before] = [world.meltano.count('listJobs')];
    await world.runFor(119_000);
    expect(world.meltano.count('startDeployment')).toBe(1);
    expect(await world.read(id)).toMatchObject({ jobId: 'job-1' });
    const looks = world.meltano.timesOf('listJobs').slice(before + 1);
    expect(looks.map((at) => at - START).slice(0, 6)).toEqual([0, 1_000, 3_000, 7_000, 15_000, 30_000]);
  });

  test('with no job for two minutes is sent again, at most once in two minutes', async () => {
    const { id } = await world.push();
    world.meltano.always('startDeployment', NO_ANSWER);
    await world.runFor(119_000);
    expect(world.meltano.count('startDeployment')).toBe(1);
    await world.runFor(20_000);
    expect(world.meltano.count('startDeployment')).toBe(2);
    await world.runFor(62 * MINUTE);
    expect(gapsBetweenStarts().length).toBeGreaterThan(20);
    expect(Math.min(...gapsBetweenStarts())).toBeGreaterThanOrEqual(2 * MINUTE);
    expect(await world.read(id)).toMatchObject({ conclusion: 'failure', reason: 'start_timeout' });
  });

  test('is not sent again while the list can not be read', async () => {
    const { id } = await world.push();
    loseAnswer();
    await world.step();
    world.meltano.always('listJobs', refuse(503, 'later'));
    await world.runFor(30 * MINUTE);
    expect(world.meltano.count('startDeployment')).toBe(1);
    world.meltano.always('listJobs', null);
    await world.runFor(MINUTE);
    expect(await world.read(id)).toMatchObject({ jobId: 'job-1' });
  });

  test('whose job is still hidden after an outage of the list is searched for two more minutes', async () => {
    const { id } = await world.push();
    loseAnswer(NO_ANSWER, true);
    await world.step();
    world.meltano.always('listJobs', refuse(503, 'later'));
    await world.runFor(10 * MINUTE);
    world.meltano.always('listJobs', null);
    await world.runFor(MINUTE);
    expect(world.meltano.count('startDeployment')).toBe(1);
    world.meltano.hidden.clear();
    await world.runFor(MINUTE);
    expect(await world.read(id)).toMatchObject({ jobId: 'job-1' });
    expect(world.meltano.jobs).toHaveLength(1);
  });

  test('whose job appears at the last look is found, not sent again', async () => {
    const { id } = await world.push();
    loseAnswer(NO_ANSWER, true);
    await world.runFor(119_000);
    // The look after two minutes doesn't list it, but the read before the next start does.
    world.meltano.next('getWorkspace', () => {
      world.meltano.hidden.clear();
      return undefined;
    });
    await world.runFor(30_000);
    expect(world.meltano.count('startDeployment')).toBe(1);
    expect(await world.read(id)).toMatchObject({ jobId: 'job-1' });
  });

  test('whose job causes a conflict with the next start is found when it is listed', async () => {
    const { id } = await world.push();
    loseAnswer(NO_ANSWER, true);
    world.meltano.always('startDeployment', () =>
      world.meltano.jobs.some((job) => job.status !== 'COMPLETE') ? refuse(409, 'busy') : undefined,
    );
    await world.runFor(4 * MINUTE);
    world.meltano.hidden.clear();
    world.meltano.moveJob({ status: 'RUNNING' });
    await world.runFor(4 * MINUTE);
    world.meltano.moveJob({ status: 'COMPLETE' });
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ conclusion: 'success', jobId: 'job-1' });
    expect(world.meltano.jobs).toHaveLength(1);
  });

  test('is searched for even after the start timeout', async () => {
    const { id } = await world.push();
    world.meltano.always('startDeployment', refuse(503, 'later'));
    await world.runFor(58 * MINUTE);
    world.meltano.always('startDeployment', null);
    loseAnswer(NO_ANSWER);
    world.meltano.always('listJobs', () =>
      world.meltano.jobs.length > 0 ? refuse(503, 'later') : undefined,
    );
    await world.runFor(MINUTE);
    expect(world.meltano.jobs).toHaveLength(1);
    world.clock.advance(5 * MINUTE);
    world.meltano.always('listJobs', null);
    await world.step();
    expect(await world.read(id)).toMatchObject({ jobId: 'job-1', conclusion: null });
  });
});

describe('an unreadable answer', () => {
  test('is never sent again: with no job for two minutes it fails with the answer', async () => {
    const { id } = await world.push();
    world.meltano.always('startDeployment', NOT_A_JOB);
    await world.runUntilIdle();
    expect(world.meltano.count('startDeployment')).toBe(1);
    const ended = await world.read(id);
    expect(ended).toMatchObject({
      conclusion: 'failure',
      reason: 'start_unreadable',
      problem: 'Meltano Cloud answered 202 with something unexpected: <html>hello</html>',
    });
    expect((ended.concludedAt ?? 0) - START).toBeGreaterThanOrEqual(2 * MINUTE);
  });

  test('stays the reason, whatever fails during the search for its job', async () => {
    const { id } = await world.push();
    world.meltano.always('startDeployment', NOT_A_JOB);
    await world.step();
    world.meltano.next('listJobs', refuse(503, 'later'), refuse(503, 'later'));
    await world.runUntilIdle();
    expect((await world.read(id)).problem).toMatch(/something unexpected/);
  });
});

describe('of the jobs listed after a lost answer', () => {
  test('a known one is not taken, nor one of another type', async () => {
    world.meltano.addJob({ status: 'RUNNING' });
    const { id } = await world.push();
    world.meltano.always('startDeployment', NO_ANSWER);
    await world.step();
    world.meltano.addJob({ type: 'TASK', status: 'RUNNING' });
    await world.runFor(MINUTE);
    expect(await world.read(id)).toMatchObject({ jobId: null, knownJobIds: ['job-1'] });
  });

  test('an older one that slides back into the page because of a deletion is not taken', async () => {
    for (const status of ['COMPLETE', 'COMPLETE', 'COMPLETE']) world.meltano.addJob({ status });
    const { id } = await world.push();
    world.meltano.always('startDeployment', NO_ANSWER);
    await world.step();
    expect((await world.read(id)).knownJobIds).toEqual(['job-3', 'job-2']);
    world.meltano.deleteJob('job-3');
    await world.runFor(MINUTE);
    expect((await world.read(id)).jobId).toBeNull();
  });

  test('one that belongs to another deployment is not taken', async () => {
    const earlier = await world.push();
    await world.step();
    // The queued job was not listed at the second attempt.
    world.meltano.hidden.add('job-1');
    world.meltano.moveJob({ status: 'COMPLETE' });
    await world.runUntilIdle();
    const { id } = await world.push();
    loseAnswer();
    world.meltano.hidden.add('job-2');
    await world.step();
    world.meltano.hidden.delete('job-1');
    await world.runFor(MINUTE);
    expect((await world.read(earlier.id)).jobId).toBe('job-1');
    expect((await world.read(id)).jobId).toBeNull();
    world.meltano.hidden.clear();
    await world.runFor(30_000);
    expect((await world.read(id)).jobId).toBe('job-2');
  });

  test('the oldest new one is taken: a newer one more likely belongs to another start', async () => {
    const { id } = await world.push();
    loseAnswer();
    world.meltano.next('listJobs', undefined, () => {
      world.meltano.addJob();
      return undefined;
    });
    await world.runFor(MINUTE);
    expect((await world.read(id)).jobId).toBe('job-1');
  });
});
