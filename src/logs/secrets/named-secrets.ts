import { isSentence } from './harmless-values.ts';
import { frameLine } from './line-frame.ts';
import { followContainer, type LineScan, type Unfinished } from './line-scan.ts';
import { findStringEnd, readStringStart } from './read-string.ts';
import { readValue } from './read-value.ts';
import { endEntry, isContainerStart, looksLikeContent } from './secret-container.ts';
import { isHarmlessKey, NAME_STEM } from './secret-names.ts';
import { type FoundName, findIdentifiedBy, findName, findPlace, type SecretPlace } from './secret-places.ts';
import { readTableHead, readTableLine } from './secret-table.ts';
import type { TextRange } from './text-ranges.ts';

/** The most lines of a value. */
const MOST_LINES = 400;

/**
 * Finds the values of names like `password`, even if the value is in a later line or a later call.
 *
 * For each line: `line-frame.ts` finds the message. The scanner looks for a name with a stem (`secret-names.ts`) in it.
 * `secret-places.ts` finds where the value begins (after a sign, in the next cell, after `--token`). `read-value.ts` reads
 * the value (a string, a container, a header, a bare word). `harmless-values.ts` lets masks, types, variables and sentences
 * pass. The next line continues an unfinished one (`line-scan.ts`).
 */
export interface NamedSecretScanner {
  scan(text: string): TextRange[];
}

export function createNamedSecretScanner(): NamedSecretScanner {
  let unfinished: Unfinished | null = null;
  let lines = 0;

  /** Reads one line, and keeps its unfinished part. */
  function read(line: string, offset: number, ranges: TextRange[]): void {
    const before: Unfinished | null = lines < MOST_LINES ? unfinished : null;
    const scanned = scanLine(line, before);
    for (const { start, end } of scanned.ranges) ranges.push({ start: offset + start, end: offset + end });
    lines = scanned.unfinished?.kind === before?.kind ? lines + 1 : 0;
    unfinished = scanned.unfinished;
  }

  return {
    scan(text) {
      const ranges: TextRange[] = [];
      for (let at = 0; at <= text.length; ) {
        if (unfinished === null) {
          NAME_STEM.lastIndex = at;
          const hit = NAME_STEM.exec(text);
          if (hit === null) break;
          at = Math.max(at, text.lastIndexOf('\n', hit.index) + 1);
        }
        const newline = text.indexOf('\n', at);
        const end = newline === -1 ? text.length : newline;
        read(text.slice(at, end), at, ranges);
        at = end + 1;
      }
      return ranges;
    },
  };
}

/** Lines between `name: DB_PASSWORD` and its `value:`. */
const MOST_PROPERTIES = 6;

function scanLine(line: string, before: Unfinished | null): LineScan {
  const scan: LineScan = { line, frame: frameLine(line), ranges: [], unfinished: null, contained: 0 };
  let at = before === null ? 0 : resume(scan, before);
  while (at < line.length) {
    NAME_STEM.lastIndex = at;
    const hit = NAME_STEM.exec(line);
    if (hit === null) break;
    at = Math.max(readName(scan, hit), hit.index + 1);
  }
  const table = scan.unfinished === null && scan.ranges.length === 0 ? readTableHead(line) : null;
  if (table !== null) scan.unfinished = { kind: 'table', table };
  return scan;
}

/** Reads the name around `hit` and its value. Returns where to continue. */
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
  expectProperty(scan, name);
  return name.end;
}

/** Skips the rest of a word that is no name of a secret. */
function skipName(line: string, from: number): number {
  let at = from;
  while (at < line.length && at - from < 60 && /[\w.-]/.test(line[at] ?? '')) at++;
  return at;
}

