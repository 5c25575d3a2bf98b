import { expect, test } from 'vitest';
import {
  judgeCheck,
  renderFindingAnnotations,
  renderFindingSummary,
  renderLeftOut,
  renderLine,
  renderWorkflowCommand,
} from '../../../src/project/render-findings.ts';
import { checkFiles } from './check-files.ts';
import { SAMPLE_WORKSPACE } from './sample-workspace.ts';

const NOTE = { 'plugins/files/left--over.lock': '{}' };

test('no problems: what was looked at', async () => {
  expect(judgeCheck(await checkFiles({ ...SAMPLE_WORKSPACE, ...NOTE }))).toEqual({
    conclusion: 'success',
    title: 'No problems in 3 pipelines and 8 plugins',
  });
});

test('warnings only: neutral', async () => {
  const files = { ...SAMPLE_WORKSPACE, 'pipelines/x.yml': 'owner: me\ntriggered_by: nobody\n' };
  expect(judgeCheck(await checkFiles(files))).toEqual({
    conclusion: 'neutral',
    title: '2 warnings in 4 pipelines and 8 plugins',
  });
});

test('errors: the first one is the title', async () => {
  const files = { ...SAMPLE_WORKSPACE, 'pipelines/google-ads.yml': 'owner: me\ndata_component: Lake\n' };
  expect(judgeCheck(await checkFiles(files))).toEqual({
    conclusion: 'failure',
    title: 'pipelines/google-ads.yml:2: unknown key data_component; did you mean data_components?',
  });
});

test('at most 50 annotations, errors first, and no notes; the summary counts the rest', async () => {
  const warnings = Array.from({ length: 60 }, (_, index) => `owner${index}: me\n`).join('');
  const check = await checkFiles({
    ...SAMPLE_WORKSPACE,
    ...NOTE,
    'pipelines/a.yml': warnings,
    'pipelines/é z.yml': 'timeout: 1\ntimeouts: 2\ntimeout: 3\n',
  });
  const annotations = renderFindingAnnotations(check);
  expect(annotations).toHaveLength(50);
  expect(annotations[0]).toEqual({
    path: 'pipelines/é z.yml',
    start_line: 3,
    end_line: 3,
    start_column: 1,
    end_column: 1,
    annotation_level: 'failure',
    message: 'This key is in this section twice: keep one of the two.',
  });
  expect(new Set(annotations.map(({ path }) => path))).toEqual(
    new Set(['pipelines/é z.yml', 'pipelines/a.yml']),
  );
  expect(renderFindingSummary(check)).toBe(
    '1 error, 61 warnings; 12 of them are not shown on their lines.\n' +
      '- `plugins/files/left--over.lock:1`: `no plugin uses this lock file`',
  );
});

test('the summary names skipped rules and omitted files, and outside text in it is never rendered', async () => {
  const path = 'pipelines/<img> @team.yml';
  const check = await checkFiles({ 'meltano.yml': 'a: [', [path]: '#'.repeat(300 * 1024) });
  expect(renderFindingSummary(check).split('\n')).toEqual([
    '1 error, 0 warnings.',
    expect.stringMatching(/^Not checked, because a file can't be read: `unknown-environment`, /),
    'Left out: `pipelines/<img> @team.yml`, because it is larger than 256 KiB.',
  ]);
});

test('of many omitted files some are named, and the others counted', async () => {
  const many = Array.from({ length: 25 }, (_, n) => [`pipelines/${n + 10}.yml`, '#'.repeat(300 * 1024)]);
  const check = await checkFiles({ 'meltano.yml': '', ...Object.fromEntries(many) });
  const lines = renderFindingSummary(check).split('\n');
  expect(lines.slice(-2)).toEqual([
    'Left out: `pipelines/29.yml`, because it is larger than 256 KiB.',
    'Left out: 5 more files.',
  ]);
  expect(check.leftOut.slice(0, 1).map(renderLeftOut)).toEqual([
    '::notice file=pipelines/10.yml,title=left-out::This file was left out: it is larger than 256 KiB.',
  ]);
});

test('a line stays one line, whatever a path holds', () => {
  const finding = {
    code: 'x',
    level: 'error',
    path: 'a\n\u001b[2J',
    line: 1,
    column: 2,
    message: 'm',
  } as const;
  expect(renderLine(finding)).toBe('a\uFFFD\uFFFD[2J:1:2: error: m [x]');
});

test('a workflow command stays one command, whatever a path or a message holds', () => {
  const finding = {
    code: 'x',
    level: 'warning',
    path: 'a,b:c\n.yml',
    line: 1,
    column: 2,
    message: '1%\n::error::x',
  } as const;
  expect(renderWorkflowCommand(finding)).toBe(
    '::warning file=a%2Cb%3Ac%0A.yml,line=1,col=2,title=x::1%25%0A::error::x',
  );
});
