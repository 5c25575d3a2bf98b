import { beforeEach, describe, expect, test, vi } from 'vitest';
import { makeProjectRunId } from '../../../src/domain/commit-run.ts';
import type { PullRequestEvent } from '../../../src/domain/delivery.ts';
import { PATIENCE } from '../../patience.ts';
import { REPOSITORY } from '../deploying/reconcile-world.ts';
import { buildPush, PlanWorld } from './plan-world.ts';

const [SHA, NEXT] = ['a'.repeat(40), 'c'.repeat(40)];
const FILE = '.github/meltano-deploy.yml';
const BAD = 'deploy:\n  on_pussh: false\n';

let world: PlanWorld;

beforeEach(async () => {
  world = await PlanWorld.open();
});

describe('a pull request', () => {
  async function open(headSha: string): Promise<void> {
    const event: PullRequestEvent = {
      kind: 'pull_request',
      account: 'acme',
      repository: REPOSITORY,
      number: 5,
      headSha,
      base: { branch: 'main', sha: SHA },
    };
    await world.deliver(event);
    await world.planAll();
  }

  test('that leaves the file alone gets nothing', async () => {
    await open(SHA);
    expect(world.noops()).toEqual(['configuration_unchanged']);
    expect(world.reporter.commitRuns).toEqual([]);
  });

  test('that changes it gets a check run with the effect, which is not in force yet', async () => {
    world.files.changedBy.add(5);
    world.files.at.set(NEXT, 'workspaces: [{ workspace: Analytics, on_push: false }]');
    await open(NEXT);
    expect(world.reporter.commitRuns).toMatchObject([
      {
        sha: NEXT,
        verdict: { kind: 'good', file: FILE, workspaces: [{ name: 'Analytics', onPush: false }] },
      },
    ]);
    await world.deliver(buildPush({ message: 'Work', after: SHA }));
    await world.planAll();
    expect(await world.open()).toHaveLength(1);
  });

  test('that breaks it gets a check run with the place', async () => {
    world.files.changedBy.add(5);
    world.files.at.set(NEXT, BAD);
    await open(NEXT);
    await open(NEXT);
    expect(world.reporter.commitRuns[0]).toMatchObject({
      sha: NEXT,
      verdict: { kind: 'bad', effect: 'proposed', problems: [{ line: 2 }] },
    });
    expect(new Set(world.reporter.commitRuns.map(({ id }) => id)).size).toBe(1);
  });

  test('that removes it gets a check run with the effect of the defaults', async () => {
    world.files.changedBy.add(5);
    await open(NEXT);
    expect(world.reporter.commitRuns).toMatchObject([{ verdict: { kind: 'good', file: null } }]);
  });

  test('has its project checked while GitHub does not say whether it changes the file', async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    world.files.isChangedBy = () => promise;
    const opened = open(NEXT);
    const key = makeProjectRunId(REPOSITORY.id, NEXT);
    await vi.waitFor(
      () => expect(world.dispatcher.wakes).toContainEqual({ queue: 'project', key }),
      PATIENCE,
    );
    expect(await world.stores.getCommitRun(key)).toMatchObject({ state: 'waiting', sha: NEXT });
    resolve(false);
    await opened;
    expect(world.noops()).toEqual(['configuration_unchanged']);
  });

  test('as the first event of a repository: the settings of the default branch count', async () => {
    const key = makeProjectRunId(REPOSITORY.id, NEXT);
    // GitHub doesn't show the file yet.
    world.head = SHA;
    world.files.everywhere = { kind: 'no_commit' };
    await open(SHA);
    expect(world.dispatcher.wakes).toContainEqual({
      queue: 'project',
      key: makeProjectRunId(REPOSITORY.id, SHA),
    });
    world.files.everywhere = 'checks: { project: "off" }\n';
    await open(NEXT);
    expect(await world.stores.getCommitRun(key)).toBeNull();
  });

  test('of a repository without a workspace asks GitHub for the configuration, once', async () => {
    world.meltano.workspaces = [];
    world.files.changedBy.add(5);
    await open(NEXT);
    await open(SHA);
    expect(world.files.reads).toEqual(['main']);
    expect(world.noops()).toEqual(['no_workspace', 'no_workspace']);
  });
});
