import { expect, test } from 'vitest';
import type { SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import { type ConversationWorld, inConversation } from './conversation-world.ts';
import { CHECK, MISSPELT, PIPELINE, PROJECT } from './example-project.ts';
import { inWorld, REPOSITORY, type World, type WorldOptions } from './world.ts';

const WRONG = { 'pipelines/orders.yml': MISSPELT };
const RIGHT = { 'pipelines/orders.yml': PIPELINE };
const RIGHT_TOO = { 'pipelines/orders.yml': `${PIPELINE}# more\n` };
const ERROR = 'pipelines/orders.yml:3: unknown key data_component; did you mean data_components?';
const FILE = '.github/meltano-deploy.yml';
const BLOCK = { [FILE]: 'checks: { project: block }\n' };

function inFolder(folder: string, files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
}

function inAnalytics(files: Record<string, string>): Record<string, string> {
  return inFolder('analytics', files);
}

/** A world whose project is deployed, with `block`. */
function inBlocked(
  play: (world: World, good: string) => Promise<void>,
  options: WorldOptions = {},
): Promise<void> {
  return inWorld(async (world) => {
    await play(world, await world.deployPush({ files: { ...PROJECT, ...BLOCK } }));
  }, options);
}

/** The project of the workspace is in a directory. */
function inBlockedFolder(play: (world: World) => Promise<void>): Promise<void> {
  return inWorld(
    async (world) => {
      await world.deployPush({ files: { ...inAnalytics(PROJECT), ...BLOCK } });
      await play(world);
    },
    { workspace: { repositoryDirectory: 'analytics' } },
  );
}

/** After a push with an error. `mia` may maintain the repository. `more` is in its file, too. */
function inBlockedConversation(
  play: (it: ConversationWorld, bad: string) => Promise<void>,
  more = '',
): Promise<void> {
  return inConversation(async (it) => {
    const { world } = it;
    world.github.people.setRole(REPOSITORY, { login: 'mia', role: 'maintain' });
    await world.deployPush({ files: { ...PROJECT, [FILE]: `${BLOCK[FILE]}${more}` } });
    await play(it, world.push({ files: WRONG }).after);
  });
}

/** The check runs of the workspace on a commit, all concluded. */
function untilRuns(world: World, sha: string, count: number): Promise<SandboxCheckRun[]> {
  return world.until(() => {
    const runs = world.github.checks
      .runs(REPOSITORY, sha)
      .filter((run) => run.name === 'Meltano Deploy (Analytics)');
    return runs.length === count && runs.every(({ status }) => status === 'completed') ? runs : null;
  }, `${count} concluded check runs`);
}

async function untilHeld(world: World, sha: string, count: number): Promise<void> {
  const runs = await untilRuns(world, sha, count);
  expect(runs.map(({ output }) => output.title)).toEqual(runs.map(() => `Skipped: ${ERROR}`));
}

function untilEnd(world: World, sha: string, workspace: string): Promise<SandboxCheckRun> {
  return world.until(() => {
    const run = world.run(sha, `Meltano Deploy (${workspace})`);
    return run?.status === 'completed' ? run : null;
  }, `the end of ${workspace}`);
}

/** GitHub's times of pushes are whole seconds. */
function untilNextSecond(world: World): Promise<true> {
  const read = () => Math.floor(Date.now() / 1_000);
  const second = read();
  return world.until(() => read() > second, 'the next second');
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
      const metrics = await (await fetch(`${world.app.service.url}/metrics`)).text();
      expect(metrics).toContain('deployments_total{conclusion="skipped",reason="project_error"} 1\n');
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

test.concurrent('a workspace with a directory is held, and mended, by its own files', () =>
  inBlockedFolder(async (world) => {
    const bad = world.push({ files: inAnalytics(WRONG) });
    await world.untilTitle(bad.after, /^Skipped: analytics\/pipelines\/orders\.yml:3: /);
    // Another folder changes; what is held is still the difference from what was started last.
    const other = world.push({ files: { 'docs/README.md': '# More\n' } });
    await world.untilTitle(other.after, /^Skipped: analytics\/pipelines\/orders\.yml:3: /);
    await world.deployPush({ files: inAnalytics({ 'pipelines/orders.yml': `${PIPELINE}# mended\n` }) });
    // Taking the mistake back leaves nothing to deploy.
    const again = world.push({ files: inAnalytics(WRONG) });
    await world.untilConcluded(again.after);
    const back = world.push({ files: inAnalytics({ 'pipelines/orders.yml': `${PIPELINE}# mended\n` }) });
    await world.untilLogged('Workspace not deployed', { sha: back.after, noop: 'paths_unchanged' });
    expect(world.meltano.jobs).toHaveLength(2);
  }));

test.concurrent('the error of a project that was deleted holds its workspace', () =>
  inBlockedFolder(async (world) => {
    const gone = Object.fromEntries(Object.keys(inAnalytics(PROJECT)).map((path) => [path, null]));
    const { after } = world.push({ files: gone });
    const title = 'analytics/meltano.yml:1: there is no meltano.yml in the directory of the workspace';
    await world.untilTitle(after, `Skipped: ${title}`);
    expect((await untilChecked(world, after)).output.title).toBe(title);
  }));

test.concurrent('an error that was deployed already holds the next push, and is said to be old', () =>
  inWorld(async (world) => {
    const old = await world.deployPush({ files: { ...PROJECT, ...WRONG } });
    expect((await untilChecked(world, old)).conclusion).toBe('failure');
    const { after } = world.push({ files: BLOCK });
    const run = await world.untilConcluded(after);
    expect(run.output.title).toBe(`Skipped: ${ERROR}`);
    expect(run.output.summary).toMatch(new RegExp(`The error is not new: \\[.${old.slice(0, 7)}.\\]`));
  }));

test.concurrent('of several workspaces, only the one with block and an error of its own is held', () =>
  inWorld(
    async (world) => {
      const repositoryUrl = world.app.sandbox.repositoryUrl(REPOSITORY);
      const add = (name: string, rest: object) =>
        world.meltano.addWorkspace({ name, repositoryUrl, ...rest });
      const sales = add('Sales', { repositoryDirectory: 'sales' });
      const staging = add('Staging', { repositoryBranch: 'staging', repositoryDirectory: 'sales' });
      const file = { [FILE]: 'workspaces:\n- { workspace: Sales, checks: { project: block } }\n' };
      const inSales = (files: Record<string, string>) => inFolder('sales', files);
      const all = { ...file, ...inAnalytics({ ...PROJECT, ...WRONG }), ...inSales({ ...PROJECT, ...WRONG }) };
      const { after } = world.push({ files: all });
      expect((await untilEnd(world, after, 'Sales')).output.title).toBe(`Skipped: sales/${ERROR}`);
      (await world.job(1)).run();
      expect(world.meltano.jobsOf(sales)).toEqual([]);
      await untilNextSecond(world);
      // A push that leaves the held project as it is shows what holds it.
      const other = inAnalytics({ 'pipelines/orders.yml': PIPELINE });
      const next = world.push({ files: other });
      expect((await untilEnd(world, next.after, 'Sales')).output.title).toBe(`Skipped: sales/${ERROR}`);
      const check = await untilChecked(world, next.after);
      expect(check.output.summary?.match(/^### .*/gm)?.toSorted()).toEqual([
        '### `Analytics`, in `analytics`',
        '### `Sales`, in `sales`',
      ]);
      world.push({ branch: 'staging', from: 'main', files: inSales({ 'a.txt': 'a' }) });
      await world.until(() => world.meltano.jobsOf(staging)[0], 'the job of the other branch');
      world.push({ files: inSales(RIGHT) });
      await world.until(() => world.meltano.jobsOf(sales)[0], 'the job of the mended workspace');
    },
    { workspace: { repositoryDirectory: 'analytics' } },
  ));

test.concurrent('buttons, re-runs and /redeploy are refused, with the same reason', () =>
  inBlockedConversation(async (it, bad) => {
    const { world } = it;
    const first = await world.untilConcluded(bad);
    world.github.checks.press(first.id, 'redeploy', 'ana');
    await untilHeld(world, bad, 2);
    world.github.checks.rerequest(first.id, 'mia');
    await untilHeld(world, bad, 3);
    const issue = it.openIssue();
    const comment = it.say(issue, '/redeploy');
    const reply = await it.untilReply(issue, /^\*\*Skipped: /);
    expect(reply.body).toContain(`**Skipped: \`${ERROR}\`:**`);
    expect(reply.body).toContain('**Held by the project check:**');
    await it.untilReaction(comment, 'confused');
    await untilHeld(world, bad, 4);
    expect(world.meltano.jobs).toHaveLength(1);
  }));

test.concurrent('--force deploys with the Maintain role only, and the check run says who forced what', () =>
  inBlockedConversation(async (it, bad) => {
    const { world } = it;
    await world.untilConcluded(bad);
    const issue = it.openIssue();
    it.say(issue, '/redeploy --force');
    await it.untilReply(issue, /^\*\*Not permitted:\*\* you need the Maintain role/);
    it.say(issue, '/redeploy --force', 'mia');
    const job = await world.job(2);
    job.run();
    job.end('COMPLETE');
    const [, run] = await untilRuns(world, bad, 2);
    const said = new RegExp(`\\*\\*Forced\\*\\* by \\[.mia.\\].*${ERROR.slice(0, 40)}`);
    expect(run?.output.summary).toMatch(said);
    await it.untilReply(issue, /\*\*Forced\*\* past the project check: /);
    it.say(issue, '/meltano why', 'tom');
    const why = await it.untilReply(issue, /does not deploy it/);
    expect(why.body).toContain(`found an error in its project (\`${ERROR}\`)`);
    expect(why.body).toContain(`\`mia\` forced its last deployment, which \`${ERROR}\` held`);
  }, 'commands: { permission: triage }\n'));

test.concurrent('a re-run of the suite checks the project again, and retries the held deployment', () =>
  inBlockedConversation(async ({ world }, bad) => {
    await world.untilConcluded(bad);
    const check = await untilChecked(world, bad);
    const writes = check.history.length;
    world.github.checks.rerequestSuite(REPOSITORY, bad, 'ana');
    await untilHeld(world, bad, 2);
    const again = await world.until(() => {
      const now = world.run(bad, CHECK);
      return now && now.history.length > writes && now.status === 'completed' ? now : null;
    }, 'the check run of the project to be written again');
    expect(again).toMatchObject({ id: check.id, conclusion: 'failure' });
    expect(world.meltano.jobs).toHaveLength(1);
  }));

test.concurrent('a start waits at most 10 s for the check, and the check run says so', () =>
  inBlockedConversation(async (it) => {
    const { world } = it;
    const fault = world.github.service.faults.add({
      path: /\/graphql$/,
      action: { kind: 'hang', when: 'before' },
    });
    const { after } = world.push({ files: { 'pipelines/orders.yml': `${MISSPELT}# more\n` } });
    await world.untilTitle(after, 'Waiting for the project check');
    const job = await world.job(2);
    fault.remove();
    job.run();
    job.end('COMPLETE');
    const run = await world.untilConcluded(after);
    expect(run.conclusion).toBe('success');
    expect(run.output.summary).toContain(
      '**The project was not checked in time** (`the check took longer than 10 s`)',
    );
    expect((await untilChecked(world, after)).conclusion).toBe('failure');
    const issue = it.openIssue();
    it.say(issue, '/meltano why');
    const why = await it.untilReply(issue, /does not deploy it/);
    expect(why.body).toMatch(/Its last deployment started before the \[project check\]\(\S+\) was done/);
  }));

test.concurrent('a push that waits for its check is superseded, and one of an ended process is still checked', () =>
  inBlocked(async (world) => {
    const fault = world.github.service.faults.add({
      path: /\/graphql$/,
      action: { kind: 'status', status: 502 },
    });
    const first = world.push({ files: RIGHT_TOO });
    await world.untilTitle(first.after, 'Waiting for the project check');
    const second = world.push({ files: WRONG });
    await world.untilTitle(first.after, `Superseded by ${second.after.slice(0, 7)}`);
    await world.untilTitle(second.after, 'Waiting for the project check');
    await world.app.restart(() => fault.remove());
    expect((await world.untilConcluded(second.after)).output.title).toBe(`Skipped: ${ERROR}`);
    expect(world.meltano.jobs).toHaveLength(1);
  }));

test.concurrent('a commit that was never checked is checked before it is redeployed', () =>
  inConversation(async (it) => {
    const { world } = it;
    const repositoryUrl = world.app.sandbox.repositoryUrl(REPOSITORY);
    world.meltano.addWorkspace({ name: 'Staging', repositoryUrl, repositoryBranch: 'staging' });
    await world.deployPush({ files: { ...PROJECT, [FILE]: 'checks: { project: "off" }\n' } });
    const { after } = world.push({ branch: 'staging', from: 'main', files: WRONG });
    const job = await world.until(() => world.meltano.jobs[1], 'the job of the other branch');
    job.run();
    job.end('COMPLETE');
    await untilEnd(world, after, 'Staging');
    expect(world.run(after, CHECK)).toBeUndefined();
    await world.deployPush({ files: BLOCK });
    const issue = it.openIssue();
    it.say(issue, '/redeploy Staging');
    const reply = await it.untilReply(issue, /^\*\*Skipped: /);
    expect(reply.body).toContain(ERROR);
    expect((await untilChecked(world, after)).conclusion).toBe('failure');
    expect(world.meltano.jobs).toHaveLength(3);
  }));

test.concurrent('a workspace that was never deployed is mended by the first push without the error', () =>
  inWorld(
    async (world) => {
      const bad = world.push({ files: { ...inAnalytics({ ...PROJECT, ...WRONG }), ...BLOCK } });
      await world.untilConcluded(bad.after);
      const mended = world.push({ files: inAnalytics(RIGHT) });
      (await world.job(1)).run();
      expect(world.run(mended.after)?.status).not.toBe('completed');
    },
    { workspace: { repositoryDirectory: 'analytics' } },
  ));
