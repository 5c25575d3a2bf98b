import type { LineFrame } from './line-frame.ts';
import { findStringEnd } from './read-string.ts';
import { classifyName, isKeyOfSecrets, isTokenOfData, type SecretName } from './secret-names.ts';

/** Longest part of a name before, and after, its stem, in UTF-16 code units. */
const LONGEST_NAME = 120;

/** The name of a secret in a line. */
export interface FoundName extends SecretName {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Where the value of a name begins, and how it is written. */
export interface SecretPlace {
  readonly name: FoundName;
  readonly at: number;
  /** The latest end of the value. */
  readonly limit: number;
  /**
   * `pair`: `name=value`. `line`: the value is the rest of the line. `flow`: it ends at a comma or bracket (YAML in one
   * line). `words`: it is a word of a sentence.
   */
  readonly form: 'pair' | 'line' | 'flow' | 'words';
  readonly sign: string;
  /** The indentation of the name. Lines with a deeper one belong to it. */
  readonly indent: number;
}

const CLOSE = `(?:\\\\*["'\`]|%2[27]|&quot;|&#(?:34|39|x22|x27);|\\\\+u002[27])?[\\])]{0,2}`;
const SIGN =
  '=>|:=|->|[!=]={1,2}|[?+]?=|:(?!:|//)|：|＝|%3[ad]|\\\\+u003[ad]|\\[env: [^\\]]{0,200}\\] current value:|was set in [^:]{1,80}:';
const PAIR = new RegExp(
  `${CLOSE}(?: \\([^()]{0,40}\\)(?=:)| \\[[^\\]]{0,20}\\](?=:)| for [^\\s:=]{1,60}(?: [^\\s:=]{1,60})?(?= ?[:=]))?[ \\t]{0,80}(${SIGN})[ \\t]{0,80}`,
  'iy',
);
const PROPERTY = `["']?\\w{1,20}["']?[ \\t]{0,4}[:=][ \\t]{0,4}["'][^"']{0,80}["'],?[ \\t]{0,4}`;
/** `name="X" value="…"`, `{"name": "X", "value": "…"}`. */
const NAMED = new RegExp(
  `\\\\*["']?,?[ \\t]{1,8}(?:${PROPERTY}){0,4}\\\\*["']?(?:value|val|content|data)\\\\*["']?[ \\t]{0,4}[:=][ \\t]{0,4}|` +
    `\\\\*["'],(?:${PROPERTY}){0,4}\\\\*["'](?:value|val|content|data)\\\\*["']:`,
  'iy',
);
const XML = /[^<>"']{0,20}(?:["'][^"'<>]{0,200}["'])?>(?:<!\[CDATA\[)?(?=[^<>]{1,4096}(?:\]\]>)?<\/)/y;
/** `<entry key="password">…</entry>`. */
const XML_KEY = /["'][^<>]{0,80}>(?=[^<>]{1,4096}<\/)/y;
const XML_PROPERTY = /<\/name>\s{0,8}<value>/iy;
const COMMA = /\\*["'][ \t]{0,4},[ \t]{0,4}(?=[bBrRuU]{0,2}\\*["'])/y;
/** `Invalid API key provided: X`. */
const SAID =
  /[ \t](?:provided|supplied|given|sent|used|received|created|generated|issued|returned|revoked|rejected|expired|invalid)[ \t]{0,4}:[ \t]{1,4}/iy;
const QUOTED = /[ \t]{1,8}(?=[bNE]?\\*["'])/y;
const IS = /\\*["'`]?[ \t]{1,4}(was set to|is set to|set to|is|was|to|as|equals)[ \t]*:?[ \t]{1,4}/iy;
const SPACES = /[ \t]+/y;
/** `InvalidCredentials: …` */
const ERROR_CLASS =
  /(?:^|\.)(?:Invalid|Missing|Bad|Wrong|No|Expired|Unknown|Incorrect|Unrecognized)(?:[A-Z][a-z]+)+$/;
/** The help of an option: `KEY   The key`, or a sentence. */
const OPTION_HELP = /^ [A-Z_]{2,30} {2,}[A-Z(]| {2,}[A-Z][a-z]+ [a-z]/;
const CELL = /[ \t]*[│┃║|][ \t]*/y;
const IDENTIFIED = /identified(?:\s+with\s+\S{1,64})?\s+(?:by|as)(?:\s+(?:password|values))?(?:\s+|$)/iy;

export function findName(line: string, hit: number): FoundName | null {
  let start = hit;
  let end = hit;
  while (start > 0 && hit - start < LONGEST_NAME && isNameCharacter(line.charCodeAt(start - 1))) start--;
  while (end < line.length && end - hit < LONGEST_NAME && isNameCharacter(line.charCodeAt(end))) end++;
  // An encoded character before the name: `%3DPWD`.
  if (line[start - 1] === '%' && /^[0-9A-Fa-f]{2}/.test(line.slice(start, start + 2)) && start + 2 <= hit)
    start += 2;
  // An escaped newline before the name: `\npassword`.
  if (start > 0 && start < hit && line[start - 1] === '\\' && /[nrt]/.test(line.charAt(start))) start++;
  while (start < hit && /[.-]/.test(line.charAt(start))) start++;
  while (end > hit + 1 && /[.-]/.test(line.charAt(end - 1))) end--;
  const text = line.slice(start, end);
  const classified = classifyInPlace(line, start, text);
  return classified === null ? null : { ...classified, text, start, end };
}

/** `key` and `token` depend on the word before them. */
function classifyInPlace(line: string, start: number, text: string): SecretName | null {
  const before = () => /([A-Za-z]+)[ \t]$/.exec(line.slice(Math.max(0, start - 24), start))?.[1] ?? '';
  if (/^keys?$/i.test(text)) {
    if (isKeyOfSecrets(before())) return { kind: 'secret', mayBeCount: true };
    return /[?&]$/.test(line.slice(0, start).slice(-1)) ? { kind: 'maybe', mayBeCount: true } : null;
  }
  if (/^tokens?$/i.test(text) && isTokenOfData(before())) return null;
  if (ERROR_CLASS.test(text)) return null;
  const classified = classifyName(text);
  // The signature of an address gives access to it.
  const isSigned = /sig(?:nature)?$/i.test(text) && /[?&;%]/.test(line.charAt(start - 1));
  return classified !== null && isSigned ? { ...classified, kind: 'secret' } : classified;
}

/** The place of the value after a name, if there is one. */
export function findPlace(line: string, name: FoundName, frame: LineFrame): SecretPlace | null {
  const found = findSigned(line, name, frame) ?? findUnsigned(line, name, frame);
  if (found === null) return null;
  const { length, sign } = found;
  return {
    name,
    sign,
    at: name.end + length,
    limit: findLimit(line, name, frame),
    form: found.form ?? findForm(line, name, frame, sign),
    indent: frame.indent + Math.max(0, name.start - frame.start),
  };
}

/** The text between a name and its value. */
interface Separator {
  readonly length: number;
  readonly sign: string;
  readonly form?: SecretPlace['form'];
}

/** A sign, or syntax that replaces it: `name="X" value="…"`, `<name>…</name>`, `('name', '…')`. */
function findSigned(line: string, name: FoundName, frame: LineFrame): Separator | null {
  const pair = match(PAIR, line, name.end);
  if (pair !== null) return readSign(line, name, frame, pair);
  const named = match(NAMED, line, name.end) ?? match(XML_PROPERTY, line, name.end);
  if (named !== null) return { length: named[0].length, sign: '=', form: 'pair' };
  const before = line.slice(Math.max(0, name.start - 8), name.start);
  const xml = before.endsWith('<') ? XML : /\b(?:name|key|id)=["']$/.test(before) ? XML_KEY : null;
  const tag = xml && match(xml, line, name.end);
  if (tag !== null) return { length: tag[0].length, sign: '>', form: 'pair' };
  // MySQL: `PASSWORD('…')`.
  const isCall = /^password$/i.test(name.text) && /^\(["']/.test(line.slice(name.end, name.end + 2));
  if (isCall) return { length: 1, sign: '=', form: 'pair' };
  const comma = match(COMMA, line, name.end);
  if (comma !== null && isListedOption(line, name, comma[0].length))
    return { length: comma[0].length, sign: ',', form: 'pair' };
  if (comma !== null && isQuotedPair(line, name)) return { length: comma[0].length, sign: ',', form: 'pair' };
  return null;
}

function readSign(line: string, name: FoundName, frame: LineFrame, pair: RegExpExecArray): Separator | null {
  const [{ length }, sign = ''] = pair;
  // A branch (`feature/tokens -> origin/…`), a requirement (`pysecret==1.2`), the name of a secret in AWS.
  const before = line.slice(Math.max(0, name.start - 90), name.start);
  if (sign === '=>' && /\{[\w./-]*$/.test(before) && /^[^\s{}]*\}\//.test(line.slice(name.end + length)))
    return null;
  if ((sign === '->' && before.endsWith('/')) || /\barn:[\w:-]{0,80}:$/.test(before)) return null;
  if (pair[0] === '==' && /^\d+(?:\.\w+)+/.test(line.slice(name.end + 2, name.end + 34))) return null;
  if (pair[0].startsWith(' for ')) return { length, sign, form: 'words' };
  // Without a space after it, the colon isn't part of a sentence.
  const isTight = !/\s$/.test(pair[0]) && name.end + length < frame.end;
  return isTight ? { length, sign, form: 'pair' } : { length, sign };
}

/** No sign: only spaces, the border of a table, or a word. */
function findUnsigned(line: string, name: FoundName, frame: LineFrame): Separator | null {
  if (name.kind !== 'secret') return null;
  const cell = match(CELL, line, name.end);
  if (cell !== null)
    return isCell(line, name, frame) ? { length: cell[0].length, sign: '|', form: 'pair' } : null;
  const spaces = match(SPACES, line, name.end);
  if (spaces !== null && isOption(line, name)) {
    if (OPTION_HELP.test(line.slice(name.end, frame.end))) return null;
    return { length: spaces[0].length, sign: ' ', form: 'pair' };
  }
  // After the message there are only fields, and they have signs.
  if (name.start < frame.end && name.end >= frame.end) return null;
  // `pass` is a verb too.
  if (/^pass$/i.test(name.text)) return null;
  const is = match(IS, line, name.end);
  if (is !== null) return readVerb(line, name, is);
  const said = match(SAID, line, name.end);
  if (said !== null) return { length: said[0].length, sign: 'space', form: 'words' };
  const quoted = match(QUOTED, line, name.end);
  if (quoted !== null) {
    const { length } = quoted[0];
    return isKeyword(name.text)
      ? { length, sign: ' ', form: 'pair' }
      : { length, sign: 'space', form: 'words' };
  }
  if (spaces === null || isNamedKey(line, name)) return null;
  return { length: spaces[0].length, sign: 'space', form: 'words' };
}

/** `set the password to …`, not `write PRIVATE_KEY to …`. */
function readVerb(line: string, { text, start }: FoundName, is: RegExpExecArray): Separator | null {
  const before = line.slice(Math.max(0, start - 40), start);
  const isMeant =
    is[1] !== 'to' || /\b(?:set|setting|change|changed|changing|update|updated)\b/i.test(before);
  if (is[1]?.toLowerCase() === 'as' && !/^[A-Z_]+$/.test(text)) return null;
  return isMeant ? { length: is[0].length, sign: 'is', form: 'words' } : null;
}

/** True for the id of a key: `using RSA key 4AEE18F83AFDEB23`. */
function isNamedKey(line: string, { text, start }: FoundName): boolean {
  return /^keys?$/i.test(text) && !/\bapi[ \t]$/i.test(line.slice(Math.max(0, start - 8), start));
}

/** The value in SQL's `IDENTIFIED BY …`, which has no name. */
export function findIdentifiedBy(line: string, hit: number, frame: LineFrame): SecretPlace | null {
  const clause = match(IDENTIFIED, line, hit);
  if (clause === null) return null;
  const isQuoted =
    /^\\*["']/.test(line.slice(hit + clause[0].length, frame.end)) || hit + clause[0].length >= frame.end;
  if (!isQuoted && !/\b(?:create|alter|grant|user|role)\b/i.test(line.slice(Math.max(0, hit - 200), hit)))
    return null;
  const end = hit + clause[0].length;
  const name: FoundName = { kind: 'secret', mayBeCount: false, text: 'identified by', start: hit, end };
  return { name, at: end, sign: ' ', limit: frame.end, form: 'pair', indent: 0 };
}

function match(pattern: RegExp, line: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(line);
}

/** If quotes contain both the name and the value (`'Authorization: …'`), the value ends with them. */
function findLimit(line: string, name: FoundName, frame: LineFrame): number {
  // A field after the message may reach to the end of the line.
  const whole = name.end > frame.end ? line.length : frame.end;
  const quote = line[name.start - 1] ?? '';
  if (!`"'\``.includes(quote) || quote === '') return whole;
  if (/^\\*["'`]/.test(line.slice(name.end, name.end + 8))) return whole;
  let slashes = 0;
  while (line[name.start - 2 - slashes] === '\\') slashes++;
  return findStringEnd(line, name.end, { quote, slashes })?.at ?? whole;
}

function findForm(line: string, name: FoundName, frame: LineFrame, sign: string): SecretPlace['form'] {
  const before = line.slice(Math.max(frame.start, name.start - 40), name.start);
  const isOpen =
    /^[ \t]*(?:[-*>]\s+|export\s+|\$\s+|SET\s+)*["'`]?$/.test(before) && name.start - frame.start < 40;
  if (isOpen) {
    const next = line.slice(name.end, name.end + 8);
    return sign === ':' || /^["'\])]*\s+=/.test(next) ? 'line' : 'pair';
  }
  if (sign === ':' && /[{,][ \t]*$/.test(before)) return 'flow';
  // After another word the colon may belong to a sentence.
  const isInSentence = /[\w'")\]][ \t]+["'`]?$/.test(before) && sign === ':';
  return isInSentence ? 'words' : 'pair';
}

/** `('X-Auth-Token', '…')`, `[b'Authorization', b'…']`, `.set("password", "…")`; not `["api_key", "start_date"]`. */
function isQuotedPair(line: string, name: FoundName): boolean {
  const before = line.slice(Math.max(0, name.start - 8), name.start);
  if (!/[([{][ \t]{0,2}[bBrRuU]{0,2}\\*["']$/.test(before)) return false;
  const value = /^\\*["'],[ \t]*[bBrRuU]{0,2}(\\*["'])([^"'\\]{0,200})\1[ \t]*[)\]}]/.exec(
    line.slice(name.end, name.end + 240),
  );
  const isHeader = /-|authorization|cookie/i.test(name.text);
  // `('secret_key', 'token' were unexpected)`
  const next = /^\\*["'],[ \t]*["']([a-z_]{1,100})["']/.exec(line.slice(name.end, name.end + 120))?.[1];
  if (next !== undefined && classifyName(next) !== null) return false;
  if (value === null || isHeader) return isHeader || /[({][ \t]{0,2}\W*$/.test(before);
  return !/^[a-z!*._-]+$/i.test(value[2] ?? '') || /[(,[][ \t]*\([bBrRuU]{0,2}\\*["']$/.test(before);
}

/** `['tap', '--token', '…']`: the arguments of a command; not `("--token", "-t")`. */
function isListedOption(line: string, { kind, start, end }: FoundName, length: number): boolean {
  const isOption = /[bBrRuU]?\\*["']-{1,2}$/.test(line.slice(Math.max(0, start - 6), start));
  return (
    isOption &&
    kind === 'secret' &&
    !/^[bBrRuU]{0,2}\\*["']-/.test(line.slice(end + length, end + length + 6))
  );
}

function isCell(line: string, name: FoundName, frame: LineFrame): boolean {
  const before = line.slice(Math.max(0, name.start - 80), name.start).trimEnd();
  return name.start <= frame.start || /[│┃║|]$/.test(before);
}

function isOption(line: string, name: FoundName): boolean {
  const before = line.slice(Math.max(0, name.start - 80), name.start);
  return (
    /(?:^|[\s"'`(])-{1,2}$/.test(before) ||
    /\bconfig(?:ure)?\b.*\bset\s+(?:[\w-]+\s+)?$|\b(?:setx|setenv)\s+$/.test(before) ||
    /\blogin\s+\S+\s+$/.test(before)
  );
}

/** True for a name that may stand before its value without a sign: an SQL keyword, or no ordinary word. */
function isKeyword(text: string): boolean {
  return /^(?:pass|pwd)/i.test(text) || /^[A-Z_]+$/.test(text) || text.includes('_');
}

function isNameCharacter(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45 ||
    code === 46
  );
}
