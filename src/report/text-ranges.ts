/** A part of a text, in UTF-16 code units; `end` is not part of it. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** The ranges in order, those that overlap made one. */
export function mergeRanges(ranges: readonly TextRange[]): TextRange[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of ranges.filter((range) => range.end > range.start).toSorted(byStart)) {
    const last = merged.at(-1);
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

/** Puts `replacement` in the place of each range; a range over several lines is replaced on each, so lines keep their numbers. */
export function replaceRanges(text: string, ranges: readonly TextRange[], replacement: string): string {
  let result = '';
  let position = 0;
  for (const { start, end } of ranges) {
    const hidden = text.slice(start, end).replace(/[^\n]+/g, replacement);
    result += text.slice(position, start) + hidden;
    position = end;
  }
  return result + text.slice(position);
}

function byStart(a: TextRange, b: TextRange): number {
  return a.start - b.start;
}
