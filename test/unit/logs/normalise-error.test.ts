import { expect, test } from 'vitest';
import { normaliseError } from '../../../src/logs/normalise-error.ts';

test.each([
  ['3 of 17 models failed after 12.5 s', '4 of 18 models failed after 1,200 s'],
  ['commit a1b2c3d is missing', 'commit d4e5f6a is missing'],
  ['job 71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e failed', 'job 81c0ef56-7f7e-47c1-9700-2d7e2eb5a04f failed'],
  ['at 2026-06-10T07:13:39.471Z: lost', 'at 2026-06-11T08:14:40.1Z: lost'],
  ['at 09:14 the server left', 'at 10:15:16 the server left'],
  ['cannot open /tmp/tmpab12/x.yml: denied', 'cannot open /tmp/tmpcd/y.yml: denied'],
  ['cannot open /private/var/folders/ab/x: denied', 'cannot open /var/folders/cd/y: denied'],
  ["column 'name' is missing", "column 'first name' is missing"],
  ['column "name" isn\'t there', 'column "other" isn\'t there'],
  ['object at 0x7f3a lost', 'object at 0x99ff12 lost'],
  ['two  blanks', 'two blanks'],
  ['lost on Mon, 04 May 2026 09:14:02 GMT', 'lost on Tue, 16 Jun 2026 10:15:16 GMT'],
  ['Jun  4 09:14:02 the server left', 'Dec 24 10:15:16 the server left'],
  ['timed out after 40 s', 'timed out after 1 min 3.5 s'],
  ['took 950ms', 'took 2 seconds'],
  ['the balance is -5', 'the balance is 1.5e-3'],
  ['column “name” is missing', 'column “first name” is missing'],
  ['commit abcdefabcdef is missing', 'commit a1b2c3d4e5f6 is missing'],
])('%j is the same error as %j', (one, other) => {
  expect(normaliseError(one)).toBe(normaliseError(other));
});

test.each([
  ['connection refused', 'connection reset'],
  ['Mar is no column', 'Apr is no column'],
  ['tap-shop failed', 'tap-orders failed'],
  ['the facade is missing', 'the cabbage is missing'],
  ["it isn't there, and can't be", "it isn't here, and can't be"],
  ['models/orders.sql is broken', 'models/customers.sql is broken'],
])('%j is another error than %j', (one, other) => {
  expect(normaliseError(one)).not.toBe(normaliseError(other));
});

test('takes linear time', () => {
  const hostile = `${"'".repeat(20_000)}${'a'.repeat(20_000)}${'/tmp/'.repeat(5_000)}`;
  const quotes = `${'“'.repeat(50_000)}${'‘'.repeat(50_000)}`;
  expect(normaliseError(quotes)).toBe(quotes);
  expect(normaliseError(hostile).length).toBeLessThanOrEqual(hostile.length * 10);
});
