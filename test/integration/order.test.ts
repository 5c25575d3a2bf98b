import { expect, test } from 'vitest';
import type { SandboxWorkspace } from '../../sandbox/meltano/sandbox-workspace.ts';
import { inWorld, REPOSITORY, type World } from './world.ts';

const FILE = '.github/meltano-deploy.yml';
const STAGING = 'Meltano Deploy (Staging)';
const WAITING = 'Waiting for Staging to be deployed';

/** Analytics is deployed after Staging, which deploys only what changes in its directory, if it has one. */
function inOrder(
  play: (world: World, staging: SandboxWorkspace) => Promise<void>,
  directory?: string,
): Promise<void> {
  return inWorld(async (world) => {
    const repositoryUrl = world.app.sandbox.repositoryUrl(REPOSITORY);
    const staging = world.meltano.addWorkspace({
      name: 'Staging',
      repositoryUrl,
      ...(directory === undefined ? {} : { repositoryDirectory: directory }),
    });
    await play(world, staging);
  });
}

const ORDERED = { [FILE]: 'workspaces: [{ workspace: Analytics, after: [Staging] }]\n' };

function pushOrdered(world: World, files: Record<string, string> = {}): string {
  return world.push({ files: { ...ORDERED, 'models/orders.sql': `select ${Math.random()}\n`, ...files } })
    .after;
}

/** Ends the n-th job of Staging. */
async function endStaging(
  world: World,
  staging: SandboxWorkspace,
  number: number,
  status: 'COMPLETE' | 'ERROR',
) {
  const jobs = () => world.meltano.jobsOf(staging);
  await world.until(() => jobs().length >= number, `job ${number} of Staging`);
  const job = jobs()[number - 1];
  job?.run();
  job?.end(status);
}

function jobs({ meltano, workspace }: World): number {
  return meltano.jobsOf(workspace).length;
}

test.concurrent('a workspace is deployed after the one before it, and not before that has succeeded', () =>
  inOrder(async (world, staging) => {
    const after = pushOrdered(world);
    expect(await world.untilTitle(after, WAITING)).toMatchObject({ status: 'queued' });
    await world.until(() => world.meltano.jobsOf(staging).length === 1, 'the job of Staging');
    expect(jobs(world)).toBe(0);
    await endStaging(world, staging, 1, 'COMPLETE');
    (await world.job(1)).end('COMPLETE');
    expect(await world.untilConcluded(after)).toMatchObject({ conclusion: 'success' });
  }));

test.concurrent('a failure there ends it with a link; the repair of the same commit deploys it', () =>
  inOrder(async (world, staging) => {
    const after = pushOrdered(world);
    await endStaging(world, staging, 1, 'ERROR');
    const skipped = await world.untilConcluded(after);
    expect(skipped).toMatchObject({ conclusion: 'skipped' });
    expect(skipped.output.title).toBe(`Staging did not deploy ${after.slice(0, 7)}`);
    const failed = await world.until(() => {
      const run = world.run(after, STAGING);
      return run?.status === 'completed' && run;
    }, 'the conclusion of Staging');
    expect(skipped.output.summary).toContain(`(${failed.htmlUrl})`);
    expect(jobs(world)).toBe(0);
    world.github.people.setRole(REPOSITORY, { login: 'mia', role: 'maintain' });
    world.github.checks.press(failed.id, 'redeploy', 'mia');
    await endStaging(world, staging, 2, 'COMPLETE');
    (await world.job(1)).end('COMPLETE');
    const runs = () =>
      world.github.checks.runs(REPOSITORY, after).filter(({ name }) => name === skipped.name);
    await world.until(() => runs().find(({ conclusion }) => conclusion === 'success'), 'its deployment');
    expect(runs()).toHaveLength(2);
  }));

test.concurrent('a failure there ends it; a later commit that repairs it is deployed here, too', () =>
  inOrder(async (world, staging) => {
    const first = pushOrdered(world);
    await endStaging(world, staging, 1, 'ERROR');
    await world.untilConcluded(first);
    const second = world.push().after;
    await world.untilTitle(second, WAITING);
    await endStaging(world, staging, 2, 'COMPLETE');
    (await world.job(1)).end('COMPLETE');
    expect(await world.untilConcluded(second)).toMatchObject({ conclusion: 'success' });
  }));

test.concurrent('where there is nothing to deploy for the commit, the last success counts', () =>
  inOrder(async (world, staging) => {
    const first = pushOrdered(world, { 'staging/meltano.yml': 'version: 1\n' });
    await endStaging(world, staging, 1, 'COMPLETE');
    (await world.job(1)).end('COMPLETE');
    await world.untilConcluded(first);
    const second = world.push().after;
    (await world.job(2)).end('COMPLETE');
    expect(await world.untilConcluded(second)).toMatchObject({ conclusion: 'success' });
    expect(world.meltano.jobsOf(staging)).toHaveLength(1);
  }, 'staging'));

test.concurrent('a workspace of another branch is an error on its line, and one that names the default branch is none', () =>
  inWorld(async (world) => {
    const repositoryUrl = world.app.sandbox.repositoryUrl(REPOSITORY);
    world.meltano.addWorkspace({ name: 'Staging', repositoryUrl, repositoryBranch: 'staging' });
    world.meltano.addWorkspace({ name: 'Main', repositoryUrl, repositoryBranch: 'main' });
    const text = 'workspaces:\n  - workspace: Analytics\n    after: [Main, Staging]\n';
    const { after } = world.push({ files: { [FILE]: text } });
    const run = await world.until(
      () => world.run(after, 'Meltano Deploy configuration'),
      'the configuration check',
    );
    const message = expect.stringContaining('"Staging" tracks another branch ("staging")');
    expect(run.annotations).toMatchObject([{ path: FILE, start_line: 3, message }]);
  }));

test.concurrent.each([
  [
    'an unknown name',
    '[Stagin]',
    /"Stagin" is none of this repository.s workspaces. Did you mean "Staging"\?/,
  ],
  ['itself', '[analytics]', /"analytics" would wait for itself/],
])('%s is an error on its line', (_, names, message) =>
  inOrder(async (world) => {
    const text = `workspaces:\n  - workspace: Analytics\n    after: ${names}\n`;
    const { after } = world.push({ files: { [FILE]: text } });
    const run = await world.until(
      () => world.run(after, 'Meltano Deploy configuration'),
      'the configuration check',
    );
    const annotations = [{ path: FILE, start_line: 3, message: expect.stringMatching(message) }];
    expect(run.annotations).toMatchObject(annotations);
  }),
);
