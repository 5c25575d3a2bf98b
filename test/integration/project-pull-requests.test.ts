import { expect, test } from 'vitest';
import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import { inConversation } from './conversation-world.ts';
import { CHECK, PIPELINE, PROJECT } from './example-project.ts';
import { REPOSITORY, type World } from './world.ts';

const WEEKLY = PIPELINE.replace('* * *', '* * MON');
const OTHERS = { 'pipelines/others.yml': PIPELINE };

function untilChecked(
  world: World,
  sha: string,
  holds: (summary: string) => boolean = () => true,
): Promise<SandboxCheckRun> {
  return world.until(
    () => {
      const run = world.run(sha, CHECK);
      return run && holds(run.output.summary ?? '') ? run : null;
    },
    `the check of ${sha.slice(0, 7)}`,
  );
}

/** The part of a summary about a pull request. */
function planOf(run: SandboxCheckRun, number: number): string {
  return run.output.summary?.split(`**What pull request #${number} changes**`)[1]?.split('**')[0] ?? '';
}

function addStaging(world: World): void {
  const repositoryUrl = world.app.sandbox.repositoryUrl(REPOSITORY);
  world.meltano.addWorkspace({ name: 'Staging', repositoryUrl, repositoryBranch: 'staging' });
}

test.concurrent('without a common commit the plan claims no changes', () =>
  inConversation(async ({ world, talk }) => {
    await untilChecked(world, await world.deployPush({ files: PROJECT }));
    const { after } = world.push({ branch: 'fix', from: 'main', files: OTHERS });
    world.github.service.faults.add({ path: /\/compare\//, action: { kind: 'status', status: 404 } });
    const { request } = talk.openPull({ repository: REPOSITORY, head: 'fix', author: 'ana' });
    expect(planOf(await untilChecked(world, after), request.number).trim()).toBe(
      'The changes are unknown, because GitHub shows no common commit of the two branches.',
    );
  }));

test.concurrent('the check does not depend on the reads of the configuration file', () =>
  inConversation(async ({ world, talk }) => {
    await untilChecked(world, await world.deployPush({ files: PROJECT }));
    const { after } = world.push({ branch: 'fix', from: 'main', files: OTHERS });
    const fault = world.github.service.faults.add({
      path: /\/pulls\/\d+\/files/,
      action: { kind: 'status', status: 503 },
    });
    const { request } = talk.openPull({ repository: REPOSITORY, head: 'fix', author: 'ana' });
    const run = await untilChecked(world, after);
    expect(planOf(run, request.number)).toContain('Pipeline `others` added');
    await world.until(() => fault.hits > 0, 'the read that fails');
  }));

test.concurrent('in a public repository everybody sees what is wrong, and nobody a value', () =>
  inConversation(
    async ({ world, talk }) => {
      const base = await world.deployPush({ files: PROJECT });
      await untilChecked(world, base);
      world.github.repositories.fork(REPOSITORY, 'eve');
      const { after } = world.github.branches.push({
        repository: 'eve/data',
        branch: 'fix',
        from: 'main',
        files: {
          'meltano.yml': PROJECT['meltano.yml'].replace('hunter2secret', 'another2secret'),
          'pipelines/orders.yml': PIPELINE.replace('data_components', 'data_component'),
        },
      });
      const head = { head: 'fix', headRepository: 'eve/data', author: 'eve' };
      const { request } = talk.openPull({ repository: REPOSITORY, ...head });
      const run = await untilChecked(world, after);
      expect(run.conclusion).toBe('failure');
      expect(run.annotations).toMatchObject([{ path: 'pipelines/orders.yml', start_line: 3 }]);
      expect(planOf(run, request.number)).toMatch(
        /Plugin `extractors\/tap-orders` changed: `config\.password`/,
      );
      const shown = JSON.stringify(world.github.checks.runs(REPOSITORY).map(({ history }) => history));
      expect(shown).not.toMatch(/hunter2secret|another2secret/);
      expect(world.meltano.jobs).toHaveLength(1);
    },
    { private: false },
  ));

test.concurrent('a head that is tracked itself, and is rebased: both plans follow, and others’ changes never show', () =>
  inConversation(async ({ world, talk }) => {
    addStaging(world);
    await world.deployPush({ files: PROJECT });
    const first = world.push({
      branch: 'staging',
      from: 'main',
      files: { 'pipelines/orders.yml': WEEKLY },
    });
    const { request } = talk.openPull({ repository: REPOSITORY, head: 'staging', author: 'ana' });
    const isBoth = (summary: string) => summary.includes(`pull request #${request.number}`);
    await untilChecked(world, first.after, isBoth);
    // The base moves on, and the branch is put upon it.
    const moved = await world.deployPush({ files: OTHERS });
    const rebased = world.github.branches.push({
      repository: REPOSITORY,
      branch: 'staging',
      parent: moved,
      files: { 'pipelines/orders.yml': WEEKLY },
    });
    const run = await untilChecked(world, rebased.after, isBoth);
    expect(run.output.summary?.match(/^### .*/gm)?.toSorted()).toEqual(['### `Analytics`', '### `Staging`']);
    expect(planOf(run, request.number)).toContain('Pipeline `orders` changed');
    expect(planOf(run, request.number)).not.toContain('others');
    expect(run.output.summary).toContain(`since ${first.after.slice(0, 7)}, before the push`);
    expect(run.output.summary).toContain('Pipeline `others` added');
  }));

test.concurrent('another tracked base: the plan begins where the branch parted from that one', () =>
  inConversation(async ({ world, talk }) => {
    addStaging(world);
    await world.deployPush({ files: PROJECT });
    world.push({ branch: 'staging', from: 'main', files: OTHERS });
    const { after } = world.push({
      branch: 'fix',
      from: 'staging',
      files: { 'pipelines/orders.yml': WEEKLY },
    });
    const { request } = talk.openPull({ repository: REPOSITORY, head: 'fix', author: 'ana' });
    const before = await untilChecked(world, after);
    expect(before.output.summary).toContain('### `Analytics`');
    expect(planOf(before, request.number)).toContain('Pipeline `others` added');
    talk.editPull(REPOSITORY, request.number, { base: 'staging' });
    const run = await untilChecked(world, after, (summary) => summary.includes('### `Staging`'));
    expect(run.id).toBe(before.id);
    expect(run.output.summary).not.toContain('Analytics');
    expect(planOf(run, request.number)).toContain('Pipeline `orders` changed');
    expect(planOf(run, request.number)).not.toContain('others');
  }));
