import { distance } from 'fastest-levenshtein';
import { foldName } from '../domain/fold-name.ts';

/** Comparing costs the product of both lengths, and nobody mistypes a name this long. */
const LONGEST_COMPARED = 100;

/** The candidate that somebody who wrote `found` most likely meant; null when none is near. */
export function suggestName(found: string, candidates: Iterable<string>): string | null {
  const wanted = simplify(found);
  if (wanted.length === 0 || wanted.length > LONGEST_COMPARED) return null;
  let best: { name: string; steps: number } | null = null;
  for (const name of candidates) {
    const steps = distance(wanted, simplify(name).slice(0, LONGEST_COMPARED));
    if (steps <= Math.min(3, Math.max(1, wanted.length / 3)) && (best === null || steps < best.steps)) {
      best = { name, steps };
    }
  }
  return best?.name ?? null;
}

/** `onPush`, `on-push` and `On Push` are all `on_push` to a reader. */
function simplify(name: string): string {
  return foldName(name).replace(/[-_\s]+/g, '');
}
