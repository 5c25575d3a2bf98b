import { describe, expect, test } from 'vitest';
import { renderText } from '../../../../src/reporting/render/render-text.ts';
import { makeLog, makeRun, makeView } from './make-check-run-view.ts';

const number = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
const failed = makeRun(38, { reason: 'job_error' });
const render = (log: ReturnType<typeof makeLog> | null, deployment = failed) =>
  renderText(makeView(deployment, { log }));
/** A log's end with `kept` lines. */
const cutLog = (total: number, kept: number, error: number | null = null) =>
  makeLog(number(total - kept + 1, total), {
    totalLines: total,
    omittedLines: total - kept,
    firstError:
      error === null
        ? null
        : { line: error, message: 'x', words: 'x', context: number(error - 5, error + 10), contextBefore: 5 },
  });

describe('nothing to show', () => {
  test.each([null, makeLog([])])('%j', (log) => {
    expect(render(log)).toBeUndefined();
  });
});

test('the whole log where it fits', () => {
  expect(render(makeLog(['one', '```', 'three']))).toBe('````\none\n```\nthree\n````');
  const lines = ['x'.repeat(65_535 - 8)];
  expect(Buffer.byteLength(render(makeLog(lines)) ?? '')).toBe(65_535);
});

test('while it runs, what there is', () => {
  expect(render(makeLog(['one'], { complete: false }), { state: 'running', jobId: 'j' })).toBe(
    '```\none\n```',
  );
});

test('a log that could not be read to its end says so', () => {
  expect(render(makeLog(['one'], { complete: false }))).toBe(
    '**The log could not be read to its end.**\n\n```\none\n```',
  );
  expect(render({ ...cutLog(20_000, 3), complete: false })).toMatch(
    /\n```\n\n\*\*The log could not be read to its end\.\*\*$/,
  );
});

test('the tail, and how much is missing before it', () => {
  expect(render(cutLog(20_000, 3))).toMatch(
    /^19,997 lines are omitted\. View the whole log on \[`Meltano Cloud`\]\(\S+\)\. The last 3 lines:\n\n```\nline 19998\nline 19999\nline 20000\n```$/,
  );
});

test('the first error before the tail', () => {
  const text = render(cutLog(902_114, 3, 12)) ?? '';
  const [before, context, between, tail] = text.split(/\n*```\n*/);
  expect(before).toBe('Error in line 12 of 902,114:');
  expect(context?.split('\n')).toEqual(number(7, 22));
  expect(between).toMatch(/^902,089 lines are omitted\. .* The last 3 lines:$/);
  expect(tail?.split('\n')).toEqual(number(902_112, 902_114));
});

// Lines 89 to 100 were kept.
test.each([
  ['apart from the tail', 70, [...number(65, 80), ...number(89, 100)], '8 lines are omitted'],
  ['right before the tail', 78, number(73, 100), 'The last 12 lines:'],
  ['reaching into the tail', 84, number(79, 100), 'The last 6 lines:'],
  ['reaching to the end', 90, number(85, 100), 'Error in line 90 of 100:'],
])('the surroundings of the first error %s: no line twice', (_, error, expected, sentence) => {
  const text = render(cutLog(100, 12, error)) ?? '';
  expect(text.match(/^line \d+$/gm)).toEqual(expected);
  expect(text).toContain(sentence);
});

test('an error within the tail is not shown apart', () => {
  expect(render(cutLog(20_000, 100, 19_950))).not.toContain('Error in line');
});

test('a tail that does not fit loses its beginning, never its end', () => {
  const wide = Array.from({ length: 100 }, (_, index) => `${index} ${'é'.repeat(900)}`);
  const text = render(makeLog(wide)) ?? '';
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_535);
  expect(Buffer.byteLength(text)).toBeGreaterThan(63_000);
  expect(text).toMatch(/\n99 é+\n```$/);
  expect(text).toMatch(/^64 lines are omitted/);
});
