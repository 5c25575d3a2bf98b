import { expect, test } from 'vitest';
import { inConversation } from './conversation-world.ts';
import { REPOSITORY } from './world.ts';

const FILE = '.github/meltano-deploy.yml';
/** A freeze that has just begun. */
const BEGUN = new Date(Date.now() - 60_000);
const CRON = `0 ${BEGUN.getUTCMinutes()} ${BEGUN.getUTCHours()} ${BEGUN.getUTCDate()} ${BEGUN.getUTCMonth() + 1} *`;
const FROZEN = { [FILE]: `deploy: {freeze: [{cron: '${CRON}', for: 12h, reason: '@acme/all <b>'}]}\n` };
const TITLE = /^Frozen until \w{3} \d\d:\d\d(:\d\d)? UTC: @acme\/all <b>$/;

test.concurrent('pushes wait until the file says otherwise, on other branches too', () =>
  inConversation(async (it) => {
    const { world } = it;
    const repositoryUrl = world.app.sandbox.repositoryUrl(REPOSITORY);
    const staging = world.meltano.addWorkspace({
      name: 'Staging',
      repositoryUrl,
      repositoryBranch: 'staging',
    });
    const first = world.push({ files: FROZEN });
    expect(await world.untilTitle(first.after, TITLE)).toMatchObject({ status: 'queued' });
    const other = world.push({ branch: 'staging', from: 'main' });
    await world.until(
      () => TITLE.test(world.run(other.after, 'Meltano Deploy (Staging)')?.output.title ?? ''),
      'the freeze of the other branch',
    );
    const issue = it.openIssue();
    it.say(issue, '/meltano why analytics', 'ray');
    const why = await it.untilReply(issue, /The configuration has a freeze until \w{3} /);
    expect(why.body).toContain('UTC (`@acme/all <b>`), so its deployments wait');
    expect(world.meltano.jobs).toEqual([]);
    const second = world.push({ files: { [FILE]: 'deploy: {freeze: []}\n' } });
    await world.untilTitle(first.after, `Superseded by ${second.after.slice(0, 7)}`);
    await world.until(() => world.meltano.jobsOf(staging)[0], 'the job of the other branch');
    const job = await world.job(1);
    job.run();
    job.end('COMPLETE');
    expect((await world.untilConcluded(second.after)).conclusion).toBe('success');
  }));

test.concurrent('freezes that never pause are named without an end', () =>
  inConversation(async (it) => {
    const { world } = it;
    const file = "deploy: {freeze: [{cron: '* * * * * *', for: 1m, reason: always}]}\n";
    const { after } = world.push({ files: { [FILE]: file } });
    await world.untilTitle(after, 'Frozen: always');
    const issue = it.openIssue();
    it.say(issue, '/meltano why analytics', 'ray');
    await it.untilReply(issue, /The configuration has a freeze \(`always`\), so its deployments wait/);
  }));

test.concurrent('/redeploy --force goes past a freeze', () =>
  inConversation(async (it) => {
    const { world } = it;
    world.github.people.setRole(REPOSITORY, { login: 'mia', role: 'maintain' });
    const { after } = world.push({ files: FROZEN });
    await world.untilTitle(after, TITLE);
    const issue = it.openIssue();
    it.say(issue, '/redeploy --force', 'mia');
    const job = await world.job(1);
    job.run();
    job.end('COMPLETE');
    await it.untilReply(issue, /\*\*Forced\*\* past the freeze: \[`Analytics`\]\(\S+\) \(`Frozen until /);
  }));
