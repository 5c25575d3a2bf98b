import { expect, test } from 'vitest';
import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import { inConversation } from './conversation-world.ts';
import { CHECK, MISSPELT, PIPELINE, PROJECT } from './example-project.ts';
import { inWorld, REPOSITORY, type World } from './world.ts';

function untilChecked(world: World, sha: string): Promise<SandboxCheckRun> {
  return world.until(() => world.run(sha, CHECK), `the check of ${sha.slice(0, 7)}`);
}

/** The queries for the texts of files. */
function countQueries(world: World): number {
  return world.github.service.exchanges.filter(({ body }) => body.includes('query Blobs(')).length;
}

test.concurrent('a push gets the mistakes with their lines, and its deployment continues', () =>
  inWorld(async (world) => {
    const { after } = world.push({ files: { ...PROJECT, 'pipelines/Café au lait.yml': MISSPELT } });
    const run = await untilChecked(world, after);
    expect(run).toMatchObject({
      status: 'completed',
      conclusion: 'failure',
      output: {
        title: 'pipelines/Café au lait.yml:3: unknown key data_component; did you mean data_components?',
      },
    });
    expect(run.annotations).toMatchObject([
      { path: 'pipelines/Café au lait.yml', start_line: 3, end_line: 3, annotation_level: 'failure' },
    ]);
    expect(run.output.summary).toContain('Pipeline `orders` added');
    expect(JSON.stringify(run)).not.toContain('hunter2secret');
    const job = await world.job(1);
    job.run();
    job.end('COMPLETE');
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
  }));

test.concurrent('the plan lists the differences from the last success, and each text is read once', () =>
  inWorld(async (world) => {
    const good = await world.deployPush({ files: PROJECT });
    expect(await untilChecked(world, good)).toMatchObject({
      conclusion: 'success',
      output: { title: 'No problems in 1 pipeline and 1 plugin' },
    });
    const queries = countQueries(world);
    const weekly = PIPELINE.replace('* * *', '* * MON');
    const first = world.push({ files: { 'pipelines/orders.yml': weekly } });
    await untilChecked(world, first.after);
    const second = world.push({ files: { 'README.md': '# More\n' } });
    const run = await untilChecked(world, second.after);
    expect(run.output.summary).toContain(`since ${good.slice(0, 7)}, the last successful deployment`);
    expect(run.output.summary).toContain('Pipeline `orders` changed');
    expect(run.output.summary).toContain('1 other file');
    expect(countQueries(world)).toBe(queries + 1);
  }));

test.concurrent('a re-run checks the project again in the same check run, and deploys nothing', () =>
  inWorld(async (world) => {
    const sha = await world.deployPush({ files: { ...PROJECT, 'pipelines/orders.yml': MISSPELT } });
    const run = await untilChecked(world, sha);
    const writes = run.history.length;
    world.github.checks.rerequest(run.id, 'ana');
    const again = await world.until(() => {
      const now = world.run(sha, CHECK);
      return now && now.history.length > writes ? now : null;
    }, 'the check run to be written again');
    expect(again).toMatchObject({ id: run.id, conclusion: 'failure' });
    expect(again.annotations).toHaveLength(1);
    expect(world.meltano.jobs).toHaveLength(1);
  }));

test.concurrent('a repository of several workspaces has a section for each that the push concerns', () =>
  inWorld(
    async (world) => {
      const repositoryUrl = world.app.sandbox.repositoryUrl(REPOSITORY);
      world.meltano.addWorkspace({ name: 'Sales', repositoryUrl, repositoryDirectory: 'sales' });
      world.meltano.addWorkspace({ name: 'Empty', repositoryUrl, repositoryDirectory: 'docs' });
      const inFolder = (folder: string) =>
        Object.fromEntries(Object.entries(PROJECT).map(([path, text]) => [`${folder}/${path}`, text]));
      const both = world.push({ files: { ...inFolder('analytics'), ...inFolder('sales') } });
      const run = await untilChecked(world, both.after);
      expect(run.output.title).toBe('No problems in 2 pipelines and 2 plugins');
      expect(run.output.summary?.match(/^### .*/gm)?.toSorted()).toEqual([
        '### `Analytics`, in `analytics`',
        '### `Sales`, in `sales`',
      ]);
      const one = world.push({ files: { 'sales/pipelines/orders.yml': MISSPELT } });
      const next = await untilChecked(world, one.after);
      expect(next.output.title).toMatch(/^sales\/pipelines\/orders\.yml:3: /);
      expect(next.output.summary).not.toContain('Analytics');
    },
    { workspace: { repositoryDirectory: 'analytics' } },
  ));

