import { distance } from 'fastest-levenshtein';

/** No longer word is compared: comparing costs the product of both lengths. */
const LONGEST = 100;

/** True if `word` is `known` but for two letters at most. Of a short word two letters are nearly all, so it is fewer. */
export function isNear(word: string, known: string): boolean {
  if (word.length > LONGEST || known.length > LONGEST) return false;
  return distance(word, known) <= Math.min(2, known.length / 2);
}
