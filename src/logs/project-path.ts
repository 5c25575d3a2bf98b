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

/** Where the job had the project, when this line names its `meltano.yml` by an absolute path; null otherwise. */
export function readProjectRoot(line: string): string | null {
  const root = PROJECT_FILE.exec(line)?.[1];
  if (root === undefined) return null;
  const segments = readSegments(root);
  return segments === null || segments.length === 0 ? null : `/${segments.join('/')}`;
}

/** False when no project root makes a path of the project of it. */
export function mayBeProjectPath(path: string): boolean {
  return readSegments(path) !== null;
}

/**
 * A path that a log names, as one relative to the project; null unless it is clear: an absolute one outside `root` (or
 * with none known), one with `..`, an address, or what was installed there.
 */
export function toProjectPath(path: string, root: string | null): string | null {
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
