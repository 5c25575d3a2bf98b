import { isSentence } from './harmless-values.ts';
import { frameLine } from './line-frame.ts';
import { type Carry, followContainer, type LineScan } from './line-scan.ts';
import { findStringEnd, readStringStart } from './read-string.ts';
import { readValue } from './read-value.ts';
import { endEntry, isContainerStart, looksLikeContent } from './secret-container.ts';
import { isReadableKey, NAME_STEM } from './secret-names.ts';
import { type FoundName, findIdentifiedBy, findName, findPlace, type SecretPlace } from './secret-places.ts';
import { readTableHead, readTableLine } from './secret-table.ts';

/** Lines between the name of a variable and its `value:`, or blank ones between a name and its value. */
const MOST_PROPERTIES = 6;

export function scanLine(line: string, before: Carry | null): LineScan {
  const scan: LineScan = { line, frame: frameLine(line), ranges: [], carry: null, contained: 0 };
  let at = before === null ? 0 : resume(scan, before);
  while (at < line.length) {
    NAME_STEM.lastIndex = at;
    const hit = NAME_STEM.exec(line);
    if (hit === null) break;
    at = Math.max(readName(scan, hit), hit.index + 1);
  }
  const table = scan.carry === null && scan.ranges.length === 0 ? readTableHead(line) : null;
  if (table !== null) scan.carry = { kind: 'table', table };
  return scan;
}

/** Reads the name around `hit` and its value; where to go on. */
function readName(scan: LineScan, hit: RegExpExecArray): number {
  const { line, frame } = scan;
  if (hit[0].toLowerCase() === 'identified') {
    const place = findIdentifiedBy(line, hit.index, frame);
    return place === null ? hit.index + hit[0].length : readValue(scan, place);
  }
  const name = findName(line, hit.index);
  if (name === null) return skipName(line, hit.index + hit[0].length);
  const place = findPlace(line, name, frame);
  if (place !== null) return readValue(scan, place);
  const values = scan.contained === 0 ? findInsertedValues(line, name) : null;
  if (values !== null) return followContainer(scan, values, { rule: 'all', levels: [] });
  noteProperty(scan, name);
  return name.end;
}

/** The rest of a word that tells nothing isn't looked at again. */
function skipName(line: string, from: number): number {
  let at = from;
  while (at < line.length && at - from < 60 && /[\w.-]/.test(line[at] ?? '')) at++;
  return at;
}

