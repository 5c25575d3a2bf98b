import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLogExcerptBuilder } from '../../../src/logs/log-excerpt-builder.ts';
import { createRedactor } from '../../../src/logs/redact.ts';

const secret = ['own', 'secret', String(Math.random()).slice(2)].join('-');
const build = () => createLogExcerptBuilder(createRedactor({ secrets: [secret] }));
const sizeOf = (lines: readonly string[]) => Buffer.byteLength(lines.map((line) => `${line}\n`).join(''));
const number = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => `line ${from + index}`);

describe('a log that fits', () => {
  test('is kept whole, cleaned and redacted', async () => {
    const builder = build();
    await builder.add(['\u001b[32mgreen\u001b[0m', `with ${secret}`]);
    await builder.add(['', 'password=hunter22  ']);
    expect(builder.excerpt(true)).toEqual({
      totalLines: 4,
      omittedLines: 0,
      tail: ['green', 'with [redacted]', '', 'password=[redacted]'],
      firstError: null,
      locatedErrors: [],
      redactions: 2,
      complete: true,
    });
  });

  test('nothing was read', () => {
    expect(build().excerpt(false)).toEqual({
      totalLines: 0,
      omittedLines: 0,
      tail: [],
      firstError: null,
      locatedErrors: [],
      redactions: 0,
      complete: false,
    });
  });

  test('an excerpt is not changed by what comes later', async () => {
    const builder = build();
    await builder.add(['Error: one', 'two']);
    const excerpt = builder.excerpt(false);
    const copy = structuredClone(excerpt);
    await builder.add(['three']);
    expect(excerpt).toEqual(copy);
  });
});

describe('a log that is too long', () => {
  test('keeps its end within the budget', async () => {
    const builder = build();
    for (let from = 1; from <= 20_000; from += 1000) await builder.add(number(1000, from));
    const { totalLines, omittedLines, tail } = builder.excerpt(true);
    expect(totalLines).toBe(20_000);
    expect(tail).toEqual(number(20_000 - omittedLines, omittedLines + 1));
    expect(sizeOf(tail)).toBeLessThanOrEqual(65_500);
    expect(sizeOf([`line ${omittedLines}`, ...tail])).toBeGreaterThan(65_500);
  });

  test('keeps the first error with its surroundings, however far back', async () => {
    const builder = build();
    await builder.add(number(100));
    await builder.add(['Error: the first', ...number(200, 102)]);
    for (let from = 302; from < 100_000; from += 10_000)
      await builder.add(['Error: a later one', ...number(10_000, from)]);
    expect(builder.excerpt(true).firstError).toEqual({
      line: 101,
      message: 'the first',
      words: 'the first',
      contextBefore: 5,
      context: [...number(5, 96), 'Error: the first', ...number(10, 102)],
    });
  });

  test('has the surroundings of the error that it turns out to be', async () => {
    const lines = [
      ...number(8),
      'ERROR Table orders is locked',
      'INFO Closing connections',
      'ERROR Loading users failed: timed out',
      'INFO Retrying in 5 s',
      'ERROR Job failed',
    ];
    const builder = build();
    await builder.add(lines.slice(0, 11));
    await builder.add(lines.slice(11));
    expect(builder.excerpt(true).firstError).toEqual({
      line: 9,
      message: 'Table orders is locked',
      words: 'Table orders is locked',
      contextBefore: 5,
      context: lines.slice(3),
    });
  });

  test.each([1, 2, 3, 4, 7, 100])('does not depend on how it comes in: %i lines at a time', async (size) => {
    const lines = [
      'one',
      'Traceback (most recent call last):',
      '  File "x"',
      'ValueError: bad',
      '  in "a.yml", line 3',
      ...number(30),
    ];
    const builder = build();
    for (let at = 0; at < lines.length; at += size) await builder.add(lines.slice(at, at + size));
    expect(builder.excerpt(true).firstError).toEqual({
      line: 4,
      message: 'a.yml:3 bad',
      words: 'a.yml:3 bad',
      contextBefore: 3,
      context: lines.slice(0, 14),
    });
  });

  test('cuts long lines, around an error shorter than the error', async () => {
    const builder = build();
    await builder.add(['a'.repeat(3000), `Error: ${'b'.repeat(3000)}`, 'c'.repeat(100_000)]);
    const { tail, firstError } = builder.excerpt(true);
    // A note that needs a digit less than it could have leaves a character's room.
    expect(tail.map((line) => line.length)).toEqual([2000, 2000, 1999]);
    expect(tail[2]).toBe(`${'c'.repeat(1977)} … (+98023 characters)`);
    expect(firstError?.context.map((line) => line.length)).toEqual([500, 2000, 500]);
  });

  test('says how much of a line is missing, also of one that was not even read whole', async () => {
    const builder = build();
    await builder.add(['short', 'x'.repeat(65_536), 'y'.repeat(70_000)], new Map([[1, 10_420_224]]));
    const { tail } = builder.excerpt(true);
    expect(tail[0]).toBe('short');
    expect(tail[1]).toMatch(/^x{1973,} … \(\+\d+ characters\)$/);
    for (const [index, length] of [
      [1, 10_485_760],
      [2, 70_000],
    ] as const) {
      const [, shown = '', left] = /^([xy]+) … \(\+(\d+) characters\)$/.exec(tail[index] ?? '') ?? [];
      expect(shown.length + Number(left)).toBe(length);
    }
  });

  test('finds a secret that the cut would split', async () => {
    for (const before of [1970, 1990, 2000]) {
      const builder = build();
      await builder.add([`${'x'.repeat(before)}${secret}${'y'.repeat(500)}`]);
      const { tail, redactions } = builder.excerpt(true);
      expect(redactions).toBe(1);
      for (let length = 4; length < secret.length; length++)
        expect(tail[0]).not.toContain(secret.slice(0, length));
    }
  });
});

test('any log stays within the budget and keeps its last lines', async () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('Error: x', 'é'.repeat(1999), '🎉'.repeat(3000), 'x'.repeat(5000)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(line, { maxLength: 30 }), { maxLength: 5 }), async (batches) => {
      const builder = build();
      for (const batch of batches) await builder.add(batch);
      const { totalLines, omittedLines, tail, firstError } = builder.excerpt(true);
      expect(totalLines).toBe(batches.flat().length);
      expect(tail).toHaveLength(totalLines - omittedLines);
      expect(sizeOf(tail)).toBeLessThanOrEqual(65_500);
      if (firstError !== null) expect(sizeOf(firstError.context)).toBeLessThanOrEqual(32_000);
    }),
    { numRuns: 60 },
  );
});
