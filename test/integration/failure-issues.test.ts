import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { SandboxIssue } from '../../sandbox/github/model.ts';
import { type ConversationWorld, inConversation } from './conversation-world.ts';
import { REPOSITORY } from './world.ts';

const FILE = '.github/meltano-deploy.yml';
const ON_FAILURE = 'notify:\n  issue: on_failure\n  labels: [deployment]\n';

/** Turns issues on, with a deployment that succeeds. */
async function turnOn(it: ConversationWorld, file = ON_FAILURE): Promise<string> {
  const { after } = it.world.push({ files: { [FILE]: file } });
  await end(it, after, null);
  return after;
}

/** Ends the next job, with an error or well. */
async function end({ world }: ConversationWorld, sha: string, error: string | null): Promise<void> {
  const job = await world.job(world.meltano.jobsOf(world.workspace).length + 1);
  job.run();
  if (error !== null) job.log(`ERROR: ${error}`);
  job.end(error === null ? 'COMPLETE' : 'ERROR');
  await world.until(
    () =>
      world.github.checks
        .runs(REPOSITORY, sha)
        .some((run) => run.name.startsWith('Meltano Deploy (') && run.conclusion),
    'the conclusion',
  );
}

/** A push whose job fails with an error. */
async function fail(it: ConversationWorld, error: string, sender = 'ana'): Promise<string> {
  const { after } = it.world.push({ sender: { login: sender } });
  await end(it, after, error);
  return after;
}

const issues = (it: ConversationWorld) => it.talk.ownIssues(REPOSITORY);

function untilIssue(it: ConversationWorld, holds: (issue: SandboxIssue) => boolean, what: string) {
  return it.world.until(() => issues(it).find(holds), what);
}

test.concurrent('a broken workspace has one issue, edited by further failures and closed by the repair', () =>
  inConversation(async (it) => {
    const { world, talk } = it;
    const good = await turnOn(it);
    const first = await fail(it, 'no such table: orders');
    const issue = await untilIssue(it, () => true, 'the issue');
    expect(issue.title).toBe(`Deployment of Analytics fails since ${first.slice(0, 7)}`);
    expect(issue.body).toContain('no such table: orders');
    expect(issue.body).toContain(`**Last good commit:** [\`${good.slice(0, 7)}\`]`);
    expect(issue.body).toContain('push by `ana`');
    expect(issue.body).toContain(`[Check run](${world.run(first)?.htmlUrl})`);
    expect(issue.assignees.map(({ login }) => login)).toEqual(['ana']);
    expect(issue.labels).toEqual(['deployment']);

    const second = await fail(it, 'no such table: customers', 'renovate[bot]');
    await untilIssue(
      it,
      ({ body }) => body?.includes(world.run(second)?.htmlUrl ?? '-') ?? false,
      'the edit',
    );
    expect(issue.title).toContain(first.slice(0, 7));
    expect(issue.body).toContain('no such table: customers');

    await it.deployPush();
    await untilIssue(it, ({ closedAt }) => closedAt !== null, 'the end');
    expect(issue).toMatchObject({ stateReason: 'completed', body: expect.stringContaining('**Repaired:**') });
    expect(talk.comments(REPOSITORY, issue.number)).toEqual([]);

    const again = await fail(it, 'out of disk', 'tom');
    await untilIssue(it, ({ closedAt }) => closedAt === null, 'the reopened issue');
    expect(issue).toMatchObject({
      stateReason: 'reopened',
      title: expect.stringContaining(again.slice(0, 7)),
    });
    expect(issue.assignees.map(({ login }) => login)).toEqual(['tom']);
    expect(issues(it)).toHaveLength(1);
  }));

test.concurrent('an issue that a person closed stays closed until the error is another one', () =>
  inConversation(async (it) => {
    const { talk, world } = it;
    await turnOn(it);
    await fail(it, "job 17 failed: table 'orders' is missing at 09:14:02");
    const issue = await untilIssue(it, () => true, 'the issue');
    talk.close(REPOSITORY, issue.number, 'ana');
    await fail(it, "job 18 failed: table 'customers' is missing at 10:11:12");
    await world.until(
      () =>
        world.github.requests.all.filter(({ route }) =>
          route.endsWith('GET /repos/{owner}/{repo}/issues/{issue_number}'),
        ).length > 0,
      'the look at the issue',
    );
    expect(issue.closedAt).not.toBeNull();
    await fail(it, 'connection refused by the database');
    await untilIssue(it, ({ closedAt }) => closedAt === null, 'the reopened issue');
    expect(issue.body).toContain('connection refused by the database');
    expect(issues(it)).toHaveLength(1);
  }));

test.concurrent('a deleted or transferred issue counts as none', () =>
  inConversation(async (it) => {
    const { talk, world } = it;
    world.github.repositories.add({ fullName: 'acme/elsewhere' });
    await turnOn(it);
    await fail(it, 'one');
    const issue = await untilIssue(it, () => true, 'the issue');
    talk.deleteIssue(REPOSITORY, issue.number);
    await fail(it, 'two');
    const second = await untilIssue(it, () => true, 'another issue');
    expect(second.number).not.toBe(issue.number);
    talk.transferIssue(REPOSITORY, second.number, 'acme/elsewhere');
    await fail(it, 'three');
    await untilIssue(it, ({ body }) => body?.includes('three') ?? false, 'the third issue');
    expect(issues(it)).toHaveLength(1);
    expect(talk.ownIssues('acme/elsewhere').map(({ edits }) => edits)).toEqual([0]);
  }));

