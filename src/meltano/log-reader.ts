import type { LogProgress, LogRequest, MeltanoFailure, MeltanoResult } from '../domain/meltano.ts';
import { ConsumerError, type OpenAnswer } from './call.ts';
import { cleanMessage } from './failure.ts';
import { type LineBatch, LineSplitter } from './line-splitter.ts';

/** One answer of the log, read to its end. */
export interface LogPage {
  /** Lines ended by a newline, all handed over. */
  readonly lines: number;
  /** What follows the last newline. */
  readonly rest: LineBatch | null;
}

/** What a log that goes on and on after its job has ended comes to. */
const ENDLESS: MeltanoFailure = { kind: 'no_answer', message: 'the log did not end in time' };

/** Reads a log answer by answer, for at most `limit` milliseconds. `readPage` gives the answer that begins at a line. */
export async function readLog(
  request: LogRequest,
  readPage: (from: number) => Promise<MeltanoResult<LogPage>>,
  time: { elapsed: () => number; limit: number },
): Promise<MeltanoResult<LogProgress>> {
  const began = time.elapsed();
  let next = request.from;
  let rest: LineBatch | null = null;
  for (;;) {
    const page = await readPage(next);
    if (!page.ok) return page;
    const { value } = page;
    next += value.lines;
    if (request.until === 'once') return { ok: true, value: { next } };
    // An empty answer after an unfinished line says that there is no more, not that the line is gone.
    if (value.lines > 0 || value.rest !== null) rest = value.rest;
    if (value.lines === 0) break;
    if (time.elapsed() - began >= time.limit) return { ok: false, failure: ENDLESS };
  }
  if (rest !== null) {
    await request.onLines(rest.lines, rest.cut);
    next += 1;
  }
  return { ok: true, value: { next } };
}

/**
 * Hands over the lines of one answer as they arrive. When it breaks off, the lines before that stand: the next answer
 * begins after them.
 */
export async function consumeLogPage(
  answer: OpenAnswer,
  onLines: LogRequest['onLines'],
  secrets: readonly string[] = [],
): Promise<MeltanoResult<LogPage>> {
  if (/^text\/html\b/i.test(answer.contentType)) return unexpectedHtml(answer, secrets);
  const splitter = new LineSplitter();
  try {
    for await (const chunk of answer.body) {
      for (const batch of splitter.push(chunk)) await handOver(batch, onLines);
    }
  } catch (error) {
    if (error instanceof ConsumerError || splitter.count === 0) throw error;
    return { ok: true, value: { lines: splitter.count, rest: null } };
  }
  return { ok: true, value: { lines: splitter.count, rest: splitter.rest() } };
}

async function handOver({ lines, cut }: LineBatch, onLines: LogRequest['onLines']): Promise<void> {
  try {
    await onLines(lines, cut);
  } catch (cause) {
    throw new ConsumerError('The receiver of log lines failed', { cause });
  }
}

/** A page for people (a proxy's, a login) is no log. */
async function unexpectedHtml(
  { status, body }: OpenAnswer,
  secrets: readonly string[],
): Promise<MeltanoResult<LogPage>> {
  let start = '';
  for await (const chunk of body) {
    start = Buffer.from(chunk).toString('utf8');
    break;
  }
  return { ok: false, failure: { kind: 'unexpected_body', status, message: cleanMessage(start, secrets) } };
}
