import { beforeEach, expect, test } from 'vitest';
import type { CommitRun, NewCommitRun } from '../../../src/domain/commit-run.ts';
import { LOST } from './fake-check-runs.ts';
import { SECOND, START, WriterWorld } from './writer-world.ts';

let world: WriterWorld;

beforeEach(async () => {
  world = await WriterWorld.open();
});

const RUN: NewCommitRun = {
  id: `configuration:2:${'a'.repeat(40)}:0123`,
  repositoryId: 2,
  installationId: 1,
  sha: 'a'.repeat(40),
  createdAt: START,
  verdict: {
    kind: 'bad',
    file: '.github/meltano-deploy.yml',
    effect: 'held',
    problems: [{ line: 3, column: 5, message: 'on_pussh is not a known key.' }],
  },
};

let deliveries = 0;

async function plan(): Promise<CommitRun> {
  deliveries += 1;
  const deliveryId = `delivery-${deliveries}`;
  const event = { kind: 'push', repository: { id: 2 } } as never;
  await world.stores.record({ id: deliveryId, name: 'push', receivedAt: START, event });
  const outcome = { deliveryId, outcome: 'configuration_held', deployments: [], now: START } as const;
  await world.stores.commitPlan({ ...outcome, commitRuns: [RUN] });
  const run = await world.stores.getCommitRun(RUN.id);
  if (!run) throw new Error('The run is not stored.');
  return run;
}

test('is written once, concluded, with its annotations', async () => {
  world.writer.commitJudged(await plan());
  await world.pass(SECOND * 5);
  expect(world.api.runs).toMatchObject([
    {
      name: 'Meltano Deploy configuration',
      head_sha: RUN.sha,
      external_id: RUN.id,
      status: 'completed',
      conclusion: 'failure',
      output: { annotations: [{ path: '.github/meltano-deploy.yml', start_line: 3, start_column: 5 }] },
    },
  ]);
  expect(await world.stores.listOwedCommitRuns()).toEqual([]);
  expect((await plan()).checkRunId).toBe(1);
  expect(world.api.writes()).toHaveLength(1);
});

test('whose answer was lost is found again by the next process, and not created twice', async () => {
  world.api.next({ failure: LOST, made: true });
  world.writer.commitJudged(await plan());
  await world.pass(0);
  await world.restart();
  for (const run of await world.stores.listOwedCommitRuns()) world.writer.commitJudged(run);
  // After a minute the app looks for a second one.
  await world.pass(SECOND * 90);
  expect(world.api.runs).toHaveLength(1);
  expect(world.api.annotations.get(1)).toHaveLength(1);
  expect(await world.stores.listOwedCommitRuns()).toEqual([]);
});
