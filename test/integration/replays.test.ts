import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { type ConversationWorld, inConversation } from './conversation-world.ts';
import { REPOSITORY } from './world.ts';

const NAME = 'Meltano Deploy (Analytics)';

/** The last delivery of an event, as an attacker replays it: other GUIDs, and the same signed body. */
async function replay(it: ConversationWorld, event: string, action: string | null, times = 3): Promise<void> {
  const { github } = it.world;
  const delivery = github.hook.deliveries.findLast((one) => one.event === event && one.action === action);
  if (!delivery) throw new Error(`No delivery of ${event}`);
  const known = () => it.world.app.lines.filter(({ msg }) => msg === 'Delivery already known').length;
  const before = known();
  for (let n = 0; n < times; n += 1) {
    const headers = { ...delivery.headers, 'x-github-delivery': randomUUID() };
    expect(await post(github.hook.url ?? '', headers, delivery.body)).toBeLessThan(300);
  }
  expect(known() - before).toBe(times);
}

function post(url: string, headers: Record<string, string>, body: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = request(url, {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
  });
  sent.on('response', (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

function countRuns(it: ConversationWorld, sha: string): number {
  return it.world.github.checks.runs(REPOSITORY, sha).filter((run) => run.name === NAME).length;
}

/** Waits until another push is deployed: earlier deliveries are planned by then. */
async function settle(it: ConversationWorld): Promise<void> {
  await it.deployPush();
}

test.concurrent('a push under other GUIDs makes no other job, and neither does its redelivery; the next push does', () =>
  inConversation(async (it) => {
    const sha = await it.deployPush();
    const genuine = it.world.github.hook.deliveries.findLast((one) => one.event === 'push');
    await replay(it, 'push', null);
    await it.world.github.hook.redeliver(genuine?.guid ?? '');
    await settle(it);
    expect(it.world.meltano.jobs).toHaveLength(2);
    expect(countRuns(it, sha)).toBe(1);
  }));

test.concurrent('a comment under other GUIDs is one command', () =>
  inConversation(async (it) => {
    await it.deployPush();
    const issue = it.openIssue();
    const comment = it.say(issue, '/redeploy');
    const job = await it.world.job(2);
    job.run();
    job.end('COMPLETE');
    await it.untilReaction(comment, 'rocket');
    await replay(it, 'issue_comment', 'created');
    await settle(it);
    expect(it.world.meltano.jobs).toHaveLength(3);
  }));

test.concurrent('a press under other GUIDs is one press; a person who presses again later is served', () =>
  inConversation(async (it) => {
    const sha = await it.deployPush();
    it.world.github.people.setRole(REPOSITORY, { login: 'mia', role: 'write' });
    const [old] = it.world.github.checks.runs(REPOSITORY, sha);
    if (!old) throw new Error('No run');
    for (const number of [2, 3]) {
      it.world.github.checks.press(old.id, 'redeploy', number === 2 ? 'ana' : 'mia');
      const job = await it.world.job(number);
      job.run();
      job.end('COMPLETE');
      await it.world.until(() => countRuns(it, sha) === number, 'its run');
      await replay(it, 'check_run', 'requested_action');
    }
    await settle(it);
    expect(it.world.meltano.jobs).toHaveLength(4);
    expect(countRuns(it, sha)).toBe(3);
  }));
