import { touchesDirectory } from '../domain/changed-paths.ts';
import { cautiousSettings, DEFAULTS_IN_USE } from '../domain/configuration-in-use.ts';
import type { Deployment, Repository } from '../domain/deployment.ts';
import { trackedBranch, viewWorkspace } from '../domain/match-workspaces.ts';
import type { DeploymentChange, MeltanoApi, MeltanoFailure } from '../domain/ports.ts';
import type { WorkspaceSettings } from '../domain/repository-configuration.ts';
import type { Workspace } from '../domain/workspace.ts';
import { conclude, type Ending } from './conclude.ts';
import { identify } from './identify-repository.ts';
import { logFields, type ReconcileContext } from './reconcile-context.ts';

export type Recheck =
  | { readonly kind: 'failed'; readonly failure: MeltanoFailure }
  /** The deployment doesn't fit the workspace any more, and was concluded. */
  | { readonly kind: 'ended' }
  /** It still fits; what the workspace says now goes into the deployment. */
  | { readonly kind: 'fits'; readonly change: DeploymentChange };

/** The operator's file was changed after the deployment was planned. */
const NOT_ALLOWED: Ending = {
  ...{ conclusion: 'failure', reason: 'start_refused' },
  problem: "the operator's file of this app doesn't list the workspace in allowed_workspaces",
};
const ELSEWHERE: Ending = {
  ...{ conclusion: 'skipped', reason: 'no_longer_tracked' },
  problem: 'the workspace uses another repository now',
};

/**
 * Reads the workspace again right before a start and plans the deployment anew where the workspace changed: another
 * repository or branch ends it, another directory counts the changed paths again.
 */
export async function recheckWorkspace(
  context: ReconcileContext,
  deployment: Deployment,
  api: MeltanoApi,
): Promise<Recheck> {
  const account = context.accounts.byKey(deployment.account);
  if (account && !account.allows(deployment.workspaceId)) return end(context, deployment, NOT_ALLOWED);
  const read = await api.getWorkspace(deployment.workspaceId);
  if (!read.ok) return { kind: 'failed', failure: read.failure };
  const repository = await context.repositories.getRepository(deployment.repositoryId);
  if (!repository) throw new Error(`Repository ${deployment.repositoryId} of a deployment is not stored.`);
  const about = {
    account: deployment.account,
    mappings: account?.mappings ?? [],
    workspaces: [read.value],
  };
  const workspace = viewWorkspace(read.value, await identify(context, repository, about));
  if (!workspace) return end(context, deployment, ELSEWHERE);
  const inUse = (await context.configurations.known(repository.id)) ?? DEFAULTS_IN_USE;
  const settings = cautiousSettings(inUse, workspace);
  const mismatch = await findMismatch(context, deployment, { workspace, repository, settings });
  if (mismatch) return end(context, deployment, mismatch);
  const { name, directory } = workspace;
  const environment = settings.environment ?? workspace.environment;
  return { kind: 'fits', change: changedOnly(deployment, { workspaceName: name, environment, directory }) };
}

async function end(context: ReconcileContext, deployment: Deployment, ending: Ending): Promise<Recheck> {
  await conclude(context, deployment, ending);
  return { kind: 'ended' };
}

interface Subject {
  readonly workspace: Workspace;
  readonly repository: Repository;
  readonly settings: WorkspaceSettings;
}

async function findMismatch(
  context: ReconcileContext,
  deployment: Deployment,
  { workspace, repository, settings }: Subject,
): Promise<Ending | null> {
  const branch = trackedBranch(workspace, repository);
  if (branch !== deployment.branch) {
    const problem = `the workspace tracks the branch ${branch} now`;
    return { conclusion: 'skipped', reason: 'no_longer_tracked', problem };
  }
  // Paths of the repository's configuration count instead of the directory.
  const moved =
    settings.paths === null && workspace.directory !== null && workspace.directory !== deployment.directory;
  // What a person asked for is deployed whatever changed.
  if (deployment.cause !== 'push') return null;
  if (moved && !(await touches(context, deployment, repository, workspace.directory))) {
    const problem = `the workspace uses the directory ${workspace.directory} now, where nothing changed`;
    return { conclusion: 'skipped', reason: 'paths_unchanged', problem };
  }
  return null;
}

async function touches(
  context: ReconcileContext,
  deployment: Deployment,
  repository: Repository,
  directory: string | null,
): Promise<boolean> {
  const base = (await context.store.findLastSuccess(deployment)) ?? deployment.before;
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
