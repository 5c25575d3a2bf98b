import { beforeEach, describe, expect, test } from 'vitest';
import type { RerunEvent } from '../../../src/domain/delivery.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { ShownCheckRun } from '../../../src/domain/shown-check-run.ts';
import { START } from '../deploying/fake-ports.ts';
import { buildWorkspace, REPOSITORY, WORKSPACE_ID } from '../deploying/reconcile-world.ts';
import { buildPlanned } from '../domain/deployment-builder.ts';
import { buildPush, PlanWorld } from '../planning/plan-world.ts';

const OLD = 'a'.repeat(40);
const HEAD = 'c'.repeat(40);

let world: PlanWorld;
let old: Deployment;

beforeEach(async () => {
  world = await PlanWorld.open();
  world.heads.set('main', HEAD);
  await world.deliver(buildPush({ after: OLD }));
  await world.planAll();
  const [planned] = await world.open();
  if (!planned) throw new Error('The push was not planned');
  old = planned;
  await world.stores.saveDeployment(old.id, {
    state: 'concluded',
    conclusion: 'success',
    concludedAt: 1,
    jobId: 'job',
  });
});

function rerun(differences: Partial<RerunEvent> = {}): RerunEvent {
  return {
    kind: 'rerun',
    account: 'acme',
    repository: REPOSITORY,
    how: 'rerun',
    sha: OLD,
    actor: 'bob',
    run: { ...shown(old.id, 'success'), name: 'The name it had' },
    ...differences,
  };
}

function shown(deploymentId: string, conclusion: string, id = 1): ShownCheckRun {
  return {
    id,
    url: `https://github.test/runs/${id}`,
    name: 'Run',
    conclusion,
    title: 'Deployed in 8 s',
    externalId: `${WORKSPACE_ID}/${deploymentId}/job-${id}`,
    startedAt: START - 60_000,
    completedAt: START - 50_000,
  };
}

test('makes a new run of the same name on the head, and the old run is written once more with the link', async () => {
  await world.deliver(rerun({ how: 'button' }));
  await world.planAll();
  const [made] = await world.open();
  expect(made).toMatchObject({
    checkName: 'The name it had',
    sha: HEAD,
    cause: 'button',
    requestedBy: 'bob',
    redeployOf: old.id,
  });
  const rewritten = await world.stores.getDeployment(old.id);
  expect(rewritten?.rerun).toEqual({ kind: 'redeployed', by: 'bob', deploymentId: made?.id });
  expect(rewritten?.revision).toBe(old.revision + 2);
  expect(world.dispatcher.wakes).toContainEqual({ queue: 'log', key: old.id });
});

test('on the same commit the old run stays as it is: the new one takes its place in the suite', async () => {
  world.heads.set('main', OLD);
  await world.deliver(rerun());
  await world.planAll();
  expect(await world.open()).toHaveLength(1);
  expect((await world.stores.getDeployment(old.id))?.rerun).toBeNull();
});

test('by a file that nobody has read yet takes the right that the file asks for', async () => {
  const fresh = await PlanWorld.open();
  fresh.heads.set('main', HEAD);
  fresh.head = HEAD;
  fresh.files.everywhere = 'commands: { permission: admin }';
  await fresh.deliver(rerun());
  await fresh.planAll();
  expect(await fresh.open()).toEqual([]);
  expect((await fresh.stores.getDeployment(old.id))?.rerun).toMatchObject({
    kind: 'refused',
    why: expect.stringContaining('Admin role'),
  });
});

