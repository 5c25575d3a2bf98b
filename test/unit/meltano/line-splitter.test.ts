import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineSplitter } from '../../../src/meltano/line-splitter.ts';

function split(chunks: readonly Uint8Array[]) {
  const splitter = new LineSplitter();
  const batches = chunks.flatMap((chunk) => [...splitter.push(chunk)]);
  const rest = splitter.rest();
  return {
    batches: batches.map((batch) => batch.lines),
    lines: batches.flatMap((batch) => batch.lines),
    cut: batches.flatMap((batch) => [...batch.cut]),
    count: splitter.count,
    rest: rest?.lines[0] ?? null,
    restCut: rest?.cut.get(0) ?? 0,
  };
}

const bytes = (text: string) => new TextEncoder().encode(text);

function cutAt(whole: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [
    0,
    ...places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b),
    whole.length,
  ];
  return sorted.slice(1).map((end, index) => whole.subarray(sorted[index], end));
}

describe('LineSplitter', () => {
  test('wherever the chunks are cut, in the middle of a character too, the lines are the same', () => {
    const text = fc.array(
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\n', '\r\n', '\r', '€', '🚀')),
    );
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 8 }), (parts, places) => {
        // A byte order mark at the start is no text.
        const whole = `x${parts.join('')}`;
        const ended = whole.split('\n');
        const rest = ended.pop();
        const { lines, count, rest: left } = split(cutAt(bytes(whole), places));
        expect(lines).toEqual(ended.map((line) => line.replace(/\r$/, '')));
        expect(count).toBe(ended.length);
        expect(left).toBe(rest === '' ? null : rest);
      }),
    );
  });

  test('carriage returns inside a line are kept', () => {
    expect(split([bytes('10%\r20%\r\r\nnext\r')])).toMatchObject({ lines: ['10%\r20%\r'], rest: 'next\r' });
  });

  test('only a newline ends a line', () => {
    expect(split([bytes('a\u2028b\u0085c\vd\fe\n')]).lines).toHaveLength(1);
  });

  test('bytes that are not UTF-8 do not stop it', () => {
    expect(split([Uint8Array.of(0x61, 0xff, 0x0a)]).lines).toEqual(['a\ufffd']);
  });

  const limit = 64 * 1024;

  test('a line of 10 MB is cut, says by how much, and counts once', () => {
    const chunk = bytes('x'.repeat(1024 * 1024));
    const ten = Array.from({ length: 10 }, () => chunk);
    const { lines, count, cut } = split([bytes('first\n'), ...ten, bytes('\nnext\n')]);
    expect(lines).toEqual(['first', 'x'.repeat(limit), 'next']);
    expect(cut).toEqual([[0, 10 * 1024 * 1024 - limit]]);
    expect(count).toBe(3);
    expect(split(ten)).toMatchObject({ rest: 'x'.repeat(limit), restCut: 10 * 1024 * 1024 - limit });
  });

  test('a line of just the limit is not cut, and a character is never halved', () => {
    expect(split([bytes(`${'x'.repeat(limit)}\n`)])).toMatchObject({ lines: ['x'.repeat(limit)], cut: [] });
    expect(split([bytes(`${'x'.repeat(limit)}`), bytes('\r'), bytes('\n')])).toMatchObject({
      lines: ['x'.repeat(limit)],
      cut: [],
    });
    expect(split([bytes(`${'x'.repeat(limit + 7)}\r\n`)]).cut).toEqual([[0, 7]]);
    const { lines, cut } = split([bytes(`${'x'.repeat(limit - 1)}🚀\n`)]);
    expect(lines[0]?.isWellFormed()).toBe(true);
    expect(cut).toEqual([[0, 1]]);
  });

  test('batches hold at most 500 lines and 64 KiB', () => {
    const many = split([bytes('line\n'.repeat(1200))]).batches;
    expect(many.map(({ length }) => length)).toEqual([500, 500, 200]);
    const long = split([bytes(`${'x'.repeat(30_000)}\n`.repeat(5))]).batches;
    expect(long.map(({ length }) => length)).toEqual([2, 2, 1]);
  });

  test('empty lines are lines', () => {
    expect(split([bytes('\n\n'), bytes('\n')])).toMatchObject({ lines: ['', '', ''], count: 3, rest: null });
  });
});
