import type { Deployment, Repository } from '../domain/deployment.ts';
import type { DeploymentReader } from '../domain/deployment-store.ts';
import type { RepositoryReader } from '../domain/repository-store.ts';
import { ageOf, stamp } from '../domain/stored-times.ts';
import { type CreateOnce, createOnce, DUPLICATE_CHECK_MS } from './create-once.ts';
import {
  chooseStatus,
  type DeploymentStatus,
  type GitHubDeployment,
  type GitHubDeploymentApi,
  type GitHubDeploymentChange,
  type GitHubDeploymentStore,
  type StatusDetails,
  type WriteOrder,
} from './github-deployment.ts';
import { failed, RetryPolicy, type RetryPorts, type WriteStep } from './retry-policy.ts';

/** A GitHub Deployment keeps these statuses for good. */
const LAST: ReadonlySet<DeploymentStatus | null> = new Set(['failure', 'error', 'inactive']);

export interface GitHubDeploymentContext extends RetryPorts {
  readonly store: GitHubDeploymentStore & DeploymentReader;
  readonly repositories: RepositoryReader;
  readonly api: GitHubDeploymentApi;
  /** The name of the environment; null if the repository turns GitHub Deployments off. */
  readonly chooseEnvironment: (deployment: Deployment) => Promise<string | null>;
  /** The result contains no secrets. */
  readonly describe: (
    deployment: Deployment,
    repository: Repository,
    unchangedSince: string | null,
  ) => StatusDetails;
  /** Wakes the sync of another deployment. */
  readonly wake: (deploymentId: string) => void;
}

/**
 * Keeps a deployment's GitHub Deployment in sync. Takes our deployment's id; returns the delay until the next step. Sends
 * one request at a time and stores each before sending it.
 */
export function createGitHubDeploymentSync(
  context: GitHubDeploymentContext,
): (deploymentId: string) => Promise<number | null> {
  const { store, clock } = context;
  const retryPolicy = new RetryPolicy(context);
  const ports = { ...context, createOnce: createOnce(clock) };

  return async (deploymentId) => {
    const deployment = await store.getDeployment(deploymentId);
    if (!deployment) return null;
    const repository = await context.repositories.getRepository(deployment.repositoryId);
    const shown = await open(deployment);
    if (!repository || !shown || shown.finishedAt !== null) return null;
    const finish = () => store.saveGitHubDeployment(deploymentId, { finishedAt: clock.now() });
    return retryPolicy.next(await takeStep(ports, { deployment, repository, shown }, finish), {
      id: deploymentId,
      fields: { deployment: deploymentId },
      write: 'github_deployment',
      since: deployment.concludedAt ?? clock.now(),
      leaveOut: finish,
      giveUp: finish,
    });
  };

  async function open(deployment: Deployment): Promise<GitHubDeployment | null> {
    const { id: deploymentId, account, workspaceId, jobId } = deployment;
    const known = await store.getGitHubDeployment(deploymentId);
    if (known) return known;
    // The problem is the commit that was deployed last.
    const unchangedSince = deployment.reason === 'nothing_changed' ? deployment.problem : null;
    if (jobId === null && unchangedSince === null) return null;
    const environment = await context.chooseEnvironment(deployment);
    if (environment === null) return null;
    await store.openGitHubDeployment({
      deploymentId,
      account,
      workspaceId,
      environment,
      openedAt: clock.now(),
      unchangedSince,
    });
    return store.getGitHubDeployment(deploymentId);
  }
}

interface Subject {
  readonly deployment: Deployment;
  readonly repository: Repository;
  readonly shown: GitHubDeployment;
}

type StepContext = GitHubDeploymentContext & { readonly createOnce: CreateOnce };

async function takeStep(
  context: StepContext,
  subject: Subject,
  finish: () => Promise<void>,
): Promise<WriteStep> {
  const { deployment, shown } = subject;
  const isReplaced = await isNoLongerCurrent(context, subject);
  if (shown.githubId === null) {
    if (!isReplaced || shown.unchangedSince === null || shown.attemptedAt !== null)
      return create(context, subject);
    await finish();
    return { kind: 'wait', delayMs: null };
  }
  const wanted = chooseStatus(deployment, shown, isReplaced);
  if (wanted !== null && wanted !== shown.status)
    return writeStatus(context, subject, shown.githubId, wanted);
  const settled = await endDuplicates(context, subject, shown.githubId);
  if (settled) return settled;
  if (LAST.has(shown.status)) await finish();
  return { kind: 'wait', delayMs: null };
}

