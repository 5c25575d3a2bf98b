import { expect, test } from 'vitest';
import { countDecisions, inGated, requiredRuns, untilDecided, untilRequired } from './required-world.ts';
import { inWorld, REPOSITORY, type World } from './world.ts';

async function endJob(world: World, number: number, status: 'COMPLETE' | 'ERROR'): Promise<void> {
  const job = await world.job(number);
  job.run();
  job.end(status);
}

const NOTHING = 'Nothing to deploy, because';

test.concurrent('a push that deploys takes two writes: while it is deployed, and when it has ended', () =>
  inGated(async (world) => {
    const { after } = world.push();
    const title = 'Waiting for the deployments of this commit';
    const open = await untilRequired(world, after, ({ output }) => output.title === title);
    expect(open.status).toBe('in_progress');
    await endJob(world, 2, 'COMPLETE');
    const run = await untilDecided(world, after);
    expect(run).toMatchObject({
      id: open.id,
      conclusion: 'success',
      output: { title: '1 workspace deployed' },
    });
    expect(countDecisions(run)).toBe(1);
    expect(await (await fetch(`${world.app.service.url}/metrics`)).text()).toContain(
      'required_checks_total{conclusion="success"} 2\n',
    );
  }));

test.concurrent('a push that deploys nothing takes one', () =>
  inGated(async (world) => {
    const { after } = world.push({ branch: 'feature', from: 'main' });
    const run = await untilDecided(world, after);
    expect(run).toMatchObject({
      conclusion: 'success',
      output: { title: `${NOTHING} no workspace tracks this branch` },
    });
    expect(countDecisions(run)).toBe(1);
    // The same commit on a branch that is tracked: a concluded check run doesn't open again, so another one is made.
    world.github.branches.reset({ repository: REPOSITORY, branch: 'main', sha: after });
    const open = await untilRequired(world, after, ({ status }) => status === 'in_progress');
    expect(open.id).not.toBe(run.id);
    await endJob(world, 2, 'COMPLETE');
    expect(await untilDecided(world, after)).toMatchObject({ id: open.id, conclusion: 'success' });
    expect(requiredRuns(world, after)).toHaveLength(2);
  }));

test.concurrent.each([
  ['a skip token', { message: 'Docs [skip ci]' }, 'the commit message says [skip ci]'],
  ['an ignored sender', { sender: { login: 'robo', type: 'Bot' as const } }, 'pushes by robo are ignored'],
  ['no file that counts', { files: { 'README.md': '# More\n' } }, 'nothing changed in its files'],
])('a push to the tracked branch that is filtered out is a success: %s', (_, push, why) =>
  inGated(
    async (world) => {
      const { after } = world.push(push);
      const run = await untilDecided(world, after);
      expect(run).toMatchObject({ conclusion: 'success', output: { title: `${NOTHING} ${why}` } });
      expect(countDecisions(run)).toBe(1);
      expect(world.meltano.jobs).toHaveLength(1);
    },
    {
      files: {
        '.github/meltano-deploy.yml':
          'checks: { gate: true }\ndeploy: { ignore_senders: [robo], paths_ignore: ["**/*.md"] }\n',
      },
    },
  ),
);

test.concurrent('a failed deployment fails it, and a redeployment that succeeds makes another one', () =>
  inGated(async (world) => {
    world.github.people.setRole(REPOSITORY, { login: 'ana', role: 'write' });
    const { after } = world.push();
    await endJob(world, 2, 'ERROR');
    const failed = await untilDecided(world, after);
    expect(failed.conclusion).toBe('failure');
    expect(failed.output.title).toMatch(/^Analytics: Failed after /);
    const own = await world.untilConcluded(after);
    world.github.checks.press(own.id, 'redeploy', 'ana');
    const open = await untilRequired(world, after, ({ status }) => status === 'in_progress');
    await endJob(world, 3, 'COMPLETE');
    expect(await untilDecided(world, after)).toMatchObject({ id: open.id, conclusion: 'success' });
    expect(requiredRuns(world, after)[0]).toMatchObject({ id: failed.id, conclusion: 'failure' });
  }));

