import { expect, test } from 'vitest';
import { type ConversationWorld, inConversation } from './conversation-world.ts';
import { REPOSITORY } from './world.ts';

const FILE = { '.github/meltano-deploy.yml': 'version: 1\n' };
const MANY = 10;
/** Without sweeps, which also send requests to GitHub. */
const QUIET = { env: { SWEEP_MINUTES: '0' } };

/** The app's reads of GitHub from the act until its first job, by kind. */
async function countUntilJob(it: ConversationWorld, act: () => unknown) {
  const { github, meltano } = it.world;
  const [from, jobs] = [github.requests.length, meltano.jobs.length];
  act();
  const job = await it.world.until(() => meltano.jobs[jobs], 'the job');
  return github.requests.countKinds(from, job.created);
}

function expectFew(counts: Awaited<ReturnType<typeof countUntilJob>>): void {
  const { read = 0, reaction = 0, comment = 0 } = counts;
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThanOrEqual(5);
  expect(reaction).toBeLessThanOrEqual(1);
  expect(comment).toBeLessThanOrEqual(1);
}

/** Creates branches with a workspace each, without deliveries; returns their names. */
function addBranches(it: ConversationWorld, count: number): string[] {
  const repositoryUrl = it.world.app.sandbox.repositoryUrl(REPOSITORY);
  return Array.from({ length: count }, (_, n) => {
    const name = `branch-${n}`;
    it.world.push({ branch: name, from: 'main', files: { [name]: 'x' }, deliver: false });
    it.world.meltano.addWorkspace({ name, repositoryUrl, repositoryBranch: name });
    return name;
  });
}

/** Loses the deliveries that GitHub sends meanwhile. */
function unheard<T>(it: ConversationWorld, act: () => T): T {
  const { github } = it.world;
  const { url: webhookUrl } = github.hook;
  github.hook.url = null;
  const done = act();
  github.hook.url = webhookUrl;
  return done;
}

/** Lets the first `count` jobs succeed, and waits until all are reported. */
async function endJobs(it: ConversationWorld, count: number): Promise<void> {
  const { github, meltano } = it.world;
  await it.world.until(() => meltano.jobs.length === count, `${count} jobs`);
  for (const job of meltano.jobs.filter((one) => one.status === 'QUEUED')) {
    job.run();
    job.end('COMPLETE');
  }
  const isOver = () =>
    github.checks.runs(REPOSITORY).filter((one) => one.status === 'completed').length === count;
  await it.world.until(isOver, 'the end of all check runs');
}

/** A push to `main` whose delivery is lost. */
function addFile(it: ConversationWorld): void {
  it.world.push({ files: FILE, deliver: false });
}

const FIRST: [string, (it: ConversationWorld) => () => unknown][] = [
  [
    'on an open pull request',
    (it) => {
      addBranches(it, 1);
      const pull = { repository: REPOSITORY, head: 'branch-0', author: 'ana' };
      const { request } = unheard(it, () => it.talk.openPull(pull));
      return () => it.say(request.number, '/redeploy');
    },
  ],
  [
    'on a merged pull request into another branch than the default one',
    (it) => {
      addBranches(it, 2);
      const pull = { repository: REPOSITORY, head: 'branch-0', base: 'branch-1', author: 'ana' };
      const { request } = unheard(it, () => it.talk.openPull(pull));
      unheard(it, () => it.talk.merge(REPOSITORY, request.number));
      return () => it.say(request.number, '/redeploy');
    },
  ],
  [
    'of many workspaces, each on a branch of its own',
    (it) => {
      const names = addBranches(it, MANY);
      const issue = it.openIssue();
      return () => it.say(issue, `/redeploy ${names.join(' ')}`);
    },
  ],
  [
    'of two workspaces, each on a branch of its own',
    (it) => {
      const names = addBranches(it, 2);
      const issue = it.openIssue();
      return () => it.say(issue, `/redeploy ${names.join(' ')}`);
    },
  ],
  [
    'on a commit of one of three branches',
    (it) => {
      addBranches(it, 2);
      const sha = it.world.github.branches.head(REPOSITORY, 'branch-1');
      const comment = { repository: REPOSITORY, sha, body: '/redeploy', author: 'ana' };
      return () => it.talk.commentOnCommit(comment);
    },
  ],
  [
    'on a commit of one of many branches',
    (it) => {
      addBranches(it, MANY);
      const sha = it.world.github.branches.head(REPOSITORY, 'branch-3');
      const comment = { repository: REPOSITORY, sha, body: '/redeploy', author: 'ana' };
      return () => it.talk.commentOnCommit(comment);
    },
  ],
];

test.concurrent.each(FIRST)(
  'the first command of a repository asks GitHub for at most five things before its job: %s',
  (_, prepare) =>
    inConversation(async (it) => {
      addFile(it);
      expectFew(await countUntilJob(it, prepare(it)));
    }, QUIET),
);

test.concurrent('a later one, of many workspaces, asks for no more', () =>
  inConversation(async (it) => {
    await it.deployPush();
    const names = addBranches(it, MANY);
    const issue = it.openIssue();
    expectFew(await countUntilJob(it, () => it.say(issue, `/redeploy ${names.join(' ')}`)));
  }, QUIET));

test.concurrent('nor does one on a pull request, a button or a suite', () =>
  inConversation(async (it) => {
    const { github } = it.world;
    addBranches(it, 1);
    const sha = await it.deployPush();
    const pull = { repository: REPOSITORY, head: 'branch-0', author: 'ana' };
    const { request } = unheard(it, () => it.talk.openPull(pull));
    expectFew(await countUntilJob(it, () => it.say(request.number, '/redeploy')));
    const [run] = github.checks.runs(REPOSITORY, sha);
    expectFew(await countUntilJob(it, () => github.checks.press(run?.id ?? 0, 'redeploy', 'ana')));
    await endJobs(it, 3);
    expectFew(await countUntilJob(it, () => github.checks.rerequestSuite(REPOSITORY, sha, 'ana')));
  }, QUIET));

test.concurrent('many heads are read one by one where GraphQL is not served', () =>
  inConversation(async (it) => {
    const names = addBranches(it, MANY);
    it.world.github.service.faults.add({ path: /\/graphql$/, action: { kind: 'status', status: 404 } });
    const issue = it.openIssue();
    it.say(issue, `/redeploy ${names.join(' ')}`);
    await it.world.until(() => it.world.meltano.jobs.length === MANY, 'all jobs');
  }));

test.concurrent('why about many workspaces of one branch asks for what they share once', () =>
  inConversation(async (it) => {
    const { meltano } = it.world;
    const repositoryUrl = it.world.app.sandbox.repositoryUrl(REPOSITORY);
    for (let n = 0; n < MANY; n += 1) {
      meltano.addWorkspace({ name: `w${n}`, repositoryUrl, repositoryDirectory: `w${n}` });
    }
    const issue = it.openIssue();
    const from = it.requests(0).length;
    it.say(issue, '/meltano why');
    await it.world.until(() => it.replies(issue).length > 0, 'the reply');
    const reads = it.requests(0).slice(from);
    expect(reads.filter(({ method }) => method === 'GET').length).toBeLessThanOrEqual(5);
    expect(it.replies(issue)[0]?.body).toContain('w9');
  }, QUIET));
