import { beforeEach, describe, expect, test } from 'vitest';
import type { PushEvent } from '../../../src/domain/delivery.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { START } from '../deploying/fake-ports.ts';
import { buildWorkspace, REPOSITORY, WORKSPACE_ID, WORKSPACE_KEY } from '../deploying/reconcile-world.ts';
import { buildComment, buildPush, PlanWorld } from './plan-world.ts';

const OTHER = '81c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
const [SHA, NEXT, THIRD] = ['a'.repeat(40), 'c'.repeat(40), 'd'.repeat(40)];
const FILE = '.github/meltano-deploy.yml';
const BAD = 'deploy:\n  on_pussh: false\n';

let world: PlanWorld;

beforeEach(async () => {
  world = await PlanWorld.open();
});

async function push(differences: Partial<PushEvent> = {}): Promise<Deployment[]> {
  await world.deliver(buildPush({ message: 'Work', ...differences }));
  await world.planAll();
  return world.open();
}

/** The report of the deployment that was concluded at once. */
const reported = () => world.reporter.reports.at(-1);

describe('a push', () => {
  test.each<[string, string, Partial<PushEvent>, string, 'skipped' | 'none']>([
    [
      'a token of its own',
      'deploy: { skip_tokens: ["#quiet"] }',
      { message: 'x #QUIET' },
      'skip_token',
      'skipped',
    ],
    ['a default token', '', { message: 'Docs [skip ci]' }, 'skip_token', 'skipped'],
    ['on_push', 'deploy: { on_push: false }', {}, 'push_off', 'none'],
    ['unmatched', 'deploy: { on_push: false, unmatched: skipped }', {}, 'push_off', 'skipped'],
    [
      'a workspace of its own',
      'workspaces: [{ workspace: analytics, on_push: false }]',
      {},
      'push_off',
      'none',
    ],
    ['a sender', 'deploy: { ignore_senders: [ANA] }', {}, 'ignored_sender', 'none'],
    ['paths', 'deploy: { paths: ["models/**"] }', {}, 'paths_unmatched', 'none'],
    ['paths_ignore', 'deploy: { paths_ignore: ["**"] }', {}, 'paths_unmatched', 'none'],
  ])('is refused by %s', async (_, text, differences, reason, conclusion) => {
    world.files.everywhere = text;
    world.trees.put(SHA, ['README.md']);
    expect(await push(differences)).toEqual([]);
    if (conclusion === 'none') expect(world.noops()).toEqual([reason]);
    else expect(reported()).toMatchObject({ reason, conclusion });
  });

  test.each<[string, string, Partial<PushEvent>]>([
    ['no token when the list is empty', 'deploy: { skip_tokens: [] }', { message: '[skip ci]' }],
    ['another sender', 'deploy: { ignore_senders: [bob] }', {}],
    ['a path that matches', 'deploy: { paths: ["*.md"] }', {}],
  ])('is deployed: %s', async (_, text, differences) => {
    world.files.everywhere = text;
    world.trees.put(SHA, ['README.md']);
    expect(await push(differences)).toHaveLength(1);
  });

  test("a workspace's paths replace its directory, but the paths under deploy don't", async () => {
    world.meltano.workspaces = [
      buildWorkspace({ directory: 'a' }),
      buildWorkspace({ id: OTHER, name: 'Other', directory: 'b' }),
    ];
    world.files.everywhere =
      'deploy: { paths: ["shared/**"] }\nworkspaces: [{ workspace: Analytics, paths: ["shared/**"] }]';
    world.trees.put(SHA, ['shared/x.sql']);
    expect(await push()).toMatchObject([{ workspaceId: WORKSPACE_ID }]);
    expect(world.noops()).toEqual(['paths_unchanged']);
  });

  test('gets the environment and the log setting of the file', async () => {
    world.files.everywhere = 'workspaces: [{ workspace: Analytics, environment: live, log: final }]';
    expect(await push()).toMatchObject([{ environment: 'live', log: 'final', badFile: null }]);
  });
});

