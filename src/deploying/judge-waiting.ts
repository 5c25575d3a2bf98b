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
  /** The present state, as for the repository and the settings. */
  readonly workspace: Workspace;
  readonly repository: Repository;
  readonly settings: WorkspaceSettings;
}

interface Comparison extends WaitingDeployment {
  readonly filter: PathFilter;
  readonly trees: PushTrees;
}

/**
 * Checks right before a start whether a push would still change something. Returns the ending if not, or null to start it. A
 * deployment that a person requested always starts.
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
    // After an attempt, no other deployment can have changed the workspace.
    return deployment.state === 'waiting' ? await judgeOvertaken(context, comparison) : null;
  } catch (error) {
    // The start doesn't wait for GitHub: without a comparison everything counts as changed.
    context.log.warn({ ...logFields(deployment), err: error }, 'The commits could not be compared');
    return null;
  }
}

/** Judges a deployment whose workspace got another directory after the push was planned. */
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
  if (old.kind === 'incomparable' || now.kind === 'incomparable' || old.digest !== now.digest) return null;
  const problem = `the workspace uses the directory ${filter.directory} now, where nothing changed`;
  return { conclusion: 'skipped', reason: 'paths_unchanged', problem };
}

/** Judges whether the deployment before this one has deployed the same files. */
async function judgeOvertaken(context: ReconcileContext, comparison: Comparison): Promise<Ending | null> {
  const { deployment } = comparison;
  const last = await context.store.findLastStarted(deployment, deployment.id);
  if (last?.conclusion !== 'success') return null;
  if (!(await hasDeployed(context, last, comparison))) return null;
  return {
    conclusion: 'skipped',
    reason: 'nothing_changed',
    problem: deployedCommit(last).slice(0, SHORT_SHA),
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
  // Planning compared the push with earlier deployments, so only a later one is worth a request.
  const mayRead = (last.concludedAt ?? 0) >= deployment.receivedAt;
  const deployed = { workspace: deployment, last, filter };
  const old = mayRead
    ? await digestLast(deployed, trees, store)
    : await findStoredDigest(deployed, trees, store);
  return now !== null && old?.kind === 'digest' && old.digest === now.digest;
}

/** The digest that a start would deploy: that of the newest push to the branch, planned or skipped. */
async function findWanted(
  store: ReconcileContext['store'],
  { deployment, filter, trees }: Comparison,
): Promise<TreeDigest | null> {
  const newest = await store.findNewestDigest(deployment, deployment);
  return newest?.filter === trees.keyOf(filter) ? newest : null;
}
