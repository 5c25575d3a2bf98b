import {
  type CommitRunReader,
  describeProjectRun,
  makeProjectRunId,
  type NewCommitRun,
  type ProjectComparison,
} from '../domain/commit-run.ts';
import type { Repository } from '../domain/deployment.ts';
import type { WorkspaceSettings } from '../domain/repository-configuration.ts';
import type { Workspace } from '../domain/workspace.ts';
import { compareProject } from './compare-project.ts';
import type { PlanHistory } from './plan-store.ts';

export interface CheckedStart {
  readonly account: string;
  readonly repository: Repository;
  readonly workspace: Workspace;
  readonly settings: Pick<WorkspaceSettings, 'projectCheck'>;
  readonly sha: string;
  readonly createdAt: number;
}

/** The project check that a deployment waits for, unless the workspace was checked in the commit already. */
export async function planMissingCheck(
  { account, repository, workspace, settings, sha, createdAt }: CheckedStart,
  store: PlanHistory & CommitRunReader,
): Promise<NewCommitRun[]> {
  const repositoryId = repository.id;
  const run = await store.getCommitRun(makeProjectRunId(repositoryId, sha));
  const known = run?.verdict.kind === 'project' && !run.verdict.result?.unread ? run.verdict.comparisons : [];
  const isKnown = known.some(
    (one) =>
      one.workspaceId === workspace.id &&
      one.directory === (workspace.directory ?? '') &&
      typeof one.since !== 'number',
  );
  if (isKnown) return [];
  const push = await store.findPlannedPush({ account, workspaceId: workspace.id, repositoryId }, sha);
  const before = push?.before ?? null;
  const compared = await compareProject({ account, workspace, repositoryId, settings, before }, store);
  if (!compared) return [];
  const isUnknown = push === null && compared.since === 'before';
  const comparison: ProjectComparison = isUnknown ? { ...compared, since: 'unknown' } : compared;
  return [describeProjectRun({ repository, sha, createdAt }, [comparison])];
}
