import { expect, test } from 'vitest';
import type { PipelineInput, PipelineStep } from '../../sandbox/meltano/sandbox-pipeline.ts';
import { inConversation } from './conversation-world.ts';
import { inWorld, REPOSITORY, type World } from './world.ts';

const FILE = '.github/meltano-deploy.yml';

/** Adds pipelines to the workspace: names of ready ones, and the test's own. */
function addPipelines(world: World, ready: readonly string[], own: PipelineInput): void {
  for (const name of ready) world.meltano.addPipeline(world.workspace, { name });
  world.meltano.addPipeline(world.workspace, own);
}

const onDeploy =
  (...steps: PipelineStep[]) =>
  () =>
    steps;

async function deploy(world: World, files: Record<string, string> = {}) {
  const { after } = world.push({ files: { 'models/orders.sql': 'select 1\n', ...files } });
  const job = await world.job(world.meltano.jobsOf(world.workspace).length + 1);
  job.run();
  job.end('COMPLETE');
  return after;
}

const countLists = (world: World) =>
  world.meltano.service.exchanges.filter(({ path }) => /\/pipelines\?/.test(path)).length;

test.concurrent('ready pipelines are counted, with two reads', () =>
  inWorld(async (world) => {
    addPipelines(world, ['google-ads'], { name: 'facebook', triggeredBy: [] });
    const run = await world.untilConcluded(await deploy(world));
    expect(run.conclusion).toBe('success');
    expect(run.output.title).toMatch(/^Deployed in \d+ s: 2 pipelines ready$/);
    expect(countLists(world)).toBe(2);
  }));

test.concurrent.each([
  ['to the repository', null, 'pipelines/Google Ads.yml', 'pipelines/Google Ads.yml'],
  ["to the workspace's directory", 'analytics', 'pipelines/ads.yml', 'analytics/pipelines/ads.yml'],
  [
    'to the repository of a directory',
    'analytics',
    'analytics/pipelines/ads.yml',
    'analytics/pipelines/ads.yml',
  ],
] as const)('a pipeline that failed is named at its file, relative %s', (_, directory, path, file) =>
  inWorld(
    async (world) => {
      const own = { name: 'Google Ads', repositoryPath: path };
      addPipelines(world, ['facebook'], {
        ...own,
        onDeploy: onDeploy({ on: 'end', status: 'FAILED' }),
      });
      const run = await world.untilConcluded(await deploy(world, { [file]: 'version: pipelines/v0.1\n' }));
      expect(run.conclusion).toBe('failure');
      expect(run.output.title).toBe('Deployed, but 1 of 2 pipelines failed: Google Ads');
      expect(run.output.summary).toContain('**The workspace was deployed, but 1 of 2 pipelines failed:**');
      expect(run.output.summary).toContain(`[\`${file}\`](`);
      expect(run.output.summary).toContain(`/workspaces/${world.workspace.id}`);
      expect(run.annotations).toMatchObject([{ path: file, start_line: 1, annotation_level: 'failure' }]);
    },
    directory === null ? {} : { workspace: { repositoryDirectory: directory } },
  ),
);

test.concurrent('a pipeline without a file in the commit gets no annotation', () =>
  inWorld(async (world) => {
    addPipelines(world, [], {
      name: 'elsewhere',
      onDeploy: onDeploy({ on: 'start', status: 'FAILED' }),
    });
    const run = await world.untilConcluded(await deploy(world));
    expect(run.output.title).toBe('Deployed, but 1 of 1 pipeline failed: elsewhere');
    expect(run.annotations).toEqual([]);
    expect(run.output.summary).toContain('`pipelines/elsewhere.yml`');
  }));

test.concurrent('a pipeline that is being set up is waited for, and the next deployment is not held up', () =>
  inWorld(async (world) => {
    const slow = { name: 'slow', onDeploy: onDeploy({ on: 'end', status: 'PROVISIONING' }) };
    addPipelines(world, ['quick'], slow);
    const first = world.push().after;
    const done = await world.job(1);
    done.run();
    done.log('the first line');
    await world.untilRun(first, ({ output }) => output.text?.includes('first line') ?? false, 'the log');
    done.log('the last line');
    done.end('COMPLETE');
    const waiting = await world.untilTitle(first, /waiting for 1 of 2 pipelines to be set up$/);
    expect(waiting.status).toBe('in_progress');
    expect(waiting.output.text).toContain('the last line');
    expect(waiting.output.summary).toContain('`slow`');
    const { after } = world.push();
    const job = await world.job(2);
    const ended = await world.untilConcluded(first);
    expect(ended.conclusion).toBe('success');
    expect(ended.output.title).toBe('Deployed; 1 of 2 pipelines is still being set up');
    job.run();
    job.end('COMPLETE');
    for (const one of world.meltano.pipelines.values()) world.meltano.movePipeline(one, 'READY');
    const run = await world.untilConcluded(after);
    expect(run.output.title).toMatch(/: 2 pipelines ready$/);
  }));

