import type { Account } from '../domain/account.ts';
import type { RerunEvent } from '../domain/delivery.ts';
import type { DeploymentReader, DeploymentStore } from '../domain/deployment-store.ts';
import type { ExternalId } from '../domain/external-id.ts';
import type { ShownCheckRun } from '../domain/shown-check-run.ts';
import type { ListWorkspaces } from '../planning/find-workspaces.ts';

/** A re-run check run and the ids of its deployment. */
export interface OldRun {
  readonly shown: ShownCheckRun;
  readonly ids: ExternalId;
}

export interface KnownDeployments extends DeploymentReader {
  readonly listTakenJobs: DeploymentStore['listTakenJobs'];
}

/** Without an account or a list of workspaces, no job is confirmed. */
interface AskedRun {
  readonly event: RerunEvent;
  readonly account?: Account;
  readonly listWorkspaces?: ListWorkspaces;
}

/**
 * Trusts a check run's ids only if this database or Meltano Cloud confirms them. A known deployment must belong to the
 * repository. The job of an unknown one must belong to its workspace and to no known deployment, because its log might be
 * another repository's.
 */
export async function trustRuns(
  asked: AskedRun,
  runs: readonly OldRun[],
  store: KnownDeployments,
): Promise<OldRun[]> {
  const trusted: OldRun[] = [];
  for (const { shown, ids } of runs) {
    const known = await store.getDeployment(ids.deploymentId);
    if (!known) {
      const jobId = (await isJobOfWorkspace(asked, ids, store)) ? ids.jobId : null;
      trusted.push({ shown, ids: { ...ids, jobId } });
    } else if (known.repositoryId === asked.event.repository.id && known.workspaceId === ids.workspaceId) {
      trusted.push({ shown, ids });
    }
  }
  return trusted;
}

async function isJobOfWorkspace(
  { account, listWorkspaces }: AskedRun,
  { workspaceId, jobId }: ExternalId,
  store: KnownDeployments,
): Promise<boolean> {
  if (jobId === null || !account || !listWorkspaces) return false;
  const workspaces = await listWorkspaces((known) => known.some(({ id }) => id === workspaceId));
  if (!workspaces.some(({ id }) => id === workspaceId)) return false;
  // The workspace may have run the job for another repository, before it moved to this one.
  const taken = await store.listTakenJobs({ account: account.key, workspaceId }, [jobId]);
  if (taken.has(jobId)) return false;
  const jobs = await account.api.listJobs(workspaceId);
  return jobs.ok && jobs.value.some(({ id }) => id === jobId);
}
