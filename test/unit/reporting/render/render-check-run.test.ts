import fc from 'fast-check';
import { Lexer } from 'marked';
import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../../../src/domain/deployment.ts';
import { formatExternalId, parseExternalId } from '../../../../src/domain/external-id.ts';
import type { CheckRunView } from '../../../../src/reporting/render/check-run-view.ts';
import { nameCheckRun } from '../../../../src/reporting/render/name-check-run.ts';
import { renderCheckRun } from '../../../../src/reporting/render/render-check-run.ts';
import {
  makeDeployment,
  makeLog,
  makeRun,
  makeView,
  SHA,
  START,
  WORKSPACE_ID,
} from './make-check-run-view.ts';

describe('fields', () => {
  const id = '5d0c3b1e-53ad-4b62-9d4e-6e0d8a3f1c22';

  test.each<[string, Partial<Deployment>, object]>([
    [
      'waiting',
      {},
      { status: 'queued', started_at: '2026-06-10T07:13:39Z', external_id: `${WORKSPACE_ID}/${id}` },
    ],
    ['starting', { state: 'starting' }, { status: 'queued' }],
    [
      'queued',
      { state: 'queued', jobId: 'j', jobStatus: 'QUEUED' },
      { status: 'queued', external_id: `${WORKSPACE_ID}/${id}/j` },
    ],
    [
      'running',
      { state: 'running', jobId: 'j', jobStartedAt: START + 5000 },
      { status: 'in_progress', started_at: '2026-06-10T07:13:44Z' },
    ],
    [
      'concluded',
      makeRun(102, { conclusion: 'success', reason: 'job_complete' }),
      {
        status: 'completed',
        conclusion: 'success',
        started_at: '2026-06-10T07:13:44Z',
        completed_at: '2026-06-10T07:15:26Z',
      },
    ],
    [
      'concluded without a job',
      { state: 'concluded', conclusion: 'failure', reason: 'start_refused', concludedAt: START + 3000 },
      {
        status: 'completed',
        conclusion: 'failure',
        started_at: '2026-06-10T07:13:39Z',
        completed_at: '2026-06-10T07:13:42Z',
      },
    ],
    [
      'ended before it began, by another clock',
      makeRun(-20, { conclusion: 'success', reason: 'job_complete' }),
      { started_at: '2026-06-10T07:13:44Z', completed_at: '2026-06-10T07:13:44Z' },
    ],
  ])('%s', (_, deployment, expected) => {
    const fields = renderCheckRun(makeView(deployment));
    expect(fields).toMatchObject({
      name: 'Meltano Deploy (Analytics)',
      head_sha: SHA,
      details_url: `https://app.meltano.com/workspaces/${WORKSPACE_ID}`,
      ...expected,
    });
    if (fields.status !== 'completed') expect(fields).not.toHaveProperty('conclusion');
  });
});

test('a gate that opened leaves no advice and no button to go past it', () => {
  const ended = {
    state: 'concluded',
    conclusion: 'skipped',
    reason: 'checks_failed',
    problem: '"test" failed',
  } as const;
  const closed = renderCheckRun(makeView(ended));
  expect(closed.output.summary).toContain('press Deploy here');
  expect(closed.actions?.map(({ label }) => label)).toEqual(['Deploy', 'Redeploy']);
  const supersededBy = { sha: SHA, checkRunUrl: 'https://github.com/acme/data/runs/7' };
  const opened = renderCheckRun(makeView({ ...ended, supersededBy: 'next' }, { supersededBy }));
  expect(opened.output.summary).toContain(
    `**The gate has opened.** What follows is in a new check run, of [`,
  );
  expect(opened.output.summary).toContain(supersededBy.checkRunUrl);
  expect(opened.output.summary).not.toContain('press Deploy here');
  expect(opened.actions?.map(({ label }) => label)).toEqual(['Redeploy']);
});

describe('a public repository', () => {
  const leak = 'SECRET-OF-THE-LOG';
  const log = makeLog(['x', leak], {
    firstError: { line: 2, message: leak, words: leak, context: ['x', leak], contextBefore: 1 },
    redactions: 7,
  });
  const publicly = (view: CheckRunView): CheckRunView => ({
    ...view,
    repository: { ...view.repository, private: false },
  });

  test.each<[string, Partial<Deployment>]>([
    ['running', { state: 'running', jobId: 'j', jobStartedAt: START, jobStatus: 'RUNNING' }],
    ['failed', makeRun(38, { conclusion: 'failure', reason: 'job_error' })],
    ['deployed', makeRun(38, { conclusion: 'success', reason: 'job_complete' })],
  ])('%s: shows nothing of the log, and says where it is', (_, deployment) => {
    const view = makeView(deployment, { log });
    expect(JSON.stringify(renderCheckRun(view))).toContain(leak);
    const fields = renderCheckRun(publicly(view));
    expect(JSON.stringify(fields)).not.toContain(leak);
    // Not left out: GitHub may keep the text of an update before.
    expect(fields.output.text?.split('\n\n')[0]).toBe('The log is hidden.');
    expect(fields.output.summary).not.toMatch(/7 secret|redacted from|line 2/);
    expect(fields.output.summary).toContain('Logs are hidden in public repositories.');
    expect(fields.output.summary).toContain(`on [\`Meltano Cloud\`](${view.workspaceUrl})`);
  });

  test('a title without the error', () => {
    const view = makeView(makeRun(38, { conclusion: 'failure', reason: 'job_error' }), { log });
    expect(renderCheckRun(publicly(view)).output.title).toBe('Failed after 38 s');
  });
});