test.concurrent('a re-run of it repeats what failed, and always makes another one', () =>
  inGated(async (world, head) => {
    world.github.people.setRole(REPOSITORY, { login: 'ana', role: 'write' });
    const good = await untilDecided(world, head);
    world.github.checks.rerequest(good.id, 'ana');
    const again = await untilRequired(
      world,
      head,
      ({ id, status }) => id !== good.id && status === 'completed',
    );
    expect(again).toMatchObject({ conclusion: 'success', output: { title: '1 workspace deployed' } });
    expect(world.meltano.jobs).toHaveLength(1);
    const { after } = world.push();
    await endJob(world, 2, 'ERROR');
    const failed = await untilDecided(world, after);
    world.github.checks.rerequest(failed.id, 'ana');
    await endJob(world, 3, 'COMPLETE');
    expect((await untilDecided(world, after, 'success')).id).not.toBe(failed.id);
    const suites = world.github.checks.suites(REPOSITORY).filter(({ headSha }) => headSha === after);
    expect(suites.map(({ status }) => status)).toEqual(['completed']);
  }));

test.concurrent('a replaced commit counts as the one that replaced it', () =>
  inGated(async (world) => {
    const first = world.push();
    const job = await world.job(2);
    job.run();
    const second = world.push();
    await world.untilTitle(second.after, /^Waiting for /);
    const third = world.push();
    await world.untilTitle(second.after, `Superseded by ${third.after.slice(0, 7)}`);
    await untilRequired(world, second.after, ({ status }) => status === 'in_progress');
    job.end('COMPLETE');
    await endJob(world, 3, 'ERROR');
    expect((await untilDecided(world, first.after)).conclusion).toBe('success');
    expect((await untilDecided(world, third.after)).conclusion).toBe('failure');
    const run = await untilDecided(world, second.after);
    expect(run.conclusion).toBe('failure');
    expect(run.output.summary).toContain(`${third.after.slice(0, 7)}`);
    expect(countDecisions(run)).toBe(1);
  }));

test.concurrent('a deleted branch and a tag have none, and neither has a repository that doesn’t turn it on', () =>
  inWorld(async (world) => {
    const off = world.push({ branch: 'feature', from: 'main' });
    await world.untilLogged('Workspace not deployed', { sha: off.after });
    await world.deployPush({ files: { '.github/meltano-deploy.yml': 'checks: { gate: true }\n' } });
    world.github.branches.delete({ repository: REPOSITORY, branch: 'feature' });
    await world.untilLogged('Delivery handled: nothing to deploy', { noop: 'branch_deleted' });
    expect(requiredRuns(world, off.after)).toEqual([]);
  }));

test.concurrent('a gate that ended a deployment fails it, and one that opens makes another one', () =>
  inWorld(async (world) => {
    const file = 'checks: { gate: true }\ndeploy: { wait_for: [test] }\n';
    const { after } = world.push({ files: { '.github/meltano-deploy.yml': file } });
    await world.untilTitle(after, 'Waiting for "test"');
    world.github.checks.report(REPOSITORY, after, { name: 'test', conclusion: 'failure' });
    const failed = await untilDecided(world, after, 'failure');
    expect(failed.output.title).toContain('"test" failed');
    world.github.checks.report(REPOSITORY, after, { name: 'test', suite: 're-run', conclusion: 'success' });
    await untilRequired(world, after, ({ id, status }) => id !== failed.id && status === 'in_progress');
    await endJob(world, 1, 'COMPLETE');
    const good = await untilDecided(world, after, 'success');
    expect(requiredRuns(world, after).map(({ id }) => id)).toEqual([failed.id, good.id]);
  }));
