import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Conclusion } from '../../../src/domain/deployment.ts';
import type { ReasonCode } from '../../../src/domain/reason-codes.ts';
import { makeRequiredCheckId } from '../../../src/domain/required-check.ts';
import { buildWorkspace, REPOSITORY } from '../deploying/reconcile-world.ts';
import { LOST } from '../reporting/fake-check-runs.ts';
import { buildPush } from './plan-world.ts';
import { RequiredRig } from './required-rig.ts';

const SHA = 'a'.repeat(40);
const ZEROS = '0'.repeat(40);
const TITLE = 'Waiting for the deployments of this commit';

/** A slow machine gets all the time that the test has. */
const WAIT = { timeout: 20_000 };

let rig: RequiredRig;
let second: number;

beforeEach(async () => {
  rig = await RequiredRig.open();
  rig.world.files.everywhere = 'checks: { gate: true }\n';
  second = rig.world.clock.now();
});

afterEach(() => {
  vi.useRealTimers();
});

function useWorkspaces(count: number): void {
  rig.world.meltano.workspaces = Array.from({ length: count }, (_, index) =>
    buildWorkspace({ id: `w${index}`, name: `W${index}` }),
  );
}

async function push(differences: Parameters<typeof buildPush>[0] = {}): Promise<string> {
  second += 1_000;
  const event = buildPush({ before: ZEROS, after: SHA, pushedAt: second, ...differences });
  await rig.world.deliver(event);
  await rig.pass(1);
  return event.after;
}

/** The open deployment of a workspace changes. */
async function change(workspaceId: string, differences: object, sha = SHA): Promise<void> {
  const { stores } = rig.world;
  const all = await stores.listOpen({ account: 'environment', workspaceId });
  const saved = await stores.saveDeployment(all.find((one) => one.sha === sha)?.id ?? '', differences);
  expect(saved).not.toBeNull();
  if (saved) rig.parts.reporter.changed(saved);
  await rig.pass(1);
}

function end(id: string, conclusion: Conclusion, reason: ReasonCode, sha = SHA): Promise<void> {
  return change(id, { state: 'concluded', conclusion, reason, concludedAt: rig.world.clock.now() }, sha);
}

/** What was sent for a commit: the requests, not their answers. */
function writes(sha = SHA): string[] {
  return rig.api
    .writes()
    .filter(({ fields }) => fields?.head_sha === sha && fields.name === 'Meltano Deploy')
    .map(({ kind, fields }) => `${kind} ${fields?.conclusion ?? 'open'}`);
}

test.each([
  ['a branch that no workspace tracks', { ref: 'refs/heads/feature' }],
  ['a skip token', { message: 'Docs [skip ci]' }],
  ['a merge queue', { ref: `refs/heads/gh-readonly-queue/main/pr-1-${'b'.repeat(40)}` }],
])('a push that deploys nothing is one write: %s', async (_, differences) => {
  await push(differences);
  await rig.pass(60);
  expect(writes()).toEqual(['create success']);
});

test.each([1, 5])('a push that deploys %d workspaces is two writes, whatever their states', async (count) => {
  useWorkspaces(count);
  await push();
  const ids = rig.world.meltano.workspaces.map(({ id }) => id);
  for (const id of ids) await change(id, { state: 'starting', attemptedAt: rig.world.clock.now() });
  for (const id of ids) await change(id, { state: 'running', jobId: `job-${id}` });
  expect(writes()).toEqual(['create open']);
  for (const id of ids) await end(id, 'success', 'job_complete');
  await rig.pass(60);
  expect(writes()).toEqual(['create open', 'update success']);
});

test('a push that only the sweep found has it, too', async () => {
  useWorkspaces(1);
  await push({ foundBySweep: true });
  await end('w0', 'success', 'job_complete');
  expect(writes()).toEqual(['create open', 'update success']);
});

test('a push that is replaced is two writes, too, and ends with the one that replaced it', async () => {
  useWorkspaces(1);
  await push();
  const next = await push({ before: SHA, after: 'c'.repeat(40) });
  await rig.pass(60);
  expect(writes()).toEqual(['create open']);
  await end('w0', 'failure', 'job_error', next);
  await rig.pass(60);
  expect(writes()).toEqual(['create open', 'update failure']);
  expect(writes(next)).toEqual(['create open', 'update failure']);
});

