import { describe, expect, test } from 'vitest';
import type { Repository } from '../../../src/domain/deployment.ts';
import { refuse, UNREACHABLE } from '../deploying/fake-meltano.ts';
import { MINUTE, World } from '../deploying/reconcile-world.ts';

/** A push whose job runs and has written `lines`. */
async function begin(lines: string[] = [], repository: Partial<Repository> = {}) {
  const world = await World.open(repository);
  const { id } = await world.push();
  await world.step();
  world.meltano.moveJob({ status: 'RUNNING' });
  world.meltano.logs.set('job-1', lines);
  await world.step();
  const reads = () =>
    world.meltano.calls.filter((call) => call.method === 'readLog').map((call) => call.detail);
  return { world, id, reads, tail: () => world.logs.excerpt(id)?.tail };
}

describe('the log of a running job', () => {
  test('is read from the last position, and its growth is reported', async () => {
    const { world, id, reads, tail } = await begin(['one', 'two']);
    world.meltano.logs.set('job-1', ['one', 'two', 'three']);
    world.clock.advance(1_000);
    await world.step();
    await world.step();
    expect(reads()).toEqual([0, 2, 3]);
    expect(tail()).toEqual(['one', 'two', 'three']);
    expect(world.reporter.grown).toEqual([id, id]);
  });

  test('that can not be read for a while continues at the last position, and the job is still watched', async () => {
    const { world, id, reads, tail } = await begin(['one']);
    world.meltano.always('readLog', UNREACHABLE);
    const before = await world.reportsDue(id);
    await world.runFor(MINUTE);
    expect((await world.reportsDue(id)) - before).toBe(0);
    world.meltano.always('readLog', null);
    world.meltano.logs.set('job-1', ['one', 'two']);
    await world.runFor(11_000);
    expect(tail()).toEqual(['one', 'two']);
    expect(new Set(reads())).toEqual(new Set([0, 1, 2]));
    world.meltano.always('readLog', UNREACHABLE);
    world.meltano.moveJob({ status: 'ERROR' });
    await world.runFor(MINUTE);
    expect(await world.read(id)).toMatchObject({ conclusion: 'failure' });
  });

  test('is not asked for while the job is queued', async () => {
    const world = await World.open();
    await world.push();
    await world.runFor(5 * MINUTE);
    expect(world.meltano.count('getJob')).toBeGreaterThan(10);
    expect(world.meltano.count('readLog')).toBe(0);
  });

  test('of a public repository is never read', async () => {
    const { world, id } = await begin(['secret'], { private: false });
    await world.runFor(MINUTE);
    world.meltano.moveJob({ status: 'COMPLETE' });
    await world.runUntilIdle();
    await world.finish(id);
    expect(world.meltano.count('readLog')).toBe(0);
    expect(world.logs.excerpt(id)).toBeNull();
  });

  test('makes the looks quick while it grows, and slow in silence', async () => {
    const { world } = await begin();
    const looksIn = async (ms: number) => {
      const before = world.meltano.count('getJob');
      await world.runFor(ms);
      return world.meltano.count('getJob') - before;
    };
    await world.runFor(3 * MINUTE);
    const silent = await looksIn(MINUTE);
    world.meltano.logs.set('job-1', ['one']);
    await world.runFor(10_000);
    const lively = await looksIn(20_000);
    expect(silent).toBeLessThanOrEqual(7);
    expect(lively).toBeGreaterThanOrEqual(18);
  });
});

test('a log that is shown live is read when it can be written, however quiet the job is', async () => {
  const { world } = await begin();
  const readsIn = async (ms: number) => {
    const before = world.meltano.count('readLog');
    await world.runFor(ms);
    return world.meltano.count('readLog') - before;
  };
  await world.runFor(3 * MINUTE);
  expect(await readsIn(MINUTE)).toBeLessThanOrEqual(7);
  world.reporter.nextLogMs = 5_000;
  await world.runFor(10_000);
  expect(await readsIn(MINUTE)).toBeGreaterThanOrEqual(11);
  world.reporter.nextLogMs = 300;
  await world.step();
  expect(await readsIn(3_000)).toBeGreaterThanOrEqual(8);
});