test.concurrent('where issues are disabled the summary says so, and nothing is tried for a day', () =>
  inConversation(async (it) => {
    const { world } = it;
    world.github.repositories.setHasIssues(REPOSITORY, false);
    await turnOn(it);
    const first = await fail(it, 'one');
    await world.untilRun(
      first,
      ({ output }) => output.summary?.includes('issues are disabled') ?? false,
      'the note',
    );
    expect(world.run(first)?.output.text).toContain('ERROR: one');
    const tries = () => world.github.requests.all.filter(({ status }) => status === 410).length;
    const before = tries();
    const second = await fail(it, 'two');
    expect(world.run(second)?.output.summary).toContain('issues are disabled');
    world.github.repositories.setHasIssues(REPOSITORY, true);
    await it.deployPush();
    expect(tries()).toBe(before);
    expect(issues(it)).toEqual([]);
  }));

test.concurrent('a failure that the merged pull request hears of has no issue', () =>
  inConversation(async (it) => {
    const { world, talk } = it;
    await turnOn(it, `${ON_FAILURE}comments:\n  on_failure: pull_request\n`);
    world.push({ branch: 'feature', from: 'main' });
    const { number } = talk.openPull({ repository: REPOSITORY, author: 'ana', head: 'feature' }).request;
    const { after } = talk.merge(REPOSITORY, number);
    const job = await world.job(2);
    job.run();
    job.end('ERROR');
    await world.untilConcluded(after);
    await it.untilReply(number, /^\*\*Failed/);
    await fail(it, 'a direct push');
    const issue = await untilIssue(it, () => true, 'the issue');
    expect(issue.body).toContain('a direct push');
    expect(issues(it)).toHaveLength(1);
  }));

test.concurrent('in a public repository an issue shows no error, unless the log is shown', () =>
  inConversation(
    async (it) => {
      await turnOn(it);
      await fail(it, 'a secret table is missing');
      const issue = await untilIssue(it, () => true, 'the issue');
      expect(issue.body).not.toContain('secret table');
      expect(issue.body).toContain('Failed after');
      await it.deployPush();
      await turnOn(it, `${ON_FAILURE}deploy:\n  log: final\n`);
      await fail(it, 'a public table is missing');
      await untilIssue(it, ({ body }) => body?.includes('a public table is missing') ?? false, 'the error');
    },
    { private: false },
  ));

test.concurrent('nothing is written while issues are off, or a deployment is superseded or withdrawn', () =>
  inConversation(async (it) => {
    await it.deployPush();
    await fail(it, 'one');
    await it.deployPush();
    expect(issues(it)).toEqual([]);
    const wrote = it.world.github.requests.all.filter(({ route }) => /^(POST|PATCH) .*\/issues$/.test(route));
    expect(wrote).toEqual([]);
  }));

test.concurrent('mentions, Markdown and length of a workspace name do no harm', () =>
  inConversation(
    async (it) => {
      await turnOn(it);
      await fail(it, 'see @octocat and #1');
      const { title, body } = await untilIssue(it, () => true, 'the issue');
      expect([...title].length).toBeLessThanOrEqual(200);
      expect(title).toMatch(/^Deployment of .* fails since [0-9a-f]{7}$/u);
      expect(title).not.toMatch(/@\w|#\d|`|</);
      // In code nobody is mentioned.
      expect(body?.replace(/(`+)[^`].*?\1/g, '')).not.toContain('@');
    },
    { workspace: { name: `@everyone #12 \`code\` <b>${'x'.repeat(180)}` } },
  ));

test.concurrent('a pipeline that a deployment breaks opens an issue, too', () =>
  inConversation(async (it) => {
    const { world } = it;
    await turnOn(it);
    world.meltano.addPipeline(world.workspace, {
      name: 'google-ads',
      onDeploy: () => [{ on: 'end', status: 'FAILED' }],
    });
    const { after } = world.push();
    await end(it, after, null);
    expect((await world.untilConcluded(after)).conclusion).toBe('failure');
    const issue = await untilIssue(it, () => true, 'the issue');
    expect(issue.body).toContain('google-ads');
    expect(issue.body).toContain('**Last good commit:**');
  }));

test.concurrent('after the loss of the data, a success closes the issue of before', () =>
  inConversation(async (it) => {
    await turnOn(it);
    await fail(it, 'no such table: orders');
    const issue = await untilIssue(it, () => true, 'the issue');
    const { app } = it.world;
    await app.restart(() => rmSync(app.dataDirectory, { recursive: true }));
    await end(it, it.world.push().after, null);
    await untilIssue(it, ({ closedAt }) => closedAt !== null, 'the end');
    expect(issue).toMatchObject({ stateReason: 'completed', body: expect.stringContaining('**Repaired:**') });
  }));
