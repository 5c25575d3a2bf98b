import { isCommitRunId } from '../domain/commit-run.ts';
import type { RerunEvent } from '../domain/delivery.ts';
import { parseExternalId } from '../domain/external-id.ts';
import type { ShownCheckRun, ShownCheckRuns } from '../domain/shown-check-run.ts';
import type { KnownDeployments, OldRun } from './trust-runs.ts';

export interface FoundRuns {
  readonly runs: readonly OldRun[];
  /** The skipped runs of a suite, which are not redeployed. */
  readonly skipped: readonly OldRun[];
  /** The ids of check runs about the commit. */
  readonly files: readonly string[];
}

/** The check runs that a re-run is about. */
export async function findRuns(event: RerunEvent, checkRuns: ShownCheckRuns): Promise<FoundRuns> {
  if (event.run) {
    const run = toOldRun(event.run);
    return { runs: run ? [run] : [], skipped: [], files: listFiles([event.run]) };
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
  return { runs: pick(false), skipped: pick(true), files: listFiles(listed) };
}

function listFiles(shown: readonly ShownCheckRun[]): string[] {
  return shown.flatMap(({ externalId }) => (isCommitRunId(externalId ?? '') ? (externalId ?? []) : []));
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
