import {
  isDescription,
  isHarmless,
  isNote,
  isNumber,
  isRandom,
  isSentence,
  isWord,
  repeatsName,
} from './harmless-values.ts';
import { followContainer, type LineScan } from './line-scan.ts';
import { findStringEnd, readStringStart, type StringStart } from './read-string.ts';
import { type ContainerRule, isContainerStart } from './secret-container.ts';
import type { SecretPlace } from './secret-places.ts';

/** YAML's tags and anchors: `!!str X`, `&anchor X`. */
const TAG = /(?:!{1,2}[\w:/.<>-]*[ \t]+|&\w+[ \t]+)/y;
const BLOCK_MARK = /^[|>][+-]?\d?[+-]?\s*(?:#|$)/;
// Ends at a blank, a closing quote, or a separator before another `name=`.
const BARE = /(?:[^\s"'&,;]|["'](?![,;:}\])\s]|$)|[&,;](?!["']?[\w.-]{1,40}["']?\s{0,4}[=:]))+/y;
const CELL = /[^│┃║|]+/y;
const XML_TEXT = /[^<>]+/y;
/** Calls that wrap a secret, and calls that look one up by its name. */
const WRAPPER =
  /(?:[\w.]*(?:Secret|Password|Token|Str|Some|Just)\w*|str|bytes|bytearray|repr|Optional|quote_plus|b64encode)[([]/y;
const LOOKUP =
  /(?:[\w.]*\.)?(?:get\w*|pop|environ|getenv|env\w*|config|settings|secrets?|var|ref|source|headers|params|kwargs|args|data|creds|credentials|json)(?:\(|\[(?=["']))/y;
const CODE = /(?:[A-Za-z_]\w{0,80}\.){0,8}[a-z_][a-z0-9_]*\(/y;
const SCHEME = /(?:AWS4-HMAC-SHA256|[A-Za-z]+(?:-[A-Za-z]+)*)[ \t]+(?=\S)/y;
const KNOWN_SCHEME =
  /^(?:bearer|basic|token|digest|negotiate|ntlm|apikey|api-key|ssws|aws4|hawk|oauth|signature|key|jwt)/i;
/** The start of a comment, or of another pair. */
const LINE_VALUE_END = /(?<!\s)\s+[#;]|,\s+["']?[\w.-]+["']?\s*[:=]/;
const FLOW_VALUE_END = /[,}\]]/;
const LONGEST_PLAIN = 2000;
/** The longest header in UTF-16 code units. */
const LONGEST_HEADER = 8192;
const LISTED = /^(?:digest|aws4|oauth|hawk|signature)/i;

/** Reads the value at a place, and adds secrets to `scan.ranges`. Returns where to continue. */
export function readValue(scan: LineScan, place: SecretPlace): number {
  const { line, frame } = scan;
  const at = skip(TAG, line, place.at);
  const limit = Math.max(at, place.limit);
  if (at >= limit || line.slice(at, limit).trim() === '\\') {
    if (place.limit >= frame.end) expectValue(scan, place, line[at] === '\\');
    return at;
  }
  if (place.sign === ':' && BLOCK_MARK.test(line.slice(at, limit))) {
    if (place.name.kind === 'secret') scan.unfinished = { kind: 'block', place, whole: true };
    return limit;
  }
  if (isNote(line.slice(at, Math.min(limit, at + 60)))) return at;
  if (place.sign === '|') return readCell(scan, place, at, limit);
  if (place.sign === '>') return hideMatch(scan, place, at, XML_TEXT);
  const start = readStringStart(line, at);
  if (start !== null && start.at <= limit) return readQuoted(scan, place, start, limit);
  if (place.name.kind === 'authorization' || place.name.kind === 'cookie')
    return readHeader(scan, place, at, limit);
  return readContained(scan, place, at) ?? readBare(scan, place, at, limit);
}

function skip(pattern: RegExp, line: string, at: number, limit = line.length): number {
  pattern.lastIndex = at;
  return pattern.test(limit < line.length ? line.slice(0, limit) : line) ? pattern.lastIndex : at;
}

function expectValue(scan: LineScan, place: SecretPlace, forced: boolean): void {
  // Code: `class Token:`, `-> list[Token]:`.
  const { start, end } = place.name;
  const isCode =
    /[\])]/.test(scan.line[end] ?? '') || /->\s*$/.test(scan.line.slice(Math.max(0, start - 4), start));
  const isKey = place.form !== 'words' && !isCode;
  const isSigned = /^(?:[:=]|=>|:=|,|->|%3[ad])$/i.test(place.sign) || place.sign === ' ';
  if ((forced || (isSigned && isKey)) && place.at > scan.contained)
    scan.unfinished = { kind: 'value', place, forced };
}

function readQuoted(scan: LineScan, place: SecretPlace, start: StringStart, limit: number): number {
  const { line } = scan;
  const end = findStringEnd(line, start.at, start);
  if (end === null || end.at > limit) {
    const text = line.slice(start.at, limit);
    if (place.form === 'words' && isSentence(text)) return limit;
    if (text !== '' || start.quote.length === 3) {
      scan.ranges.push({ start: start.at, end: limit });
      if (
        start.at > scan.contained &&
        limit >= scan.frame.end &&
        !text.endsWith('…') &&
        place.name.kind !== 'maybe'
      ) {
        scan.unfinished = { kind: 'string', start, hidden: true, container: null };
      }
    }
    return limit;
  }
  const text = line.slice(start.at, end.at);
  const rest = /^\s*=(?!=)\s*/.exec(line.slice(end.after, end.after + 20));
  if (isHarmless(text) && rest !== null && place.sign === ':') {
    return readValue(scan, { ...place, at: end.after + rest[0].length, sign: '=' });
  }
  if (isSecretText(place, text)) scan.ranges.push({ start: start.at, end: end.at });
  return end.after;
}

function isSecretText(place: SecretPlace, text: string): boolean {
  const { kind } = place.name;
  if (isHarmless(text)) return false;
  if (place.sign === 'space') return isRandom(text) && !/\s/.test(text);
  if (kind === 'maybe') return isRandom(text, place.sign === '=' ? 6 : 16);
  // A scheme without a credential: `Bearer`, `f"Bearer {token}"`.
  if (kind === 'authorization' && isHarmless(text.replace(/^[A-Za-z-]+ /, ''))) return false;
  if (kind === 'cookie') return text.includes('=') || isRandom(text, 8);
  if (place.form === 'words' && isWord(text)) return false;
  return !isDescription(text);
}

/** A list, a mapping, or a call. */
function readContained(scan: LineScan, place: SecretPlace, at: number): number | null {
  const { line } = scan;
  if (line.startsWith('{{', at) || /^\{[A-Za-z_]*\}/.test(line.slice(at, at + 60))) return null;
  const lookup = isAssignment(line, place) ? CODE : LOOKUP;
  const opened = [WRAPPER, lookup].map((pattern) => skip(pattern, line, at));
  const isCall = opened.some((end) => end > at);
  if (!isContainerStart(line[at]) && (!isCall || place.form === 'words')) return null;
  if (at < scan.contained) return at + 1;
  const isHeader = place.name.kind === 'authorization' || place.name.kind === 'cookie';
  if (
    !isHeader &&
    place.form === 'words' &&
    line[at] !== '{' &&
    !/^[[(]\s*[bB]?\\*["']/.test(line.slice(at, at + 12))
  )
    return null;
  const isWeak = (place.name.kind === 'maybe' && !/auth$/i.test(place.name.text)) || place.sign === 'is';
  const rule: ContainerRule = isWeak ? 'random' : (opened[1] ?? at) > at ? 'lookup' : 'all';
  const from = isCall ? Math.max(...opened) - 1 : at;
  const next = followContainer(scan, from, { rule, levels: [] });
  const end = scan.contained;
  const value = scan.unfinished === null && isCall ? /^\s*=(?!=)\s*/.exec(line.slice(end, end + 20)) : null;
  return value === null ? next : readValue(scan, { ...place, at: end + value[0].length, sign: '=' });
}

/** Code, as in tracebacks: `name = call(…)`. */
function isAssignment(line: string, { form, sign, at }: SecretPlace): boolean {
  return (
    form === 'line' &&
    sign === '=' &&
    /\s=\s$/.test(line.slice(Math.max(0, at - 3), at)) &&
    line.includes(')', at)
  );
}

/** The value is the whole cell of a table. */
function readCell(scan: LineScan, place: SecretPlace, at: number, limit: number): number {
  const end = skip(CELL, scan.line, at, limit);
  const text = scan.line.slice(at, end).trim();
  // With more than two cells the next one may be a type, or the name of another column.
  const isMore =
    /^[│┃║|]\s{0,200}[^\s│┃║|]/.test(scan.line.slice(end, end + 240)) ||
    /[^\s│┃║|][^│┃║|]*[│┃║|]\s*$/.test(
      scan.line.slice(Math.max(0, place.name.start - 240), place.name.start),
    );
  const isName = isMore && /^[A-Za-z_. -]+(?:\(\d+\))?$/.test(text);
  const isSecret = !isHarmless(text) && !isSentence(text) && !isName;
  if (isSecret && text !== '') scan.ranges.push({ start: at, end: at + text.length });
  return end;
}

function hideMatch(scan: LineScan, place: SecretPlace, at: number, pattern: RegExp): number {
  const end = skip(pattern, scan.line, at);
  if (isSecretText(place, scan.line.slice(at, end))) scan.ranges.push({ start: at, end });
  return end;
}

/** `Bearer X`, `SSWS X`, `X`, or the whole of a cookie. */
function readHeader(scan: LineScan, place: SecretPlace, at: number, limit: number): number {
  const { line } = scan;
  if (isContainerStart(line[at])) return readContained(scan, place, at) ?? limit;
  const end = findHeaderEnd(line, at, limit);
  if (place.name.kind === 'cookie') {
    const text = line.slice(at, end);
    if (/^[\w.$%-]{1,200}=/.test(text) && !isHarmless(text)) scan.ranges.push({ start: at, end });
    return end;
  }
  const credential = skip(SCHEME, line, at, end);
  const scheme = line.slice(at, credential).trim();
  const last = LISTED.test(scheme) ? end : skip(BARE, line, credential, end);
  const text = line.slice(credential, last);
  const isKnown = KNOWN_SCHEME.test(scheme) || scheme.includes('-');
  const isProse = !isKnown && (isNumber(text) || (isWord(text) && line.slice(at, end).trim() !== text));
  if (isProse || isHarmless(text)) return last;
  scan.ranges.push({ start: credential, end: trimEnd(line, credential, last) });
  return last;
}

/** In a request that was printed as one line, a header ends at its escaped `\r\n`. */
function findHeaderEnd(line: string, at: number, limit: number): number {
  const end = /\\+[rn]/.exec(line.slice(at, Math.min(limit, at + LONGEST_HEADER)));
  return end === null ? limit : at + end.index;
}

function readBare(scan: LineScan, place: SecretPlace, at: number, limit: number): number {
  const { line } = scan;
  if (line.startsWith('{{', at)) return readTemplate(scan, place, at, limit);
  const placeholder = /^<[a-z][a-z _.-]{0,60}>(?![\w.-])/i.exec(line.slice(at, at + 66));
  if (placeholder !== null) return at + placeholder[0].length;
  const end = skip(BARE, line, at, limit);
  if (end <= at || (place.sign === ' ' && line[at] === '-')) return at;
  const value = { start: at, end: trimEnd(line, at, end) };
  const text = line.slice(value.start, value.end);
  const type = /^\s*=(?!=)\s*/.exec(line.slice(end, end + 20));
  if (type !== null && place.sign === ':' && isHarmless(text)) {
    return readValue(scan, { ...place, at: end + type[0].length, sign: '=' });
  }
  if (place.form === 'line') value.end = findValueEnd(line, value.start, end, limit, LINE_VALUE_END);
  if (place.form === 'flow') value.end = findValueEnd(line, value.start, end, limit, FLOW_VALUE_END);
  // The quotes contain the name too: `"password: must be set"`.
  const isQuoted = place.form === 'pair' && limit < scan.frame.end;
  const rest = line.slice(value.start, isQuoted ? limit : value.end);
  if (isSecretBare(place, rest, text) && !isHarmless(line.slice(at, end))) {
    scan.ranges.push(value);
  }
  return Math.max(end, value.end);
}

/** `wheel for tap-auth0: filename=…` */
function isKeyValue(sign: string, text: string): boolean {
  return sign === ':' && /^[a-z_]+=/.test(text);
}

function isSecretBare({ name, form, sign }: SecretPlace, rest: string, text: string): boolean {
  if (isHarmless(text) || (name.mayBeCount && isNumber(text))) return false;
  if (/^(?:old)?pwd$/i.test(name.text) && text.startsWith('/')) return false;
  if (name.kind === 'maybe') return !isKeyValue(sign, text) && isRandom(text, sign === '=' ? 6 : 16);
  if (repeatsName(text, name.text)) return false;
  // Code compares two variables.
  if (sign === '==' && /^[a-z_]+$/.test(text)) return false;
  if (form === 'line') return !isSentence(rest);
  if (form !== 'words') return !(sign === ':' && isSentence(rest));
  if (sign === 'space')
    return (
      isRandom(text, /^pass|^pwd/i.test(name.text) ? 8 : 16) && !/^(?:SHA256|MD5):|:\d{1,6}\)?$/.test(text)
    );
  return !isWord(text) && !isNumber(text) && !/^[A-Za-z_.]+[:(]/.test(text) && !/^[/<.]/.test(text);
}

/** A plain value in YAML may contain spaces. */
function findValueEnd(line: string, start: number, from: number, limit: number, stop: RegExp): number {
  const rest = line.slice(from, Math.min(limit, from + LONGEST_PLAIN));
  const more = stop.exec(rest);
  return trimEnd(line, start, from + (more?.index ?? rest.length));
}

/** `{{ env_var('X') }}` is a variable; a default value in it is a secret. */
function readTemplate(scan: LineScan, place: SecretPlace, at: number, limit: number): number {
  const close = scan.line.indexOf('}}', at);
  const end = close === -1 ? limit : Math.min(limit, close + 2);
  if (isSecretText(place, scan.line.slice(at, end))) scan.ranges.push({ start: at, end });
  return end;
}

/** Drops the punctuation after a bare value. */
function trimEnd(line: string, start: number, end: number): number {
  let last = end;
  while (last > start && `"'\`\\),:;]}`.includes(line.charAt(last - 1))) last--;
  return last;
}
