/** A part of a text, in UTF-16 code units, without `end`. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Sorts ranges, and joins the ones that overlap. */
export function mergeRanges(ranges: readonly TextRange[]): TextRange[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of ranges.filter((range) => range.end > range.start).toSorted(byStart)) {
    const last = merged.at(-1);
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

/** Replaces each range. A range over several lines is replaced in each of them, so that lines keep their numbers. */
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

const JOINER = /[\u200c\u200d]/;

/** The text without zero-width joiners, which may hide a secret. `restore` moves ranges back to the original text. */
export function stripJoiners(text: string): { text: string; restore(ranges: TextRange[]): TextRange[] } {
  if (!JOINER.test(text)) return { text, restore: (ranges) => ranges };
  const parts = text.split(/[\u200c\u200d]/);
  const ends: number[] = [];
  let length = 0;
  for (const part of parts) {
    length += part.length;
    ends.push(length);
  }
  const restore = (ranges: TextRange[]) => {
    let joiners = 0;
    const move = (at: number) => {
      while (at > (ends[joiners] ?? Infinity)) joiners++;
      return at + joiners;
    };
    // The ranges are sorted, so each joiner is counted once.
    return ranges.map(({ start, end }) => ({ start: move(start), end: move(end) }));
  };
  return { text: parts.join(''), restore };
}

function byStart(a: TextRange, b: TextRange): number {
  return a.start - b.start;
}
