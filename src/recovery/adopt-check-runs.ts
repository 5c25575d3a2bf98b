import type { Logger } from 'pino';
import type { Accounts } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import type { CommitRunReader, NewCommitRun } from '../domain/commit-run.ts';
import { type Configurations, cautiousSettings } from '../domain/configuration-in-use.ts';
import { makeRecoveryDeliveryId } from '../domain/delivery.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';
import { parseExternalId } from '../domain/external-id.ts';
import type { RemoteClock } from '../domain/remote-clock.ts';
import type { WorkspaceSettings } from '../domain/repository-configuration.ts';
import type { ShownCheckRun, ShownCheckRuns } from '../domain/shown-check-run.ts';
import { formatWorkspaceKey, type Workspace } from '../domain/workspace.ts';
import { listGates } from '../planning/plan-deployment.ts';
import { planMissingCheck } from '../planning/plan-missing-check.ts';
import type { AdoptedState, AdoptionStore, PlanHistory } from '../planning/plan-store.ts';
import { adoptRequiredCheck } from './adopt-required-check.ts';
import type { TrackedBranch } from './sweep-heads.ts';

export interface AdoptionContext {
  readonly runs: ShownCheckRuns;
  readonly plans: AdoptionStore & PlanHistory & CommitRunReader;
  readonly accounts: Accounts;
  readonly configurations: Configurations;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly githubClock: RemoteClock;
  readonly log: Logger;
}

/**
 * Takes over the app's open check runs on the head of a branch that the database doesn't know: an earlier, lost database left
 * them open. Their ids (workspace, deployment, job) suffice to conclude them.
 */
export async function adoptCheckRuns(context: AdoptionContext, tracked: TrackedBranch): Promise<void> {
  const runs = await context.runs.listRuns(tracked.repository, tracked.head);
  for (const run of runs) {
    if (run.conclusion !== null) continue;
    const ids = parseExternalId(run.externalId ?? '');
    const workspace = tracked.workspaces.find((one) => one.id === ids?.workspaceId);
    if (!ids || !workspace) continue;
    const state = await readState(context, tracked, run, workspace, ids.jobId);
    if (!state) throw new Error('Meltano Cloud could not be asked about a check run to take over.');
    const settings = await readSettings(context, tracked, workspace);
    const startedAt = readStart(run, context.clock);
    // Nobody knows whether the deployment passed its gates, or who forced it.
    const gates = ids.jobId ? [] : listGates(settings, tracked.workspaces);
    const isChecked = gates.some(({ kind }) => kind === 'project');
    const commitRuns = isChecked ? await planCheck(context, tracked, { workspace, settings }) : [];
    const isNew = await context.plans.adopt(
      {
        id: ids.deploymentId,
        account: tracked.account,
        deliveryId: makeRecoveryDeliveryId(run.id),
        workspaceId: workspace.id,
        workspaceName: workspace.name,
        environment: settings.environment ?? workspace.environment,
        log: settings.log,
        badFile: null,
        branch: tracked.branch,
        directory: workspace.directory,
        checkName: run.name,
        installationId: tracked.repository.installationId,
        repositoryId: tracked.repository.id,
        sha: tracked.head,
        before: null,
        requestedBy: '',
        requestedByBot: false,
        cause: 'push',
        redeployOf: null,
        pushedAt: context.githubClock.toRemoteSecond(startedAt),
        receivedAt: startedAt,
        reason: 'push',
        conclusion: null,
        problem: null,
        treeDigest: null,
        gates,
        forcedBy: null,
        hold: null,
      },
      state,
      commitRuns,
    );
    if (!isNew) continue;
    context.log.info({ deployment: ids.deploymentId, job: ids.jobId }, 'An open check run was taken over');
    const key = formatWorkspaceKey({ account: tracked.account, workspaceId: workspace.id });
    context.dispatcher.wake('workspace', key);
    for (const { id } of commitRuns) context.dispatcher.wake('project', id);
  }
  await adoptRequiredCheck(context, tracked, { runs, now: context.clock.now() });
}

/** When the check run began, and not in the future: the clock may have been set back since (epoch milliseconds). */
function readStart({ startedAt }: ShownCheckRun, clock: Clock): number {
  const now = clock.now();
  return Math.min(startedAt ?? now, now);
}

/**
 * The settings are cautious, since the ones in use before are lost: they decide who sees the log, and whether an error holds
 * the deployment.
 */
async function readSettings(
  { configurations }: AdoptionContext,
  { repository, workspaces }: TrackedBranch,
  workspace: Workspace,
): Promise<WorkspaceSettings> {
  const inUse = await configurations.current({ repository, workspaces });
  const settings = cautiousSettings(inUse, workspace);
  return inUse.kind === 'usable' ? settings : { ...settings, projectCheck: 'block' };
}

/** The missing check of the project that a deployment waits for. */
function planCheck(
  { plans, clock }: AdoptionContext,
  { account, repository, head: sha }: TrackedBranch,
  checked: { readonly workspace: Workspace; readonly settings: WorkspaceSettings },
): Promise<NewCommitRun[]> {
  return planMissingCheck({ account, repository, sha, createdAt: clock.now(), ...checked }, plans);
}

/** Returns null if Meltano Cloud can't answer. Without a job id the start counts as lost, and its job is searched for. */
async function readState(
  { accounts, clock }: AdoptionContext,
  tracked: TrackedBranch,
  run: ShownCheckRun,
  workspace: Workspace,
  jobId: string | null,
): Promise<AdoptedState | null> {
  const since = readStart(run, clock);
  const shown = { checkRunId: run.id, checkRunUrl: run.url, startSince: clock.now() };
  if (jobId) {
    return {
      ...shown,
      state: 'queued',
      jobId,
      acceptedAt: since,
      attemptedAt: since,
      attemptOutcome: null,
      knownJobIds: [],
    };
  }
  const jobs = await accounts.byKey(tracked.account)?.api.listJobs(workspace.id);
  if (!jobs?.ok) return null;
  const older = jobs.value.filter((job) => (job.created ?? 0) < since).map((job) => job.id);
  return {
    ...shown,
    state: 'starting',
    jobId: null,
    acceptedAt: null,
    attemptedAt: since,
    attemptOutcome: 'lost',
    knownJobIds: older,
  };
}
