import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { truncateBytes, truncateBytesFromStart } from '../../../src/domain/truncate-bytes.ts';

describe.each([
  ['truncateBytes', truncateBytes, (text: string, part: string) => text.startsWith(part)],
  ['truncateBytesFromStart', truncateBytesFromStart, (text: string, part: string) => text.endsWith(part)],
])('%s', (_, truncate, isPart) => {
  test('keeps whole code points, as many as fit', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.integer({ min: -1, max: 120 }),
        (text, limit) => {
          const cut = truncate(text, limit);
          const size = Buffer.byteLength(cut);
          expect([isPart(text, cut), cut.isWellFormed(), size <= Math.max(0, limit)]).toEqual([
            true,
            true,
            true,
          ]);
          // One more code point (4 bytes at most) would have been too much.
          if (cut !== text) expect(size).toBeGreaterThan(limit - 4);
        },
      ),
    );
  });
});

test.each([
  ['häuser', 2, 'h'],
  ['häuser', 3, 'hä'],
  ['🎉🎉', 7, '🎉'],
  ['🎉🎉', 3, ''],
])('%s in %i bytes', (text, limit, begin) => {
  expect(truncateBytes(text, limit)).toBe(begin);
});