describe('the file', () => {
  test('is read once for a head of the default branch, and not at all for other branches', async () => {
    world.meltano.workspaces = [buildWorkspace({ branch: 'dev' })];
    await push({ ref: 'refs/heads/dev', after: NEXT });
    await push({ ref: 'refs/heads/dev', after: THIRD });
    // The app neither knows nor reads its head.
    expect(world.files.reads).toEqual(['main']);
    await push({ after: SHA });
    await push({ ref: 'refs/heads/dev', after: NEXT });
    expect(world.files.reads).toEqual(['main', SHA]);
    await push({ after: SHA, pushedAt: START + 1_000 });
    expect(world.files.reads).toEqual(['main', SHA]);
    await push({ after: NEXT, pushedAt: START + 2_000 });
    expect(world.files.reads).toEqual(['main', SHA, NEXT]);
  });

  test('that is bad and first read for another branch is reported on the head of the default branch', async () => {
    world.meltano.workspaces = [buildWorkspace({ branch: 'dev' })];
    world.files.at.set('main', BAD);
    world.head = SHA;
    await push({ ref: 'refs/heads/dev', after: NEXT });
    expect(world.noops()).toEqual(['configuration_held']);
    expect(world.reporter.commitRuns).toMatchObject([{ sha: SHA, verdict: { effect: 'held' } }]);
    // The commit may have been pushed after the file was read.
    await push({ after: SHA });
    expect(world.files.reads).toEqual(['main', SHA]);
  });

  test('of a late push within the same second changes nothing', async () => {
    world.files.at.set(SHA, 'deploy: { on_push: false }').set(NEXT, '');
    world.head = NEXT;
    await push({ after: NEXT });
    await push({ after: SHA });
    expect(await push({ after: THIRD, ref: 'refs/heads/main', pushedAt: START })).toHaveLength(1);
    expect(world.files.reads).not.toContain(SHA);
  });

  test('of an older, late push changes nothing', async () => {
    world.files.at.set(NEXT, 'deploy: { on_push: false }');
    await push({ after: NEXT, pushedAt: START + 5_000 });
    await push({ after: SHA, pushedAt: START });
    expect(world.noops()).toEqual(['push_off', 'push_off']);
    expect(world.files.reads).toEqual([NEXT]);
  });

  test("of a branch that isn't the default one has no effect", async () => {
    world.meltano.workspaces = [
      buildWorkspace({ branch: 'dev' }),
      buildWorkspace({ id: OTHER, name: 'Other', repositoryUrl: 'https://github.com/acme/other' }),
    ];
    world.head = SHA;
    world.files.at.set(NEXT, 'workspaces: [{ workspace: Other }]\ndeploy: { log: live }');
    expect(await push({ ref: 'refs/heads/dev', after: NEXT })).toMatchObject([
      { workspaceId: WORKSPACE_ID, log: null },
    ]);
    expect(await world.stores.listOpen({ ...WORKSPACE_KEY, workspaceId: OTHER })).toEqual([]);
  });

  test('of a commit that a force push removed is read at the head', async () => {
    world.files.at.set(SHA, null);
    world.head = NEXT;
    world.files.at.set(NEXT, 'deploy: { on_push: false }');
    await push();
    expect(world.noops()).toEqual(['push_off']);
  });

  describe('that GitHub no longer shows', () => {
    beforeEach(async () => {
      world.files.at.set(SHA, 'deploy: { on_push: false }');
      expect(await push()).toEqual([]);
      world.files.everywhere = { kind: 'none' };
    });

    test('counts as deleted while GitHub shows the branch', async () => {
      world.head = NEXT;
      expect(await push({ before: SHA, after: NEXT })).toMatchObject([{ reason: 'push' }]);
    });

    test('stays in force while GitHub does not show the repository', async () => {
      world.head = null;
      expect(await push({ before: SHA, after: NEXT })).toEqual([]);
      expect(world.noops()).toEqual(['push_off', 'push_off']);
      world.head = THIRD;
      expect(await push({ before: NEXT, after: THIRD, pushedAt: START + 5_000 })).toHaveLength(1);
    });
  });

  test('pins its workspaces by id: a renamed one keeps its settings', async () => {
    world.files.everywhere = 'workspaces: [{ workspace: Analytics, on_push: false }]';
    await push();
    world.meltano.workspaces = [buildWorkspace({ name: 'Renamed' })];
    world.clock.advance(3_600_000);
    // The first push is planned with the old list, and causes a new read.
    for (let pushes = 0; pushes < 2; pushes += 1) await push({ after: SHA });
    expect(world.noops()).toEqual(['push_off', 'push_off', 'push_off']);
  });
});

