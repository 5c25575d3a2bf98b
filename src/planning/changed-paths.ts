import type { Conclusion, Repository, TreeDigest } from '../domain/deployment.ts';
import type { Incomparable, UncomparedCause } from '../domain/git-tree.ts';
import type { PathFilter } from '../domain/path-filter.ts';
import type { RepositoryWorkspace } from '../domain/workspace.ts';
import type { CommitRole, PushTrees } from './push-trees.ts';

export type OpenTrees = (repository: Repository) => PushTrees;

/** The deployment of a workspace that was started last, by a push or by a person. */
export interface LastStarted {
  readonly id: string;
  readonly conclusion: Conclusion | null;
  readonly concludedAt: number | null;
  readonly sha: string;
  readonly deployedSha: string | null;
  readonly treeDigest: TreeDigest | null;
}

export interface TreeDigestStore {
  /** `except`: the id of a deployment to leave out. */
  findLastStarted(workspace: RepositoryWorkspace, except?: string): Promise<LastStarted | null>;
  /** The digest of a commit, stored with any deployment of the workspace, started or not. */
  findTreeDigest(
    workspace: RepositoryWorkspace,
    of: { readonly commit: string; readonly filter: string },
  ): Promise<TreeDigest | null>;
  /** The digest of the newest push to a branch since a time (epoch milliseconds). */
  findNewestDigest(
    workspace: RepositoryWorkspace,
    since: { readonly branch: string; readonly pushedAt: number },
  ): Promise<TreeDigest | null>;
  /** Stores the digest of a deployment's commit, so that its tree isn't read again. */
  saveTreeDigest(deploymentId: string, digest: TreeDigest): Promise<void>;
}

interface ChangeToJudge {
  readonly workspace: RepositoryWorkspace;
  readonly filter: PathFilter;
  /** The pushed commit. */
  readonly head: string;
  /** The commit to compare with if the workspace was never deployed; null: everything counts as changed. */
  readonly findBefore: () => Promise<CommitBefore | null>;
}

export interface CommitBefore {
  readonly commit: string;
  readonly role: CommitRole;
}

export interface JudgedChange {
  readonly isChanged: boolean;
  /** The digest of the pushed commit; null if GitHub could not list its tree. */
  readonly headDigest: TreeDigest | null;
  /** The commit that the head was compared with; null if nothing was compared. */
  readonly since: string | null;
  /** True if `since` is the deployed commit; false if it is the one before the push. */
  readonly isSinceDeployed: boolean;
  /** Why the push counts as a change without a comparison; null if there was one. */
  readonly cause: UncomparedCause | null;
}

/** Compares the files that pass a workspace's filter with the deployed ones. Throws when GitHub can't answer now. */
export async function judgeChange(
  { workspace, filter, head, findBefore }: ChangeToJudge,
  trees: PushTrees,
  store: TreeDigestStore,
): Promise<JudgedChange> {
  const now = await trees.digest(head, filter, 'head');
  if (now.kind === 'incomparable') return countAsChanged(null, now);
  const last = await store.findLastStarted(workspace);
  if (last && last.conclusion !== 'success') {
    const { sha, conclusion } = last;
    return countAsChanged(now, { kind: 'not_deployed', sha, isRunning: conclusion === null });
  }
  const before = last ? ({ commit: deployedCommit(last), role: 'old' } as const) : await findBefore();
  if (!before) return countAsChanged(now, { kind: 'never_deployed' });
  const old = last
    ? await digestLast({ workspace, last, filter }, trees, store)
    : await trees.digest(before.commit, filter, before.role);
  if (old.kind === 'incomparable') return countAsChanged(now, old);
  return {
    isChanged: old.digest !== now.digest,
    headDigest: now,
    since: before.commit,
    isSinceDeployed: last !== null,
    cause: null,
  };
}

function countAsChanged(headDigest: TreeDigest | null, cause: UncomparedCause): JudgedChange {
  return {
    isChanged: true,
    headDigest,
    since: null,
    isSinceDeployed: false,
    cause,
  };
}

/** The commit that Meltano Cloud deployed; the requested one if it didn't say. */
export function deployedCommit({ deployedSha, sha }: LastStarted): string {
  return deployedSha ?? sha;
}

interface LastDeployment {
  readonly workspace: RepositoryWorkspace;
  readonly last: LastStarted;
  readonly filter: PathFilter;
}

/** The digest of a successful deployment's commit, from the store or from GitHub. Throws when GitHub can't answer now. */
export async function digestLast(
  deployed: LastDeployment,
  trees: PushTrees,
  store: TreeDigestStore,
): Promise<TreeDigest | Incomparable> {
  const stored = await findStoredDigest(deployed, trees, store);
  if (stored) return stored;
  const read = await trees.digest(deployedCommit(deployed.last), deployed.filter, 'old');
  if (read.kind === 'digest') await store.saveTreeDigest(deployed.last.id, read);
  return read;
}

/** The digest of a successful deployment's commit; null if it isn't stored. */
export async function findStoredDigest(
  { workspace, last, filter }: LastDeployment,
  trees: PushTrees,
  store: TreeDigestStore,
): Promise<TreeDigest | null> {
  const wanted = { commit: deployedCommit(last), filter: trees.keyOf(filter) };
  const { treeDigest } = last;
  if (treeDigest?.commit === wanted.commit && treeDigest.filter === wanted.filter) return treeDigest;
  const found = await store.findTreeDigest(workspace, wanted);
  if (found) await store.saveTreeDigest(last.id, found);
  return found;
}
