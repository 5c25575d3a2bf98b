import { touchesDirectory } from '../domain/changed-paths.ts';
import type { Deployment, Repository } from '../domain/deployment.ts';
import { trackedBranch, usesRepository } from '../domain/match-workspaces.ts';
import type { DeploymentChange, MeltanoApi, MeltanoFailure } from '../domain/ports.ts';
import type { Workspace } from '../domain/workspace.ts';
import { conclude } from './conclude.ts';
import { logFields, type ReconcileContext } from './reconcile-context.ts';

export type Recheck =
  | { readonly kind: 'failed'; readonly failure: MeltanoFailure }
  /** The deployment doesn't fit the workspace any more, and was concluded. */
  | { readonly kind: 'ended' }
  /** It still fits; what the workspace says now goes into the deployment. */
  | { readonly kind: 'fits'; readonly change: DeploymentChange };

/**
 * Reads the workspace again right before a start and plans the deployment anew where the workspace changed: another
 * repository or branch ends it, another directory counts the changed paths again.
 */
export async function recheckWorkspace(
  context: ReconcileContext,
  deployment: Deployment,
  api: MeltanoApi,
): Promise<Recheck> {
  const read = await api.getWorkspace(deployment.workspaceId);
  if (!read.ok) return { kind: 'failed', failure: read.failure };
  const workspace = read.value;
  const repository = await context.repositories.getRepository(deployment.repositoryId);
  if (!repository) throw new Error(`Repository ${deployment.repositoryId} of a deployment is not stored.`);
  const mismatch = await findMismatch(context, deployment, workspace, repository);
  if (mismatch) {
    await conclude(context, deployment, { conclusion: 'skipped', ...mismatch });
    return { kind: 'ended' };
  }
  const { name, environment, directory } = workspace;
  return { kind: 'fits', change: changedOnly(deployment, { workspaceName: name, environment, directory }) };
}

async function findMismatch(
  context: ReconcileContext,
  deployment: Deployment,
  workspace: Workspace,
  repository: Repository,
): Promise<{ reason: 'no_longer_tracked' | 'paths_unchanged'; problem: string } | null> {
  const fullNames = new Set(await context.repositories.listNames(repository.id));
  if (!usesRepository(workspace, { host: context.githubHost, fullNames })) {
    return { reason: 'no_longer_tracked', problem: 'the workspace uses another repository now' };
  }
  const branch = trackedBranch(workspace, repository);
  if (branch !== deployment.branch) {
    return { reason: 'no_longer_tracked', problem: `the workspace tracks the branch ${branch} now` };
  }
  const moved = workspace.directory !== null && workspace.directory !== deployment.directory;
  // What a person asked for is deployed whatever changed.
  if (deployment.cause !== 'push') return null;
  if (moved && !(await touches(context, deployment, repository, workspace.directory))) {
    return {
      reason: 'paths_unchanged',
      problem: `the workspace uses the directory ${workspace.directory} now, where nothing changed`,
    };
  }
  return null;
}

async function touches(
  context: ReconcileContext,
  deployment: Deployment,
  repository: Repository,
  directory: string | null,
): Promise<boolean> {
  const base = (await context.store.findLastSuccess(deployment.workspaceId)) ?? deployment.before;
  if (!base) return true;
  try {
    return touchesDirectory(await context.comparer.compare(repository, base, deployment.sha), directory);
  } catch (error) {
    // GitHub can't say now, and the start mustn't wait for it: what can't be compared counts as changed.
    context.log.warn({ ...logFields(deployment), err: error }, 'The commits could not be compared');
    return true;
  }
}

function changedOnly(
  deployment: Deployment,
  now: Pick<Deployment, 'workspaceName' | 'environment' | 'directory'>,
): DeploymentChange {
  const entries = Object.entries(now).filter(([key, value]) => deployment[key as keyof typeof now] !== value);
  return Object.fromEntries(entries);
}
