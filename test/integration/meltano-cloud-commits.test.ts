import { expect, test } from 'vitest';
import { inWorld, REPOSITORY, type World } from './world.ts';

const CHECK = 'Meltano Deploy project';
const FILE = 'pipelines/Café au lait.yml';
const BY_PERSON =
  'version: pipelines/v0.1\nschedule: 0 0 6 * * *\ntriggered_by: deploy\ndata_components: [tap-orders, Warehouse]\n';
const BY_CLOUD =
  'version: pipelines/v0.1\nschedule: 0 0 6 * * *\ndata_components: [tap-orders, Warehouse]\nmax_retries: 0\n';
const PROJECT = {
  'meltano.yml': 'version: 1\nplugins:\n  extractors:\n  - name: tap-orders\n    namespace: tap_orders\n',
  [FILE]: BY_PERSON,
};
const CLOUD = { committerName: 'ana@example.com', message: 'Change pipelines' };

function pushed(world: World, files: Record<string, string | null>, by: object = CLOUD) {
  return world.github.branches.push({ repository: REPOSITORY, files, ...by });
}

async function summaryOf(world: World, sha: string): Promise<string> {
  const run = await world.until(() => world.run(sha, CHECK), `the check of ${sha.slice(0, 7)}`);
  expect(run).toMatchObject({ status: 'completed', conclusion: 'success' });
  return run.output.summary ?? '';
}

function listReads(world: World): string[] {
  return world.github.service.exchanges
    .filter(({ method, path }) => method === 'GET' && /\/commits(\?|$)/.test(path))
    .map(({ path }) => path);
}

test.concurrent('the plan says first what a commit of Meltano Cloud took from a person, and how to restore it', () =>
  inWorld(async (world) => {
    const person = await world.deployPush({ files: PROJECT });
    // Another person's commit to another file comes between.
    const { after: other } = world.push({ files: { 'README.md': '# More\n' } });
    await summaryOf(world, other);
    const { after } = pushed(world, { [FILE]: BY_CLOUD, 'pipelines/new.yml': BY_CLOUD });
    const summary = await summaryOf(world, after);
    const lines = summary.split('\n').filter((line) => line !== '');
    expect(lines[1]).toMatch(/^\*\*What changes since /);
    expect(lines[2]).toBe(
      `- ⚠ Meltano Cloud removed or changed \`triggered_by\` in \`${FILE}\` (commit \`${after.slice(0, 7)}\`). ` +
        `A person wrote that in \`${person.slice(0, 7)}\`. To restore the file: \`git checkout ${person} -- '${FILE}'\``,
    );
    expect(lines[3]).toMatch(/^- /);
    expect(listReads(world)).toHaveLength(2);
  }));

test.concurrent('a push of several commits: only what Meltano Cloud took, and a file that it removed', () =>
  inWorld(async (world) => {
    const files = { ...PROJECT, 'pipelines/orders.yml': BY_PERSON, 'pipelines/mine.yml': BY_PERSON };
    const first = await world.deployPush({ files });
    const step = (changes: Record<string, string | null>, by: object) =>
      pushed(world, changes, { ...by, branch: 'steps', deliver: false });
    step({ [FILE]: BY_CLOUD, 'pipelines/orders.yml': null }, CLOUD);
    // A person did the same to one's own file, and mended the first one.
    const { after } = step({ 'pipelines/mine.yml': BY_CLOUD, [FILE]: BY_PERSON }, { message: 'Mend it' });
    world.github.branches.reset({ repository: REPOSITORY, branch: 'main', sha: after });
    const summary = await summaryOf(world, after);
    expect(summary.match(/^.*git checkout .*$/gm)).toEqual([
      expect.stringMatching(
        `^- ⚠ Meltano Cloud removed the file \`pipelines/orders\\.yml\` .* \`git checkout ${first} -- pipelines/orders.yml\`$`,
      ),
    ]);
  }));

test.concurrent.each<[string, object]>([
  ['an e-mail address as a name', { ...CLOUD, message: 'Change pipelines of orders' }],
  ['a subject of Meltano Cloud', { ...CLOUD, committerName: 'Ana' }],
])("people's commits are never blamed: %s", (_, by) =>
  inWorld(async (world) => {
    await world.deployPush({ files: PROJECT });
    const { after } = pushed(world, { [FILE]: BY_CLOUD }, by);
    expect(await summaryOf(world, after)).not.toMatch(/Meltano Cloud|git checkout/);
    expect(listReads(world)).toEqual([]);
  }),
);

test.concurrent('GitHub failing to list the commits is one sentence, and no failure', () =>
  inWorld(async (world) => {
    await world.deployPush({ files: PROJECT });
    world.github.service.faults.add({
      path: /\/commits\?/,
      action: { kind: 'status', status: 502 },
      times: 100,
    });
    const { after } = pushed(world, { [FILE]: BY_CLOUD });
    const summary = await summaryOf(world, after);
    expect(summary).toContain('It is unknown what they took from people, because GitHub was not available.');
    expect(summary).toContain('changed');
    const job = await world.job(2);
    job.run();
    job.end('COMPLETE');
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
  }));

test.concurrent('each workspace is told of its own directory only', () =>
  inWorld(
    async (world) => {
      const repositoryUrl = world.app.sandbox.repositoryUrl(REPOSITORY);
      world.meltano.addWorkspace({ name: 'Sales', repositoryUrl, repositoryDirectory: 'sales' });
      const inBoth = (files: Record<string, string>) =>
        Object.fromEntries(
          Object.entries(files).flatMap(([path, text]) =>
            ['analytics', 'sales'].map((folder) => [`${folder}/${path}`, text]),
          ),
        );
      await summaryOf(world, world.push({ files: inBoth(PROJECT) }).after);
      const { after } = pushed(world, {
        [`sales/${FILE}`]: BY_CLOUD,
        'analytics/README.md': '# Analytics\n',
      });
      const sections = (await summaryOf(world, after)).split('### ').slice(1);
      const told = sections.filter((section) => section.includes('git checkout'));
      expect([sections.length, told.length]).toEqual([2, 1]);
      expect(told[0]).toMatch(/^`Sales`/);
    },
    { workspace: { repositoryDirectory: 'analytics' } },
  ));