describe('by a clock that differs from GitHub’s', () => {
  test('behind it: the deployment that is repeated is no newer one', async () => {
    const pushedAt = START + 10 * 60_000;
    await world.deliver(buildPush({ after: HEAD, pushedAt }));
    await world.planAll();
    const [pushed] = await world.open();
    if (!pushed) throw new Error('The push was not planned');
    const ended = { state: 'concluded', conclusion: 'failure', reason: 'job_error', concludedAt: 1 } as const;
    await world.stores.saveDeployment(pushed.id, ended);
    world.clock.advance(60_000);
    const run = { ...shown(pushed.id, 'failure'), name: 'Run' };
    await world.deliver(rerun({ how: 'button', sha: HEAD, run, pushedAt }));
    await world.planAll();
    expect(await world.open()).toMatchObject([{ cause: 'button', redeployOf: pushed.id }]);
  });

  test('ahead of it: the next push is no older one', async () => {
    world.clock.advance(10 * 60_000);
    await world.deliver(rerun({ how: 'button', pushedAt: START }));
    await world.planAll();
    const [pressed] = await world.open();
    if (!pressed) throw new Error('The re-run was not planned');
    const ended = {
      state: 'concluded',
      conclusion: 'success',
      reason: 'job_complete',
      concludedAt: 2,
    } as const;
    await world.stores.saveDeployment(pressed.id, ended);
    await world.deliver(buildPush({ before: HEAD, after: 'e'.repeat(40), pushedAt: START + 60_000 }));
    await world.planAll();
    expect(await world.open()).toMatchObject([{ cause: 'push', sha: 'e'.repeat(40) }]);
  });
});

test('of a workspace that was set up a moment ago waits for a list that shows it', async () => {
  const all = world.meltano.workspaces;
  world.meltano.workspaces = [buildWorkspace({ id: 'another' })];
  world.restart();
  await world.deliver(buildPush({ after: HEAD }));
  await world.planAll();
  world.clock.advance(1_000);
  world.meltano.workspaces = all;
  await world.deliver(rerun());
  await world.planAll();
  expect(await world.open()).toMatchObject([{ redeployOf: old.id }]);
});

test('pressed twice within ten seconds is one; the suite that was reset again is still completed', async () => {
  await world.deliver(rerun());
  await world.deliver(rerun());
  await world.planAll();
  expect(await world.open()).toHaveLength(1);
  expect((await world.stores.getDeployment(old.id))?.revision).toBe(old.revision + 3);
});

test.each<[string, (world: PlanWorld) => void, RegExp]>([
  [
    'who may not write',
    (it) => (it.permission = 'triage'),
    /^this needs the Write role or higher in the repository$/,
  ],
  ['of a branch that is gone', (it) => it.heads.delete('main'), /does not exist/],
  [
    'of a workspace that moved away',
    (it) => (it.meltano.workspaces = [buildWorkspace({ repositoryUrl: 'https://github.com/acme/other' })]),
    /no longer uses this repository/,
  ],
])('one %s is refused on the old run, which completes its suite', async (_, change, why) => {
  change(world);
  // A process that has no list of workspaces yet.
  world.restart();
  await world.deliver(rerun());
  await world.planAll();
  expect(await world.open()).toEqual([]);
  expect((await world.stores.getDeployment(old.id))?.rerun).toMatchObject({
    kind: 'refused',
    by: 'bob',
    why: expect.stringMatching(why),
  });
});

test('of a suite redeploys only where the newest run was not skipped', async () => {
  world.runs = [shown('older', 'skipped', 1), shown(old.id, 'success', 2)];
  await world.deliver(rerun({ how: 'suite', run: null }));
  await world.planAll();
  expect(await world.open()).toMatchObject([{ cause: 'rerun', checkName: 'Run' }]);
});

test('of a suite whose runs were all skipped is refused on them', async () => {
  world.runs = [shown(old.id, 'skipped')];
  await world.deliver(rerun({ how: 'suite', run: null }));
  await world.planAll();
  expect(await world.open()).toEqual([]);
  expect((await world.stores.getDeployment(old.id))?.rerun).toMatchObject({ kind: 'refused' });
});

