import { cautiousSettings } from '../domain/configuration-in-use.ts';
import type { Deployment, Repository } from '../domain/deployment.ts';
import { changesOf, type DeploymentChange } from '../domain/deployment-store.ts';
import { trackedBranch } from '../domain/match-workspaces.ts';
import type { MeltanoApi, MeltanoFailure } from '../domain/meltano.ts';
import type { WorkspaceSettings } from '../domain/repository-configuration.ts';
import type { Workspace } from '../domain/workspace.ts';
import { selectOwnWorkspaces } from '../planning/select-own-workspaces.ts';
import { conclude, type Ending } from './conclude.ts';
import { findNothingChanged } from './judge-waiting.ts';
import type { ReconcileContext } from './reconcile-context.ts';

export type Recheck =
  | { readonly kind: 'failed'; readonly failure: MeltanoFailure }
  /** The workspace no longer matches, and the deployment was concluded. */
  | { readonly kind: 'ended' }
  /** The workspace still matches; `change` holds its present fields. */
  | { readonly kind: 'matches'; readonly change: DeploymentChange };

/** The accounts file changed after the deployment was planned. */
const NOT_ALLOWED: Ending = {
  conclusion: 'failure',
  reason: 'start_refused',
  problem: "this app's accounts file doesn't list the workspace in allowed_workspaces",
};
const ELSEWHERE: Ending = {
  conclusion: 'skipped',
  reason: 'no_longer_tracked',
  problem: 'the workspace uses another repository now',
};

/**
 * Reads the workspace again right before a start. Concludes the deployment if the workspace now uses another repository or
 * branch, or if nothing would change.
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
  const [workspace] = await selectOwnWorkspaces(context, repository, about);
  if (!workspace) return end(context, deployment, ELSEWHERE);
  const inUse = await context.configurations.known(repository.id);
  const settings = cautiousSettings(inUse, workspace);
  const mismatch = await findMismatch(context, deployment, { workspace, repository, settings });
  if (mismatch) return end(context, deployment, mismatch);
  const { name, directory } = workspace;
  const environment = settings.environment ?? workspace.environment;
  return { kind: 'matches', change: changesOf(deployment, { workspaceName: name, environment, directory }) };
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
  subject: Subject,
): Promise<Ending | null> {
  const { workspace, repository } = subject;
  const branch = trackedBranch(workspace, repository);
  if (branch !== deployment.branch) {
    const problem = `the workspace tracks the branch ${branch} now`;
    return { conclusion: 'skipped', reason: 'no_longer_tracked', problem };
  }
  return findNothingChanged(context, { deployment, ...subject });
}
