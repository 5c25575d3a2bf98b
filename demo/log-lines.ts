import { stripVTControlCharacters } from 'node:util';

/** The lines of a check run's log: what stands in the code blocks of its text. */
export function readLogLines(text: string | null): string[] {
  const lines: string[] = [];
  let fence: string | null = null;
  for (const line of (text ?? '').split('\n')) {
    if (fence === null) fence = /^`{3,}$/.exec(line)?.[0] ?? null;
    else if (line === fence) fence = null;
    else lines.push(stripVTControlCharacters(line));
  }
  return lines;
}
