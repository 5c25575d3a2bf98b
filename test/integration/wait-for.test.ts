import { expect, test } from 'vitest';
import { inWorld, REPOSITORY, type World } from './world.ts';

const FILE = '.github/meltano-deploy.yml';
const WAITS = { [FILE]: 'deploy: { wait_for: [test] }\n', 'models/orders.sql': 'select 2\n' };

function jobs({ meltano, workspace }: World): number {
  return meltano.jobsOf(workspace).length;
}

test.concurrent('a push waits for a check of another App, and is deployed once it has passed', () =>
  inWorld(async (world) => {
    const { after } = world.push({ files: WAITS });
    const waiting = await world.untilTitle(after, 'Waiting for "test"');
    expect(waiting.status).toBe('queued');
    expect(jobs(world)).toBe(0);
    world.github.checks.report(REPOSITORY, after, { name: 'test' });
    world.github.checks.report(REPOSITORY, after, { name: 'test', conclusion: 'success' });
    const job = await world.job(1);
    job.run();
    job.end('COMPLETE');
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
  }));

test.concurrent('a check behind a hundred others of its commit is found', () =>
  inWorld(async (world) => {
    const { after } = world.push({ files: WAITS });
    await world.untilTitle(after, 'Waiting for "test"');
    for (const name of ['test', ...Array.from({ length: 120 }, (_, number) => `check ${number}`)]) {
      world.github.checks.report(REPOSITORY, after, { name, conclusion: 'success' });
    }
    (await world.job(1)).end('COMPLETE');
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
  }));

test.concurrent('a check that failed ends the deployment', () =>
  inWorld(async (world) => {
    const { after } = world.push({ files: WAITS });
    await world.untilTitle(after, 'Waiting for "test"');
    world.github.checks.report(REPOSITORY, after, { name: 'test', conclusion: 'failure' });
    const run = await world.untilConcluded(after);
    expect(run.conclusion).toBe('skipped');
    expect(run.output.title).toBe(`"test" failed on ${after.slice(0, 7)}`);
    expect(jobs(world)).toBe(0);
  }));

test.concurrent('a check that is re-run and passes deploys, in a check run of its own', () =>
  inWorld(async (world) => {
    const { after } = world.push({ files: WAITS });
    await world.untilTitle(after, 'Waiting for "test"');
    world.github.checks.report(REPOSITORY, after, { name: 'test', conclusion: 'failure' });
    const held = await world.untilConcluded(after);
    world.github.checks.report(REPOSITORY, after, { name: 'test', suite: 're-run', conclusion: 'success' });
    (await world.job(1)).end('COMPLETE');
    const runs = () => world.github.checks.runs(REPOSITORY, after).filter(({ name }) => name === held.name);
    const opened = await world.until(
      () => runs().find(({ id, conclusion }) => id !== held.id && conclusion === 'success'),
      'a second check run',
    );
    const old = await world.until(
      () => runs().find(({ id, output }) => id === held.id && output.summary?.includes(opened.htmlUrl)),
      'a link to it',
    );
    expect(old).toMatchObject({ conclusion: 'skipped', output: { title: held.output.title } });
    expect(opened.output.summary).toContain(held.htmlUrl);
    expect(runs()).toHaveLength(2);
  }));

test.concurrent('the button Deploy goes past a failed check, with the Maintain role only', () =>
  inWorld(async (world) => {
    world.github.people.setRole(REPOSITORY, { login: 'tom', role: 'write' });
    world.github.people.setRole(REPOSITORY, { login: 'mia', role: 'maintain' });
    const { after } = world.push({ files: WAITS });
    await world.untilTitle(after, 'Waiting for "test"');
    world.github.checks.report(REPOSITORY, after, { name: 'test', conclusion: 'failure' });
    const held = await world.untilConcluded(after);
    world.github.checks.press(held.id, 'deploy', 'tom');
    const refused = /\*\*Not redeployed:\*\* `tom` requested it, but this needs the Maintain role/;
    await world.untilRun(after, ({ output }) => refused.test(output.summary ?? ''), 'a refusal');
    expect(jobs(world)).toBe(0);
    world.github.checks.press(held.id, 'deploy', 'mia');
    (await world.job(1)).end('COMPLETE');
    const opened = await world.until(
      () => world.github.checks.runs(REPOSITORY, after).find(({ conclusion }) => conclusion === 'success'),
      'the forced deployment',
    );
    expect(opened.output.summary).toContain('Deploy button, pressed by [`mia`]');
    expect(opened.output.summary).toMatch(/\*\*Forced\*\* .*`"test" failed on/);
  }));

test.concurrent('a newer push takes the place of one that waits', () =>
  inWorld(async (world) => {
    const { after: first } = world.push({ files: WAITS });
    await world.untilTitle(first, 'Waiting for "test"');
    const { after: second } = world.push();
    await world.untilTitle(first, `Superseded by ${second.slice(0, 7)}`);
    world.github.checks.report(REPOSITORY, first, { name: 'test', conclusion: 'success' });
    world.github.checks.report(REPOSITORY, second, { name: 'test', conclusion: 'success' });
    (await world.job(1)).end('COMPLETE');
    expect((await world.untilConcluded(second)).conclusion).toBe('success');
  }));

test.concurrent('checks that nothing waits for cost no request and no row', () =>
  inWorld(async (world) => {
    const sha = await world.deployPush();
    const { exchanges } = world.github.service;
    const before = exchanges.length;
    for (let count = 0; count < 50; count += 1) {
      world.github.checks.report(REPOSITORY, sha, { name: `check ${count}`, conclusion: 'success' });
    }
    const events = () => world.github.hook.deliveries.filter(({ event }) => event.startsWith('check_'));
    await world.until(
      () => events().every(({ attempts }) => attempts.some(({ statusCode }) => statusCode === 200)),
      'the answers to all events',
    );
    expect(events().length).toBeGreaterThan(50);
    expect(exchanges.slice(before).filter(({ path }) => path.includes(REPOSITORY))).toEqual([]);
    const stored = world.app.lines.filter(({ msg, event }) => msg === 'Delivery stored' && event !== 'push');
    expect(stored).toEqual([]);
  }));

test.concurrent('a branch that moves between the start and the job is named in the title, and counted', () =>
  inWorld(async (world) => {
    const { after } = world.push({ files: WAITS });
    await world.untilTitle(after, 'Waiting for "test"');
    world.github.checks.report(REPOSITORY, after, { name: 'test', conclusion: 'success' });
    const job = await world.job(1);
    const moved = world.push().after;
    job.run();
    job.end('COMPLETE');
    await world.untilTitle(after, `Deployed ${moved.slice(0, 7)}, which "test" had not passed`);
    const metrics = await (await fetch(`${world.app.service.url}/metrics`)).text();
    expect(metrics).toContain('\nmeltano_deploy_ungated_deployments_total 1\n');
  }));
