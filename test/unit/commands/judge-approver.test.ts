import { beforeEach, describe, expect, test } from 'vitest';
import type { CommandRecord } from '../../../src/domain/conversation.ts';
import type { Deployment, PlannedDeployment } from '../../../src/domain/deployment.ts';
import type { ApprovalGate } from '../../../src/domain/gate.ts';
import { START } from '../deploying/fake-ports.ts';
import {
  buildWorkspace,
  QUEUE_KEY,
  REPOSITORY,
  WORKSPACE_ID,
  WORKSPACE_KEY,
} from '../deploying/reconcile-world.ts';
import { buildPlanned } from '../domain/deployment-builder.ts';
import { buildPush } from '../domain/push-builder.ts';
import { buildComment, PlanWorld } from '../planning/plan-world.ts';

const SHA = 'a'.repeat(40);
const NEWER = 'b'.repeat(40);
const GATE: ApprovalGate = { kind: 'approval', role: 'maintain', notBy: null, approval: null, passed: null };
const OF_AUTHOR: ApprovalGate = { ...GATE, notBy: 'author' };

let world: PlanWorld;

beforeEach(async () => {
  world = await PlanWorld.open();
  world.permission = 'maintain';
  world.heads.set('main', SHA);
  world.meltano.workspaces = [buildWorkspace({ name: 'Analytics' })];
});

/** A deployment that ended at its gate, as the reconciler stores it. */
async function hold(
  gate: ApprovalGate,
  differences: Partial<PlannedDeployment> = {},
  concludedAt = START,
): Promise<Deployment> {
  const id = differences.id ?? 'held';
  const event = buildPush({ repository: REPOSITORY, after: SHA });
  await world.stores.record({ id, name: 'push', receivedAt: START, event });
  const planned = buildPlanned({
    ...WORKSPACE_KEY,
    id,
    deliveryId: id,
    repositoryId: REPOSITORY.id,
    branch: 'main',
    sha: SHA,
    before: '9'.repeat(40),
    requestedBy: 'Pat',
    pushedAt: START,
    gates: [gate],
    ...differences,
  });
  await world.stores.commitPlan({ deliveryId: id, outcome: 'push', deployments: [planned], now: START });
  const ended = { state: 'concluded', conclusion: 'action_required', reason: 'approval_needed' } as const;
  await world.stores.saveDeployment(id, { ...ended, concludedAt, armedUntil: START + 1_000_000 });
  const held = await world.stores.getDeployment(id);
  if (!held) throw new Error('It is not stored.');
  return held;
}

async function approve(body = '/meltano approve', differences: Parameters<typeof buildComment>[1] = {}) {
  const id = await world.deliver(buildComment(body, differences));
  await world.planAll();
  return world.stores.getCommand(id);
}

/** Why it was refused; null if it was approved. */
function whyNot(command: CommandRecord | null): string | null | undefined {
  const answer = command?.answer;
  return answer?.kind === 'approve' ? (answer.refused[0]?.why ?? null) : undefined;
}

function approval() {
  return world.stores.findApproval({ ...WORKSPACE_KEY, repositoryId: REPOSITORY.id }, SHA);
}

test('stores who approved, with which role, when and which commit, and wakes the workspace', async () => {
  await hold(GATE);
  world.dispatcher.wakes.length = 0;
  expect((await approve())?.answer).toMatchObject({
    approved: [{ workspaceId: WORKSPACE_ID, sha: SHA }],
    refused: [],
  });
  expect(await approval()).toEqual({ by: 'ana', role: 'maintain', at: START });
  expect(world.dispatcher.wakes).toContainEqual({ queue: 'workspace', key: QUEUE_KEY });
});

describe('is refused, and nothing is stored', () => {
  test.each<[string, () => Promise<unknown>, string]>([
    [
      'with too low a role',
      async () => (world.permission = 'push'),
      'this needs the Maintain role or higher in the repository',
    ],
    [
      'when the branch moved',
      async () => world.heads.set('main', NEWER),
      'the branch has moved to bbbbbbb, which was not shown here: approve that commit, or redeploy',
    ],
    ['when the branch is gone', async () => world.heads.delete('main'), 'the branch does not exist any more'],
  ])('%s', async (_, change, why) => {
    await hold(GATE);
    await change();
    expect(whyNot(await approve())).toBe(why);
    expect(await approval()).toBeNull();
  });

  test.each<[string, string, readonly string[] | null, string]>([
    ['who pushed', 'PAT', [], 'who pushed the commits cannot approve them'],
    [
      'an author or committer',
      'ana',
      ['bob', 'Ana'],
      'authors and committers of the commits cannot approve them',
    ],
    [
      'anybody, if GitHub does not list the commits',
      'ana',
      null,
      'GitHub does not list all commits since the last deployment, so their authors are unknown',
    ],
  ])('by %s, with not_by: author', async (_, actor, people, why) => {
    await hold(OF_AUTHOR);
    world.people = people;
    expect(whyNot(await approve('/meltano approve', { actor }))).toBe(why);
    expect(await approval()).toBeNull();
  });

  test('by who pushed earlier commits that were not deployed since', async () => {
    await hold(OF_AUTHOR, { id: 'first', requestedBy: 'ana', pushedAt: START - 10_000 });
    await hold(OF_AUTHOR);
    expect(whyNot(await approve())).toBe('who pushed the commits cannot approve them');
  });

  test('by who pushed commits that a newer push has, even without a check run', async () => {
    await hold(OF_AUTHOR, {
      id: 'first',
      requestedBy: 'ana',
      pushedAt: START - 10_000,
      conclusion: 'none',
      reason: 'skip_token',
    });
    for (let count = 0; count < 25; count += 1) {
      await hold(OF_AUTHOR, { id: `more${count}`, pushedAt: START - 9_000 + count });
    }
    await hold(OF_AUTHOR);
    expect(whyNot(await approve())).toBe('who pushed the commits cannot approve them');
  });

  test('a second time', async () => {
    await hold(GATE);
    expect(whyNot(await approve())).toBeNull();
    expect(whyNot(await approve('/meltano approve', { actor: 'mia' }))).toBe('ana has approved it already');
    expect(await approval()).toMatchObject({ by: 'ana' });
  });

  test('of a workspace that the repository does not have', async () => {
    await hold(GATE);
    expect((await approve('/meltano approve sales'))?.answer).toMatchObject({
      refusal: { code: 'unknown_workspace' },
    });
    expect(await approval()).toBeNull();
  });

  test('where nothing waits', async () => {
    expect((await approve())?.answer).toMatchObject({ refusal: { code: 'nothing_to_approve' } });
    await hold(GATE);
    await world.stores.expireApproval('held');
    expect((await approve('/meltano approve analytics'))?.answer).toMatchObject({
      refusal: { code: 'nothing_to_approve' },
    });
  });
});

