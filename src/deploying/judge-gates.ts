import { makeProjectRunId } from '../domain/commit-run.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { DeploymentChange } from '../domain/deployment-store.ts';
import type { Gate } from '../domain/gate.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import { formatWorkspaceKey } from '../domain/workspace.ts';
import type { Ending } from './conclude.ts';
import type { ReconcileContext, StartContext } from './reconcile-context.ts';

/** How long a start waits for the project check. */
const PROJECT_CHECK_MS = 10_000;
/** The pause before the app looks again for the check run that the report links to. */
const WRITTEN_RETRY_MS = 250;

type GateState =
  | { readonly kind: 'open' }
  | { readonly kind: 'closed'; readonly reason: ReasonCode; readonly why: string }
  /** Not known yet: judged again after this time, or when woken. */
  | { readonly kind: 'pending'; readonly delayMs: number }
  /** Not known in time. */
  | { readonly kind: 'unjudged'; readonly why: string };

interface Look {
  readonly deployment: Deployment;
  readonly gate: Gate;
  /** How long the deployment has waited at its gates (milliseconds). */
  readonly waitedMs: number;
}

type JudgeGate = (context: ReconcileContext, look: Look) => Promise<GateState>;

const GATES: Readonly<Record<Gate['kind'], JudgeGate>> = {
  project: judgeProject,
};

export type GateVerdict =
  /** `change` is stored with the start. */
  | { readonly kind: 'open'; readonly change: DeploymentChange }
  | { readonly kind: 'closed'; readonly ending: Ending }
  /** Judged again after this time, or when woken. */
  | { readonly kind: 'wait'; readonly delayMs: number };

/** Judges whether a waiting deployment may start. */
export async function judgeGates(context: StartContext, deployment: Deployment): Promise<GateVerdict> {
  if (deployment.gates.length === 0) return { kind: 'open', change: {} };
  const gates: Gate[] = [];
  const waitedMs = measureWait(context, deployment);
  for (const gate of deployment.gates) {
    const state = await GATES[gate.kind](context, { deployment, gate, waitedMs });
    if (state.kind === 'pending') return { kind: 'wait', delayMs: state.delayMs };
    if (state.kind === 'closed' && gate.forcedBy === null) {
      const { reason, why: problem } = state;
      return { kind: 'closed', ending: { conclusion: 'skipped', reason, problem } };
    }
    gates.push({ ...gate, passed: describePass(state) });
  }
  // A start that is sent again may have passed otherwise before.
  const isNoted = [...gates, ...deployment.gates].some(({ passed }) => passed !== null);
  return { kind: 'open', change: isNoted ? { gates } : {} };
}

function measureWait({ gateWaits, clock }: StartContext, deployment: Deployment): number {
  const workspace = formatWorkspaceKey(deployment);
  const before = gateWaits.get(workspace);
  if (before?.deployment === deployment.id) return clock.elapsed() - before.since;
  gateWaits.set(workspace, { deployment: deployment.id, since: clock.elapsed() });
  return 0;
}

function describePass(state: Exclude<GateState, { kind: 'pending' }>): Gate['passed'] {
  if (state.kind === 'open') return null;
  return { how: state.kind === 'closed' ? 'forced' : 'unjudged', why: state.why };
}

/** Planning stores the check with the deployment, so it is there, checked or not. */
async function judgeProject(
  { store }: ReconcileContext,
  { deployment: { repositoryId, sha, workspaceId }, gate, waitedMs }: Look,
): Promise<GateState> {
  const run = await store.getCommitRun(makeProjectRunId(repositoryId, sha));
  const isChecked = run?.state === 'concluded';
  const leftMs = PROJECT_CHECK_MS - waitedMs;
  if (!isChecked && leftMs > 0) return { kind: 'pending', delayMs: leftMs };
  const result = run?.verdict.kind === 'project' ? run.verdict.result : null;
  // While the commit is checked again, its known errors count.
  const found = result?.errors.find((one) => one.workspaceId === workspaceId);
  if (found && gate.forcedBy === null && isChecked && run.checkRunUrl === null && leftMs > 0) {
    return { kind: 'pending', delayMs: Math.min(leftMs, WRITTEN_RETRY_MS) };
  }
  if (found) return { kind: 'closed', reason: 'project_error', why: found.first };
  if (!isChecked) {
    return { kind: 'unjudged', why: `the check took longer than ${PROJECT_CHECK_MS / 1_000} s` };
  }
  if (result?.unread) return { kind: 'unjudged', why: result.unread };
  return { kind: 'open' };
}