describe('the log of a concluded deployment', () => {
  async function conclude(lines: string[]) {
    const begun = await begin(lines.slice(0, 1));
    begun.world.meltano.logs.set('job-1', lines);
    begun.world.meltano.moveJob({ status: 'ERROR' });
    await begun.world.runUntilIdle();
    return begun;
  }

  test('is read whole again, and only then is the conclusion reported', async () => {
    const { world, id, reads } = await conclude(['one', 'two', 'last without a newline']);
    const reported = world.reporter.reports.length;
    expect(world.reporter.reports.some((one) => one.state === 'concluded')).toBe(false);
    await world.finish(id);
    expect(reads().at(-1)).toBe('whole');
    expect(world.logs.excerpt(id)).toMatchObject({
      complete: true,
      tail: ['one', 'two', 'last without a newline'],
    });
    expect(world.reporter.reports.slice(reported)).toMatchObject([{ id, state: 'concluded' }]);
  });

  test('comes back from the job after a restart', async () => {
    const { world, id } = await conclude(['one', 'two']);
    world.logs.forget(id);
    await world.finish(id);
    expect(world.logs.excerpt(id)?.tail).toEqual(['one', 'two']);
  });

  test.each([
    ['no connection', UNREACHABLE],
    ['a Retry-After of an hour', refuse(429, 'slow', 60 * MINUTE)],
  ])(
    'that can not be read (%s) is tried for a quarter of a minute; the report goes out with what is known',
    async (_, answer) => {
      const { world, id } = await conclude(['one', 'two']);
      world.meltano.always('readLog', answer);
      const began = world.clock.now();
      await world.finish(id);
      expect(world.clock.now() - began).toBe(15_000);
      expect(world.reporter.reports.at(-1)).toMatchObject({ id, state: 'concluded' });
      expect(world.logs.excerpt(id)).toMatchObject({ complete: false, tail: ['one'] });
    },
  );

  test('that breaks off half-way keeps what was read while the job ran, and repeats nothing', async () => {
    const { world, id } = await conclude(['one', 'two', 'three']);
    const tails: (readonly string[] | undefined)[] = [];
    world.meltano.next('readLog', () => {
      tails.push(world.logs.excerpt(id)?.tail);
      return UNREACHABLE;
    });
    await world.finish(id);
    expect(tails).toEqual([['one']]);
    expect(world.logs.excerpt(id)?.tail).toEqual(['one', 'two', 'three']);
  });

  test.each([401, 403, 404])('that is refused (%i) does not hold the report back', async (status) => {
    const { world, id } = await conclude(['one']);
    world.meltano.always('readLog', refuse(status, 'no'));
    const began = world.clock.now();
    await world.finish(id);
    expect(world.clock.now()).toBe(began);
    expect(world.reporter.reports.at(-1)).toMatchObject({ id, state: 'concluded' });
  });

  test('of a deleted job is not asked for', async () => {
    const { world, id, reads } = await begin(['one']);
    await world.runFor(11_000);
    world.meltano.deleteJob('job-1');
    await world.runUntilIdle();
    await world.finish(id);
    expect(reads()).not.toContain('whole');
    expect(world.reporter.reports.at(-1)).toMatchObject({ id, reason: 'job_deleted' });
  });

  test('of credentials that are gone does not hold the report back', async () => {
    const { world, id } = await conclude(['one']);
    world.served = false;
    await world.finish(id);
    expect(world.reporter.reports.at(-1)).toMatchObject({ id, state: 'concluded' });
  });

  test('is not read again once its report was written', async () => {
    const { world, id } = await conclude(['one']);
    const { revision } = await world.read(id);
    await world.stores.saveReport(id, { reportedRevision: revision });
    const calls = world.meltano.calls.length;
    await world.finish(id);
    await world.finish('unknown');
    expect(world.meltano.calls).toHaveLength(calls);
    expect(world.reporter.reports.some((one) => one.state === 'concluded')).toBe(false);
  });
});
