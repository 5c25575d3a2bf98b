import { beforeEach, describe, expect, test } from 'vitest';
import type { GitHubFailure } from '../../../src/domain/github-result.ts';
import { renderFailureComment } from '../../../src/reporting/render/render-failure-comment.ts';
import { createFailureCommentSync } from '../../../src/reporting/sync-failure-comment.ts';
import { FakeConversation } from '../commands/fake-conversation.ts';
import { World } from '../deploying/reconcile-world.ts';
import { buildSyncPorts, stepUntilDone } from './sync-steps.ts';

const SHA = 'a'.repeat(40);
const FIX = 'f'.repeat(40);
const ID = `2:${SHA}`;
const UNKNOWN: GitHubFailure = { kind: 'unknown', message: 'the connection broke' };
const REJECTED: GitHubFailure = { kind: 'rejected', status: 403, message: 'locked' };

let world: World;
let api: FakeConversation;

beforeEach(async () => {
  world = await World.open();
  world.wantedOutputs.failureComments = true;
  api = new FakeConversation();
});

function createSync() {
  return createFailureCommentSync({
    ...buildSyncPorts(world),
    api,
    render: renderFailureComment,
    findWayBack: async () => null,
    pages: {
      githubUrl: 'https://github.com',
      workspaceUrl: ({ workspaceId }) => `https://meltano/${workspaceId}`,
    },
  });
}

const keepAll = (id = ID) => stepUntilDone(createSync, id, world.clock);

/** A push whose job ends with this status, with its check run written. */
async function deploy(sha: string, status: 'COMPLETE' | 'ERROR', workspaceName = 'Analytics') {
  const planned = await world.push({ sha, workspaceName });
  world.after(5_000, () => world.meltano.moveJob({ status }));
  await world.runUntilIdle();
  const ended = await world.read(planned.id);
  await world.stores.saveReport(planned.id, { reportedRevision: ended.revision });
  return ended;
}

const wakes = () => world.dispatcher.wakes.filter((one) => one.queue === 'comment').map((one) => one.key);

describe('a failed deployment', () => {
  test('gets one comment on the merged pull request, which is edited after the repair', async () => {
    await deploy(SHA, 'ERROR');
    expect(wakes()).toEqual([ID]);
    await keepAll();
    expect(api.calls).toEqual(['findMergedPullRequest', 'createReply']);
    expect(api.places).toEqual([{ kind: 'pull_request', number: 7 }]);
    expect(api.replies.get(1)).toMatch(/^\*\*Failed/);
    await keepAll();
    expect(api.calls).toHaveLength(2);

    await deploy(FIX, 'COMPLETE');
    expect(wakes()).toEqual([ID, ID]);
    await keepAll();
    expect(api.calls.slice(2)).toEqual(['editReply']);
    expect(api.replies.get(1)).toMatch(/^\*\*Repaired:\*\*/);
    expect(api.replies.get(1)).toContain(FIX.slice(0, 7));
    expect((await world.stores.getFailureComment(ID))?.finishedAt).not.toBeNull();
    expect(await world.stores.listOpenFailureComments()).toEqual([]);
  });

  test('of a commit without a pull request gets no comment', async () => {
    api.pullRequest = null;
    await deploy(SHA, 'ERROR');
    await keepAll();
    expect(api.calls).toEqual(['findMergedPullRequest']);
    expect(await world.stores.listOpenFailureComments()).toEqual([]);
  });

  test('of a repository without failure comments gets no comment', async () => {
    world.wantedOutputs.failureComments = false;
    await deploy(SHA, 'ERROR');
    expect(wakes()).toEqual([]);
    expect(await world.stores.listOpenFailureComments()).toEqual([]);
  });

  test('waits for its check run, which the comment links to', async () => {
    const { id } = await deploy(SHA, 'ERROR');
    await world.stores.saveReport(id, { reportedRevision: 0 });
    expect(await createSync()(ID)).toBe(1_000);
    expect(api.calls).toEqual([]);
  });

  test('once more of the same commit, after a repair, says so in the same comment', async () => {
    await deploy(SHA, 'ERROR');
    await keepAll();
    await deploy(FIX, 'COMPLETE');
    await keepAll();
    await deploy(SHA, 'ERROR');
    await keepAll();
    expect(api.replies.size).toBe(1);
    expect(api.replies.get(1)).toMatch(/^\*\*Failed/);
  });

  test('that was noted before the process ended gets its comment after the restart', async () => {
    const { sha } = await world.push({ sha: SHA });
    await world.stores.noteFailure({ repositoryId: 2, sha, now: world.clock.now() });
    await keepAll();
    expect(api.calls).toEqual([]);
    expect(await world.stores.listOpenFailureComments()).toEqual([ID]);
  });
});

describe('a lost answer', () => {
  test.each([
    ['that was taken', true],
    ['that was not taken', false],
  ])('of the comment %s leads to one comment', async (_, isDone) => {
    await deploy(SHA, 'ERROR');
    api.fail('createReply', UNKNOWN, { isDone });
    await keepAll();
    expect(api.replies.size).toBe(1);
  });
});

test('a comment that GitHub refuses is given up after a few tries', async () => {
  await deploy(SHA, 'ERROR');
  api.fail('createReply', REJECTED, { times: 9 });
  // One process: the count of refusals is in memory.
  const sync = createSync();
  for (let wait = await sync(ID); wait !== null; wait = await sync(ID)) world.clock.advance(wait);
  expect(api.calls.filter((call) => call === 'createReply')).toHaveLength(3);
  expect(await world.stores.listOpenFailureComments()).toEqual([]);
});
