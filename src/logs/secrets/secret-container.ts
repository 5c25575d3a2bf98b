import { isDescription, isHarmless, isNumber, isRandom } from './harmless-values.ts';
import { findStringEnd, readStringStart, type StringStart } from './read-string.ts';
import { classifyName, isHarmlessKey } from './secret-names.ts';
import type { TextRange } from './text-ranges.ts';

const CLOSERS: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };
const MOST_LEVELS = 100;
const BARE = /[^\s,;:={}()[\]"'`\\]+/y;
const PLACEHOLDER = /%\(\w{1,100}\)s/y;
const BARE_VALUE = /[^\s,;})\]"'`]+/y;
/** A lookup by name: `config["password"]`, `os.environ.get('TOKEN'`. */
const LOOKED_UP =
  /(?:[A-Za-z_]\w{0,80}\.){0,8}(?:[A-Za-z_]\w{0,80}\[|(?:get|getenv)\()["'][A-Za-z_][\w.-]{0,80}["'][\])]?/y;
const SIGN = /\s{0,40}(?:=>|:|=)(?!=|\s{0,40}[,\]})])/y;
/** The start of a line inside a container. */
const CONTENT =
  /^(?:[}\])]|[bBrRuUfF]{0,2}\\*["'`]|[\w.$@-]{1,100}\s{0,20}(?:[:=]|=>)|[\w.+/=-]+,?$|[{[(]|-\s|#|\.\.\.)/;

/** Which values in a container are secret: `all`, only `random` ones, or (in a `lookup`) all but the looked-up name. */
export type ContainerRule = 'all' | 'random' | 'lookup';

interface Level {
  readonly closer: string;
  /** Values in this level are no secrets, unless their own name says so. */
  readonly isHarmlessLevel: boolean;
  /** The next value is no secret. */
  nextIsHarmless: boolean;
  hasKey: boolean;
  /** Values so far. */
  entries: number;
}

/** The part of a list, mapping or call after a secret's name that was read so far. */
export interface Container {
  readonly rule: ContainerRule;
  readonly levels: Level[];
}

export interface ContainerStep {
  /** The end of the container in this line, or the start of its open string. */
  readonly at: number;
  readonly ranges: TextRange[];
  /** A string that isn't closed in this line. `hidden`: it is a secret. */
  readonly open: { readonly start: StringStart; readonly hidden: boolean } | null;
}

export function isContainerStart(character: string | undefined): boolean {
  return character !== undefined && character in CLOSERS;
}

export function looksLikeContent(text: string): boolean {
  return CONTENT.test(text);
}

/** Continues a container up to its end, or to `limit`. */
export function readContainer(
  line: string,
  from: number,
  limit: number,
  container: Container,
): ContainerStep {
  const ranges: TextRange[] = [];
  const { levels } = container;
  for (let at = from; at < limit; ) {
    const placeholder = skipPlaceholder(line, at);
    if (placeholder > at) {
      at = placeholder;
      continue;
    }
    if (readSign(line[at] ?? '', levels)) {
      at++;
      if (levels.length === 0) return { at, ranges, open: null };
      continue;
    }
    const step = readScalar(line, at, limit, container);
    if (step.range !== null) ranges.push(step.range);
    at = step.at;
    if (step.open !== null) return { at, ranges, open: step.open };
  }
  return { at: limit, ranges, open: null };
}

/** `%(token)s`: a database driver fills in the value. */
function skipPlaceholder(line: string, at: number): number {
  PLACEHOLDER.lastIndex = at;
  return PLACEHOLDER.test(line) ? PLACEHOLDER.lastIndex : at;
}

/** Reads a bracket or a separator. False if there is none. */
function readSign(character: string, levels: Level[]): boolean {
  if (character in CLOSERS) openLevel(levels, CLOSERS[character] ?? '');
  else if ('}])'.includes(character)) {
    if (levels.at(-1)?.closer === character || levels.length > MOST_LEVELS) levels.pop();
  } else if (character === ',' || character === ';') endEntry(levels);
  else return false;
  return true;
}

function openLevel(levels: Level[], closer: string): void {
  const isHarmlessLevel = levels.at(-1)?.nextIsHarmless ?? false;
  levels.push({ closer, isHarmlessLevel, nextIsHarmless: isHarmlessLevel, hasKey: false, entries: 0 });
}

/** A separator ends an entry, and a new line too: YAML has no commas. */
export function endEntry(levels: Level[]): void {
  const level = levels.at(-1);
  if (level === undefined) return;
  level.nextIsHarmless = level.isHarmlessLevel;
  level.hasKey = false;
  level.entries++;
}

interface ScalarStep {
  readonly at: number;
  readonly range: TextRange | null;
  readonly open: ContainerStep['open'];
}

function readScalar(line: string, at: number, limit: number, container: Container): ScalarStep {
  const start = readStringStart(line, at);
  if (start !== null) return readString(line, start, limit, container);
  LOOKED_UP.lastIndex = at;
  if (LOOKED_UP.test(line)) return { at: LOOKED_UP.lastIndex, range: null, open: null };
  const level = container.levels.at(-1);
  const pattern = level?.hasKey ? BARE_VALUE : BARE;
  pattern.lastIndex = at;
  const text = pattern.exec(line)?.[0] ?? '';
  if (text === '') return { at: at + 1, range: null, open: null };
  const end = at + text.length;
  const value = { start: at, end: Math.min(end, limit) };
  const afterKey = level?.hasKey ? null : noteKey(line, text, end, level);
  if (afterKey !== null) return { at: afterKey, range: null, open: null };
  const isHidden = hasSecret(text, false, container);
  return { at: end, range: isHidden ? value : null, open: null };
}

function readString(line: string, start: StringStart, limit: number, container: Container): ScalarStep {
  const level = container.levels.at(-1);
  const end = findStringEnd(line, start.at, start);
  if (end === null || end.at > limit) {
    const hidden =
      level?.nextIsHarmless !== true &&
      (level?.hasKey === true || !container.levels.every((one) => one.closer === '}'));
    const range = hidden ? { start: start.at, end: limit } : null;
    return { at: limit, range, open: { start, hidden } };
  }
  const text = line.slice(start.at, end.at);
  const afterKey = level?.hasKey ? null : noteKey(line, text, end.after, level);
  if (afterKey !== null) return { at: afterKey, range: null, open: null };
  const range = hasSecret(text, true, container) ? { start: start.at, end: end.at } : null;
  return { at: end.after, range, open: null };
}

/** Where the value of a key begins; null if this is no key. */
function noteKey(line: string, key: string, end: number, level: Level | undefined): number | null {
  SIGN.lastIndex = end;
  const sign = SIGN.exec(line);
  if (sign === null || level === undefined) return null;
  level.nextIsHarmless = classifyName(key) === null && (level.isHarmlessLevel || isHarmlessKey(key));
  level.hasKey = true;
  return end + sign[0].length;
}

function hasSecret(text: string, quoted: boolean, { rule, levels }: Container): boolean {
  const level = levels.at(-1);
  if (level === undefined || level.nextIsHarmless || isHarmless(text)) return false;
  if (rule === 'random') return isRandom(text);
  if (quoted && isDescription(text)) return false;
  if (!quoted && (isNumber(text) || isVariable(text, level))) return false;
  // The first argument is the name, the others are default values.
  if (rule === 'lookup') return quoted && (level.entries > 0 || !/^[A-Za-z_][A-Za-z_.-]*$/.test(text));
  return true;
}

/** A variable in code: `credentials=(user, password)`, `{"token": access_token}`. */
function isVariable(text: string, level: Level): boolean {
  if (level.hasKey) return /^[a-z]+_[a-z_]+$/.test(text) && classifyName(text) !== null;
  return /^[A-Za-z_]+$/.test(text) && (isHarmlessKey(text) || classifyName(text) !== null);
}
