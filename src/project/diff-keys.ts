import { isDeepStrictEqual } from 'node:util';

export interface KeyChange {
  /** Keys from the top to what differs; an entry of a list of named things is `[its name]`. */
  readonly keys: readonly string[];
  readonly kind: 'added' | 'removed' | 'changed';
}

/** The lists of a meltano.yml whose entries are told apart by name. In others a name may be the value of a setting. */
const NAMED_LIST = /^(?:plugins\.[^.]+|environments|jobs|schedules)$/;

/** Which keys differ between two values of YAML, and never their values. An empty value is as good as none. */
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

/** What is in a mapping, or in a list in which everything has a name of its own; null for all else. */
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
