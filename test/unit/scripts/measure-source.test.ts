import { expect, test } from 'vitest';
import { isMet, measureSource } from '../../../scripts/measure-source.ts';

test('the code is as plain as npm run measure wants it', () => {
  const missed = measureSource().filter((measure) => !isMet(measure));
  expect(missed).toEqual([]);
});
