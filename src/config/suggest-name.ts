import { distance } from 'fastest-levenshtein';
import { foldName } from '../domain/fold-name.ts';
import { quoteText } from './describe-found.ts';

/** Comparing costs the product of both lengths, so longer names get no suggestion. */
const LONGEST_COMPARED = 100;

/** The candidate most similar to `found`; null if none is similar. */
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

/** Treats `onPush`, `on-push` and `On Push` as `on_push`. */
function simplify(name: string): string {
  return foldName(name).replace(/[-_\s]+/g, '');
}

export interface Section {
  readonly keys: readonly string[];
  /** Where its keys belong, such as `under "deploy"`. */
  readonly place: string;
  /** Describes an unknown key, if there is more to say than its similar ones. */
  readonly explainUnknown?: (key: string) => string;
}

/** Describes an unknown key, to follow the key in a sentence. Doesn't quote the key. */
export function describeUnknownKey(key: string, section: Section, all: Iterable<Section>): string {
  if (section.explainUnknown) return section.explainUnknown(key);
  const home = [...all].find((other) => other !== section && other.keys.includes(key));
  if (home !== undefined) return `is not a known key here: it belongs ${home.place}.`;
  const meant = suggestName(key, section.keys);
  if (meant !== null) return `is not a known key. Did you mean ${quoteText(meant)}?`;
  return `is not a known key. Allowed here: ${section.keys.join(', ')}.`;
}
