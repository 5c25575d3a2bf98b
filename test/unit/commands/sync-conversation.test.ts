import { beforeEach, describe, expect, test } from 'vitest';
import { createConversationSync } from '../../../src/commands/sync-conversation.ts';
import type { Answer, NewCommand, Place } from '../../../src/domain/conversation.ts';
import type { PlannedDeployment } from '../../../src/domain/deployment.ts';
import type { GitHubFailure } from '../../../src/domain/github-result.ts';
import {
  describePipeline,
  formatWatchId,
  type NewPipelineWatch,
  type PipelineOutcome,
} from '../../../src/domain/pipeline-watch.ts';
import type { ShownError } from '../../../src/reporting/render/describe-shown.ts';
import type { Stores } from '../../../src/store/create-stores.ts';
import { FakeClock, START } from '../deploying/fake-ports.ts';
import { openStores, REPOSITORY, WORKSPACE_ID } from '../deploying/reconcile-world.ts';
import { buildPlanned } from '../domain/deployment-builder.ts';
import { buildSyncPorts, stepUntilDone } from '../reporting/sync-steps.ts';
import { FakeConversation } from './fake-conversation.ts';

const UNKNOWN: GitHubFailure = { kind: 'unknown', message: 'the connection broke' };
const REJECTED: GitHubFailure = { kind: 'rejected', status: 403, message: 'locked' };

let stores: Stores;
let api: FakeConversation;
let clock: FakeClock;
let logReads: number;
let firstError: ShownError | null;

beforeEach(async () => {
  stores = await openStores();
  api = new FakeConversation();
  clock = new FakeClock();
  logReads = 0;
  firstError = null;
  await stores.learnRepository(REPOSITORY, null, START);
});

/** A sync as a new process has it. */
function keep(id = 'command'): Promise<number | null> {
  return createSync()(id);
}

function createSync(): (id: string) => Promise<number | null> {
  return createConversationSync({
    ...buildSyncPorts({ stores, clock }),
    api,
    render: ({ body }) =>
      JSON.stringify(
        'deployments' in body ? body.deployments.map((one) => [one.deployment.state, one.error]) : body,
      ),
    readLogTail: async () => {
      logReads += 1;
      return { kind: 'none' };
    },
    readFirstError: async () => firstError,
    readPipelines: async () => [],
    readPipelineError: async () => firstError,
    pages: { githubUrl: 'https://github.com', workspaceUrl: (workspace) => `https://meltano/${workspace}` },
  });
}

const keepAll = () => stepUntilDone(createSync, 'command', clock);

async function ask(answer: Answer, place: Place = { kind: 'issue', number: 1 }): Promise<void> {
  const command: NewCommand = {
    id: 'command',
    installationId: 1,
    repositoryId: REPOSITORY.id,
    account: 'environment',
    place,
    commentId: 7,
    actor: 'ana',
    askedAt: START,
    receivedAt: START,
    answer,
    parsed: { kind: 'command', command: { name: 'help' }, ignored: 0 },
  };
  await stores.record({
    id: 'command',
    name: 'issue_comment',
    receivedAt: START,
    event: { kind: 'ignored', account: 'acme', repository: REPOSITORY, reason: 'no_command' },
  });
  const deployments = answer.kind === 'redeploy' ? [planned()] : [];
  const delivery = { id: 'plan', name: 'x', receivedAt: START };
  const event = {
    kind: 'repository',
    account: 'acme',
    repository: REPOSITORY,
    formerFullName: null,
  } as const;
  await stores.record({ ...delivery, event });
  await stores.commitPlan({ deliveryId: 'plan', outcome: 'command', deployments, command, now: START });
}

function planned(): PlannedDeployment {
  return buildPlanned({
    id: 'deployment',
    repositoryId: REPOSITORY.id,
    deliveryId: 'command',
    checkName: 'Meltano Deploy',
    cause: 'command',
    pushedAt: START,
    receivedAt: START,
    reason: 'command',
  });
}

async function conclude(conclusion: 'success' | 'failure'): Promise<void> {
  const saved = await stores.saveDeployment('deployment', {
    state: 'concluded',
    conclusion,
    reason: 'job_complete',
    concludedAt: clock.now(),
  });
  await stores.saveReport('deployment', { reportedRevision: saved?.revision ?? 0 });
}

