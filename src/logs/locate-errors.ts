import type { LocatedError } from '../domain/log-excerpt.ts';
import { truncateBytes } from '../domain/truncate-bytes.ts';
import { cleanInlineText } from './clean-log-line.ts';
import {
  createArrowReader,
  createDbtReader,
  createSqlfluffReader,
  createTracebackReader,
  createYamlReader,
} from './error-blocks.ts';
import { type LogLine, parseLogLine, readJsonLine } from './error-patterns.ts';
import { type PlacedError, readPlacedError } from './error-places.ts';
import { copyString } from './log-tail.ts';
import { mayBeProjectPath, readProjectRoot, toProjectPath } from './project-path.ts';
import { stripFields } from './read-log-words.ts';

/** GitHub takes 50 annotations in a request. */
const MOST_ERRORS = 50;
/** Errors with an absolute path that wait for the log to say where the project was. */
const MOST_WAITING = 50;
/** Bytes of a message; GitHub takes 64 KB, nobody reads them. */
const LONGEST_MESSAGE = 1024;

/** Collects the errors of a log that name a file and a line, line by line, without keeping the log. */
export interface ErrorLocator {
  add(line: string): void;
  located(): LocatedError[];
}

export function createErrorLocator(): ErrorLocator {
  const readers = [
    ...[createYamlReader(), createDbtReader(), createTracebackReader()],
    ...[createSqlfluffReader(), createArrowReader()],
  ];
  const found = new Map<string, LocatedError>();
  let waiting: PlacedError[] = [];
  let root: string | null = null;

  function keep(error: PlacedError | null): void {
    if (error === null || found.size >= MOST_ERRORS) return;
    const located = locate(error, root);
    if (located !== null) addTo(found, located);
    else if (root === null && waiting.length < MOST_WAITING && mayBeLocated(error))
      waiting.push(copyError(error));
  }

  function learnRoot(line: string): void {
    root = readProjectRoot(line);
    if (root === null) return;
    const waited = waiting;
    waiting = [];
    // They came before: in the order of the log the others follow.
    const later = [...found.values()];
    found.clear();
    for (const error of waited) keep(error);
    for (const error of later) addTo(found, error);
  }

  return {
    add(line) {
      if (found.size >= MOST_ERRORS) return;
      if (root === null && line.includes('/meltano.yml')) learnRoot(line);
      const plain = readLine(line);
      for (const reader of readers) keep(reader.add(plain));
      keep(readPlacedError(plain));
    },
    located() {
      const all = new Map(found);
      for (const reader of readers) {
        const pending = reader.pending();
        const last = pending && locate(pending, root);
        if (last) addTo(all, last);
      }
      return [...all.values()].slice(0, MOST_ERRORS);
    },
  };
}

function readLine(line: string): LogLine {
  const parsed = parseLogLine(line);
  return readJsonLine(parsed.text) ?? { ...parsed, text: stripFields(parsed.text) };
}

function addTo(found: Map<string, LocatedError>, error: LocatedError): void {
  const key = `${error.path}:${error.line} ${error.message}`;
  if (!found.has(key)) found.set(key, error);
}

function locate({ places, message }: PlacedError, root: string | null): LocatedError | null {
  for (const { path, line, column } of places) {
    const inside = toProjectPath(path, root);
    const words = cleanInlineText(message).replace(/\s+/g, ' ');
    if (inside === null || line < 1 || words === '') continue;
    return { path: copyString(inside), line, column, message: copyString(cutMessage(words)) };
  }
  return null;
}

function mayBeLocated({ places }: PlacedError): boolean {
  return places.some(({ path }) => path.startsWith('/') && mayBeProjectPath(path));
}

function cutMessage(words: string): string {
  const cut = truncateBytes(words, LONGEST_MESSAGE);
  return cut === words ? words : `${truncateBytes(words, LONGEST_MESSAGE - 3)}…`;
}

/** Nothing that is kept may keep a page of the log in memory. */
function copyError({ places, message }: PlacedError): PlacedError {
  return {
    places: places.map((place) => ({ ...place, path: copyString(place.path) })),
    message: copyString(truncateBytes(message, 2 * LONGEST_MESSAGE)),
  };
}
