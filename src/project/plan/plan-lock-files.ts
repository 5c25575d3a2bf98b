import { findNeededLock, isLockFor } from '../lock-files.ts';
import type { LockFile, Plugin, Project } from '../model.ts';
import type { PlanItem, Step } from './plan-model.ts';

/** Adds changes of lock files to the items of their plugins, and items for lock files without a plugin. */
export function planLockFiles(step: Step, items: readonly PlanItem[]): PlanItem[] {
  const { before, after, changed } = step;
  // Without all plugins, used lock files are unknown.
  if ([before, after].some((project) => project?.incomplete.has('manifest'))) return [...items];
  const locks = [...(before?.lockFiles ?? []), ...after.lockFiles].filter(({ path }) => changed.has(path));
  const byPath = new Map(locks.map((lock) => [lock.path, lock]));
  const result = new Map(items.map((item) => [`${item.subject} ${item.name}`, item]));
  for (const lock of [...byPath.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const plugin = findPlugin(after, lock) ?? findPlugin(before, lock);
    const name = plugin ? keyOf(plugin) : lock.path;
    const key = `${plugin ? 'plugin' : 'lock file'} ${name}`;
    result.set(key, addLock(step, result.get(key), lock, name, plugin !== null));
  }
  return [...result.values()].map((item) => warn(step, item));
}

function addLock(
  { before, after }: Step,
  item: PlanItem | undefined,
  lock: LockFile,
  name: string,
  isPlugins: boolean,
): PlanItem {
  const was = before?.files.has(lock.path) ?? false;
  const change = !was ? 'added' : after.files.has(lock.path) ? 'changed' : 'removed';
  return {
    subject: isPlugins ? 'plugin' : 'lock file',
    name,
    change: item?.change ?? (isPlugins ? 'changed' : change),
    warning: item?.warning ?? null,
    details: [...(item?.details ?? []), ...(isPlugins ? [toDetail(change)] : [])],
    files: [...(item?.files ?? []), lock.path],
  };
}

function toDetail(change: string) {
  return {
    kind: 'keys' as const,
    keys: [`lock file ${change}`],
  };
}

/** Warns of a plugin without a lock file, and of a lock file without a plugin. */
function warn({ before, after }: Step, item: PlanItem): PlanItem {
  const warning =
    item.warning ?? (item.subject === 'lock file' ? findUnused(item) : findMissing(before, after, item));
  return warning === null ? item : { ...item, warning };
}

function findUnused({ change }: PlanItem): string | null {
  return change === 'removed' ? null : 'no plugin uses it';
}

function findMissing(before: Project | null, after: Project, item: PlanItem): string | null {
  if (item.subject !== 'plugin') return null;
  const isIt = (plugin: Plugin) => keyOf(plugin) === item.name;
  const [old, young] = [before?.plugins.find(isIt), after.plugins.find(isIt)];
  if (young) {
    const wasMissing = before !== null && old !== undefined && isLockMissing(before, old);
    return isLockMissing(after, young) && !wasMissing ? 'it has no lock file' : null;
  }
  const isLeft = after.lockFiles.some(
    (lock) => old && isLockFor(lock, old) && findPlugin(after, lock) === null,
  );
  return isLeft ? 'its lock file stays behind' : null;
}

function isLockMissing(project: Project, plugin: Plugin): boolean {
  if (findNeededLock(plugin) === null || project.lockFiles.length === 0) return false;
  return !project.lockFiles.some((lock) => isLockFor(lock, plugin));
}

function findPlugin(project: Project | null, lock: LockFile): Plugin | null {
  return project?.plugins.find((plugin) => isLockFor(lock, plugin)) ?? null;
}

function keyOf({ type, name }: Plugin): string {
  return `${type}/${name?.text}`;
}