test.concurrent('the next deployment starts while GitHub does not show the files of failed pipelines', () =>
  inWorld(async (world) => {
    addPipelines(world, [], {
      name: 'slow',
      repositoryPath: 'meltano.yml',
      onDeploy: onDeploy({ on: 'end', status: 'PROVISIONING' }),
    });
    const first = world.push({ files: { 'meltano.yml': 'version: 1\n' } }).after;
    const done = await world.job(1);
    done.run();
    done.end('COMPLETE');
    await world.untilTitle(first, /waiting for 1 of 1 pipeline to be set up$/);
    const fault = world.github.service.faults.add({
      path: /\/git\/trees\//,
      action: { kind: 'hang', when: 'before' },
    });
    // A new process hasn't read the commit's tree yet.
    await world.app.restart(() => {
      for (const one of world.meltano.pipelines.values()) world.meltano.movePipeline(one, 'FAILED');
    });
    world.push();
    await world.job(2);
    fault.remove();
    const { output } = await world.untilConcluded(first);
    expect(output.title).toMatch(/1 of 1 pipeline failed: slow$/);
  }));

test.concurrent('after a restart, the wait goes on; a pipeline that failed meanwhile is named', () =>
  inWorld(async (world) => {
    addPipelines(world, [], {
      name: 'slow',
      onDeploy: onDeploy({ on: 'end', status: 'PROVISIONING' }),
    });
    const after = await deploy(world);
    await world.untilTitle(after, /waiting for 1 of 1 pipeline/);
    await world.app.restart(() => {
      for (const one of world.meltano.pipelines.values()) world.meltano.movePipeline(one, 'FAILED');
    });
    const run = await world.untilConcluded(after);
    expect(run.output.title).toBe('Deployed, but 1 of 1 pipeline failed: slow');
    expect(run.history.filter(({ status }) => status === 'completed')).toHaveLength(1);
  }));

test.concurrent.each([403, 404])('a list that is answered %i changes nothing but one sentence', (status) =>
  inWorld(async (world) => {
    world.meltano.service.faults.add({ path: /\/pipelines\?/, action: { kind: 'status', status } });
    world.meltano.service.faults.add({ path: /\/pipelines\?/, action: { kind: 'status', status } });
    const run = await world.untilConcluded(await deploy(world));
    expect(run.conclusion).toBe('success');
    expect(run.output.title).toMatch(/^Deployed in \d+ s$/);
    expect(run.output.summary).toContain('The pipelines of the workspace could not be read');
  }),
);

test.concurrent('checks: {pipelines: off} reads no list', () =>
  inWorld(async (world) => {
    addPipelines(world, [], { name: 'facebook', status: 'FAILED' });
    const run = await world.untilConcluded(await deploy(world, { [FILE]: 'checks:\n  pipelines: off\n' }));
    expect(run.output.title).toMatch(/^Deployed in \d+ s$/);
    expect(countLists(world)).toBe(0);
  }));

test.concurrent('comments, GitHub Deployments and replies say the same as the check run', () =>
  inConversation(async (it) => {
    const { world, talk } = it;
    const file = 'comments:\n  on_failure: pull_request\ngithub_deployments: true\n';
    addPipelines(world, [], { name: 'facebook' });
    await world.untilConcluded(await deploy(world, { [FILE]: file }));
    const [facebook] = world.meltano.pipelines.values();
    if (!facebook) throw new Error('There is no pipeline.');
    facebook.onDeploy = onDeploy({ on: 'end', status: 'FAILED' });
    world.push({ branch: 'feature', from: 'main', files: { 'meltano.yml': 'version: 1\n' } });
    const { number } = talk.openPull({ repository: REPOSITORY, author: 'ana', head: 'feature' }).request;
    const { after } = talk.merge(REPOSITORY, number);
    const job = await world.job(2);
    job.run();
    job.end('COMPLETE');
    const run = await world.untilConcluded(after);
    expect(run.conclusion).toBe('failure');
    await it.untilReply(number, /^\*\*Deployed, but 1 of 1 pipeline failed: `facebook`:\*\*/);
    await world.until(
      () =>
        world.github.repositories
          .deployments(REPOSITORY)
          .find((one) => one.sha === after)
          ?.statuses.at(-1)?.state === 'failure',
      'the failed GitHub Deployment',
    );
    it.say(number, '/meltano status');
    await it.untilReply(number, /1 of 1 pipeline failed: `facebook`/);
  }));

test.concurrent('a job that is tried again stays in progress, and its check run is completed once', () =>
  inWorld(async (world) => {
    const { after } = world.push();
    const job = await world.job(1);
    job.maxAttempts = 2;
    job.run();
    job.log('the first attempt');
    job.end('ERROR');
    const waiting = await world.untilTitle(after, '1st attempt failed; waiting for the 2nd');
    expect(waiting.status).toBe('in_progress');
    job.again({ clearLog: true });
    job.log('the second attempt');
    await world.untilTitle(after, /^Running for/);
    job.end('COMPLETE');
    const run = await world.untilConcluded(after);
    expect(run.conclusion).toBe('success');
    expect(run.output.text).toContain('the second attempt');
    expect(run.output.text).not.toContain('the first attempt');
    expect(run.history.filter(({ status }) => status === 'completed')).toHaveLength(1);
  }));

