/** A `note` doesn't make the doctor fail. */
type Result = 'ok' | 'wrong' | 'note';

/** The subjects of the checks, in the order of the output. */
export type Subject =
  | 'environment'
  | 'proxy'
  | 'app'
  | 'clock'
  | 'webhook'
  | 'meltano'
  | 'notifications'
  | 'database'
  | 'repositories';

/** One line of the doctor's output. */
export interface Finding {
  readonly subject: Subject;
  readonly result: Result;
  /** A sentence without its full stop. */
  readonly message: string;
  /** The fix; null if there is nothing to do. */
  readonly advice: string | null;
}

export interface Findings {
  ok(message: string): Finding;
  wrong(message: string, advice: string): Finding;
  note(message: string, advice?: string): Finding;
}

export function findingsOf(subject: Subject): Findings {
  return {
    ok: (message) => ({ subject, result: 'ok', message, advice: null }),
    wrong: (message, advice) => ({ subject, result: 'wrong', message, advice }),
    note: (message, advice) => ({ subject, result: 'note', message, advice: advice ?? null }),
  };
}

const SIGNS: Record<Result, string> = { ok: '✓', wrong: '✗', note: '·' };

/** Renders one line with the message, an arrow and the advice. */
export function renderFinding({ result, message, advice }: Finding): string {
  const line = advice === null ? message : `${message} → ${advice}`;
  // Names from other people must not start a new line or control the terminal.
  return `${SIGNS[result]} ${line.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ')}`;
}

export function renderSummary(findings: readonly Finding[]): string {
  const wrong = findings.filter(({ result }) => result === 'wrong').length;
  if (wrong === 0) return 'Nothing is wrong.';
  return wrong === 1
    ? '1 thing is wrong: see the line with ✗.'
    : `${wrong} things are wrong: see the lines with ✗.`;
}
