/** `note`: worth knowing, and no reason for the doctor to end with an error. */
export type Result = 'ok' | 'wrong' | 'note';

/** What the doctor looks after, in the order in which it says it. */
export type Subject =
  | 'environment'
  | 'proxy'
  | 'app'
  | 'clock'
  | 'webhook'
  | 'meltano'
  | 'database'
  | 'repositories';

/** One line of the doctor's. */
export interface Finding {
  readonly subject: Subject;
  readonly result: Result;
  /** What is so: a sentence without its full stop. */
  readonly message: string;
  /** What to do, or null where there is nothing to be done. */
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