test('of a run that is not the app’s changes nothing and asks nothing', async () => {
  await world.deliver(rerun({ run: { ...shown('x', 'success'), externalId: 'something else' } }));
  await world.planAll();
  expect(await world.open()).toEqual([]);
  expect(world.asked).toEqual([]);
});

describe('a run that only an earlier, lost database knew', () => {
  const LOST = 'lost-deployment';
  const restored = {
    state: 'concluded',
    reason: 'read_from_check_run',
    problem: 'Deployed in 8 s',
    sha: OLD,
    jobId: 'job-7',
    checkRunId: 7,
    checkRunUrl: 'https://github.test/runs/7',
    concludedAt: START - 50_000,
    revision: 1,
    reportedRevision: 0,
  };

  beforeEach(() => {
    world.meltano.addJob({ id: 'job-7', status: 'COMPLETE' });
  });

  test('is written once more with its conclusion, its title and the link to the new run', async () => {
    await world.deliver(rerun({ run: shown(LOST, 'success', 7) }));
    await world.planAll();
    const [made] = await world.open();
    expect(made).toMatchObject({ sha: HEAD, redeployOf: LOST });
    expect(await world.stores.getDeployment(LOST)).toMatchObject({
      ...restored,
      conclusion: 'success',
      workspaceName: 'Analytics',
      branch: 'main',
      rerun: { kind: 'redeployed', by: 'bob', deploymentId: made?.id },
    });
    expect(world.dispatcher.wakes).toContainEqual({ queue: 'log', key: LOST });
  });

  test('is written once more also by a refusal, and by a second re-run', async () => {
    world.permission = 'triage';
    await world.deliver(rerun({ run: { ...shown(LOST, 'failure', 7), name: 'Meltano Deploy (Sales)' } }));
    await world.planAll();
    expect(await world.stores.getDeployment(LOST)).toMatchObject({
      ...restored,
      conclusion: 'failure',
      workspaceName: 'Sales',
      rerun: { kind: 'refused' },
    });
    world.permission = 'push';
    await world.deliver(rerun({ run: shown(LOST, 'failure', 7) }));
    await world.planAll();
    expect(await world.stores.getDeployment(LOST)).toMatchObject({
      revision: 2,
      rerun: { kind: 'redeployed' },
    });
  });

  test('of a suite too, for each of its workspaces', async () => {
    const second = buildWorkspace({ id: 'second', name: 'Second' });
    world.meltano.workspaces = [buildWorkspace(), second];
    world.restart();
    world.runs = [
      shown(LOST, 'success', 7),
      { ...shown(LOST, 'failure', 8), externalId: 'second/lost-second/job-8' },
    ];
    await world.deliver(rerun({ how: 'suite', run: null }));
    await world.planAll();
    expect(await world.stores.getDeployment(LOST)).toMatchObject({ ...restored, conclusion: 'success' });
    expect(await world.stores.getDeployment('lost-second')).toMatchObject({
      workspaceId: 'second',
      checkRunId: 8,
      conclusion: 'failure',
      revision: 1,
    });
  });

  test('replaces nothing that waits, whenever it ran', async () => {
    const run = { ...shown(LOST, 'success', 7), startedAt: START + 60_000, completedAt: START + 61_000 };
    world.clock.advance(1_000);
    await world.deliver(buildPush({ after: 'd'.repeat(40) }));
    world.permission = 'triage';
    await world.deliver(rerun({ run }));
    await world.planAll();
    expect(await world.open()).toHaveLength(1);
  });

  test('that GitHub itself ended (stale) is left as it is', async () => {
    await world.deliver(rerun({ run: shown(LOST, 'stale', 7) }));
    await world.planAll();
    expect(await world.stores.getDeployment(LOST)).toBeNull();
    expect(await world.open()).toHaveLength(1);
  });
});

