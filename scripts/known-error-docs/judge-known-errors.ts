import { explainError } from '../../src/logs/known-errors/explain-error.ts';
import { createLogExcerptBuilder } from '../../src/logs/log-excerpt-builder.ts';
import { createRedactor } from '../../src/logs/redact.ts';
import type { Case } from './read-cases.ts';

export interface Judgement {
  /** Logs in which something was explained. */
  readonly explained: number;
  /** The explanations that are right. */
  readonly right: number;
  /** Logs that have a cause of the table. */
  readonly known: number;
  /** `source: wrong explanation`. */
  readonly wrong: readonly string[];
}

/** Explains each log on the whole way from its raw lines. */
export async function judgeKnownErrors(cases: readonly Case[]): Promise<Judgement> {
  const judged = await Promise.all(
    cases.map(async ({ source, cause, lines }) => ({ source, cause, said: await explainLog(lines) })),
  );
  const explained = judged.filter(({ said }) => said !== null);
  const wrong = explained.filter(({ cause, said }) => cause !== said);
  return {
    explained: explained.length,
    right: explained.length - wrong.length,
    known: judged.filter(({ cause }) => cause !== null).length,
    wrong: wrong.map(({ source, said }) => `${source}: ${said}`),
  };
}

/** The code of what explains a log's error. */
export async function explainLog(lines: readonly string[]): Promise<string | null> {
  const log = createLogExcerptBuilder(createRedactor({ secrets: [] }));
  await log.add(lines);
  const { firstError } = log.excerpt(true);
  return firstError && (explainError(firstError)?.code ?? null);
}
