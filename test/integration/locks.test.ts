import { expect, test } from 'vitest';
import { type ConversationWorld, inConversation } from './conversation-world.ts';
import { REPOSITORY, type World } from './world.ts';

const LOCKED = 'Locked by @mia: month end';

/** After a deployment, `mia` has locked all workspaces. */
function inLocked(
  play: (it: ConversationWorld, issue: number, deployed: string) => Promise<void>,
): Promise<void> {
  return inConversation(async (it) => {
    it.world.github.people.setRole(REPOSITORY, { login: 'mia', role: 'maintain' });
    const deployed = await it.deployPush();
    const issue = it.openIssue();
    it.say(issue, '/meltano lock month end', 'mia');
    await it.untilReply(issue, /^\*\*Locked\*\* all workspaces of this repository: `month end`/);
    await play(it, issue, deployed);
  });
}

/** The check runs of a commit whose titles are these, in the order in which they were made. */
function untilTitles(world: World, sha: string, titles: readonly string[]): Promise<unknown> {
  const read = () =>
    world.github.checks.runs(REPOSITORY, sha).filter(({ name }) => name === 'Meltano Deploy (Analytics)');
  return world.until(
    () => JSON.stringify(read().map(({ output }) => output.title)) === JSON.stringify(titles),
    `the titles ${titles.join(', ')}`,
  );
}

function jobs({ meltano, workspace }: World): number {
  return meltano.jobsOf(workspace).length;
}

test.concurrent('pushes wait until the unlock, and only the newest is deployed', () =>
  inLocked(async (it, issue) => {
    const { world } = it;
    const first = world.push();
    expect(await world.untilTitle(first.after, LOCKED)).toMatchObject({ status: 'queued', conclusion: null });
    const second = world.push();
    await world.untilTitle(first.after, `Superseded by ${second.after.slice(0, 7)}`);
    const run = await world.untilTitle(second.after, LOCKED);
    expect(run.output.summary).toContain('write `/meltano unlock` in a comment');
    it.say(issue, '/meltano status', 'ray');
    const status = await it.untilReply(
      issue,
      /All workspaces of this repository are locked by `mia`: `month end`\./,
    );
    expect(status.body).toMatch(/^\*\*Locked by `mia`: `month end`:\*\*/);
    it.say(issue, '/meltano why', 'ray');
    await it.untilReply(issue, /It is locked by `mia`: `month end`, so its deployments wait/);
    expect(jobs(world)).toBe(1);
    it.say(issue, '/meltano unlock', 'mia');
    const unlocked = await it.untilReply(issue, /^\*\*Unlocked\*\* all workspaces/);
    expect(unlocked.body).toContain('- `mia`: `month end`');
    const job = await world.job(2);
    job.run();
    job.end('COMPLETE');
    expect((await world.untilConcluded(second.after)).conclusion).toBe('success');
    expect(jobs(world)).toBe(2);
  }));

test.concurrent('buttons, re-runs and commands wait, too; a second lock shows in the check run', () =>
  inLocked(async (it, issue, deployed) => {
    const { world } = it;
    const run = await world.untilConcluded(deployed);
    const title = run.output.title ?? '';
    const superseded = `Superseded by ${deployed.slice(0, 7)}`;
    world.github.checks.press(run.id, 'redeploy', 'ana');
    await untilTitles(world, deployed, [title, LOCKED]);
    world.github.checks.rerequest(run.id, 'mia');
    await untilTitles(world, deployed, [title, superseded, LOCKED]);
    it.say(issue, '/redeploy');
    await untilTitles(world, deployed, [title, superseded, superseded, LOCKED]);
    await it.untilReply(issue, /\*\*Redeploying\*\* .*Locked by `mia`: `month end`/);
    it.say(issue, '/meltano lock `analytics` @acme/all: [x](https://evil.example) #1 <b>', 'mia');
    const hostile = '@acme/all: [x](https://evil.example) #1 <b>';
    const reply = await it.untilReply(issue, /^\*\*Locked\*\* \[`Analytics`\]/);
    expect(reply.body).toContain(`: \`${hostile}\`. Deployments wait until \`/meltano unlock Analytics\``);
    await untilTitles(world, deployed, [title, superseded, superseded, `Locked by @mia: ${hostile}`]);
    expect(jobs(world)).toBe(1);
  }));

test.concurrent('a lock stops no running job', () =>
  inConversation(async (it) => {
    const { world } = it;
    world.github.people.setRole(REPOSITORY, { login: 'mia', role: 'maintain' });
    const { after } = world.push();
    const job = await world.job(1);
    job.run();
    const issue = it.openIssue();
    it.say(issue, '/meltano lock', 'mia');
    await it.untilReply(issue, /a reason is missing, so nothing is locked/);
    it.say(issue, '/meltano lock month end');
    await it.untilReply(issue, /^\*\*Not permitted:\*\* you need the Maintain role/);
    it.say(issue, '/meltano lock month end', 'mia');
    await it.untilReply(issue, /^\*\*Locked\*\*/);
    job.end('COMPLETE');
    expect((await world.untilConcluded(after)).conclusion).toBe('success');
  }));

test.concurrent('/redeploy --force goes past the lock, and the check run says who did', () =>
  inLocked(async (it, issue, deployed) => {
    const { world } = it;
    it.say(issue, '/redeploy --force');
    await it.untilReply(issue, /^\*\*Not permitted:\*\* you need the Maintain role/);
    it.say(issue, '/redeploy --force', 'mia');
    const job = await world.job(2);
    job.run();
    job.end('COMPLETE');
    await it.untilReply(
      issue,
      /\*\*Forced\*\* past the lock: \[`Analytics`\]\(\S+\) \(`Locked by @mia: month end`\)\./,
    );
    const run = await world.until(
      () =>
        world.github.checks
          .runs(REPOSITORY, deployed)
          .filter(({ conclusion }) => conclusion === 'success')[1],
      'the forced deployment',
    );
    expect(run.output.summary).toMatch(/\*\*Forced\*\* by \[.mia.\].*`Locked by @mia: month end`/);
    const { after } = world.push();
    await world.untilTitle(after, LOCKED);
  }));

test.concurrent('a lock whose reply was not written yet holds, and is answered once after a restart', () =>
  inConversation(async (it) => {
    const { world } = it;
    world.github.people.setRole(REPOSITORY, { login: 'mia', role: 'maintain' });
    const fault = world.github.service.faults.add({
      path: /\/issues\/\d+\/comments$/,
      method: 'POST',
      action: { kind: 'status', status: 503 },
    });
    const issue = it.openIssue();
    it.say(issue, '/meltano lock month end', 'mia');
    await world.until(() => fault.hits > 0, 'the reply that fails');
    const { after } = world.push();
    await world.untilTitle(after, LOCKED);
    await world.app.restart(() => fault.remove());
    await it.untilReply(issue, /^\*\*Locked\*\*/);
    expect(it.replies(issue)).toHaveLength(1);
    expect(world.run(after)).toMatchObject({ status: 'queued', output: { title: LOCKED } });
    expect(jobs(world)).toBe(0);
  }));
