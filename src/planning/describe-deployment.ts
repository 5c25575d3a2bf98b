import type { UsableConfiguration } from '../domain/configuration-in-use.ts';
import type { DeploymentSubject, Repository } from '../domain/deployment.ts';
import { settingsOf } from '../domain/repository-configuration.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { NewId } from './plan-store.ts';

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
): DeploymentSubject {
  const { workspace, repository, configuration } = of;
  const { bad } = configuration;
  const settings = settingsOf(configuration.configuration, workspace);
  const plain = namePlainly(workspace, ports.nameCheckRun);
  const duplicate = (countNames(of.workspaces, ports.nameCheckRun).get(plain) ?? 0) > 1;
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

/** By list of workspaces: each deployment that is planned from it asks. */
const counted = new WeakMap<readonly Workspace[], ReadonlyMap<string, number>>();

/** How many of the workspaces have each name as check runs show it: long names may differ only where they are cut. */
function countNames(
  workspaces: readonly Workspace[],
  nameCheckRun: NameCheckRun,
): ReadonlyMap<string, number> {
  const known = counted.get(workspaces);
  if (known) return known;
  const counts = new Map<string, number>();
  for (const workspace of workspaces) {
    const name = namePlainly(workspace, nameCheckRun);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  counted.set(workspaces, counts);
  return counts;
}

function namePlainly({ id, name }: Workspace, nameCheckRun: NameCheckRun): string {
  return nameCheckRun({ workspaceName: name, workspaceId: id, duplicate: false });
}
