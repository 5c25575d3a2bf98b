import { isCommitRunId } from '../domain/commit-run.ts';
import type { RerunEvent } from '../domain/delivery.ts';
import { formatExternalId, parseExternalId } from '../domain/external-id.ts';
import { isRequiredCheckId } from '../domain/required-check.ts';
import type { ShownCheckRun, ShownCheckRuns } from '../domain/shown-check-run.ts';
import { findUnsuccessful } from '../planning/judge-required-check.ts';
import type { CommitDeployments } from '../planning/required-check-store.ts';
import type { KnownDeployments, OldRun } from './trust-runs.ts';

export interface FoundRuns {
  readonly runs: readonly OldRun[];
  /** The skipped runs of a suite, which are not redeployed. */
  readonly skipped: readonly OldRun[];
  /** The ids of check runs about the commit. */
  readonly files: readonly string[];
  /** True if the commit's required check is among them. */
  readonly isRequired: boolean;
}

/** The check runs that a re-run is about. */
export async function findRuns(event: RerunEvent, checkRuns: ShownCheckRuns): Promise<FoundRuns> {
  if (event.run) {
    const run = toOldRun(event.run);
    return { runs: run ? [run] : [], skipped: [], ...listCommitRuns([event.run]) };
  }
  const newest = new Map<string, OldRun>();
  const listed = await checkRuns.listRuns(event.repository, event.sha);
  // Oldest first, so the newest run of each workspace remains.
  for (const shown of listed) {
    const run = toOldRun(shown);
    if (run) newest.set(run.ids.workspaceId, run);
  }
  const all = [...newest.values()];
  const pick = (isSkipped: boolean) =>
    all.filter(({ shown }) => (shown.conclusion === 'skipped') === isSkipped);
  return { runs: pick(false), skipped: pick(true), ...listCommitRuns(listed) };
}

function listCommitRuns(shown: readonly ShownCheckRun[]): Pick<FoundRuns, 'files' | 'isRequired'> {
  const ids = shown.flatMap(({ externalId }) => (isCommitRunId(externalId ?? '') ? (externalId ?? []) : []));
  return { files: ids.filter((id) => !isRequiredCheckId(id)), isRequired: ids.some(isRequiredCheckId) };
}

export function toOldRun(shown: ShownCheckRun): OldRun | null {
  const ids = parseExternalId(shown.externalId ?? '');
  return ids && { shown, ids };
}

/** A deployment that the project check held is tried again, and so is the check. */
export async function splitSkipped(
  runs: readonly OldRun[],
  store: KnownDeployments,
): Promise<{ held: OldRun[]; skipped: OldRun[] }> {
  const held: OldRun[] = [];
  const skipped: OldRun[] = [];
  for (const run of runs) {
    const deployment = await store.getDeployment(run.ids.deploymentId);
    (deployment?.reason === 'project_error' ? held : skipped).push(run);
  }
  return { held, skipped };
}

/** The check runs of a commit's deployments that ended without success. */
export async function findUnsuccessfulRuns(
  { repository, sha }: RerunEvent,
  store: CommitDeployments,
): Promise<OldRun[]> {
  const deployments = await store.listCommitDeployments({ repositoryId: repository.id, sha });
  return findUnsuccessful(deployments).flatMap((one): OldRun[] => {
    const { id: deploymentId, workspaceId, jobId, checkRunId, checkRunUrl, checkName, conclusion } = one;
    if (checkRunId === null) return [];
    const shown = {
      id: checkRunId,
      url: checkRunUrl,
      name: checkName,
      externalId: formatExternalId(one),
      conclusion,
      title: null,
      startedAt: null,
      completedAt: null,
    };
    return [{ shown, ids: { workspaceId, deploymentId, jobId } }];
  });
}