async function isNoLongerCurrent({ store }: StepContext, { deployment, shown }: Subject): Promise<boolean> {
  if (await store.isReplaced(deployment)) return true;
  return shown.unchangedSince !== null && (await store.hasNewerUnchanged(shown));
}

function orderOf({ unchangedSince }: GitHubDeployment): WriteOrder {
  return unchangedSince === null ? undefined : 'last';
}

async function create(context: StepContext, { deployment, repository, shown }: Subject): Promise<WriteStep> {
  const { api, store, clock } = context;
  const { id: deploymentId, sha } = deployment;
  const wanted = { deploymentId, sha, environment: shown.environment };
  const save = (change: GitHubDeploymentChange) => store.saveGitHubDeployment(deploymentId, change);
  const outcome = await context.createOnce({
    id: deploymentId,
    attemptedAt: shown.attemptedAt,
    noteAttempt: () => save({ attemptedAt: stamp(clock) }),
    noteRefusal: () => save({ attemptedAt: null }),
    look: () => api.find(repository, wanted),
    create: () => api.create(repository, wanted, orderOf(shown)),
  });
  if (outcome.kind === 'retry') return { kind: 'wait', delayMs: outcome.delayMs };
  if (outcome.kind === 'failed') return outcome;
  const isSettled = outcome.isSure && outcome.older.length === 0;
  await save({ githubId: outcome.value, ...(isSettled ? { attemptedAt: null } : {}) });
  return { kind: 'wait', delayMs: 0 };
}

async function writeStatus(
  context: StepContext,
  { deployment, repository, shown }: Subject,
  githubId: number,
  state: DeploymentStatus,
): Promise<WriteStep> {
  const { api, store, clock } = context;
  const { deploymentId } = shown;
  const save = (change: GitHubDeploymentChange) => store.saveGitHubDeployment(deploymentId, change);
  const details = context.describe(deployment, repository, shown.unchangedSince);
  const outcome = await context.createOnce<string>({
    id: `${deploymentId}/${state}`,
    attemptedAt: shown.attemptedStatus === state ? shown.statusAttemptedAt : null,
    noteAttempt: () => save({ attemptedStatus: state, statusAttemptedAt: stamp(clock) }),
    noteRefusal: () => save({ attemptedStatus: null }),
    async look() {
      const read = await api.readStatus(repository, githubId);
      return read.ok ? { ok: true, value: read.value === state ? [state] : [] } : read;
    },
    async create() {
      const written = await api.addStatus(repository, githubId, { ...details, state }, orderOf(shown));
      return written.ok ? { ok: true, value: state } : written;
    },
  });
  if (outcome.kind === 'retry') return { kind: 'wait', delayMs: outcome.delayMs };
  if (outcome.kind === 'failed') return outcome;
  await save({ status: state, attemptedStatus: null });
  // It takes the place of earlier ones.
  if (shown.unchangedSince !== null && state === 'success') {
    const open = await store.listOpenGitHubDeployments(deployment);
    for (const other of open) if (other !== deploymentId) context.wake(other);
  }
  return { kind: 'wait', delayMs: 0 };
}

/** Sets duplicates to inactive, a minute after an unanswered create. Null if there is nothing to do. */
async function endDuplicates(
  { api, store, clock }: StepContext,
  { deployment, repository, shown }: Subject,
  githubId: number,
): Promise<WriteStep | null> {
  const { deploymentId, environment, attemptedAt } = shown;
  if (attemptedAt === null) return null;
  const delayMs = Math.max(0, DUPLICATE_CHECK_MS - ageOf(clock, attemptedAt));
  if (delayMs > 0) return { kind: 'wait', delayMs };
  const found = await api.find(repository, { deploymentId, sha: deployment.sha, environment });
  if (!found.ok) return failed(found.failure);
  for (const older of found.value.filter((one) => one !== githubId)) {
    const description = `Duplicate of deployment ${githubId}`;
    const ended = await api.addStatus(repository, older, { state: 'inactive', description });
    if (!ended.ok) return failed(ended.failure);
  }
  await store.saveGitHubDeployment(deploymentId, { attemptedAt: null });
  return { kind: 'wait', delayMs: 0 };
}
