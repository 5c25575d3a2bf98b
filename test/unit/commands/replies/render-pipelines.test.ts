import { expect, test } from 'vitest';
import { listExamples } from '../../../../scripts/command-docs/examples.ts';
import type { PipelineState, WorkspacePipelines } from '../../../../src/commands/pipelines/read-pipelines.ts';
import { renderReply } from '../../../../src/commands/replies/render-reply.ts';
import type { ReplyBody } from '../../../../src/commands/replies/reply-view.ts';
import { RUN_JOB_TYPE } from '../../../../src/domain/job.ts';
import type { Pipeline } from '../../../../src/domain/pipeline.ts';
import { buildJob } from '../../domain/job-builder.ts';
import { buildPipeline } from '../../domain/pipeline-builder.ts';

const STARTED = Date.UTC(2026, 5, 10, 7, 13, 39);

function render(body: ReplyBody): string {
  const [example] = listExamples();
  if (!example) throw new Error('There are no examples');
  return renderReply({ ...example.view, body });
}

function workspace(name: string) {
  return { id: name, name, branch: 'main', directory: null };
}

function read(name: string, ...pipelines: PipelineState[]): WorkspacePipelines {
  return { workspace: workspace(name), kind: 'read', pipelines };
}

function state(differences: Partial<Pipeline>, status: string | null = null, seconds = 38): PipelineState {
  const times = { created: STARTED, startTime: STARTED, endTime: STARTED + seconds * 1_000 };
  const lastRun = status === null ? null : buildJob({ type: RUN_JOB_TYPE, status, ...times });
  return { pipeline: buildPipeline(differences), lastRun };
}

function renderList(...read: WorkspacePipelines[]): string {
  return render({ kind: 'pipelines', workspaces: [], read });
}

test.each<[Partial<Pipeline>, string]>([
  [{ schedule: '0 0 9-17 * * MON-FRI' }, 'every hour, between 09:00 and 17:00, Monday through Friday, UTC'],
  [{ schedule: '0 */10 * * * *' }, 'every 10 minutes, UTC'],
  [{ schedule: '-' }, 'none'],
  [{ schedule: ' ' }, 'none'],
  [{ schedule: '@daily' }, '`@daily`'],
  [{ schedule: 'at noon' }, '`at noon`'],
  [{ triggeredBy: ['DEPLOY'] }, 'after a deployment'],
  [{ triggeredBy: ['google-ads', 'facebook'] }, 'after `google-ads` and `facebook`'],
  [{ schedule: '0 0 6 * * *', triggeredBy: ['deploy'] }, 'at 06:00, UTC; after a deployment'],
])('what starts a pipeline with %j: %s', (differences, words) => {
  expect(renderList(read('A', state(differences)))).toContain(`| \`READY\` | ${words} | none |`);
});

test.each([
  ['COMPLETE', 'Complete in 38 s, 2026-06-10 07:13 UTC'],
  ['ERROR', 'Failed after 38 s, 2026-06-10 07:13 UTC'],
  ['STOPPED', 'Stopped after 38 s, 2026-06-10 07:13 UTC'],
  ['RUNNING', 'Running, 2026-06-10 07:13 UTC'],
  ['QUEUED', 'Queued, 2026-06-10 07:13 UTC'],
  ['PAUSED', '`PAUSED`, 2026-06-10 07:13 UTC'],
])('a last run that is %s: %s', (status, words) => {
  expect(renderList(read('A', state({}, status)))).toContain(`| none | ${words} |`);
});

test('the time zone of schedules is named only where there is one', () => {
  expect(renderList(read('A', state({ schedule: '0 0 6 * * *' })))).toContain('Schedules are read as UTC');
  expect(renderList(read('A', state({})))).not.toContain('UTC');
});

test('several workspaces have a column, and what was not read is said', () => {
  const unknown = { pipeline: buildPipeline({ name: 'c' }), lastRun: undefined };
  const text = renderList(read('A', state({ name: 'a' })), read('B', state({ name: 'b' }), unknown), {
    workspace: workspace('C'),
    kind: 'unreadable',
    problem: 'Meltano Cloud did not answer',
  });
  expect(text).toContain('**3 pipelines** of [`A`](https://app.meltano.com/workspaces/A) and [`B`](');
  expect(text).toContain('| Workspace | Pipeline | Status | Schedule | Last run |');
  expect(text).toMatch(/\| \[`B`\]\(\S+\) \| `c` \| `READY` \| none \|\s+\|/);
  expect(text).toContain('The pipelines of [`C`](');
  expect(text).toContain('could not be read: `Meltano Cloud did not answer`.');
  expect(text).toContain('The last run of 1 pipeline was not read.');
});

test.each<[string, WorkspacePipelines[], string]>([
  ['no pipelines', [read('A')], ''],
  ['none that fails', [read('A', state({}), state({}, 'COMPLETE'))], 'No failing pipelines (of 2).'],
  ['one', [read('A', state({ status: 'FAILED' }), state({}))], '**1 of 2 pipelines is failing:**'],
  [
    'several',
    [read('A', state({ status: 'FAILED' })), read('B', state({}, 'ERROR'))],
    '**2 of 2 pipelines are failing:**',
  ],
])('status names failing pipelines: %s', (_, failing, words) => {
  const text = render({ kind: 'status', workspaces: [], statuses: [], pipelines: true, failing });
  if (words === '') expect(text).not.toContain('ipeline');
  else expect(text).toContain(words);
});

test('a workspace without pipelines says so', () => {
  expect(renderList(read('A'))).toMatch(/^\*\*No pipelines\*\* of \[`A`\]\(\S+\)\./);
});
