import type { z } from 'zod';
import { describeIssue } from './json-call.ts';

/** Entries of a list that can't be read; `problem` says what is wrong with the first. */
export interface Skipped {
  readonly count: number;
  readonly problem: string;
}

/** One unreadable entry must not hide all others. */
export function decodeItems<T>(
  items: readonly unknown[],
  schema: z.ZodType<T>,
): { values: T[]; skipped: Skipped | null } {
  const decoded = items.map((item) => schema.safeParse(item));
  const failed = decoded.filter((one) => !one.success);
  const [first] = failed;
  return {
    values: decoded.filter((one) => one.success).map((one) => one.data),
    skipped: first ? { count: failed.length, problem: describeIssue(first.error) } : null,
  };
}
