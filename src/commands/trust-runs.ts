import type { Account } from '../domain/account.ts';
import type { RerunEvent } from '../domain/delivery.ts';
import type { DeploymentReader, DeploymentStore } from '../domain/deployment-store.ts';
import type { ExternalId } from '../domain/external-id.ts';
import type { ShownCheckRun } from '../domain/shown-check-run.ts';
import type { ListWorkspaces } from '../planning/find-workspaces.ts';

/** A check run that is re-run, and the deployment that it shows. */
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
 * A check run's ids count only as far as this database or Meltano Cloud confirms them: a deployment that is known has to be
 * the repository's, and the job of an unknown one has to be its workspace's, and no known deployment's: its log may be another's.
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
  // The workspace may have run it for another repository, before it was moved to this one.
  const taken = await store.listTakenJobs({ account: account.key, workspaceId }, [jobId]);
  if (taken.has(jobId)) return false;
  const jobs = await account.api.listJobs(workspaceId);
  return jobs.ok && jobs.value.some(({ id }) => id === jobId);
}