describe('a redeploy', () => {
  test('is 👀, one reply that is edited, and 🚀 in place of 👀', async () => {
    await ask({ kind: 'redeploy', missing: [] });
    await keepAll();
    expect(api.calls).toEqual(['react eyes', 'createReply']);
    await stores.saveDeployment('deployment', { state: 'running' });
    await keepAll();
    await conclude('success');
    await keepAll();
    expect(api.calls.slice(2)).toEqual(['editReply', 'editReply', 'removeReaction', 'react rocket']);
    expect(api.reactions).toEqual(['rocket']);
    expect(api.replies.size).toBe(1);
    expect((await stores.getCommand('command'))?.finishedAt).not.toBeNull();
    expect(await keep()).toBeNull();
  });

  test('that failed ends with 😕', async () => {
    await ask({ kind: 'redeploy', missing: [] });
    await conclude('failure');
    await keepAll();
    expect(api.reactions).toEqual(['confused']);
  });

  test('is not edited when nothing changed', async () => {
    await ask({ kind: 'redeploy', missing: [] });
    await keepAll();
    await keepAll();
    expect(api.calls).toEqual(['react eyes', 'createReply']);
  });

  test('has its last word only after the check run has its own', async () => {
    await ask({ kind: 'redeploy', missing: [] });
    await keepAll();
    await stores.saveDeployment('deployment', { state: 'concluded', conclusion: 'success', concludedAt: 1 });
    expect(await keep()).toBe(1_000);
    expect(api.calls).toEqual(['react eyes', 'createReply']);
  });

  test('on a commit is neither reacted to nor edited: one reply at the end', async () => {
    await ask({ kind: 'redeploy', missing: [] }, { kind: 'commit', sha: 'a'.repeat(40) });
    await keepAll();
    expect(api.calls).toEqual([]);
    await conclude('success');
    await keepAll();
    expect(api.calls).toEqual(['createReply']);
  });

  test('on a commit is not edited either when the log can be read only after the reply', async () => {
    await ask({ kind: 'redeploy', missing: [] }, { kind: 'commit', sha: 'a'.repeat(40) });
    await conclude('failure');
    await keep();
    firstError = { message: 'meltano.yml:12 mapping values are not allowed here', advice: null };
    await keepAll();
    expect(api.calls).toEqual(['createReply']);
    expect((await stores.getCommand('command'))?.finishedAt).not.toBeNull();
  });
});

describe('a run of a pipeline', () => {
  const WATCH: NewPipelineWatch = {
    id: formatWatchId('run', 'command'),
    purpose: 'run',
    account: 'environment',
    workspaceId: WORKSPACE_ID,
    repositoryId: REPOSITORY.id,
    installationId: 1,
    workspaceName: 'Analytics',
    directory: null,
    log: null,
    checkName: 'Meltano Deploy (Analytics): run of facebook',
    sha: 'a'.repeat(40),
    deploymentId: null,
    deliveryId: 'command',
    requestedBy: 'ana',
    pipelines: [describePipeline({ id: 'p', name: 'facebook' }, { file: null, isStarted: true })],
    createdAt: START,
  };
  const workspace = { id: WORKSPACE_ID, name: 'Analytics', branch: 'main', directory: null };

  async function end(outcome: PipelineOutcome): Promise<void> {
    const pipelines = WATCH.pipelines.map((one) => ({ ...one, outcome }));
    const saved = await stores.savePipelineWatch(WATCH.id, {
      pipelines,
      state: 'concluded',
      ending: 'complete',
      concludedAt: clock.now(),
    });
    expect(await keep(), 'the check run has its own last word first').toBe(1_000);
    await stores.saveReport(WATCH.id, { reportedRevision: saved?.revision ?? 0 });
    await keepAll();
  }

  test.each<[PipelineOutcome, string]>([
    ['succeeded', 'rocket'],
    ['failed', 'confused'],
    ['not_started', 'confused'],
    ['unknown', 'confused'],
  ])('has one reply that is edited, and ends as %s with %s', async (outcome, reaction) => {
    await stores.addPipelineWatch(WATCH);
    await ask({ kind: 'run', workspace });
    await keepAll();
    expect(api.reactions).toEqual(['eyes']);
    expect(JSON.stringify([...api.replies.values()])).toContain('facebook');
    await end(outcome);
    expect(api.reactions).toEqual([reaction]);
    expect(api.replies.size).toBe(1);
    expect([...api.replies.values()][0]).toContain(outcome);
  });
});

