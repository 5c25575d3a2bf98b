import type { UsableConfiguration } from '../domain/configuration-in-use.ts';
import type { DeploymentSubject, Repository } from '../domain/deployment.ts';
import type { Hold, PlannedGate } from '../domain/gate.ts';
import { meansWorkspace } from '../domain/refer-to-workspace.ts';
import { settingsOf, type WorkspaceSettings } from '../domain/repository-configuration.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { NewId } from './plan-store.ts';

export type NameCheckRun = (name: {
  workspaceName: string;
  workspaceId: string;
  duplicate: boolean;
}) => string;

/** The fields of a new deployment that come from its workspace, its repository and its delivery. */
export function describeDeployment(
  source: {
    readonly account: string;
    readonly deliveryId: string;
    readonly receivedAt: number;
    readonly repository: Repository;
    readonly workspace: Workspace;
    /** All workspaces of the repository: two with the same name need different check run names. */
    readonly workspaces: readonly Workspace[];
    readonly configuration: UsableConfiguration;
    /** The person who wants the deployment even if something holds it. */
    readonly forcedBy?: string | null;
  },
  ports: { readonly newId: NewId; readonly nameCheckRun: NameCheckRun },
): DeploymentSubject {
  const { workspace, repository, configuration } = source;
  const { bad } = configuration;
  const settings = settingsOf(configuration.configuration, workspace);
  const plain = namePlainly(workspace, ports.nameCheckRun);
  const gates = listGates(settings, source.workspaces);
  const duplicate = (countNames(source.workspaces, ports.nameCheckRun).get(plain) ?? 0) > 1;
  return {
    id: ports.newId(),
    account: source.account,
    workspaceId: workspace.id,
    workspaceName: workspace.name,
    environment: settings.environment ?? workspace.environment,
    log: settings.log,
    badFile: bad && { file: bad.file, sha: bad.sha },
    directory: workspace.directory,
    installationId: repository.installationId,
    repositoryId: repository.id,
    deliveryId: source.deliveryId,
    checkName: ports.nameCheckRun({ workspaceName: workspace.name, workspaceId: workspace.id, duplicate }),
    receivedAt: source.receivedAt,
    gates,
    forcedBy: source.forcedBy ?? null,
    hold: expectHold(gates),
  };
}

type GateSettings = Pick<
  WorkspaceSettings,
  'projectCheck' | 'waitFor' | 'waitForTimeout' | 'after' | 'approval'
>;

/** The gates of a deployment, in the order in which it has to pass them. */
export function listGates(
  { projectCheck, waitFor, waitForTimeout, after, approval }: GateSettings,
  workspaces: readonly Workspace[],
): PlannedGate[] {
  const gates: PlannedGate[] = [];
  if (projectCheck === 'block') gates.push({ kind: 'project', passed: null });
  if (waitFor.length > 0) {
    gates.push({ kind: 'checks', wanted: waitFor, timeoutMinutes: waitForTimeout, passed: null });
  }
  const before = after.flatMap((name) => {
    const meant = workspaces.filter((one) => meansWorkspace(name, one));
    // One that is gone deploys nothing: the gate stays closed.
    if (meant.length === 0) return [{ workspaceId: '', name }];
    return meant.map((one) => ({ workspaceId: one.id, name: one.name }));
  });
  if (before.length > 0) {
    gates.push({ kind: 'order', after: before, timeoutMinutes: waitForTimeout, passed: null });
  }
  if (approval) gates.push({ kind: 'approval', ...approval, approval: null, passed: null });
  return gates;
}

/** What the deployment will wait for at first, so that its check run says so from the beginning. */
function expectHold([first]: readonly PlannedGate[]): Hold | null {
  switch (first?.kind) {
    case undefined:
    case 'approval':
      return null;
    case 'project':
      return { reason: 'project_pending' };
    case 'order':
      return { reason: 'order_pending', name: first.after[0]?.name ?? '' };
    case 'checks':
      return { reason: 'checks_pending', names: first.wanted.map(({ name }) => name), sha: null };
  }
}

/** Cache: every deployment of a push counts the names of the same list. */
const counted = new WeakMap<readonly Workspace[], ReadonlyMap<string, number>>();

/** Counts the workspaces by check run name: the difference between two long names may be cut off. */
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
