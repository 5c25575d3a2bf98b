import type { Account } from '../domain/account.ts';
import type { ConfigurationInUse } from '../domain/configuration-in-use.ts';
import type { Answer, OtherJob, WorkspaceLag } from '../domain/conversation.ts';
import type { Deployment, Repository } from '../domain/deployment.ts';
import { DEPLOY_JOB_TYPE, type Job } from '../domain/job.ts';
import type { LockReader } from '../domain/lock.ts';
import { trackedBranch } from '../domain/match-workspaces.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import { allowsPipelines, commandSettingsOf } from '../domain/repository-configuration.ts';
import type { RepositoryWorkspace, Workspace, WorkspaceKey } from '../domain/workspace.ts';
import { type CommitHistoryApi, chooseDeployedCommit, type DeploymentSource } from '../reporting/way-back.ts';
import { showLock } from './plan-lock.ts';
import type { HeadReads } from './reads-of-one-command.ts';
import { nameWorkspaces } from './select-workspaces.ts';

/** How many workspaces a status compares with their branches. */
const MOST_MEASURED = 5;
/** The most jobs of others that are named. */
const MOST_OTHERS = 3;

export interface LagStore {
  /** The newest deployment with a complete job, even if pipelines failed. */
  findLastComplete(source: DeploymentSource): Promise<Deployment | null>;
  /** The pushes with these new heads that the app received, oldest first. Times are epoch milliseconds. */
  listPushes(
    repositoryId: number,
    shas: readonly string[],
  ): Promise<readonly { readonly receivedAt: number; readonly outcome: ReasonCode | null }[]>;
  /** The workspace's newest record about this commit, deployed or not. */
  findNewestOf(workspace: RepositoryWorkspace, sha: string): Promise<Deployment | null>;
  /** The jobs among these that the app started itself. */
  listStartedJobs(workspace: WorkspaceKey, jobIds: readonly string[]): Promise<Set<string>>;
}

interface LagPorts {
  readonly store: LagStore & LockReader;
  readonly reads: HeadReads;
  readonly history: CommitHistoryApi;
}

interface Asked {
  readonly event: { readonly repository: Repository };
  readonly account: Account | null;
  readonly inUse: ConfigurationInUse;
}

interface Subject {
  readonly account: Account;
  readonly repository: Repository;
  readonly inUse: ConfigurationInUse;
}

/** The answer to a status command. */
export async function answerStatus(
  { event: { repository }, account, inUse }: Asked,
  workspaces: readonly Workspace[],
  ports: LagPorts,
): Promise<Answer> {
  const lags = account ? await measureLags({ account, repository, inUse }, workspaces, ports) : [];
  const pipelines = allowsPipelines(commandSettingsOf(inUse.configuration), repository.private);
  const isShown = (id: string | null) => id === null || workspaces.some((one) => one.id === id);
  const locks = (await ports.store.listLocks(repository.id)).filter((lock) => isShown(lock.workspaceId));
  return {
    kind: 'status',
    workspaces: nameWorkspaces(workspaces, repository),
    lags,
    locks: locks.map(showLock),
    pipelines,
  };
}

/** How far each workspace is behind its branch. Leaves out those without a known deployment or head. */
async function measureLags(
  subject: Subject,
  workspaces: readonly Workspace[],
  ports: LagPorts,
): Promise<readonly WorkspaceLag[]> {
  const { repository } = subject;
  const measured = workspaces.slice(0, MOST_MEASURED);
  const branches = measured.map((one) => trackedBranch(one, repository));
  const heads = await ports.reads.readHeads(repository, branches);
  const lags = measured.map(async (workspace) => {
    const branch = trackedBranch(workspace, repository);
    const head = heads.get(branch) ?? null;
    return head === null ? null : measureLag(subject, { workspace, branch, head }, ports);
  });
  return (await Promise.all(lags)).filter((lag) => lag !== null);
}

async function measureLag(
  subject: Subject,
  {
    workspace,
    branch,
    head,
  }: { readonly workspace: Workspace; readonly branch: string; readonly head: string },
  { store, history }: LagPorts,
): Promise<WorkspaceLag | null> {
  const { account, repository } = subject;
  const key = { account: account.key, workspaceId: workspace.id, repositoryId: repository.id };
  const good = await store.findLastComplete({ ...key, branch });
  const others = await listOthers(account, key, store);
  const deployed = chooseNewest(good, others[0] ?? null);
  if (deployed === null) return null;
  const lag = { workspaceId: workspace.id, deployed, head, others: others.slice(0, MOST_OTHERS) };
  if (head.startsWith(deployed)) return { ...lag, commits: 0, since: null, cause: null };
  const compared = await history.compare(repository, { base: deployed, head });
  const isBehind = compared.ok && compared.value.relation === 'ahead';
  const pushes = await store.listPushes(repository.id, isBehind ? compared.value.shas : [head]);
  return {
    ...lag,
    commits: isBehind ? compared.value.commits : null,
    since: isBehind ? (pushes[0]?.receivedAt ?? null) : null,
    cause: explainLag(subject.inUse, await store.findNewestOf(key, head), pushes.at(-1)?.outcome ?? null),
  };
}

function explainLag(
  inUse: ConfigurationInUse,
  newest: Deployment | null,
  outcome: ReasonCode | null,
): WorkspaceLag['cause'] {
  if (newest !== null) return newest.state === 'concluded' ? newest.reason : 'under_way';
  return inUse.kind === 'held' ? 'configuration_held' : outcome;
}

/** The finished deployments that something else started, newest first. None if Meltano Cloud can't be asked now. */
async function listOthers(account: Account, key: WorkspaceKey, store: LagStore): Promise<OtherJob[]> {
  const listed = await account.api.listJobs(key.workspaceId);
  if (!listed.ok) return [];
  const finished = listed.value.filter(
    ({ type, status }) => type === DEPLOY_JOB_TYPE && status === 'COMPLETE',
  );
  const started = await store.listStartedJobs(
    key,
    finished.map(({ id }) => id),
  );
  return finished.filter(({ id }) => !started.has(id)).map(toOtherJob);
}

function toOtherJob({ id, commitId, endTime }: Job): OtherJob {
  return { id, commit: commitId || null, endedAt: endTime };
}

/** The commit of the deployment or job that ended last. */
function chooseNewest(good: Deployment | null, other: OtherJob | null): string | null {
  const isOther = other?.commit && (other.endedAt ?? 0) > (good?.jobEndedAt ?? good?.concludedAt ?? 0);
  if (isOther) return other.commit;
  return good && chooseDeployedCommit(good);
}
