import { expect, test } from 'vitest';
import type { SandboxJob } from '../../sandbox/meltano/sandbox-job.ts';
import type { SandboxPipeline } from '../../sandbox/meltano/sandbox-pipeline.ts';
import { inWorld, type World, type WorldOptions } from './world.ts';

const FILE = '.github/meltano-deploy.yml';
const VERIFY = 'deploy: { verify: true }\n';
const MANIFEST = `version: 1
plugins:
  extractors:
  - name: tap-facebook
    namespace: tap_facebook
  - name: tap-google
    namespace: tap_google
`;

const pipelineFile = (name: string, timeout = 60) =>
  `version: pipelines/v0.1\ndata_components: [tap-${name}, Warehouse]\ntimeout: ${timeout}\n`;

/** A workspace with pipelines whose jobs the test moves. */
class VerificationWorld {
  readonly world: World;
  readonly pipelines: readonly SandboxPipeline[];
  readonly #directory: string;

  constructor(world: World, names: readonly string[], directory = '') {
    this.world = world;
    this.#directory = directory;
    world.meltano.pipelineScript = () => 'manual';
    this.pipelines = names.map((name) => world.meltano.addPipeline(world.workspace, { name }));
    const files = Object.fromEntries(names.map((name) => [`pipelines/${name}.yml`, pipelineFile(name)]));
    world.push({
      files: { [FILE]: VERIFY, ...this.inFolder({ ...files, 'meltano.yml': MANIFEST }) },
      deliver: false,
    });
  }

  inFolder(files: Record<string, string>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(files).map(([path, text]) => [`${this.#directory}${path}`, text]),
    );
  }

  async deploy(files: Record<string, string>): Promise<string> {
    const { after } = this.world.push({ files: this.inFolder(files) });
    const job = await this.world.job(this.world.meltano.jobsOf(this.world.workspace).length + 1);
    job.run();
    job.end('COMPLETE');
    return after;
  }

  verifications(): SandboxJob[] {
    return this.world.meltano.jobs.filter(({ type }) => type === 'PIPELINE_VERIFY');
  }

  /** Waits for the n-th verification (from 1); it is a pipeline's, and the only one that is open. */
  async verification(number: number, name: string): Promise<SandboxJob> {
    const job = await this.world.until(() => this.verifications()[number - 1], `verification ${number}`);
    expect(this.pipelines.find(({ id }) => id === job.pipelineId)?.name).toBe(name);
    expect(this.verifications().filter(({ ended }) => !ended)).toEqual([job]);
    return job;
  }
}

function inVerification(
  names: readonly string[],
  play: (it: VerificationWorld) => Promise<void>,
  options: WorldOptions = {},
): Promise<void> {
  const directory = options.workspace?.repositoryDirectory;
  return inWorld(
    (world) => play(new VerificationWorld(world, names, directory ? `${directory}/` : '')),
    options,
  );
}

test.concurrent('the pipelines that a push changes are verified one at a time; the summary says the results', () =>
  inVerification(['facebook', 'google', 'stripe'], async (it) => {
    const { world } = it;
    // A file, and a component.
    const changed = { 'pipelines/facebook.yml': pipelineFile('facebook', 90) };
    const manifest = MANIFEST.replace('tap_google', 'tap_google_ads');
    const sha = await it.deploy({ ...changed, 'meltano.yml': manifest });
    const first = await it.verification(1, 'facebook');
    await world.untilTitle(sha, /^Deployed in \d+ s; verifying 2 pipelines$/);
    first.run();
    first.log('start_date: planted-123456789012');
    first.end('COMPLETE');
    const second = await it.verification(2, 'google');
    second.run();
    second.end('COMPLETE');
    const run = await world.untilConcluded(sha);
    expect(run.conclusion).toBe('success');
    expect(run.output.title).toMatch(/^Deployed in \d+ s: 3 pipelines ready$/);
    expect(run.output.summary).toContain('- `facebook` passed\n- `google` passed');
    expect(run.history.filter(({ status }) => status === 'completed')).toHaveLength(1);
    // Compared with what was deployed last.
    await world.untilConcluded(await it.deploy({ 'README.md': '# Other\n' }));
    expect(it.verifications()).toHaveLength(2);
  }));

