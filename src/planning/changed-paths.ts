import type { Deployment, Repository, TreeDigest } from '../domain/deployment.ts';
import type { UncomparedCause, Untold } from '../domain/git-tree.ts';
import type { PathFilter } from '../domain/path-filter.ts';
import type { RepositoryWorkspace } from '../domain/workspace-key.ts';
import type { CommitRole, PushTrees } from './push-trees.ts';

export type OpenTrees = (repository: Repository) => PushTrees;

/** The deployment of a workspace that was started last, whatever asked for it. */
export type LastStarted = Pick<
  Deployment,
  'id' | 'conclusion' | 'concludedAt' | 'sha' | 'deployedSha' | 'treeDigest'
>;

export interface TreeDigestStore {
  /** `except`: the id of a deployment that doesn't count. */
  findLastStarted(workspace: RepositoryWorkspace, except?: string): Promise<LastStarted | null>;
  /** The digest of a commit, stored with any deployment of the workspace, even one that started nothing. */
  findTreeDigest(
    workspace: RepositoryWorkspace,
    of: { readonly commit: string; readonly filter: string },
  ): Promise<TreeDigest | null>;
  /** The digest of the newest push to a branch since a time (epoch milliseconds). */
  findNewestDigest(
    workspace: RepositoryWorkspace,
    since: { readonly branch: string; readonly pushedAt: number },
  ): Promise<TreeDigest | null>;
  /** What was found out about a deployment's commit, so that it isn't read again. */
  saveTreeDigest(deploymentId: string, digest: TreeDigest): Promise<void>;
}

interface ChangeToJudge {
  readonly workspace: RepositoryWorkspace;
  readonly filter: PathFilter;
  /** The pushed commit. */
  readonly head: string;
  /** What a workspace that was never deployed is compared with; null: everything counts as changed. */
  readonly findBefore: () => Promise<CommitBefore | null>;
}

export interface CommitBefore {
  readonly commit: string;
  readonly role: CommitRole;
}

export interface JudgedChange {
  readonly isChanged: boolean;
  /** The digest of the pushed commit. */
  readonly taken: TreeDigest | null;
  /** The commit that it was compared with; null where something else decided. */
  readonly since: string | null;
  /** Whether that commit is deployed; else it is the one before the push. */
  readonly isSinceDeployed: boolean;
  /** Why it counts as changed though nothing was compared. */
  readonly cause: UncomparedCause | null;
}

/** Whether what a workspace's filter lets through differs from what is deployed. Throws when GitHub can't answer now. */
export async function judgeChange(
  { workspace, filter, head, findBefore }: ChangeToJudge,
  trees: PushTrees,
  store: TreeDigestStore,
): Promise<JudgedChange> {
  const now = await trees.digest(head, filter, 'head');
  if (now.kind === 'untold') return countAsChanged(null, now);
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
  if (old.kind === 'untold') return countAsChanged(now, old);
  return {
    isChanged: old.digest !== now.digest,
    taken: now,
    since: before.commit,
    isSinceDeployed: last !== null,
    cause: null,
  };
}

function countAsChanged(taken: TreeDigest | null, cause: UncomparedCause): JudgedChange {
  return {
    isChanged: true,
    taken,
    since: null,
    isSinceDeployed: false,
    cause,
  };
}

/** The commit that a success left on Meltano Cloud. */
export function deployedCommit({ deployedSha, sha }: LastStarted): string {
  return deployedSha ?? sha;
}

interface LastOfWorkspace {
  readonly workspace: RepositoryWorkspace;
  readonly last: LastStarted;
  readonly filter: PathFilter;
}

/** The digest of what a successful deployment deployed: stored, else read. Throws when GitHub can't answer now. */
export async function digestLast(
  of: LastOfWorkspace,
  trees: PushTrees,
  store: TreeDigestStore,
): Promise<TreeDigest | Untold> {
  const stored = await findStored(of, trees, store);
  if (stored) return stored;
  const read = await trees.digest(deployedCommit(of.last), of.filter, 'old');
  if (read.kind === 'digest') await store.saveTreeDigest(of.last.id, read);
  return read;
}

/** Null where it would have to be read. */
export async function findStored(
  { workspace, last, filter }: LastOfWorkspace,
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
