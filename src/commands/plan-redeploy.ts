import type { CommitRunReader, NewCommitRun } from '../domain/commit-run.ts';
import type { UsableConfiguration } from '../domain/configuration-in-use.ts';
import type { Answer } from '../domain/conversation.ts';
import type { Cause, PlannedDeployment, Repository } from '../domain/deployment.ts';
import { trackedBranch } from '../domain/match-workspaces.ts';
import { settingsOf } from '../domain/repository-configuration.ts';
import type { Workspace } from '../domain/workspace.ts';
import { describeDeployment, type NameCheckRun } from '../planning/plan-deployment.ts';
import { planMissingCheck } from '../planning/plan-missing-check.ts';
import type { LacksPush, NewId, PlanHistory } from '../planning/plan-store.ts';
import type { HeadReads } from './reads-of-one-command.ts';
import { nameWorkspaces } from './select-workspaces.ts';

export interface RedeployPorts {
  readonly reads: HeadReads;
  readonly newId: NewId;
  readonly nameCheckRun: NameCheckRun;
  readonly lacksPush: LacksPush;
  readonly store: PlanHistory & CommitRunReader;
}

/** A request for deployments. */
export interface RedeployRequest {
  readonly account: string;
  readonly deliveryId: string;
  readonly receivedAt: number;
  /** GitHub's time, or ours in whole seconds. It orders the deployment among the pushes. */
  readonly askedAt: number;
  readonly repository: Repository;
  readonly actor: string;
  readonly cause: Exclude<Cause, 'push'>;
  /** All workspaces of the repository. */
  readonly workspaces: readonly Workspace[];
  readonly configuration: UsableConfiguration;
  /** The person who deploys the workspaces even if something holds them. */
  readonly forcedBy?: string | null;
}

export interface Redeployment {
  readonly deployments: readonly PlannedDeployment[];
  /** Workspaces whose tracked branch doesn't exist. */
  readonly missing: readonly Workspace[];
  /** Workspaces that need a stored push to start, but have none. */
  readonly pushless: readonly Workspace[];
  /** The missing checks that the deployments wait for. */
  readonly commitRuns: readonly NewCommitRun[];
}

/**
 * Plans one deployment for each workspace, on the head of its tracked branch, because Meltano Cloud deploys that. Throws if
 * GitHub can't answer now.
 */
export async function planRedeploy(
  request: RedeployRequest,
  selected: readonly Workspace[],
  ports: RedeployPorts,
): Promise<Redeployment> {
  const { repository, actor, cause } = request;
  const deployments: PlannedDeployment[] = [];
  const missing: Workspace[] = [];
  const pushless: Workspace[] = [];
  const commitRuns: NewCommitRun[] = [];
  const branches = selected.map((one) => trackedBranch(one, repository));
  const heads = await ports.reads.readHeads(repository, branches);
  for (const workspace of selected) {
    const branch = trackedBranch(workspace, repository);
    const head = heads.get(branch) ?? null;
    if (head === null) {
      missing.push(workspace);
      continue;
    }
    const start = {
      account: request.account,
      workspaceId: workspace.id,
      repositoryId: repository.id,
      branch,
    };
    if (await ports.lacksPush(start)) {
      pushless.push(workspace);
      continue;
    }
    const described = describeDeployment({ ...request, workspace }, ports);
    if (described.gates.some(({ kind }) => kind === 'project')) {
      const { account, configuration, receivedAt: createdAt } = request;
      const settings = settingsOf(configuration.configuration, workspace);
      const missing = { account, repository, workspace, settings, sha: head, createdAt };
      commitRuns.push(...(await planMissingCheck(missing, ports.store)));
    }
    deployments.push({
      ...described,
      branch,
      sha: head,
      before: null,
      requestedBy: actor,
      requestedByBot: false,
      cause,
      redeployOf: null,
      pushedAt: request.askedAt,
      reason: cause,
      conclusion: null,
      problem: null,
      treeDigest: null,
    });
  }
  return { deployments, missing, pushless, commitRuns };
}

/** The answer to the command that requested these deployments. */
export function answerRedeploy(redeployment: Redeployment, repository: Repository): Answer {
  const missing = nameWorkspaces(redeployment.missing, repository);
  const pushless = nameWorkspaces(redeployment.pushless, repository);
  if (redeployment.deployments.length > 0) {
    return { kind: 'redeploy', missing, ...(pushless.length > 0 ? { pushless } : {}) };
  }
  const refusal =
    pushless.length > 0
      ? ({ code: 'push_missing', pushless } as const)
      : ({ code: 'branch_missing', missing } as const);
  return { kind: 'refused', refusal };
}