test.each([
  ['success', ['success', 'success', 'success']],
  ['cancelled', ['success', 'cancelled', 'success']],
  ['timed_out', ['cancelled', 'timed_out', 'success']],
  ['action_required', ['timed_out', 'action_required', 'cancelled']],
  ['failure', ['action_required', 'success', 'failure']],
] as const)('the worst result counts: %s', async (conclusion, results) => {
  const reasons = {
    success: 'job_complete',
    cancelled: 'job_stopped',
    timed_out: 'watch_timeout',
    action_required: 'approval_needed',
    failure: 'start_refused',
  } as const;
  useWorkspaces(results.length);
  await push();
  for (const [index, result] of results.entries()) await end(`w${index}`, result, reasons[result]);
  await rig.pass(30);
  expect(writes()).toEqual(['create open', `update ${conclusion}`]);
});

test('a tag and a deleted branch have none', async () => {
  await push({ ref: 'refs/tags/v1' });
  await push({ deleted: true, after: ZEROS, before: SHA });
  await rig.pass(30);
  expect([...writes(), ...writes(ZEROS)]).toEqual([]);
});

test('a merge queue is planned as its base, of any name, and never deployed, though a workspace tracks its branch', async () => {
  const queue = `gh-readonly-queue/release/1.0/pr-7-${'b'.repeat(40)}`;
  rig.world.meltano.workspaces = [
    buildWorkspace({ id: 'w0', name: 'Release', branch: 'release/1.0' }),
    buildWorkspace({ id: 'w1', name: 'Queue', branch: queue }),
  ];
  await push({ ref: `refs/heads/${queue}` });
  expect(writes()).toEqual(['create success']);
  expect(rig.runsOf(SHA)[0]?.output.title).toBe('Merging would deploy 1 workspace');
  for (const id of ['w0', 'w1']) {
    expect(await rig.world.stores.listOpen({ account: 'environment', workspaceId: id })).toEqual([]);
  }
});

test('turned off, what is open still ends, and new heads have none', async () => {
  useWorkspaces(1);
  await push();
  rig.world.files.everywhere = '';
  const off = await push({ before: SHA, after: 'c'.repeat(40) });
  await end('w0', 'success', 'job_complete', off);
  await rig.pass(30);
  expect(writes()).toEqual(['create open', 'update success']);
  expect(writes(off)).toEqual([]);
});

test('a pull request is judged by its base: the same check run follows, there and back', async () => {
  rig.world.files.everywhere = 'checks: { gate: true, project: block }\n';
  rig.bad.add(SHA);
  const event = { kind: 'pull_request', account: 'acme', repository: REPOSITORY, headSha: SHA } as const;
  const target = async (branch: string) => {
    await rig.world.deliver({ ...event, number: 1, base: { branch, sha: 'b'.repeat(40) } });
    await rig.pass(30);
  };
  await target('next');
  expect(writes()).toEqual(['create success']);
  await target('main');
  await target('next');
  expect(writes()).toEqual(['create success', 'update failure', 'update success']);
});

test.each([
  ['create', true],
  ['create', false],
  ['update', true],
  ['update', false],
] as const)(
  'killed after the %s of which the answer is lost (made: %s), it ends once',
  async (kind, made) => {
    useWorkspaces(1);
    if (kind === 'create') rig.api.next({ failure: LOST, made });
    await push();
    await rig.restart();
    await rig.pass(90);
    expect(rig.runsOf(SHA)).toMatchObject([{ status: 'in_progress', output: { title: TITLE } }]);
    if (kind === 'update') rig.api.next({ failure: LOST, made });
    await end('w0', 'success', 'job_complete');
    await rig.restart();
    await rig.pass(90);
    expect(rig.runsOf(SHA)).toMatchObject([{ status: 'completed', conclusion: 'success' }]);
    expect(rig.api.reopened).toEqual([]);
  },
);

test('of a repository that is new to the app, it is there in time though the list of workspaces hangs', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const list = Promise.withResolvers<undefined>();
  rig.world.meltano.always('listWorkspaces', () => list.promise as never);
  await rig.world.deliver(buildPush({ ref: 'refs/heads/feature', before: ZEROS, after: SHA }));
  const planned = rig.world.plan();
  await vi.waitFor(() => expect(rig.world.meltano.calls.length).toBeGreaterThan(0), WAIT);
  rig.world.clock.advance(6_000);
  await vi.advanceTimersByTimeAsync(2_500);
  const woken = { queue: 'required', key: makeRequiredCheckId(REPOSITORY.id, SHA) };
  await vi.waitFor(() => expect(rig.world.dispatcher.wakes).toContainEqual(woken), WAIT);
  // The plan is under way, and stores what it reads itself.
  expect(await rig.world.stores.readConfiguration(REPOSITORY.id)).toBeNull();
  rig.world.meltano.always('listWorkspaces', null);
  list.resolve(undefined);
  await planned;
  await rig.pass(30);
  expect(writes().at(-1)).toMatch(/success$/);
  expect(rig.runsOf(SHA)).toHaveLength(1);
});
