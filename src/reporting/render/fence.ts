/**
 * `content` as a Markdown code block that nothing in it can end: the fence is longer than every run of backticks
 * inside. Ends with the closing fence, without a newline.
 */
export function fence(content: string): string {
  const ticks = '`'.repeat(fenceLength(content));
  return `${ticks}\n${content}\n${ticks}`;
}

/** Bytes that `fence` adds to `content`, or to any part of it at most. */
export function fenceOverhead(content: string): number {
  return 2 * fenceLength(content) + 2;
}

/** Length of the longest run of backticks. */
export function longestBacktickRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

function fenceLength(content: string): number {
  return Math.max(3, longestBacktickRun(content) + 1);
}
