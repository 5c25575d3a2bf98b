import type { z } from 'zod';
import { describeFound, listChoices, quoteText } from './describe-found.ts';
import { formatKeyPath, type KeyPath } from './file-problem.ts';
import { suggestName } from './suggest-name.ts';

type Issue = z.core.$ZodIssue;

const TYPES: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  string: 'a text',
  array: 'a list',
  object: 'a section with its own keys',
  number: 'a whole number',
  int: 'a whole number',
};

/** YAML 1.1 read these as booleans, and many people still write them. */
const MEANS_BOOLEAN: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['y', true],
  ['on', true],
  ['true', true],
  ['no', false],
  ['n', false],
  ['off', false],
  ['false', false],
]);

/** The issues of what was meant: an entry may be a text or a section. */
export function chooseBranch(issue: Issue, value: unknown): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const isSection = typeof findValue(value, issue.path) === 'object';
  const meant = issue.errors.at(isSection ? -1 : 0) ?? [];
  return meant.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
}

export function findValue(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((inner, part) => (inner as Record<PropertyKey, unknown> | null)?.[part], value);
}

/** Describes an issue of the schema: the key, the value found there, and what is allowed. */
export function describeIssue(issue: Exclude<Issue, { code: 'unrecognized_keys' }>, found: unknown): string {
  const key = formatKeyPath(issue.path);
  if (key === '') return describeWrongFile(found);
  if (issue.code === 'custom') return `${key}: ${quoteText(String(found))} ${issue.message}.`;
  if (found === undefined) return `${key} is missing: each entry needs it.`;
  if (found === null) return `${key} has no value: give it one, or remove the key.`;
  switch (issue.code) {
    case 'invalid_type':
      return `${key} ${describeExpected(issue)}, not ${describeFound(found)}${adviseType(issue, found)}.`;
    case 'invalid_value': {
      const advice = adviseChoice(issue.values, found);
      return `${key} ${describeExpected(issue)}, not ${describeFound(found)}${advice}`;
    }
    case 'too_small':
      if (isCount(issue)) return `${key} ${describeExpected(issue)}, not ${describeFound(found)}.`;
      return issue.origin === 'array'
        ? `${key} is an empty list: name something, or remove the key.`
        : `${key} is an empty text.`;
    case 'too_big':
      if (isCount(issue)) return `${key} ${describeExpected(issue)}, not ${describeFound(found)}.`;
      return issue.origin === 'array'
        ? `${key} has ${describeSize(found)} entries: ${issue.maximum} are allowed.`
        : `${key} has ${describeSize(found)} characters: ${issue.maximum} are allowed.`;
    case 'invalid_format':
      return `${key} ${issue.message}; found ${describeFound(found)}.`;
    default:
      return `${key}: ${issue.message}.`;
  }
}

/** What is allowed, to follow the key in a sentence. Doesn't quote the file. */
export function describeExpected(issue: Exclude<Issue, { code: 'unrecognized_keys' }>): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${listChoices(issue.values.map(String))}`;
    case 'too_small':
      return isCount(issue) ? `must be at least ${issue.minimum}` : 'must not be empty';
    case 'too_big':
      if (isCount(issue)) return `must be at most ${issue.maximum}`;
      return `must have at most ${issue.maximum} ${issue.origin === 'array' ? 'entries' : 'characters'}`;
    default:
      return issue.message;
  }
}

function isCount({ origin }: { readonly origin: string }): boolean {
  return origin === 'number' || origin === 'int';
}

function describeWrongFile(found: unknown): string {
  const advice =
    typeof found === 'string' && found.includes(':') ? ' Is a space missing after the colon?' : '';
  return `The file must contain keys, such as "deploy:", not ${describeFound(found)}.${advice}`;
}

function adviseType({ path, expected }: Extract<Issue, { code: 'invalid_type' }>, found: unknown): string {
  const inList = typeof path.at(-1) === 'number';
  if (expected === 'boolean' && typeof found === 'string') {
    const meant = MEANS_BOOLEAN.get(found.toLowerCase());
    return meant === undefined ? '' : `: write ${meant}`;
  }
  if (expected === 'string' && (typeof found === 'number' || typeof found === 'boolean')) {
    return ': put it in quotes';
  }
  if (expected === 'string' && Array.isArray(found)) {
    return inList ? ': square brackets make a list, so put the whole text in quotes' : '';
  }
  if (expected === 'array' && typeof found === 'string') return `: write [${quoteText(found)}]`;
  if (isCount({ origin: expected }) && typeof found === 'string' && /^\d+$/.test(found)) {
    return `: write ${found} without quotes`;
  }
  if (expected === 'array' && path[0] === 'workspaces' && path.length === 1)
    return ': begin each entry with "- workspace: <name>"';
  if (expected === 'object' && path[0] === 'workspaces' && typeof found === 'string') {
    return ': write "- workspace: <name>"';
  }
  return '';
}

function adviseChoice(values: readonly unknown[], found: unknown): string {
  if (typeof found !== 'string') return '.';
  const meant = suggestName(found, values.map(String));
  if (meant === null) return '.';
  return values.includes(meant) ? `. Did you mean ${meant}?` : `: write ${meant} without quotes.`;
}

function describeSize(found: unknown): string {
  return String(typeof found === 'string' || Array.isArray(found) ? found.length : 'too many');
}
