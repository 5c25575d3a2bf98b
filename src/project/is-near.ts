import { distance } from 'fastest-levenshtein';

/** No longer word is compared: comparing costs the product of both lengths. */
const LONGEST = 100;

/** True if `word` is `known` but for two letters at most, or one in a short word; two letters may have changed places. */
export function isNear(word: string, known: string): boolean {
  if (word.length > LONGEST || known.length > LONGEST) return false;
  const letters = distance(word, known);
  return (
    letters <= Math.min(2, (known.length - 1) / 2) ||
    (letters === 2 && sortLetters(word) === sortLetters(known))
  );
}

function sortLetters(word: string): string {
  return [...word].sort().join('');
}
