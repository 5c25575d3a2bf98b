import { describe, expect, test } from 'vitest';
import { type ConversationWorld, inConversation } from './conversation-world.ts';
import { REPOSITORY } from './world.ts';

/** `ana` may write, `tom` may triage, `ray` may read, `eve` has no role. */
describe('in a private repository', () => {
  test.concurrent('everyone with a role may ask, but acting takes the Write role', () =>
    inConversation(async (it) => {
      const sha = await it.deployPush();
      await expectRefused(it, 'ray', '/redeploy');
      await expectRefused(it, 'tom', '/meltano withdraw');
      await expectAnswered(it, 'ray', '/meltano status');
      await expectAnswered(it, 'ray', '/meltano help');
      expect(it.world.meltano.jobs).toHaveLength(1);
      expect(it.world.github.checks.runs(REPOSITORY, sha)).toHaveLength(1);
    }));

  test.concurrent('a custom role counts by its rights', () =>
    inConversation(async (it) => {
      await it.deployPush();
      it.world.github.people.setRole(REPOSITORY, {
        login: 'cleo',
        role: 'write',
        customName: 'Data steward',
      });
      const comment = it.say(it.openIssue(), '/redeploy', 'cleo');
      const job = await it.world.job(2);
      job.run();
      job.end('COMPLETE');
      await it.untilReaction(comment, 'rocket');
    }));
});

describe('in a public repository', () => {
  test.concurrent('a stranger gets 😕 without a reply, and asking takes a role', () =>
    inConversation(
      async (it) => {
        const issue = it.openIssue();
        const stranger = it.say(issue, '/redeploy', 'eve');
        await it.untilReaction(stranger, 'confused');
        const reader = it.say(issue, '/meltano status', 'ray');
        await it.untilReaction(reader, 'confused');
        expect(it.replies(issue)).toEqual([]);
        const triage = it.say(issue, '/meltano status', 'tom');
        await it.untilReaction(triage, 'rocket');
        expect(it.replies(issue)).toHaveLength(1);
      },
      { private: false },
    ));

  test.concurrent('the log stays hidden from a comment too', () =>
    inConversation(
      async (it) => {
        const { after } = it.world.push();
        const job = await it.world.job(1);
        job.run();
        job.log('a line that nobody should see');
        job.end('COMPLETE');
        await it.world.untilConcluded(after);
        const issue = it.openIssue();
        const comment = it.say(issue, '/meltano logs', 'tom');
        await it.untilReaction(comment, 'rocket');
        expect(it.replies(issue)[0]?.body).not.toContain('nobody should see');
      },
      { private: false },
    ));
});

describe('a permission that can not be read', () => {
  test.concurrent('counts as none: nothing happens until GitHub answers', () =>
    inConversation(async (it) => {
      await it.deployPush();
      const { faults } = it.world.github.service;
      const down = faults.add({ path: /\/permission$/, action: { kind: 'status', status: 502 } });
      const comment = it.say(it.openIssue(), '/redeploy');
      await it.world.untilLogged('The delivery could not be planned: trying again');
      expect(it.reactions(comment)).toEqual([]);
      expect(it.world.meltano.jobs).toHaveLength(1);
      down.remove();
      await it.world.job(2);
      await it.untilReaction(comment, 'eyes');
    }));
});

async function expectRefused(it: ConversationWorld, author: string, body: string): Promise<void> {
  const issue = it.openIssue();
  const comment = it.say(issue, body, author);
  await it.untilReaction(comment, 'confused');
  expect(it.replies(issue)).toHaveLength(1);
}

async function expectAnswered(it: ConversationWorld, author: string, body: string): Promise<void> {
  const issue = it.openIssue();
  const comment = it.say(issue, body, author);
  await it.untilReaction(comment, 'rocket');
  expect(it.replies(issue)).toHaveLength(1);
}
