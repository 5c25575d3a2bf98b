import {
  type ConfigurationFile,
  type ConfigurationLook,
  type ConfigurationReader,
  type ConfigurationStore,
  type Configurations,
  type FindPolicy,
  isAboutWorkspaces,
  type JudgedConfiguration,
  pinWorkspaces,
  type ReadConfiguration,
  type ReadPlace,
  type StoredConfiguration,
  toConfigurationInUse,
} from '../domain/configuration-in-use.ts';
import type { Repository } from '../domain/deployment.ts';
import { findLooseValues } from '../domain/find-loose-values.ts';
import type { TreeReader } from '../domain/git-tree.ts';
import type { HeadReader } from '../domain/installation-reader.ts';
import { trackedBranch } from '../domain/match-workspaces.ts';
import { filterOf } from '../domain/path-filter.ts';
import {
  type AccountPolicy,
  completeConfiguration,
  NO_POLICY,
  settingsOf,
} from '../domain/repository-configuration.ts';
import type { RepositoryReader } from '../domain/repository-store.ts';
import type { Workspace } from '../domain/workspace.ts';

export interface ConfigurationPorts {
  readonly files: ConfigurationReader;
  readonly heads: HeadReader;
  readonly trees: TreeReader;
  readonly store: ConfigurationStore;
  readonly repositories: RepositoryReader;
  readonly findPolicy: FindPolicy;
  readonly read: ReadConfiguration;
}

/** The commit to read, or the branch's name, and the time of its push (epoch milliseconds; 0 if unknown). */
interface ObservedHead {
  readonly sha: string;
  readonly at: number;
}

/**
 * Reads repositories' configurations from their default branches, and stores each with the branch's head. A file is read
 * again after a push to the default branch; one with mistakes is judged each time, since workspaces may have been renamed.
 */
export function createConfigurations(ports: ConfigurationPorts): Configurations {
  const { store, repositories } = ports;

  async function look(at: ConfigurationLook) {
    const stored = await store.readConfiguration(at.repository.id);
    const observed = await findNewHead(ports, at, stored);
    const policy = await ports.findPolicy(at.repository);
    const read = resolveBranches(ports.read, at.repository);
    const now = observed
      ? await readAt({ ...ports, read }, { ...at, policy }, observed, stored)
      : stored && judgeAgain(read, at.workspaces, stored);
    if (!now) throw new Error('GitHub does not show the head of the default branch.');
    return { stored, now, inUse: toConfigurationInUse(now, policy) };
  }

  return {
    async current(at) {
      const { stored, now, inUse } = await look(at);
      if (now !== stored) await store.saveConfiguration(at.repository.id, now);
      return inUse;
    },

    async peek(at) {
      return (await look(at)).inUse;
    },

    async isCached({ id, defaultBranch }) {
      return (await store.readConfiguration(id))?.branch === defaultBranch;
    },

    async known(repositoryId) {
      const [stored, repository] = await Promise.all([
        store.readConfiguration(repositoryId),
        repositories.getRepository(repositoryId),
      ]);
      const policy = repository ? await ports.findPolicy(repository) : NO_POLICY;
      return toConfigurationInUse(stored, policy);
    },
  };
}

/** Null if the stored configuration is as new as the known head of the default branch. */
async function findNewHead(
  { heads }: ConfigurationPorts,
  { repository, push, head, workspaces }: ConfigurationLook,
  stored: StoredConfiguration | null,
): Promise<ObservedHead | null> {
  const { defaultBranch } = repository;
  const isFromPush = push?.branch === defaultBranch;
  if (stored?.branch === defaultBranch) {
    const isNews = isFromPush && push.sha !== stored.sha && push.at >= stored.pushedAt;
    // Its names can be checked now.
    if (!isNews && stored.isUnnamed && workspaces) return { sha: stored.sha, at: stored.pushedAt };
    if (!isNews) return null;
    if (push.at > stored.pushedAt) return push;
    // The deliveries of two pushes within one second may come in any order: the head shows which is newer.
    const sha = (await heads.readHead(repository, defaultBranch)) ?? push.sha;
    return sha === stored.sha ? null : { sha, at: push.at };
  }
  if (isFromPush) return push;
  // The branch's name suffices: the next push to it counts as new in any case.
  return { sha: head === undefined ? defaultBranch : (head ?? ''), at: 0 };
}

interface PolicedLook extends ConfigurationLook {
  readonly policy: AccountPolicy;
}

/** The file may compare the branches of workspaces, some of which name the default branch and others don't. */
function resolveBranches(read: ReadConfiguration, repository: Repository): ReadConfiguration {
  return (text, workspaces) =>
    read(text, workspaces?.map((one) => ({ ...one, branch: trackedBranch(one, repository) })) ?? null);
}

async function readAt(
  { files, heads, trees, read }: ConfigurationPorts,
  look: PolicedLook,
  observed: ObservedHead,
  stored: StoredConfiguration | null,
): Promise<StoredConfiguration | null> {
  const { repository, workspaces } = look;
  const readFile = (sha: string): Promise<ConfigurationFile> | ConfigurationFile => {
    const listed = willReadTree(look, sha, stored) ? trees : null;
    const known = stored && !stored.isUnnamed ? stored.content : null;
    return sha === '' ? { kind: 'none' } : files.read(repository, sha, known, listed);
  };
  let { sha } = observed;
  let file = await readFile(sha);
  if (file.kind === 'no_commit') {
    // A force push removed the commit before it was read.
    sha = (await heads.readHead(repository, repository.defaultBranch)) ?? '';
    file = await readFile(sha);
  }
  if (file.kind === 'no_commit') return null;
  // GitHub answers 404 for a deleted file, and also for a repository that it doesn't show at the moment.
  const isMissing = file.kind === 'none' && stored?.good?.source != null;
  if (isMissing && (await heads.readHead(repository, repository.defaultBranch)) === null) return stored;
  const place = {
    branch: repository.defaultBranch,
    sha,
    pushedAt: Math.max(observed.at, stored?.pushedAt ?? 0),
  };
  const now = judge(read, workspaces, { file, place, stored });
  if (sha !== repository.defaultBranch || !needsCheckRun(now, look)) return now;
  // The check run about the file needs a commit.
  const head = await heads.readHead(repository, repository.defaultBranch);
  return head === null ? null : moveTo(now, head);
}

