import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { REPOSITORY, World } from './world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

describe('a push to the tracked branch', () => {
  test('becomes one check run: queued, in progress with a growing log, success', async () => {
    const { after } = world.push();
    const job = await world.job(1);
    const queued = await world.untilTitle(after, 'Queued on Meltano Cloud');
    expect(queued).toMatchObject({ name: 'Meltano Deploy (Analytics)', status: 'queued' });
    job.run();
    job.log('Installing plugins');
    await world.untilRun(after, (run) => run.output.text?.includes('Installing plugins') ?? false, 'a line');
    job.log('Nearly there');
    await world.untilRun(after, (run) => run.output.text?.includes('Nearly there') ?? false, 'the next line');
    expect(world.run(after)).toMatchObject({
      status: 'in_progress',
      output: { title: expect.stringMatching(/^Running for/) },
    });
    job.write('All done, and no newline at the end');
    job.end('COMPLETE');
    const run = await world.untilConcluded(after);
    expect(run).toMatchObject({
      conclusion: 'success',
      output: { title: expect.stringMatching(/^Deployed in/) },
    });
    expect(run.output.text?.match(/Installing plugins/g)).toHaveLength(1);
    expect(run.output.text).toContain('All done, and no newline at the end');
    expect(run.externalId?.split('/')).toEqual([world.workspace.id, expect.any(String), job.id]);
    expect(run.history.filter((version) => version.status === 'completed')).toHaveLength(1);
    expect(world.meltano.jobs).toHaveLength(1);
  });

  test.each([
    ['ERROR', 'failure', /^Failed after \d+ s: meltano\.yml:12 mapping values are not allowed here$/],
    ['STOPPED', 'cancelled', /^Stopped on Meltano Cloud after/],
  ] as const)('a job that ends as %s is %s', async (status, conclusion, title) => {
    const { after } = world.push();
    const job = await world.job(1);
    job.run();
    job.log('mapping values are not allowed here', '  in "meltano.yml", line 12, column 9');
    job.end(status);
    const run = await world.untilConcluded(after);
    expect(run.conclusion).toBe(conclusion);
    expect(run.output.title).toMatch(title);
  });

  test('a deleted job ends as cancelled', async () => {
    const { after } = world.push();
    const job = await world.job(1);
    job.run();
    await world.untilTitle(after, /^Running/);
    job.delete();
    const run = await world.untilConcluded(after);
    expect(run).toMatchObject({
      conclusion: 'cancelled',
      output: { title: expect.stringMatching(/^Deleted/) },
    });
  });

  test('an undocumented status is shown unchanged, and the watch continues', async () => {
    const { after } = world.push();
    const job = await world.job(1);
    job.run();
    job.status = 'PAUSED' as typeof job.status;
    await world.untilTitle(after, /PAUSED/);
    job.status = 'RUNNING';
    job.end('COMPLETE');
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
  });
});

describe('several pushes', () => {
  test('one runs, and then only the newest waiting one, with its own job', async () => {
    const first = world.push();
    const job = await world.job(1);
    job.run();
    await world.untilTitle(first.after, /^Running/);
    const second = world.push();
    await world.untilTitle(second.after, `Waiting for ${first.after.slice(0, 7)}, which is being deployed`);
    const third = world.push();
    const overtaken = await world.untilConcluded(second.after);
    expect(overtaken).toMatchObject({
      conclusion: 'skipped',
      output: { title: `Superseded by ${third.after.slice(0, 7)}` },
    });
    await world.untilTitle(third.after, `Waiting for ${first.after.slice(0, 7)}, which is being deployed`);
    expect(world.meltano.jobs).toHaveLength(1);
    job.end('COMPLETE');
    const next = await world.job(2);
    next.run();
    next.end('COMPLETE');
    expect((await world.untilConcluded(first.after)).conclusion).toBe('success');
    expect((await world.untilConcluded(third.after)).conclusion).toBe('success');
    expect(overtaken.output.summary).toContain(world.run(third.after)?.htmlUrl ?? third.after);
    expect(world.meltano.jobs).toHaveLength(2);
  });

  test('an older push with a late delivery is superseded by the newer one', async () => {
    const older = world.push({ deliver: false });
    const payload = (sha: string) =>
      world.github.hook.deliveries.find((one) => JSON.stringify(one).includes(sha));
    const newer = world.push();
    const job = await world.job(1);
    const sample = payload(newer.after)?.payload as { before: string; after: string; repository: object };
    const seconds = Math.floor(Date.now() / 1000) - 60;
    world.github.hook.send('push', {
      ...sample,
      before: older.before,
      after: older.after,
      repository: { ...sample.repository, pushed_at: seconds },
    });
    const run = await world.untilConcluded(older.after);
    expect(run.output.title).toBe(`Superseded by ${newer.after.slice(0, 7)}`);
    job.run();
    job.end('COMPLETE');
    await world.untilConcluded(newer.after);
    expect(world.meltano.jobs).toHaveLength(1);
  });

  test('the same delivery again, even many times at once, changes nothing', async () => {
    const { guid, delivered, after } = world.push();
    await delivered;
    const attempts = await Promise.all(Array.from({ length: 10 }, () => world.github.hook.redeliver(guid)));
    expect(attempts.map((attempt) => attempt.statusCode)).toEqual(Array(10).fill(200));
    const job = await world.job(1);
    job.run();
    job.end('COMPLETE');
    await world.untilConcluded(after);
    expect(world.meltano.jobs).toHaveLength(1);
    expect(world.github.checks.runs(REPOSITORY)).toHaveLength(1);
  });
});

describe('what does not deploy', () => {
  test('another branch, a tag, a deletion: no check run, one log line with the reason', async () => {
    world.push({ branch: 'feature', from: 'main' });
    await world.untilLogged('Workspace not deployed', { noop: 'branch_not_tracked' });
    world.github.branches.delete({ repository: REPOSITORY, branch: 'feature' });
    await world.untilLogged('Delivery handled: nothing to deploy', { noop: 'branch_deleted' });
    const sample = world.github.hook.deliveries.find((one) => one.event === 'push')?.payload as object;
    world.github.hook.send('push', { ...sample, ref: 'refs/tags/v1', deleted: false });
    await world.untilLogged('Delivery handled: nothing to deploy', { noop: 'not_a_branch' });
    expect(world.github.checks.runs(REPOSITORY)).toEqual([]);
    expect(world.meltano.jobs).toEqual([]);
  });

  test('a delivery that is not signed by GitHub is refused and not stored', async () => {
    const { delivered } = world.push();
    await delivered;
    const [delivery] = world.github.hook.deliveries;
    const response = await fetch(`${world.app.service.url}/api/github/webhooks`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': 'forged',
        'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
      },
      body: JSON.stringify(delivery?.payload),
    });
    expect(response.status).toBe(400);
    expect(world.app.lines.filter((line) => line['delivery'] === 'forged')).toEqual([]);
  });
});

test('a restart during a deployment keeps the check run and the job', async () => {
  const { after } = world.push();
  const job = await world.job(1);
  job.run();
  job.log('Before the restart');
  await world.untilRun(after, (run) => run.output.text?.includes('Before') ?? false, 'the first line');
  await world.app.restart();
  job.log('After the restart');
  job.end('COMPLETE');
  const run = await world.untilConcluded(after);
  expect(run.output.text?.match(/Before the restart/g)).toHaveLength(1);
  expect(run.output.text?.match(/After the restart/g)).toHaveLength(1);
  expect(world.meltano.jobs).toHaveLength(1);
});