test.concurrent('where it is off, or no project is, there is no check run and no file is read', () =>
  inWorld(async (world) => {
    const none = await world.deployPush({ files: { 'models/orders.sql': 'select 1\n' } });
    const off = { '.github/meltano-deploy.yml': 'checks: { project: off }\n' };
    const quoted = { '.github/meltano-deploy.yml': 'checks: { project: "off" }\n' };
    const bad = await world.deployPush({ files: { ...PROJECT, ...quoted } });
    await world.deployPush({ files: { 'README.md': '# Another\n', ...off } });
    expect([none, bad].map((sha) => world.run(sha, CHECK))).toEqual([undefined, undefined]);
    expect(countQueries(world)).toBe(0);
  }));

test.concurrent('GitHub failing to show the files is no trouble for the deployment', () =>
  inWorld(async (world) => {
    const fault = world.github.service.faults.add({
      path: /\/graphql$/,
      action: { kind: 'status', status: 502 },
      times: 2,
    });
    const sha = await world.deployPush({ files: PROJECT });
    expect(world.run(sha)?.conclusion).toBe('success');
    expect((await untilChecked(world, sha)).conclusion).toBe('success');
    expect(fault).toBeDefined();
  }));

test.concurrent('what an earlier process left unchecked is checked', () =>
  inWorld(async (world) => {
    world.github.service.faults.add({
      path: /\/graphql$/,
      action: { kind: 'status', status: 502 },
      times: 1,
    });
    const { after } = world.push({ files: PROJECT });
    await world.untilLogged('A project could not be read');
    await world.app.restart();
    expect((await untilChecked(world, after)).conclusion).toBe('success');
  }));

test.concurrent('a pull request gets its changes since its merge base, drafts and forks too', () =>
  inConversation(async ({ world, talk }) => {
    await world.deployPush({ files: PROJECT });
    world.github.repositories.fork(REPOSITORY, 'eve');
    const weekly = { 'pipelines/orders.yml': PIPELINE.replace('* * *', '* * MON') };
    const fork = { repository: 'eve/data', branch: 'weekly', from: 'main', message: 'Weekly' };
    const { after } = world.github.branches.push({ ...fork, files: weekly });
    // The base moves on: what others did meanwhile is no change of the pull request.
    await world.deployPush({ files: { 'pipelines/others.yml': PIPELINE } });
    const head = { head: 'weekly', headRepository: 'eve/data', author: 'eve' };
    const { request } = talk.openPull({ repository: REPOSITORY, ...head });
    const run = await untilChecked(world, after);
    expect(run).toMatchObject({ conclusion: 'success' });
    expect(run.output.summary).toContain(`What pull request #${request.number} changes`);
    expect(run.output.summary).toContain('Pipeline `orders` changed');
    expect(run.output.summary).not.toContain('others');
    const rebased = world.github.branches.push({
      ...fork,
      files: { 'pipelines/orders.yml': MISSPELT },
    });
    expect((await untilChecked(world, rebased.after)).conclusion).toBe('failure');
    expect(world.meltano.jobs).toHaveLength(2);
  }));

test.concurrent('a pull request with an untracked base gets nothing, until it has another base', () =>
  inConversation(async ({ world, talk }) => {
    await world.deployPush({ files: PROJECT });
    world.push({ branch: 'next', from: 'main', files: { 'README.md': '# Next\n' } });
    const { after } = world.push({
      branch: 'fix',
      from: 'next',
      files: { 'pipelines/orders.yml': MISSPELT },
    });
    const { request } = talk.openPull({ repository: REPOSITORY, head: 'fix', base: 'next', author: 'ana' });
    await world.untilLogged('Delivery handled: nothing to deploy', { noop: 'configuration_unchanged' });
    await talk.editPull(REPOSITORY, request.number, { title: 'Another' }).delivered;
    await world.untilLogged('Delivery ignored', { noop: 'base_unchanged' });
    expect(world.run(after, CHECK)).toBeUndefined();
    talk.editPull(REPOSITORY, request.number, { base: 'main' });
    expect((await untilChecked(world, after)).conclusion).toBe('failure');
  }));

