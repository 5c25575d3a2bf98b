import type { Account } from '../domain/account.ts';
import type { ApprovalReader } from '../domain/approval.ts';
import { describeRequiredCheck, type NewCommitRun } from '../domain/commit-run.ts';
import type { ConfigurationInUse, ConfigurationLook } from '../domain/configuration-in-use.ts';
import { isAtLeast, type PermissionLevel } from '../domain/conversation.ts';
import type { RerunEvent } from '../domain/delivery.ts';
import type { Cause, PlannedDeployment, Rerun } from '../domain/deployment.ts';
import { trackedBranch } from '../domain/match-workspaces.ts';
import { isPipelineWatchId } from '../domain/pipeline-watch.ts';
import { commandSettingsOf, settingsOf } from '../domain/repository-configuration.ts';
import type { ShownCheckRuns } from '../domain/shown-check-run.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { ListWorkspaces } from '../planning/find-workspaces.ts';
import type { NotedRerun, Plan } from '../planning/plan-store.ts';
import type { CommitDeployments } from '../planning/required-check-store.ts';
import type { RecentDeployments, Reruns } from './command-store.ts';
import type { CommandPorts } from './decide-command.ts';
import { type FoundRuns, findRuns, findUnsuccessfulRuns, splitSkipped, toOldRun } from './find-runs.ts';
import { type AskedRerun, noteOn, refuse, refuseAll } from './note-rerun.ts';
import { chooseLevel, describeLevel } from './permissions.ts';
import { planPress } from './plan-press.ts';
import { planRedeploy } from './plan-redeploy.ts';
import { type FirstReadPorts, ReadsOfOneCommand, readFirstConfiguration } from './reads-of-one-command.ts';
import { type KnownDeployments, type OldRun, trustRuns } from './trust-runs.ts';

/** Re-runs of the same check run by the same person count once within this time. */
const REPEAT_MS = 10_000;

export interface RerunPorts extends Omit<CommandPorts, 'store'> {
  readonly store: Reruns & RecentDeployments & KnownDeployments & CommitDeployments & ApprovalReader;
  readonly runs: ShownCheckRuns;
}

export interface RerunToPlan {
  readonly id: string;
  readonly receivedAt: number;
  readonly event: RerunEvent;
  readonly account: Account;
  readonly listWorkspaces: ListWorkspaces;
}

const UNANSWERED = 'GitHub or Meltano Cloud did not answer in time';
const HELD = 'the configuration file of the repository has mistakes, and there is no earlier valid version';
const PUSHLESS =
  'the app sends the last push of the branch to Meltano Cloud again, and has none stored: push once more';
const STARTS_NO_RUN =
  'a re-run starts no pipeline: redeploy the workspace, or write `/meltano run <pipeline> --yes` in a comment';
const SKIPPED = 'a re-run of the suite leaves skipped deployments out';

/**
 * Plans a redeployment for each re-run check run: a new run of the same name, on the current head of the tracked branch.
 * Throws if GitHub or Meltano Cloud can't answer now.
 */
export async function planRerun(rerun: RerunToPlan, ports: RerunPorts): Promise<Plan> {
  const { event } = rerun;
  const watchId = event.run?.externalId ?? '';
  if (isPipelineWatchId(watchId)) {
    const noted = { id: watchId, repositoryId: event.repository.id, rerun: refuse(event, STARTS_NO_RUN) };
    return { outcome: 'command_refused', deployments: [], rerunWatch: noted };
  }
  const { files, isRequired, ...runs } = await findRuns(event, ports.runs);
  // A re-run of the required check alone repeats what it failed for.
  const found =
    isRequired && event.run ? { ...runs, runs: await findUnsuccessfulRuns(event, ports.store) } : runs;
  const plan = await planRuns(rerun, found, ports);
  if (files.length === 0 && !isRequired) return plan ?? { outcome: 'foreign_check_run', deployments: [] };
  const { repository, sha } = event;
  const commit = { repository, sha, createdAt: rerun.receivedAt };
  const required = isRequired ? [describeRequiredCheck(commit, [], { isRenewed: true })] : [];
  // Projects are checked again, and GitHub expects an update of each.
  return {
    outcome: 'configuration_rerun',
    deployments: [],
    ...plan,
    commitRuns: [...(plan?.commitRuns ?? []), ...required],
    rewrittenRuns: files,
  };
}

