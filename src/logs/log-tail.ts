/** The last lines of a log, within a budget of bytes; a newline counts as one. */
export interface LogTail {
  push(lines: readonly string[]): void;
  lines(): string[];
}

export function createLogTail(budget: number): LogTail {
  let kept: string[] = [];
  let bytes = 0;
  return {
    push(lines) {
      // Only what could stay is looked at, so that a long log costs no more than a short one.
      const added = takeLast(lines, budget);
      kept = [...kept, ...added.lines];
      bytes += added.bytes;
      let first = added.lines.length < lines.length ? kept.length - added.lines.length : 0;
      bytes -= sumBytes(kept.slice(0, first));
      while (bytes > budget) bytes -= countBytes(kept[first++] ?? '');
      kept = kept.slice(first);
    },
    lines: () => [...kept],
  };
}

function takeLast(lines: readonly string[], budget: number): { lines: string[]; bytes: number } {
  let first = lines.length;
  let bytes = 0;
  while (first > 0) {
    const size = countBytes(lines[first - 1] ?? '');
    if (bytes + size > budget) break;
    bytes += size;
    first--;
  }
  return { lines: lines.slice(first).map(copyString), bytes };
}

/** A copy of its own: a part of a string keeps the whole string, here a page of the log, in memory. */
export function copyString(text: string): string {
  return Buffer.from(text).toString();
}

function sumBytes(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + countBytes(line), 0);
}

function countBytes(line: string): number {
  return Buffer.byteLength(line) + 1;
}
