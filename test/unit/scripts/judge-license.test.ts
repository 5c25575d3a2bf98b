import { expect, test } from 'vitest';
import { judgeLicense } from '../../../scripts/judge-license.ts';

const judge = (license: string | null, isTool = false) =>
  judgeLicense({ name: 'example', version: '1.0.0', license, isTool });

test.each(['MIT', 'Apache-2.0', '(MIT OR CC0-1.0)', 'MIT OR GPL-3.0-only', '(MIT AND BSD-3-Clause)'])(
  '%s may be shipped',
  (license) => {
    expect(judge(license)).toBeNull();
  },
);

test.each([
  ['GPL-3.0-only'],
  ['AGPL-3.0-or-later'],
  ['LGPL-2.1'],
  ['MPL-2.0'],
  ['MIT AND GPL-2.0'],
  ['SEE LICENSE IN LICENSE.txt'],
  ['UNLICENSED'],
  ['(MIT OR (Apache-2.0 AND GPL-3.0-only))'],
  [null],
])('%s may not', (license) => {
  expect(judge(license)).toMatch(license ? `licence ${license}` : 'names no licence');
});

test('a tool may have a copyleft that stays with its own files, and no other', () => {
  expect(judge('MPL-2.0', true)).toBeNull();
  expect(judge('GPL-3.0-only', true)).not.toBeNull();
});
