import type { LocatedError } from '../domain/log-excerpt.ts';
import { cutBytes, truncateBytes } from '../domain/truncate-bytes.ts';
import { cleanInlineText, copyString } from './clean-log-line.ts';
import type { PlacedError } from './error-places.ts';

/** GitHub allows 50 annotations in a request. */
const MOST_ERRORS = 50;
/** Errors with an absolute path wait until the log names the directory of the project. */
const MOST_WAITING = 50;
/** Bytes of a message. GitHub allows 64 KB, but nobody reads that much. */
const LONGEST_MESSAGE = 1024;
/** In UTF-16 code units. */
const LONGEST_PATH = 300;
/** Folders that are not in the repository. */
const NOT_OURS = new Set([
  ...['site-packages', 'dist-packages', 'node_modules', '.venv', 'venv', '.meltano', '.git'],
  ...['dbt_packages', 'dbt_modules'],
]);
/** dbt writes compiled SQL here. */
const BUILD_FOLDER = 'target';
const PROJECT_FILE = /(?:^|[\s"'`=(])(\/[\w@.+/-]{0,300})\/meltano\.yml\b/;

/** The first different errors in files of the project. */
export class ProjectErrors {
  readonly #found = new Map<string, LocatedError>();
  #waiting: PlacedError[] = [];
  #root: string | null = null;

  get isFull(): boolean {
    return this.#found.size >= MOST_ERRORS;
  }

  /** Learns the directory of the project from a line with the absolute path of its `meltano.yml`. */
  readRoot(line: string): void {
    if (this.#root !== null || this.isFull || !line.includes('/meltano.yml')) return;
    this.#root = findRoot(line);
    if (this.#root === null) return;
    // The waiting errors are older.
    const later = [...this.#found.values()];
    this.#found.clear();
    for (const error of this.#waiting) this.keep(error);
    for (const error of later) addTo(this.#found, error);
    this.#waiting = [];
  }

  keep(error: PlacedError): void {
    if (this.isFull) return;
    const located = locate(error, this.#root);
    if (located !== null) addTo(this.#found, located);
    else if (this.#root === null && this.#waiting.length < MOST_WAITING && mayBeLocated(error))
      this.#waiting.push(copyError(error));
  }

  /** The next line may still change `open` errors. */
  list(open: readonly PlacedError[]): LocatedError[] {
    const all = new Map(this.#found);
    for (const error of open) {
      const located = locate(error, this.#root);
      if (located !== null) addTo(all, located);
    }
    return [...all.values()].slice(0, MOST_ERRORS);
  }
}

function findRoot(line: string): string | null {
  const root = PROJECT_FILE.exec(line)?.[1];
  const segments = root === undefined ? null : readSegments(root);
  return segments === null || segments.length === 0 ? null : `/${segments.join('/')}`;
}

function addTo(found: Map<string, LocatedError>, error: LocatedError): void {
  const key = `${error.path}:${error.line} ${error.message}`;
  if (!found.has(key)) found.set(key, error);
}

function locate({ places, message }: PlacedError, root: string | null): LocatedError | null {
  const words = cleanInlineText(message).replace(/\s+/g, ' ');
  for (const { path, line, column } of places) {
    const inside = toProjectPath(path, root);
    if (inside === null || line < 1 || words === '') continue;
    return { path: copyString(inside), line, column, message: copyString(cutMessage(words)) };
  }
  return null;
}

function mayBeLocated({ places }: PlacedError): boolean {
  return places.some(({ path }) => path.startsWith('/') && mayBeProjectPath(path));
}

function cutMessage(words: string): string {
  return cutBytes(words, LONGEST_MESSAGE);
}

/** Copies the text (see `copyString`). */
function copyError({ places, message }: PlacedError): PlacedError {
  return { places, message: copyString(truncateBytes(message, 2 * LONGEST_MESSAGE)) };
}

/** False if a path can't be in any project. */
export function mayBeProjectPath(path: string): boolean {
  return readSegments(path) !== null;
}

/**
 * The path relative to the project. Null if it is outside: an absolute one not below `root`, one with `..`, an address, or
 * an installed package.
 */
function toProjectPath(path: string, root: string | null): string | null {
  const inside = path.startsWith('/') ? cutRoot(path, root) : path;
  const segments = inside === null ? null : readSegments(inside);
  if (segments === null || segments.length === 0 || segments[0] === BUILD_FOLDER) return null;
  return segments.join('/');
}

function cutRoot(path: string, root: string | null): string | null {
  return root !== null && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : null;
}

function readSegments(path: string): string[] | null {
  if (path.length > LONGEST_PATH || /^~|:|[\\<>[\]*?"|]/.test(path)) return null;
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  const isOurs = segments.every((segment) => segment !== '..' && !NOT_OURS.has(segment));
  return isOurs ? segments : null;
}