const VALUES = /[^()]{0,1000}\)\s{0,20}values\s{0,20}(?=\()/iy;

/** Where the values of `INSERT INTO users (name, password) VALUES (…)` begin. Any of them may be the secret. */
function findInsertedValues(line: string, { start, end }: FoundName): number | null {
  const from = Math.max(0, start - 1000);
  const open = from + line.slice(from, start).lastIndexOf('(');
  if (line[open] !== '(') return null;
  if (!/\binsert\s+into\s+[^\s()]{1,200}\s?$/i.test(line.slice(Math.max(0, open - 220), open))) return null;
  VALUES.lastIndex = end;
  return VALUES.test(line) ? VALUES.lastIndex : null;
}

/** `- name: DB_PASSWORD` is followed by its value in one of the next lines. */
function expectProperty(scan: LineScan, name: FoundName): void {
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
  scan.unfinished = { kind: 'property', place, lines: 0 };
}

/** Continues the unfinished part of an earlier line. Returns how far this line belongs to it. */
function resume(scan: LineScan, before: Unfinished): number {
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

function resumeValue(scan: LineScan, before: Extract<Unfinished, { kind: 'value' }>): number {
  const { line, frame } = scan;
  const { place, forced } = before;
  if (frame.start >= frame.end) {
    scan.unfinished = before;
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

function resumeString(scan: LineScan, before: Extract<Unfinished, { kind: 'string' }>): number {
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
    if (!content.endsWith('…')) scan.unfinished = before;
    return line.length;
  }
  return container === null ? end.after : followContainer(scan, end.after, container);
}

function resumeContainer(scan: LineScan, { container }: Extract<Unfinished, { kind: 'container' }>): number {
  const { line, frame } = scan;
  const content = line.slice(frame.start, frame.end);
  if (content !== '' && !looksLikeContent(content)) return 0;
  if (container.levels.at(-1)?.hasKey !== true || /^[\w"'-]+\s*[:=]/.test(content))
    endEntry(container.levels);
  return followContainer(scan, frame.start, container);
}

const MAPPING = /^(?:-\s+)*["']?([\w.$-]{1,100})["']?\s*:(?:\s+|$)/;

function resumeBlock(scan: LineScan, before: Extract<Unfinished, { kind: 'block' }>): number {
  const { line, frame } = scan;
  const { place, whole } = before;
  const content = line.slice(frame.start, frame.end);
  if (content === '') scan.unfinished = before;
  const isItem = frame.indent === place.indent && content.startsWith('- ');
  if (content === '' || (frame.indent <= place.indent && !isItem)) return 0;
  if (whole) {
    scan.unfinished = before;
    scan.ranges.push({ start: frame.start, end: frame.end });
    return line.length;
  }
  const key = MAPPING.exec(content);
  const marks = key?.[0].length ?? /^(?:-\s+)*/.exec(content)?.[0].length ?? 0;
  if (key === null && marks === 0 && isSentence(content)) return 0;
  scan.unfinished = before;
  if (key?.[1] !== undefined && isHarmlessKey(key[1])) return 0;
  const at = frame.start + marks;
  if (at >= frame.end) return line.length;
  const end = readValue(scan, { ...place, at, limit: frame.end, form: 'line', sign: ':' });
  scan.unfinished ??= before;
  return end;
}

function resumeTable(scan: LineScan, before: Extract<Unfinished, { kind: 'table' }>): number {
  const read = readTableLine(scan.line, before.table);
  if (read === null) return 0;
  scan.ranges.push(...read.ranges);
  scan.unfinished = { kind: 'table', table: read.table };
  return scan.line.length;
}

function resumeProperty(scan: LineScan, before: Extract<Unfinished, { kind: 'property' }>): number {
  const { line, frame } = scan;
  const content = line.slice(frame.start, frame.end);
  const value = /^["']?(?:value|val|content|data|default)["']?\s*[:=]\s*/i.exec(content);
  const at = frame.start + (value?.[0].length ?? 0);
  if (value !== null) return readValue(scan, { ...before.place, at, limit: frame.end });
  if (content === '' || /^[-}]/.test(content) || before.lines >= MOST_PROPERTIES) return 0;
  scan.unfinished = { ...before, lines: before.lines + 1 };
  return 0;
}
