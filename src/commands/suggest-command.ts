import { COMMAND_NAMES, type CommandName } from '../domain/command.ts';

/** The command that `word` is nearly the name of: one slip for a short name, two for one of six letters or more. */
export function suggestCommand(word: string): CommandName | null {
  let best: { name: CommandName; slips: number } | null = null;
  for (const name of COMMAND_NAMES) {
    const slips = countSlips(word.toLowerCase(), name);
    if (slips <= (name.length < 6 ? 1 : 2) && (best === null || slips < best.slips)) best = { name, slips };
  }
  return best?.name ?? null;
}

/** More slips than this are not counted. */
const MAX_SLIPS = 2;

/**
 * How many letters are wrong, missing, needless or swapped with their neighbour (the restricted Damerau-Levenshtein
 * distance); Infinity for words whose lengths differ too much.
 */
function countSlips(word: string, name: string): number {
  if (Math.abs(word.length - name.length) > MAX_SLIPS) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: name.length + 1 }, (_, column) => column);
  for (let row = 1; row <= word.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= name.length; column += 1) {
      const differs = word[row - 1] === name[column - 1] ? 0 : 1;
      const isSwapped = word[row - 1] === name[column - 2] && word[row - 2] === name[column - 1];
      const slips = [
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + differs,
      ];
      if (row > 1 && column > 1 && isSwapped) slips.push((before[column - 2] ?? 0) + 1);
      current.push(Math.min(...slips));
    }
    before = last;
    last = current;
  }
  return last[name.length] ?? 0;
}
