import type { Deployment, Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import type { CommitRelation, WayBack } from '../domain/way-back.ts';
import type { RepositoryWorkspace } from '../domain/workspace.ts';
import { tookAnotherCommit } from './render/github-links.ts';

/** A commit compared with an older one. */
export interface CommitComparison {
  readonly relation: CommitRelation;
  /** The number of commits since then. */
  readonly commits: number;
  /** The commits that GitHub lists: the oldest 250. */
  readonly shas: readonly string[];
  /** True if none of them is a merge. False if GitHub lists only some of them. */
  readonly isLinear: boolean;
  /** The first parent of the newer commit; null if GitHub doesn't list it. */
  readonly firstParent: string | null;
}

/** The source of a workspace's deployments. */
export interface DeploymentSource extends RepositoryWorkspace {
  readonly branch: string;
}

export interface WayBackStore {
  getWayBack(deploymentId: string): Promise<WayBack | null>;
  /** The first one stays. */
  saveWayBack(wayBack: WayBack): Promise<void>;
  /** The newest success of the workspace from the same repository and branch up to a time (epoch milliseconds). */
  findLastGood(source: DeploymentSource, until: number): Promise<Deployment | null>;
}

/** Tries each request once. All requests together take at most a few seconds, because the conclusion waits for them. */
export interface CommitHistoryApi {
  compare(
    repository: Repository,
    commits: { readonly base: string; readonly head: string },
  ): Promise<GitHubResult<CommitComparison>>;
  /** The pull request into the branch whose merge made this commit; null if there is none. */
  findMerge(
    repository: Repository,
    commit: { readonly sha: string; readonly branch: string },
  ): Promise<GitHubResult<number | null>>;
  countCommits(repository: Repository, pullRequest: number): Promise<GitHubResult<number>>;
}

export interface WayBackPorts {
  readonly store: WayBackStore;
  readonly api: CommitHistoryApi;
  readonly log: { readonly warn: (fields: object, message: string) => void };
}

/** Null if the deployment didn't fail, or no earlier one succeeded. */
export type FindWayBack = (deployment: Deployment, repository: Repository) => Promise<WayBack | null>;

/** Compares once for each failed deployment, and stores the result. A failure of GitHub leaves parts of it out. */
export function createWayBackFinder({ store, api, log }: WayBackPorts): FindWayBack {
  const underWay = new Map<string, Promise<WayBack | null>>();

  return async (deployment, repository) => {
    if (!isFailed(deployment)) return null;
    const { id } = deployment;
    const search = underWay.get(id) ?? find(deployment, repository);
    underWay.set(id, search);
    try {
      return await search;
    } finally {
      underWay.delete(id);
    }
  };

  async function find(failed: Deployment, repository: Repository): Promise<WayBack | null> {
    const known = await store.getWayBack(failed.id);
    if (known) return known;
    const good = await store.findLastGood(failed, failed.concludedAt ?? 0);
    if (!good) return null;
    const commits = { base: chooseDeployedCommit(good), head: chooseDeployedCommit(failed) };
    const wayBack = { ...(await compare(failed, repository, commits)), deploymentId: failed.id };
    await store.saveWayBack(wayBack);
    return wayBack;
  }

  async function compare(
    failed: Deployment,
    repository: Repository,
    { base, head }: { readonly base: string; readonly head: string },
  ): Promise<Omit<WayBack, 'deploymentId'>> {
    const bare = { lastGood: base, failed: head, isLinear: false, pullRequest: null };
    if (base === head) return { ...bare, relation: 'identical', commits: 0 };
    const compared = await api.compare(repository, { base, head });
    if (!compared.ok) {
      logFailure(failed, compared.failure.message);
      return { ...bare, relation: null, commits: null };
    }
    const { relation, commits, isLinear } = compared.value;
    const pullRequest =
      relation === 'ahead'
        ? await findRevertible(failed, repository, { ...compared.value, base, head })
        : null;
    return { ...bare, relation, commits, isLinear, pullRequest };
  }

  /** The pull request that brought all these commits and no others, so that its revert removes exactly them. */
  async function findRevertible(
    failed: Deployment,
    repository: Repository,
    { commits, isLinear, firstParent, base, head }: CommitComparison & Record<'base' | 'head', string>,
  ): Promise<number | null> {
    const merge = await api.findMerge(repository, { sha: head, branch: failed.branch });
    if (!merge.ok) logFailure(failed, merge.failure.message);
    if (!merge.ok || merge.value === null) return null;
    // A squash, or a merge right after the last good commit.
    if (commits === 1 || firstParent === base) return merge.value;
    if (!isLinear) return null;
    const rebased = await api.countCommits(repository, merge.value);
    return rebased.ok && rebased.value === commits ? merge.value : null;
  }

  function logFailure({ id, repositoryId, sha }: Deployment, problem: string): void {
    const fields = { deployment: id, repository: repositoryId, sha, problem };
    log.warn(fields, 'A failed commit could not be compared with the last good one');
  }
}

function isFailed({ state, conclusion }: Deployment): boolean {
  return state === 'concluded' && (conclusion === 'failure' || conclusion === 'timed_out');
}

export function chooseDeployedCommit(deployment: Deployment): string {
  const { deployedSha, sha } = deployment;
  return deployedSha !== null && tookAnotherCommit(deployment) ? deployedSha : sha;
}
