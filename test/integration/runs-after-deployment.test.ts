import { expect, test } from 'vitest';
import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import type { SandboxJob } from '../../sandbox/meltano/sandbox-job.ts';
import type { SandboxPipeline } from '../../sandbox/meltano/sandbox-pipeline.ts';
import { inWorld, REPOSITORY, type World, type WorldOptions } from './world.ts';

const NAME = 'Meltano Deploy (Analytics): runs after deployment';
const FILE = '.github/meltano-deploy.yml';

/** A deployed workspace whose pipelines its deployments start. The test moves their runs. */
class RunsWorld {
  readonly world: World;
  readonly pipelines: readonly SandboxPipeline[];

  constructor(world: World, names: readonly string[]) {
    this.world = world;
    world.meltano.pipelineScript = () => 'manual';
    this.pipelines = names.map((name) =>
      world.meltano.addPipeline(world.workspace, { name, triggeredBy: ['Deploy'] }),
    );
    world.meltano.addPipeline(world.workspace, { name: 'by hand', triggeredBy: ['facebook'] });
  }

  async deploy(files: Record<string, string> = {}): Promise<string> {
    const { after } = this.world.push({ files: { 'analytics/orders.sql': `${Math.random()}`, ...files } });
    const job = await this.world.job(this.world.meltano.jobsOf(this.world.workspace).length + 1);
    job.run();
    job.end('COMPLETE');
    return after;
  }

  /** The last run of a pipeline. */
  async job(name: string): Promise<SandboxJob> {
    const pipeline = this.pipelines.find((one) => one.name === name);
    const last = () => pipeline && this.world.meltano.pipelineJobsOf(pipeline).at(-1);
    return this.world.until(last, `a run of ${name}`);
  }

  untilRuns(sha: string, holds: (run: SandboxCheckRun) => boolean, what: string): Promise<SandboxCheckRun> {
    return this.world.until(() => {
      const run = this.world.run(sha, NAME);
      return run && holds(run) ? run : null;
    }, what);
  }

  untilConcluded(sha: string): Promise<SandboxCheckRun> {
    return this.untilRuns(sha, (run) => run.status === 'completed', 'the end of the runs');
  }

  runsOf(sha: string): SandboxCheckRun[] {
    return this.world.github.checks.runs(REPOSITORY, sha).filter(({ name }) => name === NAME);
  }
}

function inRuns(
  names: readonly string[],
  play: (it: RunsWorld) => Promise<void>,
  options: WorldOptions = {},
): Promise<void> {
  return inWorld((world) => play(new RunsWorld(world, names)), options);
}

test.concurrent('runs that a deployment starts have a check run, with the log of the one that runs', () =>
  inRuns(['facebook', 'google'], async (it) => {
    const sha = await it.deploy();
    const queued = await it.untilRuns(sha, () => true, 'the check run');
    expect(queued).toMatchObject({ status: 'queued', output: { title: 'Waiting for 2 runs' } });
    expect((await it.world.untilConcluded(sha)).conclusion).toBe('success');
    const facebook = await it.job('facebook');
    facebook.run();
    facebook.log('extracting facebook', `token ${it.world.meltano.token}`);
    const running = await it.untilRuns(sha, (run) => /extracting/.test(run.output.text ?? ''), 'its log');
    expect(running.status).toBe('in_progress');
    expect(running.output.title).toMatch(/^facebook has been running for \d+ s$/);
    facebook.end('COMPLETE');
    const google = await it.job('google');
    google.run();
    google.log('extracting google');
    const next = await it.untilRuns(sha, (run) => /google$/m.test(run.output.text ?? ''), 'the next log');
    expect(next.output.text).not.toContain('facebook');
    expect(next.output.title).toMatch(/^google has been running for \d+ s \(1 of 2 done\)$/);
    google.end('COMPLETE');
    const run = await it.untilConcluded(sha);
    expect(run).toMatchObject({ conclusion: 'success', output: { title: '2 runs succeeded' } });
    expect(run.history.filter(({ status }) => status === 'completed')).toHaveLength(1);
    expect(JSON.stringify(run.history)).not.toContain(it.world.meltano.token);
    expect(it.runsOf(sha)).toHaveLength(1);
  }));

test.concurrent('a run that fails fails the check, with its first error and annotations', () =>
  inRuns(
    ['facebook', 'google'],
    async (it) => {
      const sha = await it.deploy();
      for (const [name, status] of [
        ['facebook', 'ERROR'],
        ['google', 'COMPLETE'],
      ] as const) {
        const job = await it.job(name);
        job.run();
        if (status === 'ERROR') job.log('meltano.yml:12: mapping values are not allowed here');
        job.end(status);
      }
      const run = await it.untilConcluded(sha);
      expect(run.conclusion).toBe('failure');
      expect(run.output.title).toBe(
        '1 of 2 runs failed: facebook: meltano.yml:12 mapping values are not allowed here',
      );
      expect(run.output.text).toContain('meltano.yml:12');
      expect(run.annotations).toMatchObject([{ path: 'analytics/meltano.yml', start_line: 12 }]);
      // The deployment itself succeeded.
      expect((await it.world.untilConcluded(sha)).conclusion).toBe('success');
    },
    { workspace: { repositoryDirectory: 'analytics' } },
  ));

