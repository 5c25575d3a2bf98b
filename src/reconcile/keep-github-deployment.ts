import type { Deployment, Repository } from '../domain/deployment.ts';
import {
  chooseStatus,
  type DeploymentStatus,
  type GitHubDeployment,
  type GitHubDeploymentApi,
  type GitHubDeploymentStore,
  type StatusDetails,
} from '../domain/github-deployment.ts';
import { createStepJudge, PACE_MS, type Step, type StepPorts } from '../domain/judge-step.ts';
import type { DeploymentStore, RepositoryStore } from '../domain/ports.ts';
import { ageOf, stamp } from '../domain/stored-times.ts';

/** How long what was written with an unknown outcome is looked for before it is written again (milliseconds). */
const LOOK_FOR_MS = 15_000;
/** How often it is looked for (milliseconds). */
const LOOK_AGAIN_MS = 1_000;
/** After these GitHub's deployment has no other status. */
const LAST: ReadonlySet<DeploymentStatus | null> = new Set(['failure', 'error', 'inactive']);

export interface GitHubDeploymentContext extends StepPorts {
  readonly store: GitHubDeploymentStore & Pick<DeploymentStore, 'getDeployment'>;
  readonly repositories: Pick<RepositoryStore, 'getRepository'>;
  readonly api: GitHubDeploymentApi;
  /** The name of the environment; null when the repository wants no GitHub Deployments. */
  readonly chooseEnvironment: (deployment: Deployment) => Promise<string | null>;
  /** Nothing secret is in what it gives. */
  readonly describe: (deployment: Deployment, repository: Repository) => StatusDetails;
}

/**
 * Keeps the GitHub Deployment of a deployment in the state that the deployment has. The key is our deployment's id; the
 * result is in how many milliseconds to look again. One request at a time, each noted before it is sent.
 */
export function createGitHubDeploymentKeeper(
  context: GitHubDeploymentContext,
): (deploymentId: string) => Promise<number | null> {
  const { store, clock } = context;
  const judgeStep = createStepJudge(context);

  return async (deploymentId) => {
    const deployment = await store.getDeployment(deploymentId);
    if (!deployment || deployment.jobId === null) return null;
    const repository = await context.repositories.getRepository(deployment.repositoryId);
    const shown = await open(deployment);
    if (!repository || !shown || shown.finishedAt !== null) return null;
    const finish = () => store.saveGitHubDeployment(deploymentId, { finishedAt: clock.now() });
    return judgeStep(await takeStep(context, { deployment, repository, shown }, finish), {
      ...{ id: deploymentId, fields: { deployment: deploymentId }, write: 'github_deployment' },
      ...{ since: deployment.concludedAt ?? clock.now(), leaveOut: finish, giveUp: finish },
    });
  };

  async function open(deployment: Deployment): Promise<GitHubDeployment | null> {
    const { id: deploymentId, account, workspaceId } = deployment;
    const known = await store.getGitHubDeployment(deploymentId);
    if (known) return known;
    const environment = await context.chooseEnvironment(deployment);
    if (environment === null) return null;
    await store.openGitHubDeployment({
      deploymentId,
      account,
      workspaceId,
      environment,
      openedAt: clock.now(),
    });
    return store.getGitHubDeployment(deploymentId);
  }
}

interface Subject {
  readonly deployment: Deployment;
  readonly repository: Repository;
  readonly shown: GitHubDeployment;
}

async function takeStep(
  context: GitHubDeploymentContext,
  subject: Subject,
  finish: () => Promise<void>,
): Promise<Step> {
  const { deployment, shown } = subject;
  if (shown.githubId === null) return create(context, subject);
  const wanted = chooseStatus(deployment, await context.store.isReplaced(deployment));
  if (wanted !== null && wanted !== shown.status)
    return writeStatus(context, subject, shown.githubId, wanted);
  if (LAST.has(shown.status)) await finish();
  return { kind: 'wait', ms: null };
}

async function create(context: GitHubDeploymentContext, subject: Subject): Promise<Step> {
  const { api, store, clock } = context;
  const { deployment, repository, shown } = subject;
  const { id: deploymentId, sha } = deployment;
  const wanted = { deploymentId, sha, environment: shown.environment };
  if (shown.attemptedAt !== null) {
    const found = await api.find(repository, wanted);
    if (!found.ok) return { kind: 'failed', failure: found.failure };
    if (found.value !== null) {
      await store.saveGitHubDeployment(deploymentId, { githubId: found.value });
      return { kind: 'wait', ms: 0 };
    }
    if (ageOf(clock, shown.attemptedAt) < LOOK_FOR_MS) return { kind: 'wait', ms: LOOK_AGAIN_MS };
  }
  await store.saveGitHubDeployment(deploymentId, { attemptedAt: stamp(clock) });
  const created = await api.create(repository, wanted);
  if (created.ok) {
    await store.saveGitHubDeployment(deploymentId, { githubId: created.value });
    return { kind: 'wait', ms: PACE_MS };
  }
  // Only an unknown outcome has to be looked for.
  if (created.failure.kind !== 'unknown') {
    await store.saveGitHubDeployment(deploymentId, { attemptedAt: null });
  }
  return { kind: 'failed', failure: created.failure };
}

async function writeStatus(
  context: GitHubDeploymentContext,
  { deployment, repository, shown }: Subject,
  githubId: number,
  state: DeploymentStatus,
): Promise<Step> {
  const { api, store, clock } = context;
  const { deploymentId } = shown;
  if (shown.attemptedStatus === state) {
    const read = await api.readStatus(repository, githubId);
    if (!read.ok) return { kind: 'failed', failure: read.failure };
    if (read.value === state) {
      await store.saveGitHubDeployment(deploymentId, { status: state, attemptedStatus: null });
      return { kind: 'wait', ms: 0 };
    }
    const isFresh = ageOf(clock, shown.statusAttemptedAt ?? 0) < LOOK_FOR_MS;
    if (isFresh) return { kind: 'wait', ms: LOOK_AGAIN_MS };
  }
  const attempt = { attemptedStatus: state, statusAttemptedAt: stamp(clock) };
  await store.saveGitHubDeployment(deploymentId, attempt);
  const details = context.describe(deployment, repository);
  const written = await api.addStatus(repository, githubId, { ...details, state });
  if (written.ok) {
    await store.saveGitHubDeployment(deploymentId, { status: state, attemptedStatus: null });
    return { kind: 'wait', ms: PACE_MS };
  }
  if (written.failure.kind !== 'unknown') {
    await store.saveGitHubDeployment(deploymentId, { attemptedStatus: null });
  }
  return { kind: 'failed', failure: written.failure };
}
