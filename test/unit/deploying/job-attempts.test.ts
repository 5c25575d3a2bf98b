import { beforeEach, describe, expect, test } from 'vitest';
import { describeAwaitedAttempt } from '../../../src/domain/job-attempts.ts';
import { World } from './reconcile-world.ts';

let world: World;
let id: string;

beforeEach(async () => {
  world = await World.open();
});

/** A job whose first attempt has the number `first` runs. */
async function run(first: number, maxAttempts: number): Promise<void> {
  ({ id } = await world.push());
  await world.step();
  world.meltano.moveJob({ status: 'RUNNING', attempt: first, maxAttempts });
  await world.step();
}

const move = (status: string, attempt: number) => world.meltano.moveJob({ status, attempt });
const told = async () => describeAwaitedAttempt((await world.read(id)).attempts);

describe('a job that fails', () => {
  test.each([
    [0, 0],
    [1, 1],
    [2, 2],
  ])('at attempt %i of %i has failed at once', async (attempt, maxAttempts) => {
    await run(attempt, maxAttempts);
    move('ERROR', attempt);
    await world.step();
    expect(await world.read(id)).toMatchObject({ conclusion: 'failure', reason: 'job_error' });
  });

  test.each([
    ['0', 0],
    ['1', 1],
  ])('counts as running until its next attempt is seen; attempts count from %s', async (_, first) => {
    await run(first, 4);
    move('ERROR', first);
    await world.step();
    expect(await world.read(id)).toMatchObject({ state: 'running', jobStatus: 'RUNNING', jobEndedAt: null });
    expect(await told()).toBe('1st attempt failed; waiting for the 2nd');
    await world.runFor(30_000);
    move('QUEUED', first + 1);
    await world.step();
    expect(await told()).toBeNull();
    move('RUNNING', first + 1);
    await world.runFor(90_000);
    move('ERROR', first + 1);
    await world.step();
    expect(await told()).toBe('2nd attempt failed; waiting for the 3rd');
    await world.runFor(59_000);
    expect(await world.read(id)).toMatchObject({ state: 'running' });
    move('RUNNING', first + 2);
    await world.step();
    move('COMPLETE', first + 2);
    await world.step();
    expect(await world.read(id)).toMatchObject({ conclusion: 'success' });
  });

  test('and is not tried again within a minute has failed', async () => {
    await run(0, 2);
    move('ERROR', 0);
    const from = world.clock.now();
    await world.runUntilIdle();
    const { conclusion, concludedAt } = await world.read(id);
    expect([conclusion, (concludedAt ?? 0) - from]).toEqual(['failure', 60_000]);
  });

  test('and runs again under the same number continues, too', async () => {
    await run(0, 2);
    move('ERROR', 0);
    await world.step();
    move('RUNNING', 0);
    await world.runFor(120_000);
    expect(await world.read(id)).toMatchObject({ state: 'running' });
    expect(await told()).toBeNull();
  });

  test('whose last attempt fails has failed at once', async () => {
    await run(0, 1);
    move('ERROR', 0);
    await world.step();
    move('ERROR', 1);
    await world.step();
    expect(await world.read(id)).toMatchObject({ conclusion: 'failure' });
  });

  test('is awaited no longer than a minute across a restart', async () => {
    await run(0, 2);
    move('ERROR', 0);
    await world.step();
    world.clock.advance(40_000);
    world.restart();
    await world.step();
    expect(await told()).toBe('1st attempt failed; waiting for the 2nd');
    world.clock.advance(21_000);
    await world.step();
    expect(await world.read(id)).toMatchObject({ conclusion: 'failure' });
  });
});

test.each([
  ['begins anew', ['second']],
  ['goes on', ['first', 'second']],
])('the log of the next attempt %s, and is shown once', async (_, lines) => {
  await run(0, 2);
  const [job] = world.meltano.jobs;
  world.meltano.logs.set(job?.id ?? '', ['first']);
  await world.step();
  expect(world.logs.excerpt(id)?.tail).toEqual(['first']);
  move('ERROR', 0);
  await world.step();
  world.meltano.logs.set(job?.id ?? '', lines);
  move('RUNNING', 1);
  await world.runFor(5_000);
  expect(world.logs.excerpt(id)?.tail).toEqual(lines);
});

test('ordinals', () => {
  const told = [1, 2, 3, 4, 11, 12, 13, 21, 22, 111].map((current) =>
    describeAwaitedAttempt({ first: 1, current, failedAt: 5 })?.replace(/ .*/, ''),
  );
  expect(told).toEqual(['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd', '111th']);
});
