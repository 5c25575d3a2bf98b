import { describe, expect, test } from 'vitest';
import {
  type FailedBefore,
  judgePipelines,
  keepFailing,
  noteFailedBefore,
  type ReadPipelines,
} from '../../../src/domain/judge-pipelines.ts';
import type { Pipeline } from '../../../src/domain/pipeline.ts';
import { renderTitle } from '../../../src/reporting/render/render-title.ts';
import { makeRun, makeView } from '../reporting/render/make-check-run-view.ts';
import { buildPipeline } from './pipeline-builder.ts';

const JOB_STARTED = 1_000;

function makePipeline(name: string, differences: Partial<Pipeline> = {}): Pipeline {
  const repositoryPath = `pipelines/${name}.yml`;
  return buildPipeline({ id: name, name, repositoryPath, lastModified: 500, ...differences });
}

function list(...pipelines: Pipeline[]) {
  return { pipelines, total: pipelines.length };
}

const namesOf = (pipelines: readonly { readonly name: string }[]) => pipelines.map(({ name }) => name);

describe('the list from before', () => {
  test('holds what was failing', () => {
    const before = list(makePipeline('a'), makePipeline('b', { status: 'FAILED', lastModified: 7 }));
    expect(noteFailedBefore(before)).toEqual([{ id: 'b', lastModified: 7 }]);
  });

  test('that is incomplete counts as none', () => {
    expect(noteFailedBefore({ pipelines: [makePipeline('a')], total: 2 })).toBeNull();
    expect(noteFailedBefore({ pipelines: [makePipeline('a')], total: null })).toEqual([]);
  });
});

describe('a FAILED pipeline', () => {
  const judge = (failedBefore: readonly FailedBefore[] | null, lastModified: number | null) =>
    judgePipelines({
      list: list(makePipeline('a', { status: 'FAILED', lastModified })),
      failedBefore,
      jobStartTime: JOB_STARTED,
    });

  test.each<[string, readonly FailedBefore[] | null, number | null, 'failed' | 'failedBefore']>([
    ['that was not failing before', [], 500, 'failed'],
    ['that was failing before', [{ id: 'a', lastModified: 500 }], 500, 'failedBefore'],
    ['that was changed since', [{ id: 'a', lastModified: 500 }], 2_000, 'failed'],
    ['whose change is unknown', [{ id: 'a', lastModified: null }], 2_000, 'failedBefore'],
    ['without a list, changed after the job began', null, JOB_STARTED + 1, 'failed'],
    ['without a list, changed when the job began', null, JOB_STARTED, 'failedBefore'],
    ['without a list and a time', null, null, 'failedBefore'],
  ])('%s', (_, failedBefore, lastModified, kind) => {
    const { failed, failedBefore: before } = judge(failedBefore, lastModified);
    expect({ failed: namesOf(failed), failedBefore: namesOf(before) }).toEqual({
      failed: [],
      failedBefore: [],
      [kind]: ['a'],
    });
  });
});

test('drafts are not counted; unknown statuses are not ready', () => {
  const judged = judgePipelines({
    list: {
      pipelines: [
        makePipeline('draft', { status: 'DRAFT' }),
        makePipeline('odd', { status: 'MIGRATING' }),
        makePipeline('slow', { status: 'PROVISIONING', triggeredBy: ['DEPLOY'] }),
        makePipeline('good'),
      ],
      total: 6,
    },
    failedBefore: [],
    jobStartTime: null,
  });
  expect(judged).toMatchObject({ counted: 3, failed: [], failedBefore: [], unlisted: 2 });
  expect([namesOf(judged.unknown), namesOf(judged.settingUp)]).toEqual([['odd'], ['slow']]);
  expect(judged.runs).toEqual([{ id: 'slow', name: 'slow' }]);
});

/** One pipeline: its status before the start and at each look; null where it isn't listed. */
const STATUSES = ['DRAFT', 'PROVISIONING', 'READY', 'FAILED', 'MIGRATING', null] as const;
type Status = (typeof STATUSES)[number];

interface Course {
  readonly before: Status | 'unread';
  readonly looks: readonly Status[];
  /** Whether Meltano Cloud notes each change of a status as a modification. */
  readonly isNoted: boolean;
}

/** What the last look says. */
function play({ before, looks, isNoted }: Course): ReadPipelines | null {
  let lastModified = 500;
  let present: Status = before === 'unread' ? 'READY' : before;
  const listNow = () =>
    list(...(present === null ? [] : [makePipeline('a', { status: present, lastModified })]));
  let failedBefore = before === 'unread' ? null : noteFailedBefore(listNow());
  let judged: ReadPipelines | null = null;
  for (const [index, status] of looks.entries()) {
    if (isNoted && status !== present) lastModified = JOB_STARTED + 1 + index;
    present = status;
    const look = { list: listNow(), failedBefore, jobStartTime: JOB_STARTED };
    judged = judgePipelines(look);
    failedBefore = keepFailing(look, judged);
  }
  return judged;
}

/** FAILED at the end, and not FAILED at some time since before the start. */
function hasNewlyFailed({ before, looks }: Course): boolean {
  const known = before === 'unread' ? 'READY' : before;
  return looks.at(-1) === 'FAILED' && [known, ...looks].some((status) => status !== 'FAILED');
}

/** Without a list or a time, nothing can tell. */
function canTell({ before, looks, isNoted }: Course): boolean {
  return isNoted || (before !== 'unread' && !looks.includes(null));
}

test('no sequence of statuses makes a green title that leaves out a newly failed pipeline', () => {
  const sequences = (length: number): Status[][] =>
    length === 0 ? [[]] : sequences(length - 1).flatMap((one) => STATUSES.map((status) => [...one, status]));
  const courses = [true, false].flatMap((isNoted) =>
    [...STATUSES, 'unread' as const].flatMap((before) =>
      [1, 2, 3, 4].flatMap((length) => sequences(length).map((looks) => ({ before, looks, isNoted }))),
    ),
  );
  const told = courses.filter(canTell);
  expect(told.length).toBeGreaterThan(10_000);
  const wrong = told.filter((course) => {
    const pipelines = play(course);
    const isRed = (pipelines?.failed.length ?? 0) > 0;
    const ending = isRed
      ? ({ conclusion: 'failure', reason: 'pipelines_failed' } as const)
      : ({ conclusion: 'success', reason: 'job_complete' } as const);
    const title = renderTitle(makeView(makeRun(42, { ...ending, pipelines })));
    if (!hasNewlyFailed(course)) return isRed || title.includes('failed');
    return !isRed || title !== 'Deployed, but 1 of 1 pipeline failed: a';
  });
  expect(wrong).toEqual([]);
});
