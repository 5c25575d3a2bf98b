import type { FirstTry } from '../../domain/deployment.ts';
import type { FirstError, LogExcerpt } from '../../domain/log-excerpt.ts';
import { chooseLogMode } from '../../domain/log-setting.ts';
import { OUTPUT_BYTES, truncateBytes, truncateBytesFromStart } from '../../domain/truncate-bytes.ts';
import { capLogLine } from '../../logs/clean-log-line.ts';
import { type LogView, showableLog } from './describe-deployment.ts';
import { fence, fenceOverhead, formatCode, formatLink } from './escape-markdown.ts';
import { formatCount } from './format-numbers.ts';

/** The limit for the error with the lines around it and their fence. */
const ERROR_BYTES = 30_000;
/** The same for the error of a first try. */
const FIRST_ERROR_BYTES = 10_000;
/** Replaces the log that a run showed before its repository became public. GitHub keeps the old text if none is sent. */
const HIDDEN = 'The log is hidden.';
const INCOMPLETE = '**The log could not be read to its end.**';

interface FirstTryView extends LogView {
  readonly deployment: LogView['deployment'] & { readonly firstTry: FirstTry | null };
  readonly firstLog: LogExcerpt | null;
}

/** The log in Markdown, in at most `limit` bytes; undefined if there is none to show. */
export function renderText(view: LogView, limit = OUTPUT_BYTES): string | undefined {
  if (view.deployment.jobId !== null && chooseLogMode(view.deployment, view.repository.private) === 'none') {
    return HIDDEN;
  }
  const log = showableLog(view);
  if (log === null || (log.tail.length === 0 && log.firstError === null)) return undefined;
  const note = view.deployment.state === 'concluded' && !log.complete ? INCOMPLETE : '';
  const text = renderWhole(log, note, limit) ?? renderExcerpt(log, note, { view, limit });
  return truncateBytes(text, limit);
}

/** The error of a deployment's first try, with a heading for each job; empty if there is none to show. */
export function renderFirstTry(view: FirstTryView): string {
  const { firstTry, jobId } = view.deployment;
  const log = showableLog({ ...view, log: view.firstLog });
  const error = log?.firstError ?? null;
  if (firstTry === null || log === null || error === null) return '';
  const parts = [
    `**1st try**, job ${formatCode(firstTry.jobId)}. ${describeError(error, log)}`,
    fence(cutContext(error, FIRST_ERROR_BYTES)),
    `**2nd try**, job ${formatCode(jobId ?? '')}.`,
  ];
  return `${joinParts(parts)}\n\n`;
}

function renderWhole(log: LogExcerpt, note: string, limit: number): string | null {
  if (log.omittedLines > 0) return null;
  const text = joinParts([note, fence(log.tail.join('\n'))]);
  return Buffer.byteLength(text) <= limit ? text : null;
}

function renderExcerpt(
  log: LogExcerpt,
  note: string,
  { view, limit }: { readonly view: LogView; readonly limit: number },
): string {
  const room = limit - measureWords(log, note, view);
  const tail = takeTail(log.tail, room);
  const tailStart = log.totalLines - tail.length + 1;
  const error = log.firstError;
  if (error === null || error.line - error.contextBefore >= tailStart) {
    return joinParts([...renderTail(tail, tailStart - 1, view), note]);
  }
  const context = fence(cutContext(error));
  const next = error.line - error.contextBefore + error.context.length;
  const rest = takeTail(log.tail, room - Buffer.byteLength(context));
  // The lines around the error are not repeated.
  const afterContext = rest.slice(Math.max(0, next - (log.totalLines - rest.length + 1)));
  return joinParts([
    describeError(error, log),
    context,
    ...renderTail(afterContext, log.totalLines - afterContext.length - next + 1, view),
    note,
  ]);
}

function renderTail(tail: readonly string[], leftOut: number, view: LogView): string[] {
  return tail.length === 0 ? [] : [describeTail(leftOut, tail.length, view), fence(tail.join('\n'))];
}

/** The most bytes that the sentences around the log can take: their counts are at most that of all lines. */
function measureWords(log: LogExcerpt, note: string, view: LogView): number {
  const { totalLines } = log;
  const error = log.firstError === null ? '' : describeError(log.firstError, log);
  const words = joinParts([error, '```', describeTail(totalLines, totalLines, view), '```', note]);
  return Buffer.byteLength(words);
}

function describeError(error: FirstError, log: LogExcerpt): string {
  return `Error in line ${formatCount(error.line)} of ${formatCount(log.totalLines)}:`;
}

function describeTail(leftOut: number, shown: number, view: LogView): string {
  const last = `The last ${shown === 1 ? 'line' : `${formatCount(shown)} lines`}:`;
  if (leftOut === 0) return last;
  const lines = leftOut === 1 ? '1 line is' : `${formatCount(leftOut)} lines are`;
  return `${lines} omitted. View the whole log on ${formatLink('Meltano Cloud', view.workspaceUrl)}. ${last}`;
}

/** The last lines that fit into `budget` bytes with their fence. */
function takeTail(lines: readonly string[], budget: number): string[] {
  // The builder already caps lines. This bounds the fence of a line that consists of backticks.
  const capped = lines.map((line) => capLogLine(line));
  const room = budget - fenceOverhead(capped.join('\n'));
  let first = capped.length;
  let bytes = 0;
  while (first > 0) {
    bytes += Buffer.byteLength(capped[first - 1] ?? '') + 1;
    if (bytes > room) break;
    first--;
  }
  return capped.slice(first);
}

/** The error's line, with as many lines around it as fit. */
function cutContext(error: FirstError, limit = ERROR_BYTES): string {
  const lines = error.context.map((line) => capLogLine(line));
  const room = limit - fenceOverhead(lines.join('\n'));
  const before = lines.slice(0, error.contextBefore).join('\n');
  const kept = truncateBytes(lines.slice(error.contextBefore).join('\n'), room);
  const rest = room - Buffer.byteLength(kept) - 1;
  return before === '' || rest <= 0 ? kept : `${truncateBytesFromStart(before, rest)}\n${kept}`;
}

function joinParts(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}
