import type { LogProgress, LogRequest, MeltanoFailure, MeltanoResult } from '../domain/meltano.ts';
import { ConsumerError, type OpenAnswer } from './call.ts';
import { cleanMessage } from './failure.ts';
import { type LineBatch, LineSplitter } from './line-splitter.ts';

/** The result of one response with log lines. */
export interface LogPage {
  /** The number of complete lines. All were passed to `onLines`. */
  readonly lines: number;
  /** The text after the last newline. */
  readonly rest: LineBatch | null;
}

/** For a log that keeps growing after its job ended. */
const ENDLESS: MeltanoFailure = { kind: 'no_answer', message: 'the log did not end in time' };

/** Reads a log in pages for at most `limit` milliseconds. `readPage` reads the page that begins at line `from`. */
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
    // An empty page after an unfinished line means the end of the log; the line still counts.
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
 * Passes the lines of one response to `onLines` as they arrive. If the connection breaks, the lines so far count, and the
 * next page begins after them.
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
      for (const batch of splitter.push(chunk)) await passLines(batch, onLines);
    }
  } catch (error) {
    if (error instanceof ConsumerError || splitter.count === 0) throw error;
    return { ok: true, value: { lines: splitter.count, rest: null } };
  }
  return { ok: true, value: { lines: splitter.count, rest: splitter.rest() } };
}

async function passLines({ lines, cut }: LineBatch, onLines: LogRequest['onLines']): Promise<void> {
  try {
    await onLines(lines, cut);
  } catch (cause) {
    throw new ConsumerError('The receiver of log lines failed', { cause });
  }
}

/** An HTML page of a proxy or a login is not a log. */
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
