import {
  type CommitRun,
  makeProjectRunId,
  type ProjectVerdict,
  type WorkspaceErrors,
} from '../domain/commit-run.ts';
import type { Deployment } from '../domain/deployment.ts';
import { orderDeployments } from '../domain/order-deployments.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import { type LostResult, REQUIRED_CONCLUSIONS, type RequiredVerdict } from '../domain/required-check.ts';
import type { RequiredJudgement, WorkspaceOutcome } from '../reporting/render/render-required-check.ts';
import type { RequiredCheckStore } from './required-check-store.ts';

/** Skipped deployments that leave nothing to deploy. Any other skipped one was refused. */
const NOTHING_TO_DEPLOY: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'nothing_changed',
  'paths_unchanged',
  'paths_unmatched',
  'skip_token',
  'push_off',
  'ignored_sender',
  'no_longer_tracked',
  'overtaken_while_away',
]);

/** A chain of replaced deployments is followed this far. */
const MOST_SUCCESSORS = 100;

type Reads = Pick<RequiredCheckStore, 'getDeployment' | 'getCommitRun' | 'listCommitDeployments'>;

/** Judges a commit by its deployments and, where it deploys nothing, by its project check. */
export async function judgeRequiredCheck(
  { repositoryId, sha }: Pick<CommitRun, 'repositoryId' | 'sha'>,
  { asks, lost }: Pick<RequiredVerdict, 'asks' | 'lost'>,
  reads: Reads,
): Promise<RequiredJudgement> {
  const deployments = await reads.listCommitDeployments({ repositoryId, sha });
  const outcomes: WorkspaceOutcome[] = [];
  for (const own of Map.groupBy(deployments, ({ workspaceId }) => workspaceId).values()) {
    outcomes.push(await judgeWorkspace(own, reads));
  }
  const run = await reads.getCommitRun(makeProjectRunId(repositoryId, sha));
  const project = run?.verdict.kind === 'project' ? run.verdict : null;
  outcomes.push(...lost.filter(({ workspaceId }) => !isAmong(outcomes, workspaceId)).map(describeLost));
  const workspaces = addErrors(outcomes, project);
  const isPlanned = asks.every(({ outcome }) => outcome !== null);
  if (workspaces.some(({ kind }) => kind === 'pending')) return { kind: 'pending', waitsFor: 'deployments' };
  if (!isPlanned) return { kind: 'pending', waitsFor: 'plan' };
  if (project && project.result === null && run?.state === 'waiting' && mayBlock(project, workspaces)) {
    return { kind: 'pending', waitsFor: 'project' };
  }
  const isHeld = asks.some(({ outcome }) => outcome === 'configuration_held');
  const hasDecided = outcomes.some(({ reason }) => reason !== 'branch_not_tracked');
  const worst =
    REQUIRED_CONCLUSIONS.find((conclusion) => workspaces.some(({ kind }) => kind === conclusion)) ??
    'success';
  return {
    kind: 'decided',
    conclusion: isHeld && !hasDecided ? 'failure' : worst,
    isHeld: isHeld && !hasDecided,
    workspaces,
    asks,
  };
}

/** `deployments`: of one workspace and one commit. */
function isAmong(outcomes: readonly WorkspaceOutcome[], id: string): boolean {
  return outcomes.some(({ workspaceId, reason }) => workspaceId === id && reason !== 'branch_not_tracked');
}

function describeLost({ workspaceId, name, conclusion, title }: LostResult): WorkspaceOutcome {
  return {
    workspaceId,
    workspaceName: name,
    kind: conclusion,
    reason: 'read_from_check_run',
    problem: title,
    deployment: null,
    replacedBy: null,
  };
}

/** The last deployment of each workspace, if it ended without success. */
export function findUnsuccessful(deployments: readonly Deployment[]): Deployment[] {
  const own = Map.groupBy(deployments, ({ workspaceId }) => workspaceId).values();
  const good = new Set<WorkspaceOutcome['kind']>(['pending', 'success', 'nothing']);
  return [...own].map(chooseDeciding).filter((one) => !good.has(chooseKind(one)));
}