test('with not_by: author everybody else approves; the commits since the last deployment count', async () => {
  await hold(OF_AUTHOR);
  world.people = ['bob'];
  expect(whyNot(await approve())).toBeNull();
  expect(world.asked).toContain('people of 9999999...aaaaaaa');
});

test('commits of all pushes that were never deployed count, and those that only a new branch has', async () => {
  await hold(OF_AUTHOR, { id: 'first', before: '7'.repeat(40), sha: NEWER, pushedAt: START - 10_000 });
  await hold(OF_AUTHOR);
  await approve();
  expect(world.asked).toContain('people of 7777777...aaaaaaa');
});

test.each([
  ['prod', 'main'],
  ['main', undefined],
])('of a new branch %s, its own commits count', async (branch, base) => {
  world.heads.set(branch, SHA);
  await hold(OF_AUTHOR, { branch, before: null });
  await approve();
  expect(world.asked).toContain(`people of ${base}...aaaaaaa`);
});

test('an approval under a weaker rule is none: somebody else gives it anew', async () => {
  await hold(GATE);
  expect(whyNot(await approve())).toBeNull();
  await hold({ ...OF_AUTHOR, role: 'admin' }, { id: 'stricter', pushedAt: START + 1_000 });
  const askedAt = START + 1_000;
  expect(whyNot(await approve('/meltano approve', { actor: 'mia', askedAt }))).toBe(
    'this needs the Admin role or higher in the repository',
  );
  world.permission = 'admin';
  expect(whyNot(await approve('/meltano approve', { actor: 'max', askedAt }))).toBeNull();
  expect(await approval()).toEqual({ by: 'max', role: 'admin', at: START, notBy: 'author' });
});

describe('without a workspace, what waits in the place of the comment is meant', () => {
  test.each<[string, Parameters<typeof buildComment>[1], boolean]>([
    ['an issue', { place: { kind: 'issue', number: 1 } }, true],
    ['its commit', { place: { kind: 'commit', sha: SHA } }, true],
    ['another commit', { place: { kind: 'commit', sha: NEWER } }, false],
    ['a pull request into the branch, not merged', { place: { kind: 'pull_request', number: 3 } }, false],
  ])('on %s', async (_, place, isMeant) => {
    await hold(GATE);
    await approve('/meltano approve', place);
    expect((await approval()) !== null).toBe(isMeant);
  });

  test('on a merged pull request, that of its base', async () => {
    await hold(GATE);
    world.pull = { headBranch: 'fix', baseBranch: 'main', merged: true };
    await approve('/meltano approve', { place: { kind: 'pull_request', number: 3 } });
    expect(await approval()).not.toBeNull();
  });
});

describe('the button', () => {
  test.each([
    [true, 0],
    [false, 1],
  ])('approves nothing for a bot (%s)', async (isBot, approvals) => {
    const held = await hold(GATE);
    const run = {
      id: 7,
      url: null,
      name: held.checkName,
      externalId: `${held.workspaceId}/${held.id}`,
      conclusion: 'action_required',
      title: null,
      startedAt: null,
      completedAt: null,
    };
    await world.deliver({
      kind: 'rerun',
      account: REPOSITORY.owner,
      repository: REPOSITORY,
      how: 'approve',
      sha: SHA,
      run,
      actor: 'Copilot',
      ...(isBot && { actorIsBot: true }),
      pushedAt: null,
    });
    await world.planAll();
    expect((await approval()) === null ? 0 : 1).toBe(approvals);
    const { rerun } = (await world.stores.getDeployment(held.id)) ?? {};
    expect(rerun).toEqual(
      isBot ? { kind: 'refused', by: 'Copilot', why: 'bots cannot approve', asked: 'approval' } : null,
    );
  });
});

test('a comment that comes late approves no commit that was pushed after it, unless it is on that commit', async () => {
  await hold(GATE, { pushedAt: START + 1_000 });
  const late = 'this commit was pushed after the comment: look at it first, then approve it';
  expect(whyNot(await approve())).toBe(late);
  expect(await approval()).toBeNull();
  expect(whyNot(await approve('/meltano approve', { place: { kind: 'commit', sha: SHA } }))).toBeNull();
});

test('nor one that a deployment requested before the comment took afterwards', async () => {
  await hold(GATE, {}, START + 10_000);
  expect(whyNot(await approve())).toMatch(/^this commit was pushed after the comment/);
});
