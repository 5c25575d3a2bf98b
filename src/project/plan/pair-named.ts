/** Two versions of an item. `before` is null if it was added, `after` if it was removed. */
export interface Pair<T> {
  readonly key: string;
  readonly before: T | null;
  readonly after: T | null;
}

/** Pairs items by key. Of several with one key the first counts, as in Meltano. */
export function pairBy<T>(before: readonly T[], after: readonly T[], keyOf: (one: T) => string): Pair<T>[] {
  const [old, young] = [toMap(before, keyOf), toMap(after, keyOf)];
  return [...new Set([...old.keys(), ...young.keys()])].toSorted().map((key) => ({
    key,
    before: old.get(key) ?? null,
    after: young.get(key) ?? null,
  }));
}

export function changeOf({ before, after }: Pair<unknown>): 'added' | 'removed' | 'changed' {
  if (before === null) return 'added';
  return after === null ? 'removed' : 'changed';
}

function toMap<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T> {
  return new Map(all.toReversed().map((one) => [keyOf(one), one]));
}
