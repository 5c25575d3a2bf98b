import type { Clock } from '../domain/clock.ts';
import { type CommitRunReader, makeProjectRunId } from '../domain/commit-run.ts';
import type { Deployment, Repository } from '../domain/deployment.ts';
import type { DeploymentReader, OpenDeployments } from '../domain/deployment-store.ts';
import type { OtherDeployments } from '../domain/gate-store.ts';
import type { Pages } from '../domain/pages.ts';
import { formatLogKey, type PipelineWatch, type PipelineWatchReader } from '../domain/pipeline-watch.ts';
import { formatVerificationLogId, readVerification } from '../domain/verification.ts';
import type { LogSource } from '../logs/log-store.ts';
import { DISABLED_MS, type FailureIssueStore } from './failure-issue.ts';
import type { CheckRunFields, CheckRunView } from './render/check-run-view.ts';
import type { CommitRunView } from './render/render-commit-run.ts';
import type { PipelineWatchView } from './render/render-pipeline-watch.ts';
import { formatFirstLogId, isPipelineWatch, type ReportSubject } from './report-subject.ts';
import type { FindWayBack } from './way-back.ts';
import type { RenderedRun } from './write-check-run.ts';

/** The sources for a deployment's check run and for the issue about its failure. */
export interface ViewPorts {
  readonly store: DeploymentReader &
    OpenDeployments &
    OtherDeployments &
    CommitRunReader &
    PipelineWatchReader & { readonly findIssuesDisabled: FailureIssueStore['findIssuesDisabled'] };
  readonly logs: Pick<LogSource, 'excerpt'>;
  readonly clock: Clock;
  readonly pages: Pages;
  readonly findWayBack: FindWayBack;
  readonly limits: { readonly deployTimeoutMinutes: number; readonly startTimeoutMinutes: number };
}

/** The sources of a check run's content. */
export interface RenderPorts extends ViewPorts {
  readonly logs: LogSource;
  readonly render: (view: CheckRunView) => CheckRunFields;
  readonly renderCommit: (view: CommitRunView) => CheckRunFields;
  readonly renderPipelines: (view: PipelineWatchView) => CheckRunFields;
}

/** Renders the current state of a deployment's check run, or of one about a commit. */
export async function renderRun(
  of: ReportSubject,
  repository: Repository,
  ports: RenderPorts,
): Promise<RenderedRun> {
  const { render, renderCommit, renderPipelines, pages } = ports;
  if ('verdict' in of) {
    const fields = renderCommit({ run: of, repository, githubUrl: pages.githubUrl });
    return { fields, timeless: fields, externalId: fields.external_id };
  }
  if (isPipelineWatch(of)) {
    const view = await viewWatch(of, repository, ports);
    const timeless = renderPipelines({ ...view, now: 0 });
    return { fields: renderPipelines(view), timeless, externalId: of.id };
  }
  const view = await viewDeployment(of, repository, ports);
  const timeless = render({ ...view, now: 0 });
  return { fields: render(view), timeless, externalId: `${of.workspaceId}/${of.id}` };
}

export async function viewDeployment(
  deployment: Deployment,
  repository: Repository,
  { store, logs, clock, pages, limits, findWayBack }: ViewPorts,
): Promise<CheckRunView> {
  const { repositoryId, redeployOf, rerun } = deployment;
  const find = (id: string | null) => findInRepository(store, id, repositoryId);
  return {
    deployment,
    repository,
    workspaceUrl: pages.workspaceUrl(deployment),
    githubUrl: pages.githubUrl,
    projectCheck: await findProjectCheck(deployment, store),
    waitsFor: deployment.state === 'waiting' ? await findRunning(deployment, store) : null,
    predecessor: await findPredecessor(deployment, store),
    supersededBy: await find(deployment.supersededBy),
    redeployOf: await find(redeployOf),
    redeployedAs: await find(rerun?.kind === 'redeployed' ? rerun.deploymentId : null),
    wayBack: await findWayBack(deployment, repository),
    verification: await readVerification(deployment, store),
    verificationLog: logs.excerpt(formatVerificationLogId(deployment)),
    areIssuesDisabled: await areIssuesDisabled(deployment, store),
    log: logs.excerpt(deployment.id),
    firstLog: deployment.firstTry && logs.excerpt(formatFirstLogId(deployment)),
    deployTimeoutMinutes: limits.deployTimeoutMinutes,
    startTimeoutMinutes: limits.startTimeoutMinutes,
    now: clock.now(),
  };
}

