import { beforeEach, expect, test } from 'vitest';
import type { ReasonCode } from '../../../src/domain/reason-codes.ts';
import { makeRequiredCheckId } from '../../../src/domain/required-check.ts';
import {
  renderRequiredCheck,
  type WorkspaceOutcome,
} from '../../../src/reporting/render/render-required-check.ts';
import { buildWorkspace, REPOSITORY } from '../deploying/reconcile-world.ts';
import { buildPush, PlanWorld } from './plan-world.ts';

const [SHA, NEXT] = ['a'.repeat(40), 'c'.repeat(40)];

let world: PlanWorld;
let delays: Map<string, number>;

beforeEach(async () => {
  world = await PlanWorld.open();
  delays = new Map();
  world.dispatcher.wake = (_, key, delayMs = 0) => void delays.set(key, delayMs);
});

async function plan(event: Parameters<typeof buildPush>[0]): Promise<void> {
  await world.deliver(buildPush(event));
  await world.planAll();
}

const delayOf = (sha: string) => delays.get(makeRequiredCheckId(REPOSITORY.id, sha));

test('with block, a push that deploys nothing is judged together with its pull request', async () => {
  world.files.everywhere = 'checks: { gate: true, project: block }\n';
  await plan({ after: SHA });
  expect(delayOf(SHA)).toBe(0);
  await plan({ ref: 'refs/heads/feature', after: NEXT });
  expect(delayOf(NEXT)).toBeGreaterThan(0);
});

test('without block, it is judged at once', async () => {
  world.files.everywhere = 'checks: { gate: true }\n';
  await plan({ ref: 'refs/heads/feature', after: NEXT });
  expect(delayOf(NEXT)).toBe(0);
});

/** Workspaces with a directory each, deployed once; then a push that changes none of them. */
async function deployThenPush(
  count: number,
  { second = {}, ends = ['success'] }: { second?: Parameters<typeof buildPush>[0]; ends?: string[] } = {},
): Promise<string[]> {
  world.meltano.workspaces = Array.from({ length: count }, (_, index) =>
    buildWorkspace({ id: `w${index}`, name: `W${index}`, directory: `d${index}` }),
  );
  const files = Object.fromEntries(world.meltano.workspaces.map(({ directory }) => [`${directory}/a`, 'x']));
  world.trees.put(SHA, files);
  world.trees.put(NEXT, { ...files, 'README.md': 'more' });
  await plan({ after: SHA, before: '0'.repeat(40) });
  for (const [index, { id }] of world.meltano.workspaces.entries()) {
    const [open] = await world.stores.listOpen({ account: 'environment', workspaceId: id });
    const conclusion = ends[index % ends.length] === 'success' ? 'success' : 'failure';
    const reason = conclusion === 'success' ? 'job_complete' : 'job_error';
    const end = { state: 'concluded', conclusion, reason, concludedAt: 5 } as const;
    await world.stores.saveDeployment(open?.id ?? '', end);
  }
  await plan({ after: NEXT, before: SHA, pushedAt: world.clock.now() + 5_000, ...second });
  return world.stores.listOpenGitHubDeployments();
}

const ALL = 'github_deployments: all\n';

test('of the workspaces that a push leaves as they are, five get a GitHub Deployment', async () => {
  world.files.everywhere = ALL;
  const opened = await deployThenPush(7);
  expect(opened).toHaveLength(5);
  expect(await world.stores.getGitHubDeployment(opened[0] ?? '')).toMatchObject({ unchangedSince: SHA });
});

test('its environment is that of the workspace, and `unmatched: skipped` changes nothing', async () => {
  const entry = 'workspaces: [{ workspace: W0, environment: prod/eu }]\n';
  world.files.everywhere = `${ALL}deploy: { unmatched: skipped }\n${entry}`;
  const [id] = await deployThenPush(1);
  expect(await world.stores.getGitHubDeployment(id ?? '')).toMatchObject({
    environment: 'prod/eu',
    workspaceId: 'w0',
  });
  expect(await world.stores.getDeployment(id ?? '')).toMatchObject({ sha: NEXT });
});

test('a workspace whose last deployment failed is deployed, so it gets none yet', async () => {
  world.files.everywhere = ALL;
  const opened = await deployThenPush(2, { ends: ['success', 'failure'] });
  expect(opened).toHaveLength(1);
  expect(await world.stores.getGitHubDeployment(opened[0] ?? '')).toMatchObject({ workspaceId: 'w0' });
  expect(await world.stores.listOpen({ account: 'environment', workspaceId: 'w1' })).toHaveLength(1);
});

test.each([
  ['a push to a branch that no workspace tracks', ALL, { ref: 'refs/heads/feature' }],
  ['a push that asks to be skipped, whatever it changed', ALL, { message: 'Docs [skip ci]' }],
  ['`github_deployments: true`', 'github_deployments: true\n', {}],
])('none is for %s', async (_, file, second) => {
  world.files.everywhere = file;
  expect(await deployThenPush(1, { second })).toEqual([]);
});

test('a workspace that was never deployed gets none', async () => {
  world.files.everywhere = ALL;
  world.meltano.workspaces = [buildWorkspace({ id: 'w0', name: 'W0', directory: 'd0' })];
  world.trees.put(SHA, { 'd0/a': 'x' });
  world.trees.put(NEXT, { 'd0/a': 'x', 'README.md': 'more' });
  await plan({ after: NEXT, before: SHA });
  expect(await world.stores.listOpenGitHubDeployments()).toEqual([]);
  expect(await world.stores.listOpen({ account: 'environment', workspaceId: 'w0' })).toEqual([]);
});

test('the summary lists twenty workspaces, those that were deployed first', () => {
  const build = (kind: WorkspaceOutcome['kind'], reason: ReasonCode, index: number): WorkspaceOutcome => ({
    workspaceId: `w${index}`,
    workspaceName: `W${index}`,
    kind,
    reason,
    problem: 'x',
    deployment: null,
    replacedBy: null,
  });
  const workspaces = [
    ...Array.from({ length: 30 }, (_, index) => build('nothing', 'paths_unchanged', index)),
    build('failure', 'project_error', 30),
  ];
  const judgement = { kind: 'decided', conclusion: 'failure', isHeld: false, workspaces, asks: [] } as const;
  const { title, summary } = renderRequiredCheck(
    { githubUrl: 'https://github.com', repository: REPOSITORY },
    judgement,
  );
  expect(title).toBe('W30: project error: x');
  expect(summary.split('\n').filter((line) => line.startsWith('| `'))).toHaveLength(20);
  expect(summary).toMatch(/\| --- \| --- \|\n\| `W30` \| project error: `x` \|/);
  expect(summary).toMatch(/And 11 more\.$/);
});
