import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inWorld, REPOSITORY, type World } from './world.ts';

/** Rounds of a second, shorter than an operator may set. */
const EVERY_SECOND = { env: { SWEEP_MINUTES: '0.02' } };

async function finish(world: World, number: number): Promise<void> {
  const job = await world.job(number);
  job.run();
  job.end('COMPLETE');
}

describe.concurrent('deliveries that never arrived', () => {
  test('are asked for again at the next start, and deployed', () =>
    inWorld(async (world) => {
      world.github.hook.url = 'http://127.0.0.1:1/nobody-listens';
      const { after, delivered } = world.push();
      expect((await delivered).statusCode).toBe(0);
      await world.app.restart();
      await finish(world, 1);
      expect((await world.untilConcluded(after)).conclusion).toBe('success');
      expect(world.meltano.jobs).toHaveLength(1);
    }, EVERY_SECOND));

  test('are asked for whatever status GitHub shows, and what was overtaken meanwhile is skipped', () =>
    inWorld(async (world) => {
      const { github } = world;
      const { url: webhookUrl } = github.hook;
      // Another server answers without storing anything, like a process that dies right after its answer.
      github.hook.url = `${github.origin}/api/v3/meta`;
      github.service.faults.add({ method: 'POST', path: /meta/, action: { kind: 'status', status: 200 } });
      const first = world.push();
      const second = world.push();
      expect((await first.delivered).statusCode).toBe(200);
      await second.delivered;
      github.hook.url = webhookUrl;
      await finish(world, 1);
      expect((await world.untilConcluded(second.after)).conclusion).toBe('success');
      const overtaken = await world.untilConcluded(first.after);
      expect(overtaken).toMatchObject({
        conclusion: 'skipped',
        output: { title: 'Superseded while the app was offline' },
      });
      expect(world.meltano.jobs).toHaveLength(1);
    }, EVERY_SECOND));
});

describe.concurrent('branch heads', () => {
  test('a head that no delivery told of is deployed after a second look', () =>
    inWorld(async (world) => {
      await world.app.restart();
      const { github } = world;
      const baseline = () => github.service.exchanges.some((one) => one.path.includes('/branches/main'));
      await world.until(baseline, 'the baseline');
      const { after } = world.push({ deliver: false });
      await world.until(() => world.meltano.jobs.length === 1, 'the job');
      await finish(world, 1);
      const run = await world.untilConcluded(after);
      expect(run.conclusion).toBe('success');
      expect(run.output.summary).toContain('found by the app without a webhook delivery');
      expect(github.checks.runs(REPOSITORY)).toHaveLength(1);
    }, EVERY_SECOND));

  test('a lost database: the open check run on the head is taken over to its end', () =>
    inWorld(async (world) => {
      const { after } = world.push();
      const job = await world.job(1);
      job.run();
      job.log('a line from before');
      await world.untilTitle(after, /^Running/);
      await world.app.restart(() => rmSync(world.app.dataDirectory, { recursive: true }));
      await world.untilLogged('An open check run was taken over');
      job.end('COMPLETE');
      const run = await world.untilConcluded(after);
      expect(run.conclusion).toBe('success');
      expect(run.output.text).toContain('a line from before');
      expect(world.meltano.jobs).toHaveLength(1);
      expect(world.github.checks.runs(REPOSITORY, after)).toHaveLength(1);
    }, EVERY_SECOND));
});