describe('a lost answer', () => {
  test.each([
    ['of the reply that was taken', true],
    ['of the reply that was not taken', false],
  ])('%s leads to one reply', async (_, isDone) => {
    await ask({ kind: 'redeploy', missing: [] });
    api.fail('createReply', UNKNOWN, { isDone });
    await keepAll();
    await conclude('success');
    await keepAll();
    expect(api.replies.size).toBe(1);
    expect(api.replies.get(1)).toContain('concluded');
  });

  test('of a reply that turns up twice leaves the newest', async () => {
    await ask({ kind: 'help', level: 'push' });
    api.fail('createReply', UNKNOWN);
    const sync = createSync();
    const lost = async () => {
      const text = api.replies.get(1);
      if (text === undefined) return;
      api.replies.set(2, text);
    };
    for (let wait = await sync('command'); wait !== null; wait = await sync('command')) {
      // The first create takes effect after the second.
      if (api.replies.size === 1 && wait > 30_000) await lost();
      clock.advance(wait);
    }
    const command = await stores.getCommand('command');
    expect([...api.replies.keys()]).toEqual([command?.replyId]);
    expect(api.calls.filter((call) => call === 'removeReply')).toHaveLength(1);
    expect(command).toMatchObject({ replyAttemptedAt: null, finishedAt: clock.now() });
  });

  test('of a reply is looked for after 1, 2, 4 and 5 seconds, and then it is sent again', async () => {
    await ask({ kind: 'help', level: 'push' });
    api.fail('createReply', UNKNOWN);
    const sync = createSync();
    const times: [string | undefined, number][] = [];
    for (let wait = await sync('command'); wait !== null; wait = await sync('command')) {
      if (/Repl/.test(api.calls.at(-1) ?? '')) times.push([api.calls.at(-1), clock.now() - START]);
      clock.advance(wait);
    }
    expect(times.filter(([call]) => call === 'findReplies').slice(0, 3)).toEqual([
      ['findReplies', 1_000],
      ['findReplies', 2_000],
      ['findReplies', 4_000],
    ]);
    expect(times.filter(([call]) => call === 'createReply')).toEqual([
      ['createReply', 0],
      ['createReply', 5_000],
    ]);
  });

  test('of a reply on a commit is found, and not written over', async () => {
    await ask({ kind: 'help', level: 'push' }, { kind: 'commit', sha: 'a'.repeat(40) });
    api.fail('createReply', UNKNOWN, { isDone: true });
    await keepAll();
    expect(api.calls).toEqual(['createReply', 'findReplies']);
    expect(api.replies.size).toBe(1);
  });
});

describe('what GitHub refuses', () => {
  test('a reply is given up after a few tries, and the reactions continue', async () => {
    await ask({ kind: 'help', level: 'push' });
    api.fail('createReply', REJECTED, { times: 9 });
    // One process: the count of refusals is in memory.
    const sync = createSync();
    for (let wait = await sync('command'); wait !== null; wait = await sync('command')) clock.advance(wait);
    expect(api.calls.filter((call) => call === 'createReply')).toHaveLength(3);
    expect(api.reactions).toEqual(['rocket']);
  });

  test('a reaction is not missed', async () => {
    await ask({ kind: 'help', level: 'push' });
    api.fail('react', REJECTED, { times: 9 });
    await keepAll();
    expect(api.replies.size).toBe(1);
    expect((await stores.getCommand('command'))?.finishedAt).not.toBeNull();
  });
});

describe('what GitHub can not take now', () => {
  test.each<[string, GitHubFailure, number]>([
    [
      'a limit, for as long as GitHub says',
      { kind: 'limited', retryAfterMs: 90_000, message: 'slow down' },
      90_000,
    ],
    [
      'a limit with no time told, a minute',
      { kind: 'limited', retryAfterMs: null, message: 'slow down' },
      60_000,
    ],
    ['a suspended installation, five minutes', { kind: 'unavailable', message: 'suspended' }, 300_000],
  ])('%s: nothing is sent meanwhile, and then it continues', async (_, failure, retryAfterMs) => {
    await ask({ kind: 'help', level: 'push' });
    api.fail('react', failure);
    expect(await keep()).toBe(retryAfterMs);
    clock.advance(retryAfterMs);
    await keepAll();
    expect(api.calls).toEqual(['react eyes', 'react eyes', 'createReply', 'removeReaction', 'react rocket']);
  });

  test.each<[string, 'createReply' | 'editReply']>([
    ['an archived or deleted repository', 'createReply'],
    ['a reply that somebody deleted', 'editReply'],
  ])('%s ends the conversation, and nothing else', async (_, call) => {
    await ask({ kind: 'redeploy', missing: [] });
    if (call === 'editReply') await keepAll();
    for (const one of ['react', 'removeReaction', 'createReply', 'editReply'])
      api.fail(one, { kind: 'rejected', status: 404, message: 'Not Found' }, { times: 9 });
    await conclude('success');
    const sync = createSync();
    for (let wait = await sync('command'); wait !== null; wait = await sync('command')) clock.advance(wait);
    expect(api.calls.filter((one) => one === call)).toHaveLength(3);
    expect((await stores.getCommand('command'))?.finishedAt).not.toBeNull();
  });
});

describe('one-time answers', () => {
  test('a refusal is answered once, with 😕 and no 👀', async () => {
    await ask({ kind: 'refused', refusal: { code: 'no_workspace' } });
    await keepAll();
    expect(api.calls).toEqual(['createReply', 'react confused']);
  });

  test('a stranger gets 😕 only, and on a commit nothing', async () => {
    await ask({ kind: 'refused', refusal: { code: 'stranger' } });
    await keepAll();
    expect(api.calls).toEqual(['react confused']);
  });

  test('a log is read for its reply only, and the reply is not edited', async () => {
    const workspace = { id: WORKSPACE_ID, name: 'Analytics', branch: 'main', directory: null };
    await ask({ kind: 'logs', workspace, lines: 5 });
    await keepAll();
    expect(logReads).toBe(1);
    expect(api.calls).toEqual(['react eyes', 'createReply', 'removeReaction', 'react rocket']);
  });
});
