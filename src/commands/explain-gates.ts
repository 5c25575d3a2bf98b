import type { ApprovalReader } from '../domain/approval.ts';
import { type CommitRunReader, makeProjectRunId } from '../domain/commit-run.ts';
import type { WhyFinding } from '../domain/conversation.ts';
import { isEnough } from '../domain/is-enough.ts';
import { findLock, type LockReader } from '../domain/lock.ts';
import type { WorkspaceSettings } from '../domain/repository-configuration.ts';
import type { RepositoryWorkspace } from '../domain/workspace.ts';
import { describeFreeze } from '../planning/describe-freeze.ts';
import type { RecentDeployments } from './command-store.ts';
import { showLock } from './plan-lock.ts';

/** How many of the workspace's newest deployments are searched for the commit. */
const RECENT = 20;

export interface GateFindings
  extends Pick<WhyFinding, 'projectCheck' | 'passed' | 'forcedBy' | 'hold' | 'lock' | 'freeze' | 'approval'> {
  /** The error that holds the workspace. */
  readonly error: string | null;
}

/** The stored results of the gates for a commit. */
export async function explainGates(
  { approval: rule, projectCheck, freeze }: WorkspaceSettings,
  at: RepositoryWorkspace & { readonly sha: string; readonly now: number },
  store: CommitRunReader & RecentDeployments & LockReader & ApprovalReader,
): Promise<GateFindings> {
  const recent = await store.listRecent(at, RECENT);
  const ofCommit = recent.filter(({ sha }) => sha === at.sha);
  const last = ofCommit.find(({ state }) => state !== 'waiting');
  const passed = last?.gates.find((gate) => gate.passed !== null) ?? null;
  const hold = ofCommit.find(({ state }) => state === 'waiting')?.hold ?? null;
  const lock = findLock(await store.listLocks(at.repositoryId), at.workspaceId);
  const approved = await store.findApproval(at, at.sha);
  const approval = rule && { by: approved && isEnough(approved, rule) ? approved.by : null };
  const found = {
    approval,
    freeze: describeFreeze(freeze, at.now),
    lock: lock && showLock(lock),
    passed,
    forcedBy: last?.forcedBy ?? null,
    hold,
  };
  if (projectCheck !== 'block') return { ...found, projectCheck: null, error: null };
  const run = await store.getCommitRun(makeProjectRunId(at.repositoryId, at.sha));
  const result = run?.verdict.kind === 'project' ? run.verdict.result : null;
  const error = result?.errors.find(({ workspaceId }) => workspaceId === at.workspaceId)?.first ?? null;
  const state = error === null ? (run?.state === 'concluded' ? 'open' : 'pending') : 'closed';
  return { ...found, projectCheck: { state, checkRunUrl: run?.checkRunUrl ?? null }, error };
}