describe('ids that are not the repository’s', () => {
  const OTHER = '81c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
  const ELSEWHERE = { ...REPOSITORY, id: 77, name: 'secrets' };
  let theirs: Deployment;

  beforeEach(async () => {
    const planned = { ...old, id: 'theirs', repositoryId: ELSEWHERE.id, deliveryId: 'theirs' };
    await world.stores.learnRepository(ELSEWHERE, null, START);
    await world.stores.record({
      id: 'theirs',
      name: 'push',
      receivedAt: START,
      event: buildPush({ repository: ELSEWHERE }),
    });
    await world.stores.commitPlan({
      deliveryId: 'theirs',
      outcome: 'push',
      deployments: [
        buildPlanned({
          id: planned.id,
          account: planned.account,
          workspaceId: OTHER,
          workspaceName: 'Secrets',
          installationId: planned.installationId,
          repositoryId: planned.repositoryId,
          deliveryId: planned.deliveryId,
          checkName: 'Meltano Deploy (Secrets)',
          sha: OLD,
          requestedBy: 'carol',
          pushedAt: START,
          receivedAt: START,
        }),
      ],
      now: START,
    });
    world.meltano.workspaces = [
      buildWorkspace(),
      buildWorkspace({ id: OTHER, repositoryUrl: 'https://github.com/acme/secrets' }),
    ];
    world.restart();
    const found = await world.stores.getDeployment('theirs');
    if (!found) throw new Error('Nothing was planned.');
    theirs = found;
  });

  const FORGED: [string, string][] = [
    ['another repository’s deployment', `${OTHER}/theirs/job-1`],
    ['another repository’s deployment, as of a workspace of this one', `${WORKSPACE_ID}/theirs`],
  ];

  test.each(FORGED)('%s: nothing of it is changed, shown or deployed', async (_, externalId) => {
    for (const how of ['rerun', 'button', 'suite'] as const) {
      const run = { ...shown('theirs', 'success'), externalId };
      world.runs = [run];
      await world.deliver(rerun({ how, run: how === 'suite' ? null : run }));
      await world.planAll();
    }
    expect(await world.stores.getDeployment('theirs')).toEqual(theirs);
    expect(await world.open()).toEqual([]);
    expect(world.dispatcher.wakes).not.toContainEqual({ queue: 'log', key: 'theirs' });
  });

  test('another workspace’s deployment of the same repository is not taken for this one’s', async () => {
    const run = { ...shown(old.id, 'success'), externalId: `${OTHER}/${old.id}` };
    await world.deliver(rerun({ run }));
    await world.planAll();
    expect(await world.stores.getDeployment(old.id)).toMatchObject({ rerun: null });
    expect(await world.open()).toEqual([]);
  });

  test('a job that the workspace ran for the repository that it was moved from: its log is not read', async () => {
    world.meltano.addJob({ id: 'job', status: 'COMPLETE' });
    world.meltano.workspaces = [buildWorkspace({ repositoryUrl: 'https://github.com/acme/secrets' })];
    world.restart();
    const run = { ...shown('unknown', 'success'), externalId: `${WORKSPACE_ID}/unknown/job` };
    world.permission = 'triage';
    await world.deliver(rerun({ repository: ELSEWHERE, run }));
    await world.plan(ELSEWHERE.id);
    await world.plan(ELSEWHERE.id);
    expect(await world.stores.getDeployment('unknown')).toMatchObject({
      repositoryId: ELSEWHERE.id,
      jobId: null,
    });
  });

  test.each([
    ['of a workspace of this repository', WORKSPACE_ID],
    ['of another repository’s workspace', OTHER],
  ])('a job that is not its workspace’s: the log of a run %s is not read', async (_, workspaceId) => {
    const run = { ...shown('unknown', 'success'), externalId: `${workspaceId}/unknown/foreign-job` };
    world.permission = 'triage';
    await world.deliver(rerun({ run }));
    await world.planAll();
    expect(await world.stores.getDeployment('unknown')).toMatchObject({
      repositoryId: REPOSITORY.id,
      jobId: null,
    });
  });
});
