import { expect, test } from 'vitest';
import { MISSPELT, PIPELINE, PROJECT } from './example-project.ts';
import {
  BLOCK,
  countDecisions,
  FILE,
  GATE,
  inGated,
  requiredRuns,
  untilDecided,
  untilRequired,
} from './required-world.ts';
import { inWorld, REPOSITORY, type World } from './world.ts';

const NOTHING = 'Nothing to deploy, because';
const WRONG = { 'pipelines/orders.yml': MISSPELT };
const ERROR = 'pipelines/orders.yml:3: unknown key data_component; did you mean data_components?';

/** Opens a pull request from a fork, which makes no push here. */
function openFromFork(world: World, files: Record<string, string>): string {
  world.github.repositories.fork(REPOSITORY, 'eve');
  const { after } = world.github.branches.push({
    repository: 'eve/data',
    branch: 'fix',
    from: 'main',
    files,
  });
  world.github.conversations.openPull({
    repository: REPOSITORY,
    head: 'fix',
    headRepository: 'eve/data',
    author: 'eve',
  });
  return after;
}

test.concurrent('a pull request of a fork deploys nothing', () =>
  inGated(async (world) => {
    const run = await untilDecided(world, openFromFork(world, { 'a.sql': 'select 1\n' }));
    expect(run).toMatchObject({
      conclusion: 'success',
      output: { title: `${NOTHING} pull requests aren't deployed` },
    });
    expect(countDecisions(run)).toBe(1);
  }));

test.concurrent('an error in the project fails a pull request under block, and only there', () =>
  inGated(
    async (world) => {
      const run = await untilDecided(world, openFromFork(world, WRONG));
      expect(run).toMatchObject({
        conclusion: 'failure',
        output: { title: `Analytics: project error: ${ERROR}` },
      });
      const { after } = world.push({ branch: 'good', from: 'main', files: { 'pipelines/a.yml': PIPELINE } });
      world.github.conversations.openPull({ repository: REPOSITORY, head: 'good', author: 'ana' });
      expect((await untilDecided(world, after)).conclusion).toBe('success');
      // The same error in a push to a tracked branch holds the deployment.
      const pushed = world.push({ files: WRONG });
      expect(await untilDecided(world, pushed.after)).toMatchObject({
        conclusion: 'failure',
        output: { title: `Analytics: Skipped: ${ERROR}` },
      });
    },
    { files: { ...PROJECT, ...BLOCK } },
  ));

test.concurrent('an error in the project doesn’t fail a pull request without block', () =>
  inGated(
    async (world) => {
      const head = openFromFork(world, WRONG);
      expect((await untilDecided(world, head)).conclusion).toBe('success');
      await world.until(() => world.run(head, 'Meltano Deploy project'), 'the project check');
      expect(requiredRuns(world, head)).toHaveLength(1);
    },
    { files: { ...PROJECT, ...GATE } },
  ));

test.concurrent('a merge queue is planned as a push to its base, and never deployed', () =>
  inGated(
    async (world, base) => {
      const pushQueue = (number: number, files: Record<string, string>) =>
        world.push({
          branch: `gh-readonly-queue/main/pr-${number}-${base}`,
          from: 'main',
          files,
          sender: { login: 'github-merge-queue[bot]', type: 'Bot' },
        });
      const { after } = pushQueue(1, { 'pipelines/a.yml': PIPELINE });
      const run = await untilDecided(world, after);
      expect(run).toMatchObject({
        conclusion: 'success',
        output: { title: 'Merging would deploy 1 workspace' },
      });
      expect(await untilDecided(world, pushQueue(2, { 'docs/a.md': 'a' }).after)).toMatchObject({
        conclusion: 'success',
        output: { title: `${NOTHING} nothing changed in its files` },
      });
      expect(await untilDecided(world, pushQueue(3, WRONG).after)).toMatchObject({
        conclusion: 'failure',
        output: { title: `Analytics: project error: ${ERROR}` },
      });
      expect(world.meltano.jobs).toHaveLength(1);
      // Merged: the same commit is pushed to the base.
      world.github.branches.reset({ repository: REPOSITORY, branch: 'main', sha: after });
      await untilRequired(world, after, ({ status }) => status === 'in_progress');
      const job = await world.job(2);
      job.run();
      job.end('COMPLETE');
      expect((await untilDecided(world, after)).output.title).toBe('1 workspace deployed');
    },
    { files: { ...PROJECT, [FILE]: `${BLOCK[FILE]}deploy: { paths_ignore: ["docs/**"] }\n` } },
  ));

test.concurrent('a repository without a workspace has it, too', () =>
  inWorld(
    async (world) => {
      const first = world.push({ files: GATE });
      const title = `${NOTHING} no workspace uses this repository`;
      expect(await untilDecided(world, first.after)).toMatchObject({
        conclusion: 'success',
        output: { title },
      });
      const { after } = world.push({ branch: 'feature', from: 'main' });
      const run = await untilDecided(world, after);
      expect(run).toMatchObject({ conclusion: 'success', output: { title } });
      expect(countDecisions(run)).toBe(1);
      const off = world.push({ files: { [FILE]: '' } });
      await world.untilLogged('Delivery handled: nothing to deploy', { noop: 'no_workspace' });
      const last = world.push({ branch: 'feature' });
      await world.until(
        () => world.app.lines.filter(({ noop }) => noop === 'no_workspace').length === 4,
        'the plans of four pushes',
      );
      expect([...requiredRuns(world, off.after), ...requiredRuns(world, last.after)]).toEqual([]);
    },
    { workspace: { repositoryUrl: 'https://github.com/acme/other' } },
  ));

test.concurrent('while pushes are held by a bad first file, a tracked branch fails, and others deploy nothing', () =>
  inWorld(async (world) => {
    const first = world.push({ files: { [FILE]: 'checks: { gate: true }\ndeploy: { on_pussh: true }\n' } });
    expect(await untilDecided(world, first.after)).toMatchObject({
      conclusion: 'failure',
      output: { title: 'Pushes are held: the configuration file has mistakes' },
    });
    const { after } = world.push({ branch: 'feature', from: 'main' });
    expect((await untilDecided(world, after)).conclusion).toBe('success');
    expect(await world.deployPush({ files: GATE }).then((sha) => untilDecided(world, sha))).toMatchObject({
      conclusion: 'success',
    });
  }));

test.concurrent('a bad file at a head changes nothing: the last good one of the default branch decides', () =>
  inGated(async (world) => {
    const { after } = world.push({ files: { [FILE]: 'checks: [\n' } });
    const job = await world.job(2);
    job.run();
    job.end('COMPLETE');
    expect((await untilDecided(world, after)).conclusion).toBe('success');
    // A branch can't turn it off.
    const other = world.push({ branch: 'feature', from: 'main', files: { [FILE]: '' } });
    expect((await untilDecided(world, other.after)).conclusion).toBe('success');
  }));

test.concurrent('while Meltano Cloud doesn’t list its workspaces, it waits, and is decided afterwards', () =>
  inWorld(async (world) => {
    const fault = world.meltano.service.faults.add({
      path: /\/workspaces(\?|$)/,
      action: { kind: 'status', status: 503 },
    });
    const { after } = world.push({ files: GATE });
    expect(await untilRequired(world, after)).toMatchObject({
      status: 'in_progress',
      output: { title: 'Waiting for the list of workspaces' },
    });
    fault.remove();
    const job = await world.job(1);
    job.run();
    job.end('COMPLETE');
    expect((await untilDecided(world, after)).conclusion).toBe('success');
    expect(requiredRuns(world, after)).toHaveLength(1);
  }));
