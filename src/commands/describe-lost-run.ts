import { makeRecoveryDeliveryId } from '../domain/delivery.ts';
import { CONCLUSIONS, type Conclusion, type Repository } from '../domain/deployment.ts';
import type { ExternalId } from '../domain/external-id.ts';
import type { LogSetting } from '../domain/log-setting.ts';
import { trackedBranch } from '../domain/match-workspaces.ts';
import { toWholeSecond } from '../domain/remote-clock.ts';
import type { ShownCheckRun } from '../domain/shown-check-run.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { LostRun } from '../planning/plan-store.ts';

export interface LostRunFacts {
  readonly run: ShownCheckRun;
  readonly ids: ExternalId;
  readonly account: string;
  readonly repository: Repository;
  readonly sha: string;
  /** The time of the repository's last push, by GitHub's clock; null if unknown. */
  readonly pushedBy: number | null;
  /** Null if it is unknown or no longer uses the repository. */
  readonly workspace: Workspace | null;
  /** The setting in the repository's configuration; null if the repository's visibility decides. */
  readonly log: LogSetting;
}

/**
 * Reconstructs the deployment behind a concluded check run from the run itself, after the database was lost. Null if the run
 * has none of the app's conclusions.
 */
export function describeLostRun(facts: LostRunFacts): LostRun | null {
  const { run, ids, account, repository, sha, pushedBy, workspace, log } = facts;
  const conclusion = CONCLUSIONS.find((one) => one === run.conclusion);
  const endedAt = run.completedAt ?? run.startedAt;
  if (conclusion === undefined || endedAt === null) return null;
  const startedAt = run.startedAt ?? endedAt;
  return {
    planned: {
      id: ids.deploymentId,
      account,
      deliveryId: makeRecoveryDeliveryId(run.id),
      workspaceId: ids.workspaceId,
      workspaceName: workspace?.name ?? readWorkspaceName(run.name),
      environment: workspace?.environment ?? null,
      branch: workspace ? trackedBranch(workspace, repository) : '',
      directory: workspace?.directory ?? null,
      installationId: repository.installationId,
      repositoryId: repository.id,
      checkName: run.name,
      sha,
      before: null,
      requestedBy: '',
      requestedByBot: false,
      cause: 'push',
      redeployOf: null,
      // The start is by the machine's clock, which may have been ahead.
      pushedAt: Math.min(toWholeSecond(startedAt), pushedBy ?? Infinity),
      receivedAt: startedAt,
      reason: 'read_from_check_run',
      conclusion: conclusion satisfies Conclusion,
      problem: run.title,
      log,
      badFile: null,
      treeDigest: null,
      gates: [],
      forcedBy: null,
      hold: null,
    },
    ended: { checkRunId: run.id, checkRunUrl: run.url, jobId: ids.jobId, concludedAt: endedAt },
  };
}

/** Reads the workspace from the name of a check run. */
function readWorkspaceName(checkName: string): string {
  return /^Meltano Deploy \((.*)\)(?: \w{8})?$/s.exec(checkName)?.[1] ?? checkName;
}
