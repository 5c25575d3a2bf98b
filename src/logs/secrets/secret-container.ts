import type { TextRange } from '../text-ranges.ts';
import { isDescription, isHarmless, isNumber, isRandom } from './harmless-values.ts';
import { findStringEnd, readStringStart, type StringStart } from './read-string.ts';
import { isReadableKey, judgeName } from './secret-names.ts';

const CLOSERS: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };
const MOST_LEVELS = 100;
const BARE = /[^\s,;:={}()[\]"'`\\]+/y;
const PLACEHOLDER = /%\(\w{1,100}\)s/y;
const BARE_VALUE = /[^\s,;})\]"'`]+/y;
/** A value that is looked up by its name: `config["password"]`, `os.environ.get('TOKEN'`. */
const LOOKED_UP =
  /(?:[A-Za-z_]\w{0,80}\.){0,8}(?:[A-Za-z_]\w{0,80}\[|(?:get|getenv)\()["'][A-Za-z_][\w.-]{0,80}["'][\])]?/y;
const SIGN = /\s{0,40}(?:=>|:|=)(?!=|\s{0,40}[,\]})])/y;
/** What a line within a container that goes over several looks like. */
const CONTENT =
  /^(?:[}\])]|[bBrRuUfF]{0,2}\\*["'`]|[\w.$@-]{1,100}\s{0,20}(?:[:=]|=>)|[\w.+/=-]+,?$|[{[(]|-\s|#|\.\.\.)/;

/** How the values within are taken: `all` are secret, `random` ones are, or (a call) all that are no name of a variable. */
export type ContainerRule = 'all' | 'random' | 'lookup';

interface Level {
  readonly closer: string;
  /** Whether values of this level may be read, unless their own name says otherwise. */
  readonly readable: boolean;
  /** The same of the value that comes next. */
  next: boolean;
  hasKey: boolean;
  /** Values before this one. */
  entries: number;
}

/** A list, a mapping or a call that a telling name stands before, read as far as its lines came. */
export interface Container {
  readonly rule: ContainerRule;
  readonly levels: Level[];
}

export interface ContainerStep {
  /** Where the container ends in this line, or where its unfinished string begins. */
  readonly at: number;
  readonly ranges: TextRange[];
  /** A string that isn't closed in this line; `hidden`: its text is secret. */
  readonly open: { readonly start: StringStart; readonly hidden: boolean } | null;
}

export function isContainerStart(character: string | undefined): boolean {
  return character !== undefined && character in CLOSERS;
}

export function looksLikeContent(text: string): boolean {
  return CONTENT.test(text);
}

/** Reads on in a container, up to its end or `limit`. */
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

/** `%(token)s`: a driver of a database puts the value there. */
function skipPlaceholder(line: string, at: number): number {
  PLACEHOLDER.lastIndex = at;
  return PLACEHOLDER.test(line) ? PLACEHOLDER.lastIndex : at;
}

/** Takes a bracket or a comma; false: a value or a blank comes. */
function readSign(character: string, levels: Level[]): boolean {
  if (character in CLOSERS) openLevel(levels, CLOSERS[character] ?? '');
  else if ('}])'.includes(character)) {
    if (levels.at(-1)?.closer === character || levels.length > MOST_LEVELS) levels.pop();
  } else if (character === ',' || character === ';') endEntry(levels);
  else return false;
  return true;
}

function openLevel(levels: Level[], closer: string): void {
  const readable = levels.at(-1)?.next ?? false;
  levels.push({ closer, readable, next: readable, hasKey: false, entries: 0 });
}

/** A new line ends an entry too: YAML and lists of `name = value` have no commas. */
export function endEntry(levels: Level[]): void {
  const level = levels.at(-1);
  if (level === undefined) return;
  level.next = level.readable;
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
      level?.next !== true &&
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

/** Where the value of a key begins; null: this is no key. */
function noteKey(line: string, key: string, end: number, level: Level | undefined): number | null {
  SIGN.lastIndex = end;
  const sign = SIGN.exec(line);
  if (sign === null || level === undefined) return null;
  level.next = judgeName(key) === null && (level.readable || isReadableKey(key));
  level.hasKey = true;
  return end + sign[0].length;
}

function hasSecret(text: string, quoted: boolean, { rule, levels }: Container): boolean {
  const level = levels.at(-1);
  if (level === undefined || level.next || isHarmless(text)) return false;
  if (rule === 'random') return isRandom(text);
  if (quoted && isDescription(text)) return false;
  if (!quoted && (isNumber(text) || isVariable(text, level))) return false;
  // The name that is looked up, not what stands in for it.
  if (rule === 'lookup') return quoted && (level.entries > 0 || !/^[A-Za-z_][A-Za-z_.-]*$/.test(text));
  return true;
}

/** `credentials=(user, password)`, `{"token": access_token}`: names in a line of code. */
function isVariable(text: string, level: Level): boolean {
  if (level.hasKey) return /^[a-z]+_[a-z_]+$/.test(text) && judgeName(text) !== null;
  return /^[A-Za-z_]+$/.test(text) && (isReadableKey(text) || judgeName(text) !== null);
}