test.concurrent.each([
  ['analytics', 'meltano.yml:7: mapping values are not allowed here', 'analytics/meltano.yml', 7],
  ['', 'ERROR tap-facebook: no access to the account', 'pipelines/facebook.yml', 1],
] as const)(
  'in "%s", one that fails fails the check run, with its one error "%s"',
  (directory, line, path, at) =>
    inVerification(
      ['facebook'],
      async (it) => {
        const sha = await it.deploy({ 'pipelines/facebook.yml': pipelineFile('facebook', 90) });
        const job = await it.verification(1, 'facebook');
        job.run();
        job.log(
          'start_date: planted-123456789012',
          'internal-setting: secret-detail',
          line,
          'and more details',
        );
        job.end('ERROR');
        const run = await it.world.untilConcluded(sha);
        expect(run.conclusion).toBe('failure');
        expect(run.output.title).toMatch(/^Deployed, but 1 of 1 verified pipeline failed: facebook: ./);
        expect(run.output.summary).toMatch(/- `facebook` \*\*failed\*\*: `[^`]+`/);
        expect(run.annotations).toMatchObject([{ path, start_line: at, annotation_level: 'failure' }]);
        expect(run.annotations).toHaveLength(1);
        expect(JSON.stringify(run.history)).not.toMatch(/planted-|secret-detail|more details/);
        expect(it.world.app.lines.filter((one) => JSON.stringify(one).includes('secret-detail'))).toEqual([]);
      },
      directory === '' ? {} : { workspace: { repositoryDirectory: directory } },
    ),
);

test.concurrent.each([
  ['is explained', 'requests.exceptions.HTTPError: invalid_grant: Token has been expired or revoked', true],
  ['is not explained if another one is shown', 'meltano.yml:7: invalid_grant', false],
] as const)('a known error %s', (_, line, isExplained) =>
  inVerification(['facebook'], async (it) => {
    const sha = await it.deploy({ 'pipelines/facebook.yml': pipelineFile('facebook', 90) });
    const job = await it.verification(1, 'facebook');
    job.run();
    job.log(line);
    job.end('ERROR');
    const { output } = await it.world.untilConcluded(sha);
    expect(output.summary).toContain('invalid_grant');
    expect(output.summary?.includes('**What to do:**')).toBe(isExplained);
  }),
);

test.concurrent('on a public repository only passed or failed is shown, even with a live log', () =>
  inVerification(
    ['facebook'],
    async (it) => {
      it.world.push({ files: { [FILE]: 'deploy: { verify: true, log: live }\n' }, deliver: false });
      const sha = await it.deploy({ 'pipelines/facebook.yml': pipelineFile('facebook', 90) });
      const job = await it.verification(1, 'facebook');
      job.run();
      job.log('ERROR meltano.yml:7: internal-detail');
      job.end('ERROR');
      const run = await it.world.untilConcluded(sha);
      expect(run.output.title).toBe('Deployed, but 1 of 1 verified pipeline failed: facebook');
      expect(run.output.summary).toContain('- `facebook` **failed**\n');
      expect(run.annotations).toEqual([]);
      expect(JSON.stringify(run.history)).not.toContain('internal-detail');
      const { exchanges } = it.world.meltano.service;
      expect(exchanges.some(({ path }) => path.includes(`/jobs/${job.id}/logs`))).toBe(false);
    },
    { private: false },
  ));

test.concurrent('at most five are verified, and the summary names the rest', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  return inVerification(names, async (it) => {
    const files = Object.fromEntries(names.map((name) => [`pipelines/${name}.yml`, pipelineFile(name, 90)]));
    const sha = await it.deploy(files);
    for (const [index, name] of names.slice(0, 5).entries()) {
      const job = await it.verification(index + 1, name);
      job.run();
      job.end('COMPLETE');
    }
    const run = await it.world.untilConcluded(sha);
    expect(it.verifications()).toHaveLength(5);
    expect(run.output.summary).toContain('- `e` passed\n- `f` was not verified: `at most 5');
    expect(run.conclusion).toBe('success');
  });
});

test.concurrent('none is started twice: after restarts between the steps, and when the answer is lost', () =>
  inVerification(['facebook', 'google'], async (it) => {
    const { world } = it;
    const lost = world.meltano.service.faults.add({
      method: 'POST',
      path: /\/verification$/,
      times: 1,
      action: { kind: 'reset', when: 'after' },
    });
    const files = {
      'pipelines/facebook.yml': pipelineFile('facebook', 90),
      'pipelines/google.yml': pipelineFile('google', 90),
    };
    const sha = await it.deploy(files);
    const first = await it.verification(1, 'facebook');
    await world.app.restart();
    await world.app.restart(() => first.run());
    await world.app.restart(() => first.end('COMPLETE'));
    const second = await it.verification(2, 'google');
    await world.app.restart(() => second.run());
    second.end('ERROR');
    const run = await world.untilConcluded(sha);
    expect(lost.hits).toBe(1);
    expect(it.verifications()).toHaveLength(2);
    expect(run.conclusion).toBe('failure');
    expect(run.history.filter(({ status }) => status === 'completed')).toHaveLength(1);
  }));

test.concurrent('the next deployment is not held up', () =>
  inVerification(['facebook'], async (it) => {
    const first = await it.deploy({ 'pipelines/facebook.yml': pipelineFile('facebook', 90) });
    (await it.verification(1, 'facebook')).run();
    const { after } = it.world.push({ files: { 'README.md': '# Other\n' } });
    const job = await it.world.job(2);
    const ended = await it.world.untilConcluded(first);
    expect(ended.conclusion).toBe('success');
    expect(ended.output.summary).toContain('- `facebook` was not verified in time');
    job.run();
    job.end('COMPLETE');
    await it.world.untilConcluded(after);
  }));

test.concurrent('without `deploy: {verify: true}` nothing is verified', () =>
  inVerification(['facebook'], async (it) => {
    it.world.push({ files: { [FILE]: 'version: 1\n' }, deliver: false });
    const sha = await it.deploy({ 'pipelines/facebook.yml': pipelineFile('facebook', 90) });
    await it.world.untilConcluded(sha);
    expect(it.verifications()).toEqual([]);
  }));
