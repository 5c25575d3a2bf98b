import { describe, expect, test } from 'vitest';
import { inConversation } from './conversation-world.ts';
import { REPOSITORY } from './world.ts';

describe('/redeploy', () => {
  test.concurrent('on an issue deploys the only workspace again, with one reply that is edited to the end', () =>
    inConversation(async (it) => {
      const sha = await it.deployPush();
      const issue = it.openIssue();
      const from = it.world.github.service.exchanges.length;
      const comment = it.say(issue, 'Let us try again.\n\n/redeploy\n\n-- \nSent from my phone');
      await it.untilReaction(comment, 'eyes');
      const job = await it.world.job(2);
      const asked = it.requests(from);
      expect(asked.filter((one) => one.method === 'GET').length).toBeLessThanOrEqual(5);
      expect(asked.filter((one) => one.path.endsWith('/reactions')).length).toBeLessThanOrEqual(1);
      expect(asked.filter((one) => one.path.endsWith('/comments')).length).toBeLessThanOrEqual(1);
      job.run();
      job.end('COMPLETE');
      await it.untilReaction(comment, 'rocket');
      const [reply, ...others] = it.replies(issue);
      expect(others).toEqual([]);
      const runs = it.world.github.checks.runs(REPOSITORY, sha);
      expect(runs.map((run) => run.conclusion)).toEqual(['success', 'success']);
      expect(reply?.body).toContain(`/runs/${runs[1]?.id}`);
      expect(new Set([...(reply?.edits ?? []), reply?.body]).size).toBe((reply?.edits.length ?? 0) + 1);
    }));

  test.concurrent('on a pull request of a tracked branch deploys that branch, before and after it is merged', () =>
    inConversation(async (it) => {
      const { meltano, github } = it.world;
      const url = it.world.app.sandbox.repositoryUrl(REPOSITORY);
      const dev = meltano.addWorkspace({ name: 'Dev', repositoryUrl: url, repositoryBranch: 'dev' });
      const { after } = it.world.push({ branch: 'dev', from: 'main' });
      const first = await it.world.until(() => meltano.jobsOf(dev)[0], 'the job of the push');
      first.run();
      first.end('COMPLETE');
      const { request } = it.talk.openPull({ repository: REPOSITORY, head: 'dev', author: 'ana' });
      const before = it.say(request.number, '/redeploy');
      const second = await it.world.until(() => meltano.jobsOf(dev)[1], 'the job of the command');
      second.run();
      second.end('COMPLETE');
      await it.untilReaction(before, 'rocket');
      expect(github.checks.runs(REPOSITORY, after).filter((run) => run.name.includes('Dev'))).toHaveLength(2);
      expect(meltano.jobsOf(it.world.workspace)).toHaveLength(0);
    }));

  test.concurrent('on a commit deploys the workspaces whose head it is, and replies once, at the end', () =>
    inConversation(async (it) => {
      const sha = await it.deployPush();
      it.talk.commentOnCommit({ repository: REPOSITORY, sha, body: '/redeploy', author: 'ana' });
      const job = await it.world.job(2);
      job.run();
      await it.world.until(
        () => it.world.github.checks.runs(REPOSITORY, sha)[1]?.status === 'in_progress',
        'the second run',
      );
      const replies = () =>
        it.talk.commitComments(REPOSITORY, sha).filter((one) => one.author.type === 'Bot');
      expect(replies()).toEqual([]);
      job.log('ERROR: the schema is missing');
      job.end('ERROR');
      await it.world.until(() => replies().length > 0, 'the reply on the commit');
      await it.world.untilLogged('Deployment concluded', { reason: 'job_error' });
      expect(replies()).toHaveLength(1);
      expect(replies()[0]?.body).toMatch(/^\*\*Failed after \d+ s: `the schema is missing`:\*\* /);
    }));

  test.concurrent('with an unknown name lists the workspaces, with 😕 and no deployment', () =>
    inConversation(async (it) => {
      const issue = it.openIssue();
      const comment = it.say(issue, '/redeploy Analitics');
      await it.untilReaction(comment, 'confused');
      const [reply] = it.replies(issue);
      expect(reply?.body).toContain('Analytics');
      expect(it.world.meltano.jobs).toEqual([]);
    }));

  test.concurrent('given twice within ten seconds is one command', () =>
    inConversation(async (it) => {
      await it.deployPush();
      const issue = it.openIssue();
      const first = it.say(issue, '/redeploy');
      const second = it.say(issue, '/redeploy');
      await it.world.untilLogged('Delivery handled: nothing to deploy', { noop: 'repeated' });
      const job = await it.world.job(2);
      job.run();
      job.end('COMPLETE');
      await it.untilReaction(first, 'rocket');
      expect(it.reactions(second)).toEqual([]);
      expect(it.world.meltano.jobs).toHaveLength(2);
    }));

  test.concurrent('survives a restart between any two of its steps, and answers once', () =>
    inConversation(async (it) => {
      await it.deployPush();
      const issue = it.openIssue();
      const comment = it.say(issue, '/redeploy');
      await it.untilReaction(comment, 'eyes');
      await it.world.app.restart();
      const job = await it.world.job(2);
      await it.world.app.restart();
      job.run();
      job.end('COMPLETE');
      await it.untilReaction(comment, 'rocket');
      expect(it.replies(issue)).toHaveLength(1);
    }));
});