async function judgeWorkspace(deployments: readonly Deployment[], reads: Reads): Promise<WorkspaceOutcome> {
  let deployment = chooseDeciding(deployments);
  for (let step = 0; deployment.reason === 'superseded' && step < MOST_SUCCESSORS; step += 1) {
    const successor = deployment.supersededBy && (await reads.getDeployment(deployment.supersededBy));
    if (!successor) break;
    // A redeployment of the newer commit counts, too.
    const { workspaceId, repositoryId } = deployment;
    const newer = await reads.listCommitDeployments({ repositoryId, sha: successor.sha });
    deployment = chooseDeciding([successor, ...newer.filter((one) => one.workspaceId === workspaceId)]);
  }
  return describeOutcome(deployment, deployments[0]?.sha === deployment.sha ? null : deployment.sha);
}

/** The newest one; a push to a branch that the workspace doesn't track says nothing beside others. */
function chooseDeciding(deployments: readonly Deployment[]): Deployment {
  const ordered = orderDeployments(deployments);
  const newest = ordered.findLast(({ reason }) => reason !== 'branch_not_tracked') ?? ordered.at(-1);
  if (!newest) throw new Error('A workspace without a deployment has no outcome.');
  return newest;
}

function describeOutcome(deployment: Deployment, replacedBy: string | null): WorkspaceOutcome {
  const { workspaceId, workspaceName, reason, problem } = deployment;
  return {
    workspaceId,
    workspaceName,
    kind: chooseKind(deployment),
    reason,
    problem,
    deployment,
    replacedBy,
  };
}

function chooseKind({ state, conclusion, reason }: Deployment): WorkspaceOutcome['kind'] {
  if (state !== 'concluded' || conclusion === null) return 'pending';
  if (conclusion === 'none' || reason === 'superseded') return 'nothing';
  if (conclusion !== 'skipped') return conclusion;
  return NOTHING_TO_DEPLOY.has(reason) ? 'nothing' : 'failure';
}

/** Errors under `block` count for workspaces that the commit wasn't planned for: of pull requests and merge queues. */
function addErrors(
  outcomes: readonly WorkspaceOutcome[],
  project: ProjectVerdict | null,
): WorkspaceOutcome[] {
  const errors = project?.result?.errors.filter((one) => isBlocked(one, project)) ?? [];
  const kept = outcomes.filter(
    ({ workspaceId, reason }) =>
      reason !== 'branch_not_tracked' || !errors.some((one) => one.workspaceId === workspaceId),
  );
  const isDecided = (id: string) => kept.some(({ workspaceId }) => workspaceId === id);
  const added = errors
    .filter(({ workspaceId }) => !isDecided(workspaceId))
    .map(({ workspaceId, first }): WorkspaceOutcome => {
      const comparison = project?.comparisons.find((one) => one.workspaceId === workspaceId);
      return {
        workspaceId,
        workspaceName: comparison?.workspaceName ?? '',
        kind: 'failure',
        reason: 'project_error',
        problem: first,
        deployment: null,
        replacedBy: null,
      };
    });
  return [...kept, ...added];
}

function isBlocked({ workspaceId }: WorkspaceErrors, { comparisons }: ProjectVerdict): boolean {
  return comparisons.some((one) => one.blocks && one.workspaceId === workspaceId);
}

/** True if the project check may still find an error that counts. */
function mayBlock({ comparisons }: ProjectVerdict, workspaces: readonly WorkspaceOutcome[]): boolean {
  const isDecided = (id: string) =>
    workspaces.some(({ workspaceId, reason }) => workspaceId === id && reason !== 'branch_not_tracked');
  return comparisons.some(({ blocks, workspaceId }) => blocks && !isDecided(workspaceId));
}
