import type { UsableConfiguration } from './configuration-in-use.ts';
import type { Repository } from './deployment.ts';
import type { NewId, PlannedDeployment } from './ports.ts';
import { settingsOf } from './repository-configuration.ts';
import type { Workspace } from './workspace.ts';

export type NameCheckRun = (name: {
  workspaceName: string;
  workspaceId: string;
  duplicate: boolean;
}) => string;

/** What a new deployment has from its workspace, its repository and its delivery, whatever asked for it. */
export function describeDeployment(
  of: {
    readonly account: string;
    readonly deliveryId: string;
    readonly receivedAt: number;
    readonly repository: Repository;
    readonly workspace: Workspace;
    /** All workspaces of the repository: two of one name need different check runs. */
    readonly workspaces: readonly Workspace[];
    readonly configuration: UsableConfiguration;
  },
  ports: { readonly newId: NewId; readonly nameCheckRun: NameCheckRun },
): Pick<
  PlannedDeployment,
  | 'id'
  | 'account'
  | 'workspaceId'
  | 'workspaceName'
  | 'environment'
  | 'log'
  | 'badFile'
  | 'directory'
  | 'installationId'
  | 'repositoryId'
  | 'deliveryId'
  | 'checkName'
  | 'receivedAt'
> {
  const { workspace, repository, configuration } = of;
  const { bad } = configuration;
  const settings = settingsOf(configuration.configuration, workspace);
  const duplicate = of.workspaces.filter((other) => other.name === workspace.name).length > 1;
  return {
    id: ports.newId(),
    account: of.account,
    workspaceId: workspace.id,
    workspaceName: workspace.name,
    environment: settings.environment ?? workspace.environment,
    log: settings.log,
    badFile: bad && { file: bad.file, sha: bad.sha },
    directory: workspace.directory,
    installationId: repository.installationId,
    repositoryId: repository.id,
    deliveryId: of.deliveryId,
    checkName: ports.nameCheckRun({ workspaceName: workspace.name, workspaceId: workspace.id, duplicate }),
    receivedAt: of.receivedAt,
  };
}

/** GitHub tells times in whole seconds; to be compared with them, others are cut (epoch milliseconds). */
export function toWholeSecond(time: number): number {
  return Math.floor(time / 1000) * 1000;
}
