import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choosePollInterval } from '../../../src/deploying/watch-job.ts';
import { chooseRetryDelay } from '../../../src/domain/retry-delay.ts';

const bounds = { min: 1_000, max: 10_000 };

describe('choosePollInterval', () => {
  test('reads as often as allowed for 30 s after a change, and slowly after long quiet', () => {
    expect(choosePollInterval(0, bounds, 0)).toBe(1_000);
    expect(choosePollInterval(30_000, bounds, 0)).toBe(1_000);
    expect(choosePollInterval(50_000, bounds, 0)).toBeGreaterThan(5_000);
    expect(choosePollInterval(600_000, bounds, 0)).toBe(10_000);
  });

  test('stays within the bounds', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.double({ min: 0, max: 1, noNaN: true }), (quiet, random) => {
        const interval = choosePollInterval(quiet, bounds, random);
        return interval >= bounds.min && interval <= bounds.max;
      }),
    );
  });
});

describe('chooseRetryDelay', () => {
  test('grows from a second to a minute', () => {
    expect([1, 2, 3, 4, 7, 50].map((failures) => chooseRetryDelay(failures, null, 0.5))).toEqual([
      1_000, 2_000, 4_000, 8_000, 60_000, 60_000,
    ]);
  });

  test('is never shorter than Retry-After', () => {
    expect(chooseRetryDelay(1, 90_000, 1)).toBe(90_000);
    expect(chooseRetryDelay(9, 5_000, 0)).toBe(48_000);
  });
});
