import { expect, test } from 'vitest';
import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import { inWorld, type World, type WorldOptions } from './world.ts';

const CHECK = 'Meltano Deploy project';
const PIPELINE =
  'version: pipelines/v0.1\nschedule: 0 0 6 * * *\ndata_components:\n- tap-orders\n- Warehouse\n';
const MANIFEST = `version: 1
plugins:
  extractors:
  - name: tap-orders
    namespace: tap_orders
    config: { password: hunter2secret }
`;
const PROJECT = { 'meltano.yml': MANIFEST, 'pipelines/orders.yml': PIPELINE };
const MISSPELT = PIPELINE.replace('data_components', 'data_component');
const WRONG = { 'pipelines/orders.yml': MISSPELT };
const RIGHT = { 'pipelines/orders.yml': PIPELINE };
const ERROR = 'pipelines/orders.yml:3: unknown key data_component; did you mean data_components?';
const FILE = '.github/meltano-deploy.yml';
const BLOCK = { [FILE]: 'checks: { project: block }\n' };

/** A world whose project is deployed, with `block`. */
function inBlocked(
  play: (world: World, good: string) => Promise<void>,
  options: WorldOptions = {},
): Promise<void> {
  return inWorld(async (world) => {
    await play(world, await world.deployPush({ files: { ...PROJECT, ...BLOCK } }));
  }, options);
}

function untilChecked(world: World, sha: string): Promise<SandboxCheckRun> {
  return world.until(() => world.run(sha, CHECK), `the check of ${sha.slice(0, 7)}`);
}

test.concurrent.each([true, false])('a push with an error is not deployed (private: %s)', (isPrivate) =>
  inBlocked(
    async (world, good) => {
      const { after } = world.push({ files: WRONG });
      const run = await world.untilConcluded(after);
      expect(run).toMatchObject({ conclusion: 'skipped', output: { title: `Skipped: ${ERROR}` } });
      const check = await untilChecked(world, after);
      expect(run.output.summary).toContain(`[project check](${check.htmlUrl})`);
      expect(run.output.summary).toContain('`/redeploy --force`');
      expect(run.output.summary).not.toContain('The error is not new');
      expect(world.meltano.jobs).toHaveLength(1);
      // What a later push leaves as it is, is held, too.
      const second = world.push({ files: { 'README.md': '# More\n' } });
      expect((await world.untilConcluded(second.after)).output.title).toBe(`Skipped: ${ERROR}`);
      const mended = await world.deployPush({ files: RIGHT });
      expect(world.run(mended)?.conclusion).toBe('success');
      expect((await untilChecked(world, mended)).output.summary).toContain(
        `since ${good.slice(0, 7)}, the last successful deployment`,
      );
    },
    { private: isPrivate },
  ),
);
