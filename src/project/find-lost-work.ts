import { diffKeys, formatKeys } from './diff-keys.ts';
import { YamlFile } from './yaml-file.ts';

/** Commits before a push that are searched for the work of people. */
const MOST_EARLIER_COMMITS = 50;

/** A commit in the history of the pushed head, with its changes to files of the project. */
export interface HistoryCommit {
  readonly sha: string;
  readonly committerName: string;
  /** The first line of its message. */
  readonly subject: string;
  /** By path: the text of each added or changed file; null for a removed one. */
  readonly changed: ReadonlyMap<string, string | null>;
}

/** Work of a person that a commit of Meltano Cloud overwrote in a file. */
export interface LostWork {
  readonly path: string;
  /** The newest earlier commit of a person to the file. */
  readonly person: HistoryCommit;
  /** The last commit of Meltano Cloud to the file. */
  readonly cloud: HistoryCommit;
  /** Removed and changed keys, such as `plugins.extractors[tap-orders].config`; empty if the file was removed. */
  readonly keys: readonly string[];
}

const SUBJECTS = new Set([
  'Change pipelines',
  'Add plugins',
  'Update workspace',
  'Change datastores',
  'Change notebooks',
  'Add dbt transform files',
  'A warm welcome to your new workspace',
]);
const SUBJECT_WITH_NAME = /^(?:Add ELT script for extractor|Update) `[^`]+`$/;

/** Requires both signs: people also have e-mail addresses as names, and may use the same subjects. */
export function isByMeltanoCloud({ committerName, subject }: HistoryCommit): boolean {
  const isAddress = /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(committerName.trim());
  return isAddress && (SUBJECTS.has(subject.trim()) || SUBJECT_WITH_NAME.test(subject.trim()));
}

/**
 * Finds the work of people that commits of Meltano Cloud in a push removed or changed. `earlier` are the commits before the
 * push, `pushed` its own, both oldest first. If a person changed a file afterwards, nothing counts as lost.
 */
export function findLostWork(
  earlier: readonly HistoryCommit[],
  pushed: readonly HistoryCommit[],
): LostWork[] {
  const history = [...earlier.slice(-MOST_EARLIER_COMMITS), ...pushed];
  const paths = new Set(pushed.filter(isByMeltanoCloud).flatMap(({ changed }) => [...changed.keys()]));
  return [...paths].toSorted().flatMap((path) => {
    const touching = history.filter(({ changed }) => changed.has(path));
    return findLostIn(path, touching, touching.filter((commit) => pushed.includes(commit)).length);
  });
}

/** The git command that restores the person's version of the file. */
export function formatRestore({ path, person }: LostWork): string {
  return `git checkout ${person.sha} -- ${/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`}`;
}

/** `touching` are the commits that touch the file; the last `pushedCount` of them were pushed. */
function findLostIn(path: string, touching: readonly HistoryCommit[], pushedCount: number): LostWork[] {
  const personAt = touching.findLastIndex((commit) => !isByMeltanoCloud(commit));
  const [person, cloud] = [touching[personAt], touching.at(-1)];
  // Losses by earlier pushes aren't reported again.
  const firstAt = Math.max(personAt + 1, touching.length - pushedCount);
  if (!person || !cloud || firstAt >= touching.length) return [];
  const [held, before, after] = [person, touching[firstAt - 1], cloud].map(
    (one) => one?.changed.get(path) ?? null,
  );
  if (!held || !before || after === undefined) return [];
  const keys = after === null ? [] : listLostKeys(path, { held, before, after });
  return after === null || keys.length > 0 ? [{ path, person, cloud, keys }] : [];
}

interface Texts {
  readonly held: string;
  /** Before the first of these commits. */
  readonly before: string;
  readonly after: string;
}

function listLostKeys(path: string, { held, before, after }: Texts): string[] {
  const [old, middle, young] = [held, before, after].map((text) => new YamlFile(path, text).content);
  if (!old?.isReadable || !middle?.isReadable || !young?.isReadable) return [];
  const known = diffKeys(old.value, middle.value).map(({ keys }) => formatKeys(keys));
  const lost = diffKeys(old.value, young.value).filter(({ kind }) => kind !== 'added');
  return lost.map(({ keys }) => formatKeys(keys)).filter((keys) => keys !== '' && !known.includes(keys));
}
