import { expect, test } from 'vitest';
import { inConversation } from './conversation-world.ts';
import { inWorld, REPOSITORY, type World } from './world.ts';

async function failNext(world: World, sha: string): Promise<string> {
  const job = await world.job(world.meltano.jobsOf(world.workspace).length + 1);
  job.run();
  job.end('ERROR');
  const run = await world.untilConcluded(sha);
  expect(run.conclusion).toBe('failure');
  return run.output.summary ?? '';
}

function countComparisons({ github }: World): number {
  return github.requests.all.filter(({ route }) => route.includes('/compare/')).length;
}

test.concurrent('a failure says the last good commit, how far it is, and the command that goes back', () =>
  inWorld(async (world) => {
    const good = await world.deployPush();
    world.push({ deliver: false });
    world.push({ deliver: false });
    const { after } = world.push();
    const summary = await failNext(world, after);
    const page = `${world.github.origin}/${REPOSITORY}`;
    expect(summary).toContain(`**Last good commit:** [\`${good.slice(0, 7)}\`](${page}/commit/${good}), `);
    expect(summary).toContain(`[3 commits](${page}/compare/${good}...${after}) before this one.`);
    expect(summary).toContain(`\`\`\`sh\ngit revert --no-edit ${good}..${after}\n\`\`\``);
    expect(countComparisons(world)).toBe(1);
  }));

test.concurrent('a squashed pull request is named for its Revert button, and the command too', () =>
  inConversation(async ({ world, talk }) => {
    const good = await world.deployPush();
    world.push({ branch: 'feature', from: 'main' });
    world.push({ branch: 'feature', message: 'More' });
    const { number } = talk.openPull({ repository: REPOSITORY, author: 'ana', head: 'feature' }).request;
    const { after } = talk.merge(REPOSITORY, number);
    const summary = await failNext(world, after);
    expect(summary).toContain(`press **Revert** in pull request [\`#${number}\`](`);
    expect(summary).toContain(`/pull/${number}), or run this and push:`);
    expect(summary).toContain(`git revert --no-edit ${good}..${after}`);
  }));

test.concurrent('after a merge commit only the pull request goes back, not the command', () =>
  inConversation(async ({ world, talk }) => {
    await world.deployPush();
    world.push({ branch: 'feature', from: 'main' });
    const { number } = talk.openPull({ repository: REPOSITORY, author: 'ana', head: 'feature' }).request;
    const { after } = talk.merge(REPOSITORY, number, { method: 'merge' });
    const summary = await failNext(world, after);
    expect(summary).toContain(`press **Revert** in pull request [\`#${number}\`](`);
    expect(summary).not.toContain('git revert');
  }));

test.concurrent('a pull request that is only a part of what came since is not named', () =>
  inConversation(async ({ world, talk }) => {
    const good = await world.deployPush();
    world.push({ deliver: false });
    world.push({ branch: 'feature', from: 'main', files: { 'README.md': '# Other\n' } });
    const { number } = talk.openPull({ repository: REPOSITORY, author: 'ana', head: 'feature' }).request;
    const { after } = talk.merge(REPOSITORY, number);
    const summary = await failNext(world, after);
    expect(summary).toContain('[2 commits](');
    expect(summary).not.toContain('Revert');
    expect(summary).toContain(`git revert --no-edit ${good}..${after}`);
  }));

test.concurrent('a failed comparison leaves a sentence out, and is not tried again', () =>
  inWorld(async (world) => {
    const good = await world.deployPush();
    const lost = world.github.service.faults.add({
      path: /\/compare\//,
      action: { kind: 'status', status: 502 },
    });
    const { after } = world.push();
    const summary = await failNext(world, after);
    expect(summary).toContain(`**Last good commit:** [\`${good.slice(0, 7)}\`](`);
    expect(summary).toContain(
      `([compare](${world.github.origin}/${REPOSITORY}/compare/${good}...${after})).`,
    );
    expect(summary).not.toContain('git revert');
    world.github.service.faults.clear();
    await world.app.restart();
    world.github.checks.press(world.run(after)?.id ?? 0, 'redeploy');
    await world.job(3);
    await world.until(() => world.github.checks.runs(REPOSITORY, after).length === 2, 'the redeployment');
    expect([lost.hits, countComparisons(world)]).toEqual([1, 0]);
  }));

test.concurrent('a commit that was deployed before is its own last good commit', () =>
  inConversation(async (it) => {
    const { world } = it;
    const good = await world.deployPush();
    it.say(it.openIssue(), '/redeploy');
    const job = await world.job(2);
    job.run();
    job.end('ERROR');
    const failed = await world.until(
      () => world.github.checks.runs(REPOSITORY, good).find((run) => run.conclusion === 'failure'),
      'the failed redeployment',
    );
    expect(failed.output.summary).toContain('**Last good commit:** this one.');
    expect(countComparisons(world)).toBe(0);
  }));
