import { expect, test } from 'vitest';
import { findingsOf, renderFinding, renderSummary } from '../../../../src/cli/doctor/finding.ts';

const { ok, wrong, note } = findingsOf('repositories');

test('each finding is one line, with what to do after an arrow', () => {
  expect(renderFinding(ok('All is well'))).toBe('✓ All is well');
  expect(renderFinding(wrong('It is off', 'Turn it on'))).toBe('✗ It is off → Turn it on');
  expect(renderFinding(note('It is new'))).toBe('· It is new');
});

test('a name from elsewhere begins no line of its own, and steers no terminal', () => {
  const name = 'Prod\n✓ Nothing is wrong\r\u001b[2J\u009b1A\u2028\u202ex';
  expect(renderFinding(wrong(name, name))).toBe(
    '✗ Prod ✓ Nothing is wrong [2J 1A x → Prod ✓ Nothing is wrong [2J 1A x',
  );
});

test('the last line says how many things are wrong', () => {
  expect(renderSummary([ok('a'), note('b')])).toBe('Nothing is wrong.');
  expect(renderSummary([ok('a'), wrong('b', 'c')])).toBe('1 thing is wrong: see the line with ✗.');
  expect(renderSummary([wrong('a', 'c'), wrong('b', 'c')])).toBe('2 things are wrong: see the lines with ✗.');
});