test.concurrent('a newer deployment is not held up, and ends the watching with a link', () =>
  inRuns(['facebook'], async (it) => {
    const first = await it.deploy();
    const job = await it.job('facebook');
    job.run();
    await it.untilRuns(first, (run) => run.status === 'in_progress', 'the run');
    const second = await it.deploy();
    const run = await it.untilConcluded(first);
    expect(run.conclusion).toBe('neutral');
    expect(run.output.title).toBe(`No longer watched: ${second.slice(0, 7)} is being deployed`);
    const newer = await it.world.untilConcluded(second);
    expect(run.output.summary).toContain(`/runs/${newer.id})`);
    job.end('COMPLETE');
    const own = await it.job('facebook');
    own.run();
    own.end('COMPLETE');
    expect((await it.untilConcluded(second)).conclusion).toBe('success');
  }));

test.concurrent('after a restart at any time the same check run continues, and is concluded once', () =>
  inRuns(['facebook', 'google'], async (it) => {
    const { world } = it;
    const sha = await it.deploy();
    await it.untilRuns(sha, () => true, 'the check run');
    await world.app.restart();
    const facebook = await it.job('facebook');
    await world.app.restart(() => facebook.run());
    await it.untilRuns(sha, (run) => run.status === 'in_progress', 'the run');
    await world.app.restart(() => facebook.end('COMPLETE'));
    const google = await it.job('google');
    await world.app.restart(() => {
      google.run();
      google.log('ERROR no access to the account');
      google.end('ERROR');
    });
    const run = await it.untilConcluded(sha);
    await world.app.restart();
    expect(run).toMatchObject({ conclusion: 'failure' });
    expect(run.output.title).toMatch(/^1 of 2 runs failed: google: .*no access to the account/);
    expect(it.runsOf(sha)).toHaveLength(1);
    expect(run.history.filter(({ status }) => status === 'completed')).toHaveLength(1);
  }));

test.concurrent('a lost answer to the create makes no second check run', () =>
  inRuns(['facebook'], async (it) => {
    const lost = it.world.github.service.faults.add({
      method: 'POST',
      path: /check-runs$/,
      // The first one is that of the deployment.
      skip: 1,
      times: 1,
      action: { kind: 'status-after', status: 502 },
    });
    const sha = await it.deploy();
    const job = await it.job('facebook');
    job.run();
    job.end('COMPLETE');
    await it.untilConcluded(sha);
    expect(lost.hits).toBe(1);
    expect(it.runsOf(sha)).toHaveLength(1);
  }));

test.concurrent("a public repository's check run never shows the log", () =>
  inRuns(
    ['facebook'],
    async (it) => {
      const sha = await it.deploy();
      const job = await it.job('facebook');
      job.run();
      job.log('meltano.yml:12: internal-detail');
      job.end('ERROR');
      const run = await it.untilConcluded(sha);
      expect(run.output.title).toMatch(/^facebook failed after \d+ s$/);
      expect(JSON.stringify(run)).not.toContain('internal-detail');
      expect(run.annotations).toEqual([]);
    },
    { private: false },
  ));

test.concurrent('`checks: {pipelines: off}` turns it off', () =>
  inRuns(['facebook'], async (it) => {
    const sha = await it.deploy({ [FILE]: 'checks: { pipelines: off }' });
    await it.world.untilConcluded(sha);
    const job = await it.job('facebook');
    job.run();
    job.end('ERROR');
    const next = await it.deploy();
    await it.world.untilConcluded(next);
    expect([...it.runsOf(sha), ...it.runsOf(next)]).toEqual([]);
    const { exchanges } = it.world.meltano.service;
    expect(exchanges.filter(({ path }) => path.includes('/pipelines'))).toEqual([]);
  }));

test.concurrent('a re-run of the check starts nothing, and says so', () =>
  inRuns(['facebook'], async (it) => {
    const sha = await it.deploy();
    const job = await it.job('facebook');
    job.run();
    job.log('the whole log');
    job.end('COMPLETE');
    const { id } = await it.untilConcluded(sha);
    const jobs = it.world.meltano.jobs.length;
    it.world.github.checks.rerequest(id, 'ana');
    const said = await it.untilRuns(
      sha,
      (run) => /starts no pipeline/.test(run.output.summary ?? ''),
      'a word',
    );
    expect(said).toMatchObject({ status: 'completed', conclusion: 'success' });
    expect(said.output.text).toContain('the whole log');
    expect(it.world.meltano.jobs).toHaveLength(jobs);
    expect(it.runsOf(sha)).toHaveLength(1);
  }));
