import { isDeepStrictEqual } from 'node:util';

export interface KeyChange {
  /** The keys from the top to the difference; `[name]` stands for an entry of a list of named entries. */
  readonly keys: readonly string[];
  readonly kind: 'added' | 'removed' | 'changed';
}

/** The lists of a meltano.yml whose entries have names. In other lists a name may be the value of a setting. */
const NAMED_LIST = /^(?:plugins\.[^.]+|environments|jobs|schedules)$/;

/** Lists the keys that differ between two YAML values, without their values. Empty and missing values are equal. */
export function diffKeys(before: unknown, after: unknown, keys: readonly string[] = []): KeyChange[] {
  if (isDeepStrictEqual(before ?? null, after ?? null)) return [];
  const isNamed = NAMED_LIST.test(keys.join('.'));
  const [old, young] = [listEntries(before, isNamed), listEntries(after, isNamed)];
  if (old !== null && young !== null) {
    const names = new Set([...old.keys(), ...young.keys()]);
    return [...names].flatMap((name) => diffKeys(old.get(name), young.get(name), [...keys, name]));
  }
  const kind = isNothing(before) ? 'added' : isNothing(after) ? 'removed' : 'changed';
  return [{ keys, kind }];
}

/** `plugins.extractors[tap-orders].config`. */
export function formatKeys(keys: readonly string[]): string {
  return keys
    .map((key) => (key.startsWith('[') ? key : `.${key}`))
    .join('')
    .replace(/^\./, '');
}

/** The entries of a mapping, or of a list whose entries have different names; otherwise null. */
function listEntries(value: unknown, isNamed: boolean): Map<string, unknown> | null {
  if (isMapping(value)) return new Map(Object.entries(value));
  if (!Array.isArray(value) || !isNamed) return null;
  const named = new Map(
    value.flatMap((item) =>
      isMapping(item) && !isNothing(item['name']) ? [[`[${item['name']}]`, item]] : [],
    ),
  );
  return named.size === value.length ? named : null;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}
