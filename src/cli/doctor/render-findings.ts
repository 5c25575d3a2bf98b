import type { Finding, Result } from './finding.ts';

const SIGNS: Record<Result, string> = { ok: '✓', wrong: '✗', note: '·' };

/** One line: the finding, and after an arrow what to do. */
export function renderFinding({ result, message, advice }: Finding): string {
  const line = advice === null ? message : `${message} → ${advice}`;
  // Names come from other people: they must not start a new line or control the terminal.
  return `${SIGNS[result]} ${line.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ')}`;
}

export function renderSummary(findings: readonly Finding[]): string {
  const wrong = findings.filter(({ result }) => result === 'wrong').length;
  if (wrong === 0) return 'Nothing is wrong.';
  return wrong === 1
    ? '1 thing is wrong: see the line with ✗.'
    : `${wrong} things are wrong: see the lines with ✗.`;
}
