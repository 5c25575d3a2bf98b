import { beforeEach, describe, expect, test } from 'vitest';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { createFailureRenderer } from '../../../src/reporting/render-failure.ts';
import { createFailureIssueSync } from '../../../src/reporting/sync-failure-issues.ts';
import { World } from '../deploying/reconcile-world.ts';
import { FakeIssues } from './fake-issues.ts';
import { buildSyncPorts, stepUntilDone } from './sync-steps.ts';

const REPOSITORY = '2';
const DAY_MS = 24 * 60 * 60_000;

let world: World;
let api: FakeIssues;

beforeEach(async () => {
  world = await World.open();
  world.wantedOutputs.failureIssues = true;
  api = new FakeIssues();
});

/** A process that is killed at its n-th call of GitHub or the store, before or after the call takes effect. */
class Killer {
  left = Number.POSITIVE_INFINITY;
  isAfter = false;

  wrap<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, key) => {
        const value = Reflect.get(object, key) as unknown;
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          this.left -= 1;
          if (this.left === 0 && !this.isAfter) throw new Error('killed');
          const result = await (value.apply(object, args) as Promise<unknown>);
          if (this.left === 0) throw new Error('killed');
          return result;
        };
      },
    });
  }
}

function createSync(killer = new Killer()) {
  const ports = buildSyncPorts(world);
  const store = killer.wrap(world.stores);
  return createFailureIssueSync({
    ...ports,
    store,
    api: killer.wrap(api),
    readWanted: async () => world.wantedOutputs,
    failures: createFailureRenderer({
      store,
      accounts: { byKey: () => null },
      newBuilder: () => expect.unreachable(),
      clock: world.clock,
      pages: { githubUrl: 'https://github.com', workspaceUrl: () => 'https://meltano/workspace' },
      findWayBack: async () => null,
      limits: { deployTimeoutMinutes: 120, startTimeoutMinutes: 60 },
    }),
    reportAgain: () => {},
  });
}

const keepAll = () => stepUntilDone(() => createSync(), REPOSITORY, world.clock);

/** A deployment of a workspace that ended so, with its check run written. */
async function end(
  conclusion: NonNullable<Deployment['conclusion']>,
  { workspace = 'w1', problem = 'a table is missing' }: { workspace?: string; problem?: string } = {},
): Promise<Deployment> {
  world.clock.advance(1_000);
  const sha = (world.clock.now() % 1e9).toString(16).padStart(40, 'a');
  const planned = await world.push({ workspaceId: workspace, workspaceName: workspace, sha });
  const now = world.clock.now();
  if (conclusion === 'success') await world.stores.noteRepaired(planned, { now, mayBeLost: true });
  if (conclusion === 'failure' || conclusion === 'timed_out') await world.stores.noteBroken(planned, now);
  const reason = conclusion === 'success' ? 'job_complete' : 'start_refused';
  await world.save(planned.id, { state: 'concluded', conclusion, reason, problem, concludedAt: now });
  const ended = await world.read(planned.id);
  await world.stores.saveReport(planned.id, { reportedRevision: ended.revision });
  return ended;
}

describe('a process that is killed between any two steps', () => {
  test.each([
    ['before a step', false],
    ['after a step', true],
  ])('%s makes no second issue, and the next one goes on', async (_, isAfter) => {
    let kills = 0;
    for (let at = 1; ; at += 1) {
      const killer = new Killer();
      killer.isAfter = isAfter;
      killer.left = at;
      const workspace = `w${at}`;
      api.issues.clear();
      await end('failure', { workspace });
      // One process goes from the failure to the repair, until it is killed.
      const sync = createSync(killer);
      const run = async () => {
        for (let wait = await sync(REPOSITORY); wait !== null; wait = await sync(REPOSITORY)) {
          world.clock.advance(wait);
        }
      };
      const isKilled = await run().then(
        () => false,
        () => true,
      );
      await keepAll();
      expect(api.issues.size).toBe(1);
      expect(api.open).toHaveLength(1);
      await end('success', { workspace });
      killer.left = at;
      await run().catch(() => {});
      await keepAll();
      expect(api.issues.size).toBe(1);
      expect(api.open).toEqual([]);
      if (!isKilled) break;
      kills += 1;
    }
    expect(kills).toBeGreaterThan(15);
  });
});