describe('/meltano withdraw', () => {
  test.concurrent('stops the running deployment and drops waiting ones', () =>
    inConversation(async (it) => {
      const first = it.world.push();
      const job = await it.world.job(1);
      job.run();
      await it.world.untilTitle(first.after, /^Running/);
      const second = it.world.push();
      await it.world.untilTitle(second.after, /^Waiting for/);
      const issue = it.openIssue();
      const comment = it.say(issue, '/meltano withdraw');
      await it.untilReaction(comment, 'rocket');
      expect(it.world.run(first.after)).toMatchObject({
        conclusion: 'cancelled',
        output: { title: expect.stringMatching(/^Withdrawn by @ana after/) },
      });
      expect(it.world.run(second.after)).toMatchObject({
        conclusion: 'cancelled',
        output: { title: 'Withdrawn by @ana before it started' },
      });
      expect(it.world.meltano.jobs.map((one) => one.status)).toEqual(['STOPPED']);
      expect(it.replies(issue)).toHaveLength(1);
    }));

  test.concurrent('stops a queued job as soon as it runs, by its other name', () =>
    inConversation(async (it) => {
      const { after } = it.world.push();
      const job = await it.world.job(1);
      await it.world.untilTitle(after, 'Queued on Meltano Cloud');
      const comment = it.say(it.openIssue(), '/meltano cancel');
      await it.world.untilLogged('The job could not be stopped yet');
      job.run();
      await it.untilReaction(comment, 'rocket');
      expect(await it.world.untilConcluded(after)).toMatchObject({ conclusion: 'cancelled' });
    }));
});

describe('the commands that only answer', () => {
  test.concurrent.each([
    ['/meltano status', /Analytics/],
    ['/meltano logs --lines 5', /line nine/],
    ['/meltano why', /Analytics/],
    ['/meltano help', /\/redeploy/],
    ['/meltano', /\/redeploy/],
  ])('%s', (body, holds) =>
    inConversation(async (it) => {
      const { after } = it.world.push();
      const job = await it.world.job(1);
      job.run();
      job.log(
        ...['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'].map(
          (one) => `line ${one}`,
        ),
      );
      job.end('COMPLETE');
      await it.world.untilConcluded(after);
      const issue = it.openIssue();
      const comment = it.say(issue, body);
      await it.untilReply(issue, holds);
      await it.untilReaction(comment, 'rocket');
      const [reply] = it.replies(issue);
      expect(reply?.edits).toEqual([]);
      if (body.includes('logs')) expect(reply?.body).not.toContain('line four');
      expect(it.world.meltano.jobs).toHaveLength(1);
    }),
  );

  test.concurrent('a comment without a command costs no request and gets no answer', () =>
    inConversation(async (it) => {
      const issue = it.openIssue();
      const from = it.world.github.service.exchanges.length;
      it.say(issue, 'What about `/redeploy`?\n\n> /redeploy\n\n```\n/redeploy\n```');
      it.say(issue, '/meltano redploy');
      await it.untilReply(issue, /redeploy/);
      expect(it.replies(issue)).toHaveLength(1);
      expect(it.requests(from).filter((one) => one.path.endsWith('/permission'))).toHaveLength(1);
    }));

  test.concurrent('a locked conversation gets no reply, and the deployment continues', () =>
    inConversation(async (it) => {
      await it.deployPush();
      const issue = it.openIssue();
      it.say(issue, '/redeploy');
      it.talk.lock(REPOSITORY, issue);
      const job = await it.world.job(2);
      job.run();
      job.end('COMPLETE');
      await it.world.untilLogged('GitHub refuses a write: only the check run shows the result');
      expect(it.replies(issue)).toEqual([]);
    }));
});
