import type { LocatedError } from '../domain/log-excerpt.ts';
import { truncateBytes } from '../domain/truncate-bytes.ts';
import { cleanInlineText } from './clean-log-line.ts';
import type { PlacedError } from './error-places.ts';
import { copyString } from './log-tail.ts';

/** GitHub takes 50 annotations in a request. */
const MOST_ERRORS = 50;
/** Errors with an absolute path that wait for the log to say where the project is. */
const MOST_WAITING = 50;
/** Bytes of a message; GitHub takes 64 KB, nobody reads them. */
const LONGEST_MESSAGE = 1024;
/** Longest path that is taken for one, in UTF-16 code units. */
const LONGEST_PATH = 300;
/** Folders of what was installed or made beside the project: nobody finds such a file in the repository. */
const NOT_OURS = new Set([
  ...['site-packages', 'dist-packages', 'node_modules', '.venv', 'venv', '.meltano', '.git'],
  ...['dbt_packages', 'dbt_modules'],
]);
/** Where dbt writes what it compiled. */
const BUILD_FOLDER = 'target';
const PROJECT_FILE = /(?:^|[\s"'`=(])(\/[\w@.+/-]{0,300})\/meltano\.yml\b/;

/** The first errors in files of the project, none twice. */
export class ProjectErrors {
  readonly #found = new Map<string, LocatedError>();
  #waiting: PlacedError[] = [];
  #root: string | null = null;

  get isFull(): boolean {
    return this.#found.size >= MOST_ERRORS;
  }

  /** Learns where the job has the project from a line that names its `meltano.yml` by an absolute path. */
  readRoot(line: string): void {
    if (this.#root !== null || this.isFull || !line.includes('/meltano.yml')) return;
    this.#root = findRoot(line);
    if (this.#root === null) return;
    // What waited came before what was found since.
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

  /** `open`: errors that the next line of the log may still change. */
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
  const cut = truncateBytes(words, LONGEST_MESSAGE);
  return cut === words ? words : `${truncateBytes(words, LONGEST_MESSAGE - 3)}…`;
}

/** Nothing that is kept may keep a page of the log in memory. */
function copyError({ places, message }: PlacedError): PlacedError {
  return { places, message: copyString(truncateBytes(message, 2 * LONGEST_MESSAGE)) };
}

/** False when no project root makes a path of the project of it. */
export function mayBeProjectPath(path: string): boolean {
  return readSegments(path) !== null;
}

/**
 * A path that a log names, as one relative to the project; null unless it is clear: an absolute one outside `root` (or
 * with none known), one with `..`, an address, or what was installed there.
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