test('a create that was not answered is looked for, and one that came twice is closed', async () => {
  await end('failure');
  api.failures.push({ method: 'create', failure: 'lost' });
  await keepAll();
  expect(api.calls.filter((one) => one === 'create')).toHaveLength(1);
  expect(api.open).toHaveLength(1);

  // The second create was made before GitHub showed the first one.
  const [issue] = api.open;
  if (!issue) throw new Error('There is no issue.');
  api.issues.set(2, { ...issue, number: 2 });
  await world.stores.saveFailureIssue('2:environment/w1', {
    attemptedAt: world.clock.now(),
    finishedAt: null,
  });
  await keepAll();
  expect(api.open).toHaveLength(1);
});

test('a lost database finds the issue of before', async () => {
  await end('failure');
  await keepAll();
  const before = api;
  world = await World.open();
  world.wantedOutputs.failureIssues = true;
  api = before;
  await end('failure', { problem: 'another error' });
  await keepAll();
  expect(api.issues.size).toBe(1);
  expect(api.open[0]?.body).toContain('another error');
});

test('an issue that a person closed stays closed through a lost database, too', async () => {
  await end('failure', { problem: 'table 1 is missing' });
  await keepAll();
  await api.edit(undefined as never, 1, { state: 'closed' });
  world = await World.open();
  world.wantedOutputs.failureIssues = true;
  await end('failure', { problem: 'table 2 is missing' });
  await keepAll();
  expect(api.open).toEqual([]);
  await end('failure', { problem: 'no space is left' });
  await keepAll();
  expect(api.open).toHaveLength(1);
});

test('the sixth broken workspace is listed in the newest issue, and gets one of its own when there is room', async () => {
  for (let n = 1; n <= 6; n += 1) await end('failure', { workspace: `w${n}` });
  await keepAll();
  expect(api.open).toHaveLength(5);
  expect(api.open.map(({ body }) => body.includes('These workspaces are failing too'))).toEqual([
    ...[false, false, false, false, true],
  ]);
  expect(api.open.at(-1)?.body).toContain('`w6`');
  await end('success', { workspace: 'w2' });
  await keepAll();
  expect(api.open.map(({ title }) => title.slice(0, 16))).toEqual(
    ['w1', 'w3', 'w4', 'w5', 'w6'].map((name) => `Deployment of ${name}`),
  );
  // Each workspace is looked for once.
  expect(api.calls.filter((one) => one === 'find')).toHaveLength(6);
  expect(api.open.some(({ body }) => body.includes('These workspaces are failing too'))).toBe(false);
});

const titles = () => api.open.map(({ title }) => title.slice(0, 16));
const named = (...workspaces: string[]) => workspaces.map((name) => `Deployment of ${name}`);

test('a success after a lost database closes the issue of before', async () => {
  await end('failure');
  await keepAll();
  world = await World.open();
  world.wantedOutputs.failureIssues = true;
  await end('success');
  await keepAll();
  expect(api.open).toEqual([]);
  expect(api.issues.size).toBe(1);
  api.calls.length = 0;
  await end('success');
  await keepAll();
  expect(api.calls).toEqual([]);
});

test('a listed workspace gets an issue of its own when a person closes one of the five', async () => {
  for (let n = 1; n <= 6; n += 1) await end('failure', { workspace: `w${n}` });
  await keepAll();
  await api.edit(undefined as never, 5, { state: 'closed' });
  await end('failure', { workspace: 'w5' });
  await keepAll();
  expect(titles()).toEqual(named('w1', 'w2', 'w3', 'w4', 'w6'));
});

test('an issue is not opened again while five others are open, but listed until there is room', async () => {
  await end('failure');
  await end('success');
  await keepAll();
  await end('failure');
  await keepAll();
  await end('success');
  await keepAll();
  for (let n = 2; n <= 6; n += 1) await end('failure', { workspace: `w${n}` });
  await keepAll();
  await end('failure');
  await keepAll();
  expect(titles()).toEqual(named('w2', 'w3', 'w4', 'w5', 'w6'));
  expect(api.open.at(-1)?.body).toContain('- `w1`');
  await end('success', { workspace: 'w3' });
  await keepAll();
  expect(titles()).toEqual(named('w1', 'w2', 'w4', 'w5', 'w6'));
  expect(api.open.some(({ body }) => body.includes('These workspaces are failing too'))).toBe(false);
  expect(api.issues.size).toBe(6);
});