test.concurrent('jobs of pipelines that fill the list hide neither a lost start nor another deployment', () =>
  inWorld(async (world) => {
    const pipeline = world.meltano.addPipeline(world.workspace, { name: 'busy' });
    world.meltano.pipelineScript = () => 'manual';
    const addConfigs = () => {
      for (let n = 0; n < 25; n += 1) world.meltano.createPipelineJob(pipeline, 'PIPELINE_CONFIG').run();
    };
    addConfigs();
    world.meltano.hideQueuedJobs = false;
    world.meltano.service.faults.add({
      method: 'POST',
      path: /\/deployments$/,
      action: { kind: 'reset', when: 'after' },
    });
    const { after } = world.push();
    const job = await world.job(1);
    addConfigs();
    await world.untilTitle(after, 'Queued on Meltano Cloud');
    job.run();
    job.end('COMPLETE');
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
    expect(world.meltano.jobsOf(world.workspace)).toHaveLength(1);
  }));

test.concurrent('a workspace whose pipeline failed is not behind its branch', () =>
  inConversation(async (it) => {
    const { world } = it;
    addPipelines(world, [], { name: 'facebook', onDeploy: onDeploy({ on: 'end', status: 'FAILED' }) });
    await world.untilConcluded(await deploy(world));
    const number = it.openIssue();
    it.say(number, '/meltano status');
    await it.untilReply(number, /\*\*Up to date\*\*/);
  }));

test.concurrent('what failed before and was left alone is green; what failed again, or is new, is red', () =>
  inWorld(async (world) => {
    const { meltano, workspace } = world;
    addPipelines(world, ['google-ads'], { name: 'facebook', status: 'FAILED' });
    meltano.addPipeline(workspace, { name: 'planned', status: 'DRAFT' });
    const first = await world.untilConcluded(await deploy(world));
    expect(first.conclusion).toBe('success');
    expect(first.output.title).toBe('Deployed; 1 pipeline was failing before: facebook');
    const [, facebook] = meltano.pipelines.values();
    if (!facebook) throw new Error('There is no pipeline.');
    facebook.onDeploy = onDeploy({ on: 'end', status: 'FAILED' });
    const second = await world.untilConcluded(await deploy(world, { 'models/a.sql': 'select 2\n' }));
    expect(second.output.title).toBe('Deployed, but 1 of 2 pipelines failed: facebook');
    meltano.movePipeline(facebook, 'MIGRATING');
    facebook.onDeploy = () => [];
    const third = await world.untilConcluded(await deploy(world, { 'models/a.sql': 'select 3\n' }));
    expect(third.output.title).toBe('Deployed; 1 of 2 pipelines is not ready: facebook (MIGRATING)');
    const { after } = world.push();
    const job = await world.job(4);
    job.run();
    meltano.addPipeline(workspace, { name: 'new', status: 'FAILED' });
    job.end('COMPLETE');
    const fourth = await world.untilConcluded(after);
    expect(fourth.conclusion).toBe('failure');
    expect(fourth.output.title).toBe('Deployed, but 1 of 3 pipelines failed: new');
    expect(fourth.output.summary).toContain('`MIGRATING`');
  }));

test.concurrent('an outage of the list keeps no start and no conclusion', () =>
  inWorld(async (world) => {
    addPipelines(world, ['google-ads'], { name: 'facebook' });
    const action = { kind: 'hang', when: 'before' } as const;
    const fault = world.meltano.service.faults.add({ path: /\/pipelines\?/, action });
    const { after } = world.push();
    const job = await world.job(1);
    fault.remove();
    world.meltano.service.faults.add({ path: /\/pipelines\?/, action: { kind: 'status', status: 503 } });
    job.run();
    job.end('COMPLETE');
    const run = await world.untilConcluded(after);
    expect(run.output.title).toMatch(/^Deployed in \d+ s$/);
    expect(run.output.summary).toContain('answered 503');
  }));

test.concurrent('nothing is withdrawn of a deployment whose job is complete', () =>
  inConversation(async (it) => {
    const { world } = it;
    addPipelines(world, [], { name: 'slow', onDeploy: onDeploy({ on: 'end', status: 'PROVISIONING' }) });
    const after = await deploy(world);
    await world.untilTitle(after, /waiting for 1 of 1 pipeline/);
    const number = it.openIssue();
    it.say(number, '/meltano status');
    await it.untilReply(number, /Deployed; waiting for the pipelines/);
    it.say(number, '/meltano withdraw');
    await it.untilReply(number, /Nothing to withdraw/);
    for (const one of world.meltano.pipelines.values()) world.meltano.movePipeline(one, 'READY');
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
  }));
