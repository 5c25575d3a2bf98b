import { expect, test } from 'vitest';
import { inWorld, REPOSITORY, type World, type WorldOptions } from './world.ts';

const [FILE, OTHER_FILE] = ['.github/meltano-deploy.yml', '.github/meltano-deploy.yaml'];
const PROJECTS = { 'base/0.sql': '', 'w0/0.sql': '', 'w1/0.sql': '' };
const DIRECTORIES = ['w0', 'w1'];

/** The reads of the repository since the n-th exchange, without check runs, tokens, and the project check's texts. */
function listReads(world: World, from: number): string[] {
  return world.github.service.exchanges
    .slice(from)
    .flatMap(({ method, path, body }) => {
      if (/\/graphql$/.test(path)) return /query (Configuration)/.exec(body)?.[1] ?? [];
      const isOfRepository = /^\/(api\/v3\/)?repo(s|sitories)\//.test(path);
      return method === 'GET' && isOfRepository ? path : [];
    })
    .map((path) => path.replace(/^.*?\/(repos\/[^/]+\/[^/]+|repositories\/\d+)\//, ''))
    .filter((path) => !/check-(runs|suites)/.test(path))
    .map((path) => path.replace(/\?.*$/, '').replace(/[0-9a-f]{40}/, 'sha'));
}

/** The reads that a push takes until each workspace that it changes is deployed. */
async function readsOf(world: World, push: () => { after: string }, changed: number): Promise<string[]> {
  const from = world.github.service.exchanges.length;
  const { after } = push();
  const ended = () => world.github.checks.runs(REPOSITORY, after).filter((run) => run.status === 'completed');
  await world.until(() => ended().length === changed, `the end of ${changed} check runs`);
  // The project check shares its reads with planning.
  await world.untilLogged('Project checked', { sha: after });
  return listReads(world, from).toSorted();
}

/** Two pushes within a second need one more read, of the head. */
async function untilNextSecond(world: World): Promise<void> {
  const { pushedAt } = world.github.repositories.get(REPOSITORY);
  await world.until(() => Math.floor(Date.now() / 1000) > Math.floor(pushedAt / 1000), 'the next second');
}

function inRepository(
  play: (world: World) => Promise<void>,
  workspace: WorldOptions['workspace'] = { repositoryDirectory: 'base' },
): Promise<void> {
  return inWorld(
    async (world) => {
      world.push({ files: PROJECTS, deliver: false });
      world.meltano.script = () => ({});
      await play(world);
    },
    { env: { SWEEP_MINUTES: '0' }, workspace },
  );
}

function addWorkspaces(world: World): void {
  const repositoryUrl = world.app.sandbox.repositoryUrl(REPOSITORY);
  for (const name of DIRECTORIES) {
    world.meltano.addWorkspace({ name, repositoryUrl, repositoryDirectory: name });
  }
}

const change = (world: World, files: Record<string, string | null>) => () => world.push({ files });

const [QUERY, TREE, TEXT] = ['Configuration', 'git/trees/sha', `contents/${encodeURIComponent(FILE)}`];

test.concurrent.each<[string, Record<string, string>, string[]]>([
  ['a new file', { [FILE]: '' }, [TEXT, TREE, TREE]],
  ['one of the other ending', { [OTHER_FILE]: '' }, [TEXT.replace('.yml', '.yaml'), TREE, TREE]],
  ['two of them', { [FILE]: '', [OTHER_FILE]: '' }, [TREE]],
  ['none', {}, [TREE, TREE]],
])('the first push of all takes three reads at most: %s', (_, files, expected) =>
  inRepository(async (world) => {
    addWorkspaces(world);
    const isHeld = Object.keys(files).length > 1;
    const push = change(world, { ...files, 'base/a.sql': '', 'w1/a.sql': '' });
    expect(await readsOf(world, push, isHeld ? 1 : 2)).toEqual(expected);
  }),
);

test.concurrent.each<[string, Record<string, string>]>([
  ['without a file', {}],
  ['with one', { [FILE]: '' }],
])('the first push of all may be to another branch, and takes three reads too: %s', (_, files) =>
  inRepository(
    async (world) => {
      world.push({ branch: 'dev', files: { 'base/a.sql': '1' }, deliver: false });
      world.push({ files: { ...files, 'a.sql': '' }, deliver: false });
      const push = (sql: string) => () => world.push({ branch: 'dev', files: { 'base/a.sql': sql } });
      expect(await readsOf(world, push('2'), 1)).toEqual([QUERY, TREE, TREE]);
      expect(await readsOf(world, push('3'), 1)).toEqual([TREE]);
    },
    { repositoryDirectory: 'base', repositoryBranch: 'dev' },
  ),
);

test.concurrent('the first push of all may leave the only file with filters as it is, and takes three reads too', () =>
  inRepository(async (world) => {
    world.push({ files: { [FILE]: 'deploy: { paths: ["base/**"] }' }, deliver: false });
    expect(await readsOf(world, change(world, { 'base/a.sql': '' }), 1)).toEqual([TEXT, TREE, TREE]);
  }, {}));

test.concurrent('what a later push takes: its tree, and the file where it changed, under each name of the repository', () =>
  inRepository(async (world) => {
    addWorkspaces(world);
    const reads = async (files: Record<string, string | null>) => {
      await untilNextSecond(world);
      return readsOf(
        world,
        change(world, { ...files, 'base/a.sql': `${world.github.service.exchanges.length}` }),
        1,
      );
    };
    expect(await reads({ [FILE]: '' })).toEqual([TEXT, TREE, TREE]);
    expect(await reads({})).toEqual([TREE]);
    expect(await reads({ [FILE]: 'deploy: { log: none }' })).toEqual([TEXT, TREE]);
    expect(await reads({ [FILE]: 'deploy: { paths_ignore: ["*.md"] }' })).toEqual([TEXT, TREE]);
    // A missing file counts as deleted only if GitHub still shows the repository.
    expect(await reads({ [FILE]: null })).toEqual(['branches/main', TREE]);
    await world.github.repositories.rename(REPOSITORY, 'renamed').delivered;
    expect(await reads({ [FILE]: '' })).toEqual([TEXT, TREE]);
  }));

test.concurrent('where only the file has filters, three reads too, and one of a tree as long as it has none', () =>
  inRepository(async (world) => {
    const reads = async (files: Record<string, string | null>) => {
      await untilNextSecond(world);
      return readsOf(world, change(world, files), 1);
    };
    const filters = { [FILE]: 'deploy: { paths: ["base/**"] }', 'base/a.sql': '1' };
    expect(await reads(filters)).toEqual([TEXT, TREE, TREE]);
    expect(await reads({ [FILE]: null })).toEqual(['branches/main', TREE]);
    // The tree is read for the project check: planning needs none.
    expect(await reads({ 'a.sql': '' })).toEqual([QUERY, TREE]);
    expect(await reads({ ...filters, 'base/a.sql': '2' })).toEqual([TEXT, TREE]);
  }, {}));
