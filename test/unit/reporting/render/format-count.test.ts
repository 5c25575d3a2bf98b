import { expect, test } from 'vitest';
import { formatCount } from '../../../../src/reporting/render/format-numbers.ts';

test.each([0, 7, 999, 1_000, 65_535, 902_114, 1_000_000, 12_345_678])(
  '%i is written as in English',
  (count) => {
    expect(formatCount(count)).toBe(count.toLocaleString('en-US'));
  },
);