test('a kill between any two steps of a repair leaves no listed workspace behind', async () => {
  let isKilled = true;
  for (let at = 1; isKilled; at += 1) {
    const names = Array.from({ length: 6 }, (_, n) => `${at}x${n}`);
    for (const workspace of names) await end('failure', { workspace });
    await keepAll();
    await end('success', { workspace: names[0] ?? '' });
    const killer = new Killer();
    killer.isAfter = true;
    killer.left = at;
    isKilled = await createSync(killer)(REPOSITORY).then(
      () => false,
      () => true,
    );
    await keepAll();
    expect(titles()).toEqual(named(...names.slice(1)).map((title) => title.slice(0, 16)));
    expect(api.open.some(({ body }) => body.includes('These workspaces are failing too'))).toBe(false);
    for (const workspace of names) await end('success', { workspace });
    await keepAll();
    expect(api.open).toEqual([]);
  }
});

test('a deployment that timed out is told like one that failed; other ends say nothing', async () => {
  for (const conclusion of ['cancelled', 'skipped', 'action_required'] as const) await end(conclusion);
  await keepAll();
  expect(api.calls).toEqual([]);
  await end('timed_out');
  await keepAll();
  expect(api.open).toHaveLength(1);
  await end('skipped');
  await keepAll();
  expect(api.open).toHaveLength(1);
});

test('an assignee whom GitHub refuses is left out', async () => {
  await end('failure');
  const failure = { kind: 'rejected', status: 422, message: 'Validation Failed' } as const;
  api.failures.push({ method: 'create', failure });
  await keepAll();
  expect(api.open.map(({ assignees }) => assignees)).toEqual([[]]);
});

test('disabled issues are tried again after a day', async () => {
  const failure = { kind: 'rejected', status: 410, message: 'Issues has been disabled' } as const;
  await end('failure');
  api.failures.push({ method: 'create', failure });
  await keepAll();
  await end('failure', { workspace: 'w2' });
  await keepAll();
  expect(api.calls.filter((one) => one === 'create')).toHaveLength(1);
  world.clock.advance(DAY_MS);
  await end('failure');
  await keepAll();
  expect(api.open).toHaveLength(1);
});

const INVALID = { kind: 'rejected', status: 422, message: 'Validation Failed' } as const;

test('labels that GitHub refuses are left out', async () => {
  world.wantedOutputs.issueLabels = ['gone'];
  await end('failure');
  // With the assignee and the label, then with the label.
  for (let n = 0; n < 2; n += 1) api.failures.push({ method: 'create', failure: INVALID });
  await keepAll();
  expect(api.open).toHaveLength(1);
  expect(api.calls.filter((one) => one === 'create')).toHaveLength(3);
});

test('an assignee whom GitHub refuses does not keep an issue closed', async () => {
  await end('failure');
  await end('success');
  await keepAll();
  await end('failure');
  await keepAll();
  await end('success');
  await keepAll();
  expect(api.open).toEqual([]);
  await end('failure', { problem: 'another error' });
  api.failures.push({ method: 'edit', failure: INVALID });
  await keepAll();
  expect(api.open).toHaveLength(1);
});

test('an issue comes within a minute, even if neither the check run nor the comment can be written', async () => {
  world.wantedOutputs.failureComments = true;
  const { id, sha, repositoryId } = await world.push({ workspaceId: 'w1', workspaceName: 'w1' });
  const now = world.clock.now();
  const ended = await world.read(id);
  await world.stores.noteBroken(ended, now);
  await world.stores.noteFailure({ repositoryId, sha, now });
  await world.save(id, {
    state: 'concluded',
    conclusion: 'failure',
    reason: 'start_refused',
    concludedAt: now,
  });
  await keepAll();
  expect(api.open).toHaveLength(1);
  expect(world.clock.now() - now).toBeLessThanOrEqual(60_000);
});
