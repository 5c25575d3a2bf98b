import type { Logger } from 'pino';
import type { Accounts } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import { type Configurations, cautiousSettings } from '../domain/configuration-in-use.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';
import { parseExternalId } from '../domain/external-id.ts';
import type { RemoteClock } from '../domain/remote-clock.ts';
import type { ShownCheckRun, ShownCheckRuns } from '../domain/shown-check-run.ts';
import type { Workspace } from '../domain/workspace.ts';
import { formatWorkspaceKey } from '../domain/workspace-key.ts';
import type { AdoptedState, AdoptionStore } from '../planning/plan-store.ts';
import type { TrackedBranch } from './sweep-heads.ts';

export interface AdoptionContext {
  readonly runs: ShownCheckRuns;
  readonly plans: AdoptionStore;
  readonly accounts: Accounts;
  readonly configurations: Configurations;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly githubClock: RemoteClock;
  readonly log: Logger;
}

/**
 * The database knows nothing of a branch: the app's open check runs on its head are from one that was lost. What they
 * tell (workspace, deployment, job) is enough to bring each to its end.
 */
export async function adoptCheckRuns(context: AdoptionContext, tracked: TrackedBranch): Promise<void> {
  for (const run of await context.runs.listRuns(tracked.repository, tracked.head)) {
    if (run.conclusion !== null) continue;
    const ids = parseExternalId(run.externalId ?? '');
    const workspace = tracked.workspaces.find((one) => one.id === ids?.workspaceId);
    if (!ids || !workspace) continue;
    const state = await readState(context, tracked, run, workspace, ids.jobId);
    if (!state) throw new Error('Meltano Cloud could not be asked about a check run to take over.');
    const { environment, log } = await readSettings(context, tracked, workspace);
    const startedAt = readStart(run, context.clock);
    const isNew = await context.plans.adopt(
      {
        id: ids.deploymentId,
        account: tracked.account,
        deliveryId: `adopted:${run.id}`,
        workspaceId: workspace.id,
        workspaceName: workspace.name,
        environment: environment ?? workspace.environment,
        log,
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
      },
      state,
    );
    if (!isNew) continue;
    context.log.info({ deployment: ids.deploymentId, job: ids.jobId }, 'An open check run was taken over');
    const key = formatWorkspaceKey({ account: tracked.account, workspaceId: workspace.id });
    context.dispatcher.wake('workspace', key);
  }
}

/** The app wrote it, by this machine's clock as it was set then. */
function readStart({ startedAt }: ShownCheckRun, clock: Clock): number {
  const now = clock.now();
  return Math.min(startedAt ?? now, now);
}

/** The lost database knew who may see the log. */
async function readSettings(
  { configurations }: AdoptionContext,
  { repository, workspaces }: TrackedBranch,
  workspace: Workspace,
) {
  return cautiousSettings(await configurations.current({ repository, workspaces }), workspace);
}

/** Without a job the start may have been made all the same: it is looked for among the jobs that came after it. */
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
