import { describeRequiredCheck } from '../domain/commit-run.ts';
import type { Waker } from '../domain/dispatcher.ts';
import { parseExternalId } from '../domain/external-id.ts';
import { type LostResult, makeRequiredCheckId, REQUIRED_CONCLUSIONS } from '../domain/required-check.ts';
import type { ShownCheckRun } from '../domain/shown-check-run.ts';
import type { AdoptionStore } from '../planning/plan-store.ts';
import type { TrackedBranch } from './sweep-heads.ts';

export interface RequiredAdoption {
  readonly plans: Pick<AdoptionStore, 'adoptRequiredCheck'>;
  readonly dispatcher: Waker;
}

/** Takes over the required check of a head that a lost database left open. `runs`: of the commit, oldest first. */
export async function adoptRequiredCheck(
  { plans, dispatcher }: RequiredAdoption,
  { repository, branch, head: sha }: TrackedBranch,
  { runs, now }: { readonly runs: readonly ShownCheckRun[]; readonly now: number },
): Promise<void> {
  const id = makeRequiredCheckId(repository.id, sha);
  const open = runs.findLast((one) => one.conclusion === null && one.externalId?.startsWith(`${id}/`));
  if (!open?.externalId) return;
  const run = Number.parseInt(open.externalId.slice(id.length + 1), 10) || 1;
  const createdAt = Math.min(open.startedAt ?? now, now);
  const described = describeRequiredCheck({ repository, sha, createdAt }, [
    { kind: 'push', branch, outcome: 'push' },
  ]);
  await plans.adoptRequiredCheck(described, { run, lost: listLost(runs) });
  dispatcher.wake('required', id);
}

/** The newest result of each workspace whose deployment ended before the loss. */
function listLost(runs: readonly ShownCheckRun[]): LostResult[] {
  const newest = new Map<string, LostResult>();
  for (const { externalId, name, conclusion, title } of runs) {
    const ids = parseExternalId(externalId ?? '');
    const known = REQUIRED_CONCLUSIONS.find((one) => one === conclusion);
    if (!ids) continue;
    if (known) newest.set(ids.workspaceId, { workspaceId: ids.workspaceId, name, conclusion: known, title });
    else newest.delete(ids.workspaceId);
  }
  return [...newest.values()];
}
