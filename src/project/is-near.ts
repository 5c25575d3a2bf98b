import { distance } from 'fastest-levenshtein';

/** Comparing costs the product of both lengths, so longer words aren't compared. */
const LONGEST = 100;

/** True if the words differ in at most two letters (one in a short word), or by two swapped letters. */
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
