import type { TextRange } from './text-ranges.ts';

/** Code units that are compared at once. */
const BLOCK = 3;
const SLOTS = 1 << 16;

/**
 * Finds every occurrence of any of `needles` (each at least 3 code units long). A regular expression of so many
 * alternatives looks at every position; this one steps over the text (after Wu and Manber), which makes it about
 * ten times as fast: each occurrence of the shortest needle holds at least one of the blocks that are looked at.
 */
export function createTextFinder(needles: ReadonlySet<string>): (text: string) => TextRange[] {
  if (needles.size === 0) return () => [];
  const shortest = Math.min(...Array.from(needles, (needle) => needle.length));
  const step = shortest - BLOCK + 1;
  const { used, candidates } = indexBlocks(needles, step);
  return (text) => {
    const found: TextRange[] = [];
    for (let position = 0; position + BLOCK <= text.length; position += step) {
      const slot = hashBlock(text, position);
      if (used[slot] === 0) continue;
      for (const { needle, offset } of candidates.get(slot) ?? []) {
        const start = position - offset;
        if (start >= 0 && text.startsWith(needle, start)) found.push({ start, end: start + needle.length });
      }
    }
    return found;
  };
}

interface Candidate {
  readonly needle: string;
  /** Where the block is in the needle. */
  readonly offset: number;
}

function indexBlocks(needles: ReadonlySet<string>, step: number) {
  const used = new Uint8Array(SLOTS);
  const candidates = new Map<number, Candidate[]>();
  for (const needle of needles) {
    for (let offset = 0; offset < step; offset++) {
      const slot = hashBlock(needle, offset);
      used[slot] = 1;
      candidates.set(slot, [...(candidates.get(slot) ?? []), { needle, offset }]);
    }
  }
  return { used, candidates };
}

function hashBlock(text: string, at: number): number {
  const hash = text.charCodeAt(at) * 961 + text.charCodeAt(at + 1) * 31 + text.charCodeAt(at + 2);
  return hash & (SLOTS - 1);
}