/** True if an issue about this failure could not be opened. */
async function areIssuesDisabled(
  { conclusion, concludedAt, repositoryId }: Deployment,
  store: ViewPorts['store'],
): Promise<boolean> {
  if (conclusion !== 'failure' && conclusion !== 'timed_out') return false;
  const disabledAt = await store.findIssuesDisabled(repositoryId);
  return disabledAt !== null && disabledAt > (concludedAt ?? 0) - DISABLED_MS;
}

async function viewWatch(
  watch: PipelineWatch,
  repository: PipelineWatchView['repository'],
  { store, logs, clock, pages, limits }: RenderPorts,
): Promise<PipelineWatchView> {
  const find = (id: string | null) => findInRepository(store, id, watch.repositoryId);
  return {
    watch,
    repository,
    workspaceUrl: pages.workspaceUrl(watch),
    githubUrl: pages.githubUrl,
    deployment: await find(watch.deploymentId),
    supersededBy: await find(watch.supersededBy),
    logOf: (jobId) => logs.excerpt(formatLogKey(watch, jobId)),
    deployTimeoutMinutes: limits.deployTimeoutMinutes,
    now: clock.now(),
  };
}

async function findProjectCheck(
  deployment: Deployment,
  store: CommitRunReader,
): Promise<CheckRunView['projectCheck']> {
  const isDecided = deployment.reason === 'approval_needed';
  if (!isDecided && !deployment.gates.some(({ kind }) => kind === 'project')) return null;
  const run = await store.getCommitRun(makeProjectRunId(deployment.repositoryId, deployment.sha));
  if (run?.verdict.kind !== 'project') return null;
  const { sha, checkRunUrl, verdict } = run;
  const errors = verdict.result?.errors.find((one) => one.workspaceId === deployment.workspaceId);
  const plan = isDecided ? { plan: verdict.result?.summary ?? '' } : {};
  return { sha, checkRunUrl, errors: errors ?? null, ...plan };
}

async function findPredecessor(
  { account, repositoryId, reason, gates, gateSha, sha }: Deployment,
  store: OtherDeployments,
): Promise<Deployment | null> {
  if (reason !== 'order_failed') return null;
  for (const gate of gates) {
    for (const { workspaceId } of gate.kind === 'order' ? gate.after : []) {
      const one = await store.findNewestOf({ account, repositoryId, workspaceId }, gateSha ?? sha);
      if (one?.state === 'concluded' && one.conclusion !== 'success') return one;
    }
  }
  return null;
}

async function findRunning(waiting: Deployment, store: OpenDeployments): Promise<CheckRunView['waitsFor']> {
  const open = await store.listOpen(waiting);
  const running = open.find((one) => one.state !== 'waiting' && one.state !== 'settling');
  if (!running) return null;
  return running.repositoryId === waiting.repositoryId ? running : 'another repository';
}

/**
 * The deployment with this id, if it belongs to the repository. Everything that people of a repository see or do uses this:
 * ids come from check runs, and the workspace may have belonged to another repository before.
 */
export async function findInRepository(
  store: DeploymentReader,
  id: string | null,
  repositoryId: number,
): Promise<Deployment | null> {
  const found = id === null ? null : await store.getDeployment(id);
  return found?.repositoryId === repositoryId ? found : null;
}
