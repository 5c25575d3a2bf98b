import type { Deployment, Repository, TreeDigest } from '../domain/deployment.ts';
import { foldPath } from '../domain/fold-name.ts';
import { filterOf, type PathFilter } from '../domain/path-filter.ts';
import type { WorkspaceSettings } from '../domain/repository-configuration.ts';
import type { Workspace } from '../domain/workspace.ts';
import { deployedCommit, digestLast, findStoredDigest, type LastStarted } from '../planning/changed-paths.ts';
import type { PushTrees } from '../planning/push-trees.ts';
import type { Ending } from './conclude.ts';
import { logFields, type ReconcileContext } from './reconcile-context.ts';

const SHORT_SHA = 7;

interface WaitingDeployment {
  readonly deployment: Deployment;
  /** As they are now. */
  readonly workspace: Workspace;
  readonly repository: Repository;
  readonly settings: WorkspaceSettings;
}

interface Comparison extends WaitingDeployment {
  readonly filter: PathFilter;
  readonly trees: PushTrees;
}

/**
 * How a deployment that would change nothing any more ends, right before its start; null to start it. What a person asked
 * for is deployed whatever changed.
 */
export async function findNothingChanged(
  context: ReconcileContext,
  waiting: WaitingDeployment,
): Promise<Ending | null> {
  const { deployment, workspace, repository, settings } = waiting;
  const filter = filterOf(settings, workspace.directory);
  if (deployment.cause !== 'push' || !filter) return null;
  const comparison = { ...waiting, filter, trees: context.openTrees(repository) };
  try {
    const { directory } = filter;
    const isMoved = directory !== null && directory !== foldPath(deployment.directory ?? '');
    if (isMoved) return await judgeMoved(context, comparison);
    // Once a start was attempted, nothing else can have changed the workspace.
    return deployment.state === 'waiting' ? await judgeOvertaken(context, comparison) : null;
  } catch (error) {
    // GitHub can't say now, and the start mustn't wait for it: what can't be compared counts as changed.
    context.log.warn({ ...logFields(deployment), err: error }, 'The commits could not be compared');
    return null;
  }
}

/** The workspace was given another directory after the push was planned. */
async function judgeMoved(
  { store }: ReconcileContext,
  { deployment, filter, trees }: Comparison,
): Promise<Ending | null> {
  const last = await store.findLastStarted(deployment, deployment.id);
  if (last && last.conclusion !== 'success') return null;
  const base = last ? deployedCommit(last) : deployment.before;
  if (base === null) return null;
  const old = await trees.digest(base, filter, 'before');
  const now = await trees.digest(deployment.sha, filter, 'before');
  if (old.kind === 'untold' || now.kind === 'untold' || old.digest !== now.digest) return null;
  const problem = `the workspace uses the directory ${filter.directory} now, where nothing changed`;
  return { conclusion: 'skipped', reason: 'paths_unchanged', problem };
}

/** The deployment before it may have deployed what this one waits to deploy. */
async function judgeOvertaken(context: ReconcileContext, comparison: Comparison): Promise<Ending | null> {
  const { deployment } = comparison;
  const last = await context.store.findLastStarted(deployment, deployment.id);
  if (last?.conclusion !== 'success') return null;
  if (!(await hasDeployed(context, last, comparison))) return null;
  return {
    conclusion: 'skipped',
    reason: 'nothing_changed',
    problem: `nothing changed since ${deployedCommit(last).slice(0, SHORT_SHA)}`,
  };
}

async function hasDeployed(
  { store }: ReconcileContext,
  last: LastStarted,
  comparison: Comparison,
): Promise<boolean> {
  const { deployment, filter, trees } = comparison;
  const now = await findWanted(store, comparison);
  if ((now?.commit ?? deployment.sha) === deployedCommit(last)) return true;
  // Planning has compared it with what had ended by then: only what came after that is worth a request.
  const mayRead = (last.concludedAt ?? 0) >= deployment.receivedAt;
  const of = { workspace: deployment, last, filter };
  const old = mayRead ? await digestLast(of, trees, store) : await findStoredDigest(of, trees, store);
  return now !== null && old?.kind === 'digest' && old.digest === now.digest;
}

/** The digest of what a start would deploy: the newest push, even one that isn't deployed itself. */
async function findWanted(
  store: ReconcileContext['store'],
  { deployment, filter, trees }: Comparison,
): Promise<TreeDigest | null> {
  const newest = await store.findNewestDigest(deployment, deployment);
  return newest?.filter === trees.keyOf(filter) ? newest : null;
}
