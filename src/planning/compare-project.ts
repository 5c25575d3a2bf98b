import type { ProjectComparison } from '../domain/commit-run.ts';
import type { WorkspaceSettings } from '../domain/repository-configuration.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { PlanHistory } from './plan-store.ts';

interface ComparedWorkspace {
  readonly account: string;
  readonly workspace: Workspace;
  readonly repositoryId: number;
  readonly settings: Pick<WorkspaceSettings, 'projectCheck'>;
  /** The commit to compare with if nothing was deployed; null without one. */
  readonly before: string | null;
}

/** What the project of a workspace is compared with when its branch is deployed. Null if the project isn't checked. */
export async function compareProject(
  { account, workspace, repositoryId, settings: { projectCheck }, before }: ComparedWorkspace,
  store: Pick<PlanHistory, 'findLastDeployed'>,
): Promise<ProjectComparison | null> {
  if (projectCheck === 'off') return null;
  const { id: workspaceId, name: workspaceName, directory } = workspace;
  const deployed = await store.findLastDeployed({ account, workspaceId, repositoryId });
  return {
    workspaceId,
    workspaceName,
    directory: directory ?? '',
    from: deployed ?? before,
    since: deployed === null ? 'before' : 'deployed',
    blocks: projectCheck === 'block',
  };
}
