import { type CloudCommit, isByMeltanoCloud } from '../domain/cloud-commit.ts';
import { diffKeys, formatKeys } from './diff-keys.ts';
import { MOST_FILE_BYTES } from './project-files.ts';
import type { HistoryCommit, ProjectSource, SourceFile } from './project-source.ts';
import { YamlFile } from './yaml-file.ts';

/** Commits before a push that are searched for the work of people. */
const MOST_EARLIER_COMMITS = 50;
/** Files of a push that are compared. Each takes a request. */
const MOST_COMPARED_FILES = 20;

/** The history of the pushed head. All of it throws when it can't be read. */
export interface PushHistory {
  /** Its newest commits, or the newest ones that changed a file; newest first. */
  listCommits(path: string | null): Promise<readonly HistoryCommit[]>;
  open(sha: string): Promise<ProjectSource>;
}

/** Work of a person that Meltano Cloud overwrote in a file. */
export interface LostWork {
  readonly path: string;
  /** The newest earlier commit of a person to the file. */
  readonly person: string;
  /** The last commit of Meltano Cloud to the file. */
  readonly cloud: string;
  readonly change: 'removed' | 'changed';
  /** Removed and changed keys, such as `plugins.extractors[tap-orders].config`; empty if the whole file is meant. */
  readonly keys: readonly string[];
}

export interface LostWorkFound {
  readonly lost: readonly LostWork[];
  /** Files that were too many to compare. */
  readonly leftOut: number;
}

/**
 * Finds the work of people that the commits of Meltano Cloud in a push removed or changed. If a person changed a file
 * afterwards, nothing counts as lost.
 */
export async function findLostWork(
  pushed: readonly CloudCommit[],
  history: PushHistory,
): Promise<LostWorkFound> {
  const paths = [...new Set(pushed.flatMap((commit) => commit.paths))].toSorted();
  if (paths.length === 0) return { lost: [], leftOut: 0 };
  const compared = paths.slice(0, MOST_COMPARED_FILES);
  const shas = pushed.map(({ sha }) => sha);
  const searched = listSearched(await history.listCommits(null), shas);
  const versions = await Promise.all(
    compared.map(async (path) => chooseVersions(path, await history.listCommits(path), { shas, searched })),
  );
  const chosen = versions.filter((one) => one !== null);
  const files = await readVersions(
    chosen.flatMap(({ path, person, before, cloud }) =>
      [person, before, cloud].map((sha) => ({ path, sha })),
    ),
    history,
  );
  return {
    lost: chosen.flatMap((one) => findLostIn(one, files) ?? []),
    leftOut: paths.length - compared.length,
  };
}

/** The git command that restores the person's version of the file. */
export function formatRestore({ path, person }: LostWork): string {
  return `git checkout ${person} -- ${/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`}`;
}

/** The commits of Meltano Cloud in the push, and those before them that are searched. */
function listSearched(newest: readonly HistoryCommit[], pushed: readonly string[]): Set<string> {
  const oldest = newest.findLastIndex(({ sha }) => pushed.includes(sha));
  return new Set(newest.slice(0, oldest + 1 + MOST_EARLIER_COMMITS).map(({ sha }) => sha));
}

/** The commits at which a file is compared. */
interface Versions {
  readonly path: string;
  readonly person: string;
  /** Before the first commit of Meltano Cloud in the push: losses by earlier pushes aren't reported again. */
  readonly before: string;
  readonly cloud: string;
}

/** Null if the push took nothing of a person from the file. `touching` are the commits that changed it, newest first. */
function chooseVersions(
  path: string,
  touching: readonly HistoryCommit[],
  { shas, searched }: { readonly shas: readonly string[]; readonly searched: ReadonlySet<string> },
): Versions | null {
  const personAt = touching.findIndex((commit) => !isByMeltanoCloud(commit));
  const firstAt = touching.slice(0, Math.max(personAt, 0)).findLastIndex(({ sha }) => shas.includes(sha));
  const [person, before, cloud] = [touching[personAt], touching[firstAt + 1], touching[0]];
  if (firstAt < 0 || !person || !before || !cloud || !searched.has(person.sha)) return null;
  return {
    path,
    person: person.sha,
    before: before.sha,
    cloud: cloud.sha,
  };
}

function findLostIn(versions: Versions, files: VersionsRead): LostWork | null {
  const { path, person, cloud } = versions;
  const [held, before, after] = [person, versions.before, cloud].map((sha) => files.get(sha)?.get(path));
  if (!held || !before) return null;
  if (!after) return { path, person, cloud, change: 'removed', keys: [] };
  if (!isYaml(path)) {
    const isKept = [held.sha, before.sha].includes(after.sha);
    return isKept ? null : { path, person, cloud, change: 'changed', keys: [] };
  }
  const keys = listLostKeys(path, [held.text, before.text, after.text]);
  return keys.length > 0 ? { path, person, cloud, change: 'changed', keys } : null;
}

function listLostKeys(path: string, texts: readonly (string | null)[]): string[] {
  const contents = texts.map((text) => (text === null ? null : new YamlFile(path, text).content));
  const [held, before, after] = contents;
  if (!held?.isReadable || !before?.isReadable || !after?.isReadable) return [];
  const lost = listGone(held.value, after.value);
  const done = listGone(before.value, after.value);
  const isDone = (keys: readonly string[]) => done.some((one) => areOnOneWay(one, keys));
  return lost.filter((keys) => keys.length > 0 && isDone(keys)).map(formatKeys);
}

/** Keys that are missing or have another value. */
function listGone(old: unknown, young: unknown): (readonly string[])[] {
  return diffKeys(old, young).flatMap(({ keys, kind }) => (kind === 'added' ? [] : [keys]));
}

/** True if one of two places is in the other. */
function areOnOneWay(one: readonly string[], other: readonly string[]): boolean {
  return one.every((key, index) => index >= other.length || key === other[index]);
}

interface FileVersion {
  readonly sha: string;
  /** Null if it can't be compared key by key. */
  readonly text: string | null;
}

/** By commit and path, without files that a commit doesn't have. */
type VersionsRead = ReadonlyMap<string, ReadonlyMap<string, FileVersion>>;

async function readVersions(
  wanted: readonly { readonly sha: string; readonly path: string }[],
  history: PushHistory,
): Promise<VersionsRead> {
  const read = new Map<string, ReadonlyMap<string, FileVersion>>();
  for (const [sha, own] of Map.groupBy(wanted, (one) => one.sha)) {
    const paths = new Set(own.map(({ path }) => path));
    const source = await history.open(sha);
    const files = (await source.listFiles()).filter(({ path }) => paths.has(path));
    const texts = await source.readTexts(
      files.filter(({ path, bytes }) => isYaml(path) && bytes <= MOST_FILE_BYTES),
    );
    const toVersion = (file: SourceFile): FileVersion => ({
      sha: file.sha,
      text: texts.get(file.path) ?? null,
    });
    read.set(sha, new Map(files.map((file) => [file.path, toVersion(file)])));
  }
  return read;
}

/** JSON is YAML. */
function isYaml(path: string): boolean {
  return /\.(ya?ml|lock)$/.test(path);
}
