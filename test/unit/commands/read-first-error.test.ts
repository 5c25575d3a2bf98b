import { beforeEach, describe, expect, test } from 'vitest';
import {
  createFirstErrorReader,
  createPipelineErrorReader,
  type FirstErrorReader,
} from '../../../src/commands/read-first-error.ts';
import type { Account } from '../../../src/domain/account.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import {
  describePipeline,
  type PipelineOutcome,
  type PipelineWatch,
} from '../../../src/domain/pipeline-watch.ts';
import { createLogExcerptBuilder } from '../../../src/logs/log-excerpt-builder.ts';
import { createRedactor } from '../../../src/logs/redact.ts';
import { REPOSITORY, World } from '../deploying/reconcile-world.ts';
import { buildWatch } from '../domain/pipeline-builder.ts';

const SECRET = ['a-secret', 'of-the-app'].join('-');

let world: World;
let failed: Deployment;
let served: boolean;
let readError: FirstErrorReader;

beforeEach(async () => {
  world = await World.open();
  const { id } = await world.push();
  await world.step();
  world.meltano.moveJob({ status: 'ERROR' });
  world.meltano.logs.set(world.meltano.jobs[0]?.id ?? '', ['Installing', `ERROR: ${SECRET} is wrong`, 'Bye']);
  await world.runUntilIdle();
  failed = await world.read(id);
  served = true;
  const redactor = createRedactor({ secrets: [SECRET] });
  readError = createFirstErrorReader({
    accounts: { byKey: () => (served ? ({ api: world.meltano } as unknown as Account) : null) },
    newBuilder: () => createLogExcerptBuilder(redactor),
  });
});

test('the first error of a failed job, without secrets', async () => {
  expect(failed.reason).toBe('job_error');
  expect(await readError(failed, REPOSITORY)).toEqual({ message: '[redacted] is wrong', advice: null });
});

test.each<[string, Partial<Deployment>, boolean]>([
  ['a public repository', {}, false],
  ['a log that the configuration hides', { log: 'none' }, true],
  ['another end', { reason: 'job_stopped' }, true],
  ['one that goes on', { state: 'running' }, true],
  ['no job', { jobId: null }, true],
])('%s: none is shown', async (_, differences, isPrivate) => {
  const repository = { ...REPOSITORY, private: isPrivate };
  expect(await readError({ ...failed, ...differences }, repository)).toBeNull();
});

test.each(['live', 'final'] as const)('the configuration shows it (%s) in public', async (log) => {
  const shown = await readError({ ...failed, log }, { ...REPOSITORY, private: false });
  expect(shown?.message).toMatch(/is wrong$/);
});

test('an error stays as it was first read, and so does an unreadable one', async () => {
  const first = await readError(failed, REPOSITORY);
  served = false;
  expect(await readError(failed, REPOSITORY)).toBe(first);
  const other = { ...failed, id: 'other' };
  expect(await readError(other, REPOSITORY)).toBeNull();
  served = true;
  expect(await readError(other, REPOSITORY)).toBeNull();
});

describe('the error of a job of a pipeline', () => {
  const read = (
    differences: Partial<Omit<PipelineWatch, 'pipelines'>>,
    outcome: PipelineOutcome | null,
    isPrivate: boolean,
  ) => {
    const pipeline = {
      ...describePipeline({ id: 'p', name: 'facebook' }, { file: null, isStarted: true }),
      jobId: failed.jobId,
      outcome,
    };
    const readPipelineError = createPipelineErrorReader({
      accounts: { byKey: () => ({ api: world.meltano }) as unknown as Account },
      newBuilder: () => createLogExcerptBuilder(createRedactor({ secrets: [SECRET] })),
    });
    const repository = { ...REPOSITORY, private: isPrivate };
    return readPipelineError(buildWatch(differences), pipeline, repository);
  };

  test.each<[string, Partial<Omit<PipelineWatch, 'pipelines'>>, PipelineOutcome | null, boolean]>([
    ['a run in private', { purpose: 'run' }, 'failed', true],
    ['a run in public, if the configuration shows logs', { purpose: 'run', log: 'final' }, 'failed', false],
    ['a verification in private', { purpose: 'verification', log: 'none' }, 'failed', true],
  ])('is shown of %s, without secrets', async (_, watch, outcome, isPrivate) => {
    expect((await read(watch, outcome, isPrivate))?.message).toBe('[redacted] is wrong');
  });

  test.each<[string, Partial<Omit<PipelineWatch, 'pipelines'>>, PipelineOutcome | null, boolean]>([
    ['a run in public', { purpose: 'run' }, 'failed', false],
    ['a run whose log is hidden', { purpose: 'run', log: 'none' }, 'failed', true],
    ['a verification in public', { purpose: 'verification', log: 'live' }, 'failed', false],
    ['one that goes on', { purpose: 'run' }, null, true],
    ['one that was stopped', { purpose: 'run' }, 'stopped', true],
  ])('is not read of %s', async (_, watch, outcome, isPrivate) => {
    expect(await read(watch, outcome, isPrivate)).toBeNull();
    expect(world.meltano.timesOf('readLog')).toEqual([]);
  });
});