test.concurrent('a commit of a push and of a pull request has one check run, with a plan for each', () =>
  inConversation(async ({ world, talk }) => {
    world.meltano.addWorkspace({
      name: 'Staging',
      repositoryUrl: world.app.sandbox.repositoryUrl(REPOSITORY),
      repositoryBranch: 'staging',
    });
    await world.deployPush({ files: PROJECT });
    const files = { 'pipelines/orders.yml': MISSPELT };
    const { after } = world.push({ branch: 'staging', from: 'main', files });
    const first = await untilChecked(world, after);
    expect(first.output.summary).toContain('### `Staging`');
    const { request } = talk.openPull({ repository: REPOSITORY, head: 'staging', author: 'ana' });
    const both = await world.until(() => {
      const run = world.run(after, CHECK);
      return run?.output.summary?.includes(`pull request #${request.number}`) ? run : null;
    }, 'the plan of the pull request');
    expect(both.id).toBe(first.id);
    expect(both.output.summary?.match(/^### .*/gm)).toEqual(['### `Staging`', '### `Analytics`']);
    expect(both.annotations).toHaveLength(1);
  }));

test.concurrent('a pull request that gets an untracked base: the check run says that it does not count any more', () =>
  inConversation(async ({ world, talk }) => {
    await world.deployPush({ files: PROJECT });
    world.push({ branch: 'next', from: 'main', files: { 'README.md': '# Next\n' } });
    const files = { 'pipelines/orders.yml': MISSPELT };
    const { after } = world.push({ branch: 'fix', from: 'main', files });
    const { request } = talk.openPull({ repository: REPOSITORY, head: 'fix', author: 'ana' });
    const { id } = await untilChecked(world, after);
    const untilTitle = (title: RegExp) =>
      world.until(() => {
        const run = world.run(after, CHECK);
        return title.test(run?.output.title ?? '') ? run : null;
      }, `the title ${title}`);
    talk.editPull(REPOSITORY, request.number, { base: 'next' });
    expect(await untilTitle(/^No longer checked$/)).toMatchObject({ id, conclusion: 'neutral' });
    talk.editPull(REPOSITORY, request.number, { base: 'main' });
    const again = await untilTitle(/^pipelines\/orders\.yml:3: /);
    expect(again).toMatchObject({ id, conclusion: 'failure' });
    expect(again.annotations).toHaveLength(1);
  }));

test.concurrent('a second comparison adds its annotations, and goes when its base is not tracked any more', () =>
  inConversation(
    async ({ world, talk }) => {
      world.meltano.addWorkspace({
        name: 'Sales',
        repositoryUrl: world.app.sandbox.repositoryUrl(REPOSITORY),
        repositoryBranch: 'staging',
        repositoryDirectory: 'sales',
      });
      const inFolders = (files: Record<string, string>) =>
        Object.fromEntries(
          ['analytics', 'sales'].flatMap((folder) =>
            Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]),
          ),
        );
      await untilChecked(world, world.push({ files: inFolders(PROJECT) }).after);
      world.push({ branch: 'next', from: 'main', files: { 'README.md': '# Next\n' } });
      const files = inFolders({ 'pipelines/orders.yml': MISSPELT });
      const { after } = world.push({ branch: 'staging', from: 'main', files });
      const placesOf = (run: SandboxCheckRun) => run.annotations.map(({ path }) => path);
      expect(placesOf(await untilChecked(world, after))).toEqual(['sales/pipelines/orders.yml']);
      const { request } = talk.openPull({ repository: REPOSITORY, head: 'staging', author: 'ana' });
      const untilSections = (count: number) =>
        world.until(() => {
          const run = world.run(after, CHECK);
          return run?.output.summary?.match(/^### /gm)?.length === count ? run : null;
        }, `${count} sections`);
      const both = ['sales/pipelines/orders.yml', 'analytics/pipelines/orders.yml'];
      expect(placesOf(await untilSections(2))).toEqual(both);
      talk.editPull(REPOSITORY, request.number, { base: 'next' });
      const left = await untilSections(1);
      expect(left.output.summary).toContain('### `Sales`');
      expect(left.output.summary).not.toContain('pull request');
      expect(placesOf(left)).toEqual(both);
    },
    { workspace: { repositoryDirectory: 'analytics' } },
  ));

test.concurrent('a mistake in a file of two workspaces has one annotation', () =>
  inWorld(async (world) => {
    const repositoryUrl = world.app.sandbox.repositoryUrl(REPOSITORY);
    world.meltano.addWorkspace({ name: 'Inner', repositoryUrl, repositoryDirectory: 'pipelines' });
    const { after } = world.push({ files: { ...PROJECT, 'pipelines/meltano.yml': 'a: [\n' } });
    const run = await untilChecked(world, after);
    expect(run.output.summary?.match(/^### /gm)).toHaveLength(2);
    expect(run.annotations.map(({ path }) => path)).toEqual(['pipelines/meltano.yml']);
  }));