describe('a bad file', () => {
  test('leaves the last good one in force, and the deployment shows this', async () => {
    world.files.at.set(SHA, 'deploy: { log: none }');
    await push();
    world.files.at.set(NEXT, BAD);
    const [deployment] = await push({ after: NEXT, pushedAt: START + 1_000 });
    expect(deployment).toMatchObject({ sha: NEXT, log: 'none', badFile: { file: FILE, sha: NEXT } });
    expect(world.reporter.commitRuns).toMatchObject([
      {
        sha: NEXT,
        checkRunId: null,
        verdict: { kind: 'bad', file: FILE, effect: 'last_good', problems: [{ line: 2, column: 3 }] },
      },
    ]);
  });

  test('after no file uses the defaults', async () => {
    await push();
    world.files.everywhere = BAD;
    expect(await push({ after: NEXT, pushedAt: START + 1_000 })).toMatchObject([
      { sha: NEXT, log: null, badFile: { sha: NEXT } },
    ]);
  });

  test('that is the first one holds the pushes; the push that repairs it deploys them all', async () => {
    world.meltano.workspaces = [buildWorkspace({ directory: 'pipelines' })];
    world.files.everywhere = BAD;
    expect(await push({ after: SHA })).toEqual([]);
    expect(world.noops()).toEqual(['configuration_held']);
    expect(world.reporter.commitRuns).toMatchObject([{ sha: SHA, verdict: { effect: 'held' } }]);
    world.files.at.set(NEXT, 'version: 1');
    world.trees.put(NEXT, [FILE]);
    expect(await push({ after: NEXT, pushedAt: START + 1_000 })).toMatchObject([{ sha: NEXT }]);
    expect(world.trees.reads).toEqual(['acme/data ccc all']);
    expect(world.reporter.commitRuns).toHaveLength(1);
  });

  test('is reported once for each commit, even if planned again', async () => {
    world.files.everywhere = BAD;
    await push();
    await push();
    await push({ after: NEXT, pushedAt: START + 1_000 });
    expect(world.reporter.commitRuns.map(({ sha }) => sha)).toEqual([SHA, SHA, NEXT]);
    expect(new Set(world.reporter.commitRuns.map(({ id }) => id)).size).toBe(2);
  });

  test('that names a workspace becomes good when the workspace is set up, without a new read', async () => {
    world.files.everywhere = 'workspaces: [{ workspace: Later }]';
    await push();
    expect(world.noops()).toEqual(['configuration_held']);
    world.meltano.workspaces = [buildWorkspace({ name: 'Later' })];
    world.clock.advance(60_000);
    expect(await push({ pushedAt: START + 60_000 })).toHaveLength(1);
    expect(world.files.reads).toEqual([SHA]);
  });
});

describe('a command', () => {
  async function give(body: string) {
    const id = await world.deliver(buildComment(body, { askedAt: world.clock.now() }));
    await world.planAll();
    return (await world.stores.getCommand(id))?.answer;
  }

  beforeEach(() => {
    world.heads.set('main', SHA);
    world.head = SHA;
  });

  test('ignores the rules for pushes, but uses log and environment', async () => {
    world.files.everywhere =
      'deploy: { on_push: false, log: none }\nworkspaces: [{ workspace: Analytics, environment: x }]';
    expect(await give('/redeploy')).toMatchObject({ kind: 'redeploy' });
    expect(await world.open()).toMatchObject([{ log: 'none', environment: 'x', cause: 'command' }]);
    expect(await give('/meltano logs')).toMatchObject({ kind: 'logs', logMode: 'none' });
  });

  test.each<[string, 'triage' | 'push' | 'maintain', string]>([
    ['maintain', 'push', 'refused'],
    ['maintain', 'maintain', 'redeploy'],
    ['triage', 'triage', 'redeploy'],
    ['write', 'triage', 'refused'],
  ])('that takes %s of someone who has %s is %s', async (permission, level, kind) => {
    world.files.everywhere = `commands: { permission: ${permission} }`;
    world.permission = level;
    expect(await give('/redeploy')).toMatchObject({
      kind: level === 'triage' && kind === 'redeploy' ? 'refused' : kind,
    });
    // The file is known now, so a lower permission also counts.
    world.clock.advance(20_000);
    await push();
    expect(await give('/redeploy')).toMatchObject({ kind });
  });

  test('gets no answer if commands are off', async () => {
    world.files.everywhere = 'commands: { enabled: false }';
    expect(await give('/redeploy')).toBeUndefined();
    world.clock.advance(20_000);
    expect(await give('/meltano help')).toBeUndefined();
    expect(world.noops()).toEqual(['commands_off', 'commands_off']);
  });

  test('is refused while pushes are held, and why names the file', async () => {
    world.files.everywhere = BAD;
    expect(await give('/redeploy')).toMatchObject({
      refusal: { code: 'configuration_held', bad: { file: FILE, sha: SHA } },
    });
    expect(await give('/meltano why')).toMatchObject({
      findings: [{ reason: 'configuration_held', source: { file: FILE, sha: SHA } }],
    });
  });

  test('why names the rule and its file', async () => {
    world.files.everywhere = 'deploy: { on_push: false }';
    expect(await give('/meltano why')).toMatchObject({
      findings: [{ reason: 'push_off', source: { file: FILE, sha: SHA } }],
    });
  });

  test('in a repository that took the name of another explains this', async () => {
    await world.stores.learnRepository({ ...REPOSITORY, id: 1 }, null, START - 1);
    expect(await give('/meltano why')).toEqual({ kind: 'refused', refusal: { code: 'name_taken' } });
  });
});
