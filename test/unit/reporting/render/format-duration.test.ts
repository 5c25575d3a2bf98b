import { expect, test } from 'vitest';
import { formatDuration } from '../../../../src/reporting/render/format-numbers.ts';

test.each([
  [-5, '0 s'],
  [999, '0 s'],
  [38_400, '38 s'],
  [60_000, '1 min'],
  [70_000, '1 min 10 s'],
  [102_999, '1 min 42 s'],
  [180_000, '3 min'],
  [3_599_999, '59 min 59 s'],
  [3_600_000, '1 h'],
  [3_900_000, '1 h 5 min'],
  [94_000_000, '26 h 6 min'],
])('%i ms is %s', (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected);
});
