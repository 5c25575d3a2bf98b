import { expect, test } from 'vitest';
import type { SandboxWorkspace } from '../../sandbox/meltano/sandbox-workspace.ts';
import { inConversation } from './conversation-world.ts';
import { inWorld, REPOSITORY, type World } from './world.ts';

/** The app's reads of the repository's content since the n-th exchange: `trees?recursive=1`, `contents`, … */
function listReads(world: World, from: number): string[] {
  return world.github.service.exchanges
    .slice(from)
    .filter(({ method, path }) => method === 'GET' && path.includes(`/repos/${REPOSITORY}/`))
    .map(({ path }) => path.replace(/^.*\/repos\/acme\/data\/(git\/)?/, '').replace(/\/.*$/, ''))
    .filter((name) => !name.startsWith('commits'));
}

function addWorkspaces(world: World, count: number): SandboxWorkspace[] {
  const repositoryUrl = world.app.sandbox.repositoryUrl(REPOSITORY);
  return Array.from({ length: count }, (_, n) =>
    world.meltano.addWorkspace({ name: `w${n}`, repositoryUrl, repositoryDirectory: `w${n}` }),
  );
}

/** The workspaces with a check run on the commit, when all workspaces are decided. */
async function untilDeployed(world: World, sha: string, all: number): Promise<string[]> {
  const names = () => [...new Set(world.github.checks.runs(REPOSITORY, sha).map((run) => run.name))];
  const noes = () =>
    world.app.lines.filter((line) => line['msg'] === 'Workspace not deployed' && line['sha'] === sha);
  await world.until(() => names().length + noes().length === all, `decisions about ${sha.slice(0, 7)}`);
  return names().map((name) => name.replace(/^Meltano Deploy \((.*)\)$/, '$1'));
}

const QUIET = { env: { SWEEP_MINUTES: '0' }, workspace: { repositoryDirectory: 'base' } };
const COUNT = 6;

test.concurrent('workspaces that each succeeded on a commit of its own cost a push one read, however much it changes', () =>
  inWorld(async (world) => {
    addWorkspaces(world, COUNT - 1);
    world.meltano.script = () => ({});
    for (let n = 0; n < COUNT - 1; n += 1) {
      const { after } = world.push({ files: { [`w${n}/a.sql`]: `${n}` } });
      expect(await untilDeployed(world, after, COUNT)).toEqual([`w${n}`]);
      await world.until(
        () => world.github.checks.runs(REPOSITORY, after).every((run) => run.conclusion === 'success'),
        'the success',
      );
    }
    // Two pushes within a second would need one more read, of the head.
    const { pushedAt } = world.github.repositories.get(REPOSITORY);
    await world.until(() => Math.floor(Date.now() / 1000) > Math.floor(pushedAt / 1000), 'the next second');
    const from = world.github.service.exchanges.length;
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`docs/${n}.md`, 'new']));
    const { parent } = world.github.branches.commits(REPOSITORY)[0] ?? {};
    const forced = world.github.branches.push({
      repository: REPOSITORY,
      parent: parent ?? '',
      files: { ...many, 'w4/a.sql': '4', 'w2/a.sql': 'other' },
    });
    expect(await untilDeployed(world, forced.after, COUNT)).toEqual(['w2']);
    expect(listReads(world, from)).toEqual(['trees']);
  }, QUIET));

test.concurrent('a mode alone is a change, and a push that waits for a job which deploys it as well is skipped', () =>
  inWorld(
    async (world) => {
      const first = world.push({ files: { 'base/run.sh': '#!' } });
      const job = await world.job(1);
      job.run();
      const second = world.github.branches.push({
        repository: REPOSITORY,
        files: { 'base/run.sh': '#!' },
        modes: { 'base/run.sh': '100755' },
      });
      await world.untilTitle(second.after, /^Waiting for /);
      // The branch had moved on when the job fetched it.
      job.commitId = second.after;
      job.end('COMPLETE');
      await world.untilTitle(second.after, `Skipped: nothing changed since ${second.after.slice(0, 7)}`);
      expect((await world.untilConcluded(first.after)).conclusion).toBe('success');
      expect(world.meltano.jobs).toHaveLength(1);
      const third = world.push({ files: { 'README.md': 'new' } });
      expect(await untilDeployed(world, third.after, 1)).toEqual([]);
    },
    { ...QUIET, workspace: { repositoryDirectory: 'base' } },
  ));

const TRUNCATED = { ...QUIET, sandbox: { treeLimits: { entries: 10, bytes: Infinity } } };
const manyFiles = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`w${n}/x`, `${n}`]));

test.concurrent('of a tree that GitHub truncates, each directory is looked at by itself', () =>
  inWorld(async (world) => {
    addWorkspaces(world, 2);
    world.push({ files: manyFiles(12), deliver: false });
    const from = world.github.service.exchanges.length;
    const { after } = world.push({ files: { 'w1/x': 'other' } });
    expect(await untilDeployed(world, after, 3)).toEqual(['w1']);
    // Two commits, each from its root; unchanged directories are read once.
    expect(listReads(world, from).filter((name) => name === 'trees')).toHaveLength(7);
  }, TRUNCATED));

test.concurrent('why says what takes too many requests to be compared', () =>
  inConversation(async (it) => {
    const { world } = it;
    addWorkspaces(world, 20);
    world.push({ files: manyFiles(20), deliver: false });
    const issue = it.openIssue();
    const from = world.github.service.exchanges.length;
    it.say(issue, '/meltano why');
    const reply = await it.untilReply(issue, /A push deploys/);
    expect(reply.body).toContain("The changes can't be determined");
    expect(reply.body).toContain('more than 20 requests to GitHub');
    expect(listReads(world, from).filter((name) => name === 'trees')).toHaveLength(20);
  }, TRUNCATED));

test.concurrent('why names what changed', () =>
  inConversation(async (it) => {
    const { world } = it;
    await world.deployPush({ files: { 'base/a.sql': '1', 'base/b.sql': '1' } });
    const { after } = world.push({
      files: { 'base/a.sql': '2', 'base/b.sql': null, 'README.md': 'new' },
      message: 'Later [skip deploy]',
    });
    await world.untilConcluded(after);
    const issue = it.openIssue();
    world.push({ files: { 'README.md': 'newer' }, deliver: false });
    it.say(issue, '/meltano why');
    const reply = await it.untilReply(issue, /A push of this commit deploys it/);
    expect(reply.body).toContain(', its last success: `base/a.sql`, `base/b.sql`');
  }, QUIET));
