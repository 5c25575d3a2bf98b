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

test('of the workspaces that a push leaves as they are, five get a GitHub Deployment', async () => {
  world.files.everywhere = 'github_deployments: all\n';
  world.meltano.workspaces = Array.from({ length: 7 }, (_, index) =>
    buildWorkspace({ id: `w${index}`, name: `W${index}`, directory: `d${index}` }),
  );
  const files = Object.fromEntries(world.meltano.workspaces.map(({ directory }) => [`${directory}/a`, 'x']));
  world.trees.put(SHA, files);
  world.trees.put(NEXT, { ...files, 'README.md': 'more' });
  await plan({ after: SHA, before: '0'.repeat(40) });
  for (const { id } of world.meltano.workspaces) {
    const [open] = await world.stores.listOpen({ account: 'environment', workspaceId: id });
    const end = {
      state: 'concluded',
      conclusion: 'success',
      reason: 'job_complete',
      concludedAt: 5,
    } as const;
    await world.stores.saveDeployment(open?.id ?? '', end);
  }
  await plan({ after: NEXT, before: SHA, pushedAt: world.clock.now() + 5_000 });
  const opened = await world.stores.listOpenGitHubDeployments();
  expect(opened).toHaveLength(5);
  expect(await world.stores.getGitHubDeployment(opened[0] ?? '')).toMatchObject({ unchangedSince: SHA });
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