/** Null if no run shows a deployment. */
async function planRuns(
  rerun: RerunToPlan,
  runs: Pick<FoundRuns, 'runs' | 'skipped'>,
  ports: RerunPorts,
): Promise<Plan | null> {
  const { event } = rerun;
  const { held, skipped } = await splitSkipped(
    await trustRuns(rerun, runs.skipped, ports.store),
    ports.store,
  );
  const found = [...(await trustRuns(rerun, runs.runs, ports.store)), ...held];
  if (found.length === 0) return skipped.length > 0 ? refuseAll(rerun, skipped, SKIPPED) : null;
  const reads = new ReadsOfOneCommand(ports.reads);
  const readLevel = () => reads.readPermission(event.repository, event.actor);
  if (event.how === 'approve') {
    const level = await readLevel();
    return { ...(await planPress({ ...rerun, level }, found, { ...ports, reads })), role: level };
  }
  const { fresh, reruns } = await leaveOutRepeated(rerun, found, ports);
  if (fresh.length === 0) return { outcome: 'repeated', deployments: [], reruns };
  const level = await readLevel();
  const why = refuseLevel(event, level, await ports.configurations.known(event.repository.id));
  const plan =
    why === null
      ? await redeployAll({ ...rerun, level }, fresh, { ...ports, reads })
      : refuseAll(rerun, fresh, why);
  return { ...plan, role: level };
}

/** Why this permission is not enough, as a clause for a person; null if it is enough. */
function refuseLevel(
  { force }: RerunEvent,
  level: PermissionLevel,
  { configuration }: ConfigurationInUse,
): string | null {
  const { permission } = commandSettingsOf(configuration);
  const needed = chooseLevel(permission, force ?? false);
  if (isAtLeast(level, needed)) return null;
  return `this needs ${describeLevel(needed)} or higher in the repository`;
}

/** The plan after GitHub or Meltano Cloud was unavailable for too long. */
export async function planUnansweredRerun(
  rerun: AskedRerun,
  problem: string,
  { store }: { readonly store: KnownDeployments },
): Promise<Plan> {
  const run = rerun.event.run && toOldRun(rerun.event.run);
  const runs = run ? await trustRuns({ event: rerun.event }, [run], store) : [];
  return refuseAll(rerun, runs, UNANSWERED, problem);
}

/** Leaves out repeated requests. Their old runs still need an update, because GitHub has reset the suite again. */
async function leaveOutRepeated(
  asked: RerunToPlan,
  runs: readonly OldRun[],
  { store }: RerunPorts,
): Promise<{ fresh: OldRun[]; reruns: NotedRerun[] }> {
  const { event, receivedAt } = asked;
  const fresh: OldRun[] = [];
  const reruns: NotedRerun[] = [];
  for (const run of runs) {
    const before = await store.findRerun({
      repositoryId: event.repository.id,
      deploymentId: run.ids.deploymentId,
      actor: event.actor,
      isForced: event.force ?? false,
      since: receivedAt - REPEAT_MS,
      until: receivedAt + REPEAT_MS,
    });
    if (!before) fresh.push(run);
    else if (before.sha !== event.sha) {
      const rerun: Rerun = { kind: 'redeployed', by: event.actor, deploymentId: before.id };
      reruns.push(noteOn(asked, run, rerun));
    }
  }
  return { fresh, reruns };
}

