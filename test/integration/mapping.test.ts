import { afterEach, describe, expect, test } from 'vitest';
import { REPOSITORY, World } from './world.ts';

let world: World;
afterEach(() => world.close());

async function finish(number: number): Promise<void> {
  const job = await world.job(number);
  job.run();
  job.end('COMPLETE');
}

describe('directories', () => {
  test('a push deploys only the workspaces whose directory it touches, since their last success', async () => {
    world = await World.open({ workspace: { repositoryDirectory: '/pipelines/a/' } });
    const outside = world.push({ files: { 'README.md': '# New\n' } });
    await world.untilLogged('Workspace not deployed', { noop: 'paths_unchanged', sha: outside.after });
    const inside = world.push({ files: { 'pipelines/a/models.sql': 'select 1\n' } });
    const failing = await world.job(1);
    failing.run();
    failing.end('ERROR');
    expect((await world.untilConcluded(inside.after)).conclusion).toBe('failure');
    // Without a success, pushes are compared with the head before, and failed changes still count ...
    const later = world.push({ files: { 'pipelines/a/models.sql': 'select 2\n' } });
    await finish(2);
    expect((await world.untilConcluded(later.after)).conclusion).toBe('success');
    // ... and after a success, a push that leaves the directory alone changes nothing.
    const quiet = world.push({ files: { 'README.md': '# Newer\n' } });
    await world.untilLogged('Workspace not deployed', { noop: 'paths_unchanged', sha: quiet.after });
    expect(world.github.checks.runs(REPOSITORY)).toHaveLength(2);
  });

  test('a push back to an older commit is a rollback, and deploys', async () => {
    world = await World.open({ workspace: { repositoryDirectory: 'pipelines' } });
    const first = world.push({ files: { 'pipelines/x.yml': '1' } });
    await finish(1);
    await world.untilConcluded(first.after);
    const second = world.push({ files: { 'README.md': 'other' } });
    await world.untilLogged('Workspace not deployed', { noop: 'paths_unchanged', sha: second.after });
    const back = world.github.branches.reset({ repository: REPOSITORY, branch: 'main', sha: first.before });
    await finish(2);
    expect((await world.untilConcluded(back.after)).conclusion).toBe('success');
  });
});

describe('several workspaces', () => {
  test('of one repository get a check run each; equal names get their ids', async () => {
    world = await World.open();
    const url = world.app.sandbox.repositoryUrl(REPOSITORY);
    const same = world.meltano.addWorkspace({
      name: 'Analytics',
      repositoryUrl: url,
      repositoryBranch: 'main',
    });
    world.meltano.addWorkspace({ name: 'Elsewhere', repositoryUrl: 'https://github.com/acme/data.git' });
    world.meltano.script = () => ({});
    const { after } = world.push();
    await world.until(
      () =>
        world.github.checks.runs(REPOSITORY, after).filter((run) => run.conclusion === 'success').length ===
        2,
      'both conclusions',
    );
    expect(
      world.github.checks
        .runs(REPOSITORY, after)
        .map((run) => run.name)
        .sort(),
    ).toEqual(
      [world.workspace.id, same.id].map((id) => `Meltano Deploy (Analytics) ${id.slice(0, 8)}`).sort(),
    );
  });

  test('a workspace that was set up a moment before the push is found', async () => {
    world = await World.open();
    world.github.repositories.add({ fullName: 'acme/new', private: true, files: { a: '1' } });
    const first = world.push();
    await finish(1);
    await world.untilConcluded(first.after);
    const fresh = world.meltano.addWorkspace({
      name: 'New',
      repositoryUrl: `git@127.0.0.1:Acme/NEW.git`,
    });
    world.meltano.script = () => ({});
    world.github.branches.push({ repository: 'acme/new', files: { a: '2' } });
    await world.until(() => world.meltano.jobsOf(fresh).length === 1, 'its job');
  });
});

describe('a repository that moves', () => {
  test('a rename during a deployment: the check run continues under the new name, and the old name still maps', async () => {
    world = await World.open();
    const { after } = world.push();
    const job = await world.job(1);
    job.run();
    await world.untilTitle(after, /^Running/);
    await world.github.repositories.rename(REPOSITORY, 'renamed').delivered;
    await world.untilLogged('Delivery handled: nothing to deploy', { noop: 'repository_updated' });
    job.end('COMPLETE');
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
    const write = world.github.service.exchanges.filter((one) => one.method === 'PATCH').at(-1);
    expect(write?.path).toContain('/repos/acme/renamed/check-runs/');
    const next = world.push();
    await finish(2);
    expect((await world.untilConcluded(next.after)).conclusion).toBe('success');
  });

  test('a workspace that changed to another branch before the start is skipped, with the reason', async () => {
    world = await World.open();
    const first = world.push();
    const job = await world.job(1);
    job.run();
    const second = world.push();
    await world.untilTitle(second.after, /^Waiting for/);
    world.workspace.repositoryBranch = 'production';
    job.end('COMPLETE');
    await world.untilConcluded(first.after);
    const run = await world.untilConcluded(second.after);
    expect(run.conclusion).toBe('skipped');
    expect(`${run.output.title} ${run.output.summary}`).toContain('production');
    expect(world.meltano.jobs).toHaveLength(1);
  });
});

test('the loop brake holds the 11th deployment of one bot, but not of a person', async () => {
  world = await World.open();
  world.meltano.script = () => ({ queuedMs: 1, steps: [], endAfterMs: 1 });
  const bot = { login: 'meltano[bot]', type: 'Bot' } as const;
  for (let number = 1; number <= 10; number += 1) {
    const { after } = world.push({ sender: bot });
    await world.until(
      () => world.app.lines.some((line) => line['msg'] === 'Deployment concluded' && line['sha'] === after),
      `deployment ${number}`,
    );
  }
  const held = await world.untilConcluded(world.push({ sender: bot }).after);
  expect(held.conclusion).toBe('action_required');
  expect(held.output.title).toMatch(/loop/i);
  const person = await world.untilConcluded(world.push().after);
  expect(person.conclusion).toBe('success');
  expect(world.meltano.jobs).toHaveLength(11);
});