/** True if the file is bad, or looser than the operator's limits. */
function needsCheckRun({ bad, good }: StoredConfiguration, { workspaces, policy }: PolicedLook): boolean {
  if (bad || !good?.source) return bad !== null;
  return findLooseValues(completeConfiguration(good.configuration, policy), workspaces ?? []).length > 0;
}

function moveTo(now: StoredConfiguration, sha: string): StoredConfiguration {
  const { bad, good } = now;
  if (bad) return { ...now, bad: { ...bad, sha } };
  return good?.source ? { ...now, good: { ...good, source: { ...good.source, sha } } } : now;
}

/** Whether planning the push will likely read the commit's tree, judged before the file is read. */
function willReadTree(
  { repository, workspaces, push, policy }: PolicedLook,
  sha: string,
  stored: StoredConfiguration | null,
): boolean {
  if (push?.sha !== sha || workspaces === null) return false;
  // The unknown file may add the first filter.
  if (stored === null) return true;
  const configuration = completeConfiguration(stored.good?.configuration ?? {}, policy);
  const isFiltered = workspaces.some(
    (one) =>
      trackedBranch(one, repository) === push.branch &&
      filterOf(settingsOf(configuration, one), one.directory) !== null,
  );
  return isFiltered || push.changesConfiguration;
}

interface ToJudge {
  readonly file: Exclude<ConfigurationFile, { kind: 'no_commit' }>;
  readonly place: ReadPlace;
  readonly stored: StoredConfiguration | null;
}

function judge(
  read: ReadConfiguration,
  workspaces: readonly Workspace[] | null,
  { file, place, stored }: ToJudge,
): StoredConfiguration {
  const { sha } = place;
  const before = { good: stored?.good ?? null, wasHeld: stored?.wasHeld ?? false };
  const isUnnamed = workspaces === null;
  switch (file.kind) {
    case 'none': {
      const good = { configuration: {}, source: null };
      return { ...before, ...place, content: null, good, bad: null, isUnnamed: false };
    }
    case 'unusable': {
      const problems = [{ line: 1, column: 1, message: file.problem }];
      const bad = { file: file.file, sha, problems, text: null, gate: false };
      return { ...place, content: file.content, ...refuse(before, bad, workspaces), isUnnamed };
    }
    case 'text': {
      const { content, text } = file;
      const judged = judgeText(read, workspaces, { file: file.file, sha, text }, before);
      const namesNone = judged.bad === null && !judged.good?.configuration.workspaces?.length;
      return { ...place, content, ...judged, isUnnamed: isUnnamed && !namesNone };
    }
    case 'unchanged': {
      const { content = null, good = null, bad = null, isUnnamed: wasUnnamed = false } = stored ?? {};
      if (bad) {
        const moved = { ...before, ...place, content, bad: { ...bad, sha }, isUnnamed: wasUnnamed };
        return judgeAgain(read, workspaces, moved);
      }
      const source = good?.source && { ...good.source, sha };
      return {
        ...before,
        ...place,
        content,
        good: good && { ...good, source: source ?? null },
        bad: null,
        isUnnamed: wasUnnamed,
      };
    }
  }
}

/** Returns `stored` itself if the result is the same. */
function judgeAgain(
  read: ReadConfiguration,
  workspaces: readonly Workspace[] | null,
  stored: StoredConfiguration,
): StoredConfiguration {
  const { bad } = stored;
  // Another list of workspaces can't change other mistakes.
  if (!workspaces || !bad || bad.text === null || !isAboutWorkspaces(bad)) return stored;
  const judged = judgeText(read, workspaces, { ...bad, text: bad.text }, stored);
  const isSame = JSON.stringify(judged.bad?.problems) === JSON.stringify(bad.problems);
  return isSame ? stored : { ...stored, ...judged };
}

type FormerConfiguration = Omit<JudgedConfiguration, 'bad'>;

function judgeText(
  read: ReadConfiguration,
  workspaces: readonly Workspace[] | null,
  { file, sha, text }: { file: string; sha: string; text: string },
  before: FormerConfiguration,
): JudgedConfiguration {
  const result = read(text, workspaces);
  if (!result.ok) {
    const { problems, gate } = result;
    return refuse(before, { file, sha, problems, text, gate }, workspaces);
  }
  const configuration = pinWorkspaces(result.configuration, workspaces ?? []);
  return { good: { configuration, source: { file, sha } }, bad: null, wasHeld: before.wasHeld };
}

function refuse(
  { good, wasHeld }: FormerConfiguration,
  bad: NonNullable<StoredConfiguration['bad']>,
  workspaces: readonly Workspace[] | null,
): JudgedConfiguration {
  // Without a workspace, no push is held.
  return { good, bad, wasHeld: wasHeld || (good === null && workspaces !== null) };
}