/** `level`: the requester's permission. */
async function redeployAll(
  rerun: RerunToPlan & { readonly level: PermissionLevel },
  runs: readonly OldRun[],
  ports: Omit<RerunPorts, 'reads'> & { readonly reads: ReadsOfOneCommand },
): Promise<Plan> {
  const { event, receivedAt } = rerun;
  const isAmong = (known: readonly Workspace[], id: string) => known.some((one) => one.id === id);
  const workspaces = await rerun.listWorkspaces((known) =>
    runs.every((run) => isAmong(known, run.ids.workspaceId)),
  );
  const { repository } = event;
  const meant = workspaces.filter((one) => runs.some((run) => run.ids.workspaceId === one.id));
  const branches = meant.map((one) => trackedBranch(one, repository));
  const configuration = await findConfiguration({ repository, workspaces }, branches, ports);
  // The configuration may have been read only now.
  const why = refuseLevel(event, rerun.level, configuration);
  if (why !== null) return refuseAll(rerun, runs, why);
  if (configuration.kind === 'held') return refuseAll(rerun, runs, HELD);
  const cause: Exclude<Cause, 'push'> = event.how === 'button' ? 'button' : 'rerun';
  await ports.reads.readHeads(repository, branches);
  const request = {
    account: rerun.account.key,
    deliveryId: rerun.id,
    receivedAt,
    repository,
    actor: event.actor,
    cause,
    forcedBy: event.force ? event.actor : null,
    workspaces,
    configuration,
  };
  const deployments: PlannedDeployment[] = [];
  const reruns: NotedRerun[] = [];
  const commitRuns: NewCommitRun[] = [];
  for (const run of runs) {
    const workspace = workspaces.find((one) => one.id === run.ids.workspaceId);
    const asked = { ...request, askedAt: await chooseTime(rerun, run, ports) };
    const {
      deployments: made,
      pushless,
      commitRuns: checks,
    } = await planRedeploy(asked, workspace ? [workspace] : [], {
      ...ports.planning,
      reads: ports.reads,
    });
    commitRuns.push(...checks);
    const [planned] = made;
    if (planned) {
      deployments.push({ ...planned, checkName: run.shown.name, redeployOf: run.ids.deploymentId });
    }
    const outcome =
      pushless.length > 0 ? refuse(event, PUSHLESS) : describeOutcome(event, planned, workspace);
    const found = workspace && { workspace, log: settingsOf(configuration.configuration, workspace).log };
    if (outcome) reruns.push(noteOn(rerun, run, outcome, found));
  }
  const outcome = deployments.length > 0 ? cause : 'command_refused';
  return { outcome, deployments, reruns, commitRuns };
}

async function findConfiguration(
  look: Pick<ConfigurationLook, 'repository'> & { readonly workspaces: readonly Workspace[] },
  branches: readonly string[],
  ports: FirstReadPorts,
): Promise<ConfigurationInUse> {
  if (look.workspaces.length === 0) return ports.configurations.known(look.repository.id);
  if (await ports.configurations.isCached(look.repository)) return ports.configurations.current(look);
  return readFirstConfiguration(look, async () => branches, ports);
}

/**
 * The time that orders the redeployment among the pushes, by GitHub's clock: after everything known, before the next push.
 * By this machine's clock, it could come before the deployment that it repeats, or replace the next push.
 */
async function chooseTime(
  { event, receivedAt, account }: RerunToPlan,
  { ids }: OldRun,
  { store, planning }: Omit<RerunPorts, 'reads'>,
): Promise<number> {
  const workspace = {
    account: account.key,
    workspaceId: ids.workspaceId,
    repositoryId: event.repository.id,
  };
  const [last] = await store.listRecent(workspace, 1);
  return Math.max(event.pushedAt ?? planning.githubClock.toRemoteSecond(receivedAt), last?.pushedAt ?? 0);
}

/** The note on the old run; null if the new run is on the same commit. */
function describeOutcome(
  event: RerunEvent,
  planned: PlannedDeployment | undefined,
  workspace: Workspace | undefined,
): Rerun | null {
  const by = event.actor;
  if (planned) {
    return planned.sha === event.sha ? null : { kind: 'redeployed', by, deploymentId: planned.id };
  }
  const why = workspace
    ? 'the branch that the workspace tracks does not exist'
    : 'the workspace no longer uses this repository';
  return { kind: 'refused', by, why };
}