const VALUES = /[^()]{0,1000}\)\s{0,20}values\s{0,20}(?=\()/iy;

/** `INSERT INTO users (name, password) VALUES (…)`: all of the values, since any of them may be the secret. */
function findInsertedValues(line: string, { start, end }: FoundName): number | null {
  const from = Math.max(0, start - 1000);
  const open = from + line.slice(from, start).lastIndexOf('(');
  if (line[open] !== '(') return null;
  if (!/\binsert\s+into\s+[^\s()]{1,200}\s?$/i.test(line.slice(Math.max(0, open - 220), open))) return null;
  VALUES.lastIndex = end;
  return VALUES.test(line) ? VALUES.lastIndex : null;
}

/** `- name: DB_PASSWORD`: its value comes in one of the next lines. */
function noteProperty(scan: LineScan, name: FoundName): void {
  const { line, frame } = scan;
  if (!/^["']?,?$/.test(line.slice(name.end, frame.end))) return;
  const before = line.slice(frame.start, name.start);
  if (
    !/^(?:-\s+)?["']?(?:name|key|field|variable|env|setting|parameter|header|id)["']?\s*[:=]\s*["']?$/i.test(
      before,
    )
  )
    return;
  const place: SecretPlace = {
    name,
    at: 0,
    limit: 0,
    form: 'line',
    sign: ':',
    indent: frame.indent,
  };
  scan.carry = { kind: 'property', place, lines: 0 };
}

/** Goes on with what an earlier line began; how far this line belongs to it. */
function resume(scan: LineScan, before: Carry): number {
  switch (before.kind) {
    case 'value':
      return resumeValue(scan, before);
    case 'string':
      return resumeString(scan, before);
    case 'container':
      return resumeContainer(scan, before);
    case 'block':
      return resumeBlock(scan, before);
    case 'table':
      return resumeTable(scan, before);
    case 'property':
      return resumeProperty(scan, before);
  }
}

function resumeValue(scan: LineScan, before: Extract<Carry, { kind: 'value' }>): number {
  const { line, frame } = scan;
  const { place, forced } = before;
  if (frame.start >= frame.end) {
    scan.carry = before;
    return 0;
  }
  const here: SecretPlace = { ...place, at: frame.start, limit: frame.end };
  const isQuoted = readStringStart(line, frame.start) !== null;
  if (forced) return readValue(scan, { ...here, form: 'pair' });
  if (isQuoted || (isContainerStart(line[frame.start]) && place.form !== 'words'))
    return readValue(scan, here);
  if (place.form === 'words' || place.name.kind === 'maybe') return 0;
  return resumeBlock(scan, { kind: 'block', place, whole: false });
}

function resumeString(scan: LineScan, before: Extract<Carry, { kind: 'string' }>): number {
  const { line, frame } = scan;
  const { start, hidden, container } = before;
  const content = line.slice(frame.start, frame.end);
  const end = findStringEnd(line, frame.start, start);
  const isLong = start.quote.length === 3;
  const isRecord = frame.start > frame.indent;
  if (/^\d+ [│|]/.test(content)) return 0;
  if (end === null && isRecord && !isLong && /\s/.test(content)) return 0;
  const until = end === null ? frame.end : Math.min(end.at, frame.end);
  if (hidden) scan.ranges.push({ start: frame.start, end: until });
  if (end === null) {
    if (!content.endsWith('…')) scan.carry = before;
    return line.length;
  }
  return container === null ? end.after : followContainer(scan, end.after, container);
}

function resumeContainer(scan: LineScan, { container }: Extract<Carry, { kind: 'container' }>): number {
  const { line, frame } = scan;
  const content = line.slice(frame.start, frame.end);
  if (content !== '' && !looksLikeContent(content)) return 0;
  if (container.levels.at(-1)?.hasKey !== true || /^[\w"'-]+\s*[:=]/.test(content))
    endEntry(container.levels);
  return followContainer(scan, frame.start, container);
}

const MAPPING = /^(?:-\s+)*["']?([\w.$-]{1,100})["']?\s*:(?:\s+|$)/;

function resumeBlock(scan: LineScan, before: Extract<Carry, { kind: 'block' }>): number {
  const { line, frame } = scan;
  const { place, whole } = before;
  const content = line.slice(frame.start, frame.end);
  if (content === '') scan.carry = before;
  const isItem = frame.indent === place.indent && content.startsWith('- ');
  if (content === '' || (frame.indent <= place.indent && !isItem)) return 0;
  if (whole) {
    scan.carry = before;
    scan.ranges.push({ start: frame.start, end: frame.end });
    return line.length;
  }
  const key = MAPPING.exec(content);
  const marks = key?.[0].length ?? /^(?:-\s+)*/.exec(content)?.[0].length ?? 0;
  if (key === null && marks === 0 && isSentence(content)) return 0;
  scan.carry = before;
  if (key?.[1] !== undefined && isReadableKey(key[1])) return 0;
  const at = frame.start + marks;
  if (at >= frame.end) return line.length;
  const end = readValue(scan, { ...place, at, limit: frame.end, form: 'line', sign: ':' });
  scan.carry ??= before;
  return end;
}

function resumeTable(scan: LineScan, before: Extract<Carry, { kind: 'table' }>): number {
  const read = readTableLine(scan.line, before.table);
  if (read === null) return 0;
  scan.ranges.push(...read.ranges);
  scan.carry = { kind: 'table', table: read.table };
  return scan.line.length;
}

function resumeProperty(scan: LineScan, before: Extract<Carry, { kind: 'property' }>): number {
  const { line, frame } = scan;
  const content = line.slice(frame.start, frame.end);
  const value = /^["']?(?:value|val|content|data|default)["']?\s*[:=]\s*/i.exec(content);
  const at = frame.start + (value?.[0].length ?? 0);
  if (value !== null) return readValue(scan, { ...before.place, at, limit: frame.end });
  if (content === '' || /^[-}]/.test(content) || before.lines >= MOST_PROPERTIES) return 0;
  scan.carry = { ...before, lines: before.lines + 1 };
  return 0;
}