const reasons = [
  'push',
  'job_error',
  'job_complete',
  'job_stopped',
  'superseded',
  'start_refused',
  'start_timeout',
  'start_unreadable',
  'watch_timeout',
  'watch_refused',
  'loop_brake',
  'no_longer_tracked',
  'paths_unchanged',
  'job_deleted',
  'no_workspace',
] as const;
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('`'.repeat(3000), '|', '\n\n', '```', 'x'.repeat(9000), '🎉'.repeat(900)),
);
const line = fc.oneof(
  text.map((value) => value.replace(/[\r\n]/g, '')),
  fc.constantFrom('x'.repeat(1999), '`'.repeat(2000), 'é'.repeat(2000)),
);
const time = fc.option(fc.integer({ min: 0, max: 4e12 }));
const deployments = fc.record({
  state: fc.constantFrom<Deployment['state'][]>('waiting', 'starting', 'queued', 'running', 'concluded'),
  reason: fc.constantFrom(...reasons),
  conclusion: fc.constantFrom<Deployment['conclusion'][]>('success', 'failure', 'none', null),
  workspaceName: text,
  branch: text,
  environment: fc.option(text),
  directory: fc.option(text),
  requestedBy: text,
  problem: fc.option(text),
  jobId: fc.option(fc.uuid()),
  jobStatus: fc.option(text),
  deployedSha: fc.option(text),
  acceptedAt: time,
  jobStartedAt: time,
  jobEndedAt: time,
  concludedAt: time,
});
const logs = fc
  .record({
    tail: fc.array(line, { maxLength: 80 }),
    omittedLines: fc.nat({ max: 1e6 }),
    firstError: fc.option(
      fc.record({
        line: fc.integer({ min: 1, max: 1e6 }),
        message: text,
        context: fc.array(line, { maxLength: 16 }),
        contextBefore: fc.nat({ max: 5 }),
        words: text,
      }),
    ),
    locatedErrors: fc.array(
      fc.record({
        path: text,
        line: fc.integer({ min: 1, max: 1e6 }),
        column: fc.option(fc.integer({ min: 1, max: 1e4 })),
        message: text,
      }),
      { maxLength: 50 },
    ),
    redactions: fc.nat(),
    complete: fc.boolean(),
  })
  .map((log) => ({ ...log, totalLines: log.tail.length + log.omittedLines }));
const other = fc.option(fc.record({ sha: text, checkRunUrl: fc.option(fc.webUrl()) }));
const views = fc
  .tuple(
    deployments,
    fc.record({ log: fc.option(logs), waitsFor: other, supersededBy: other, now: fc.nat() }),
  )
  .map(([deployment, view]) => makeView(deployment, view));

describe('any view', () => {
  test('keeps to the limits, well-formed, its title one line', () => {
    fc.assert(
      fc.property(views, (view) => {
        const { title, summary, text: body = '' } = renderCheckRun(view).output;
        expect(title).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/);
        expect([title.length > 0, title.length <= 255]).toEqual([true, true]);
        for (const part of [title, summary, body]) {
          expect(part.isWellFormed()).toBe(true);
          expect(Buffer.byteLength(part)).toBeLessThanOrEqual(65_535);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('is Markdown of our making only', () => {
    fc.assert(
      fc.property(views, (view) => {
        const { summary, text: body = '' } = renderCheckRun(view).output;
        const blocks = (markdown: string) =>
          Lexer.lex(markdown)
            .map(({ type }) => type)
            .filter((type) => type !== 'space');
        const inSummary = blocks(summary);
        expect(inSummary.filter((type) => type === 'table')).toHaveLength(1);
        expect(inSummary.every((type) => type === 'table' || type === 'paragraph')).toBe(true);
        expect(blocks(body).every((type) => type === 'code' || type === 'paragraph')).toBe(true);
        expect(blocks(body).filter((type) => type === 'code').length).toBeLessThanOrEqual(3);
      }),
      { numRuns: 500 },
    );
  });

  test('time changes the title of a running deployment at most', () => {
    fc.assert(
      fc.property(views, fc.nat(), (view, now) => {
        const [before, after] = [renderCheckRun(view), renderCheckRun({ ...view, now })];
        const { title: _, ...rest } = after.output;
        expect(before).toMatchObject({ ...after, output: rest });
        if (view.deployment.state !== 'running') expect(after).toEqual(before);
      }),
    );
  });
});

describe('external_id', () => {
  test('is read as it was written', () => {
    const known = makeDeployment({ jobId: 'job' });
    expect(parseExternalId(formatExternalId(known))).toEqual({
      workspaceId: WORKSPACE_ID,
      deploymentId: known.id,
      jobId: 'job',
    });
    expect(parseExternalId(formatExternalId(makeDeployment()))?.jobId).toBeNull();
  });

  test.each(['', 'a', '/', 'a/', '/b', 'a/b/', 'a/b/c/d'])('%j is not one', (value) => {
    expect(parseExternalId(value)).toBeNull();
  });
});

test.each([
  ['Analytics', false, 'Meltano Deploy (Analytics)'],
  ['Analytics', true, 'Meltano Deploy (Analytics) 71c0ef56'],
  ['x'.repeat(200), false, `Meltano Deploy (${'x'.repeat(80)})`],
  ['🎉'.repeat(200), true, `Meltano Deploy (${'🎉'.repeat(80)}) 71c0ef56`],
  ['  two\n lines\u0000\u202e ', false, 'Meltano Deploy (two  lines)'],
  [' \u200b ', false, 'Meltano Deploy (71c0ef56)'],
  ['', true, 'Meltano Deploy (71c0ef56)'],
])('the name of the check run of %j (duplicate: %s)', (workspaceName, duplicate, expected) => {
  expect(nameCheckRun({ workspaceName, workspaceId: WORKSPACE_ID, duplicate })).toBe(expected);
});
