import type { Approval } from '../domain/approval.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { DeploymentChange } from '../domain/deployment-store.ts';
import { type Gate, type Hold, isPlannedGate, LONGEST_HOLD_MS, STANDING_GATES } from '../domain/gate.ts';
import { ageOf, stamp } from '../domain/stored-times.ts';
import { formatWorkspaceKey } from '../domain/workspace.ts';
import { PLAIN_WORDING } from '../reporting/render/describe-end.ts';
import { describeHold } from '../reporting/render/describe-hold.ts';
import { change, type Ending } from './conclude.ts';
import type { GateLook, GateState } from './gate-state.ts';
import { judgeApproval } from './judge-approval.ts';
import { judgeWantedChecks } from './judge-checks.ts';
import { judgeFreeze } from './judge-freeze.ts';
import { judgeLock } from './judge-lock.ts';
import { judgeOrder } from './judge-order.ts';
import { judgeProject } from './judge-project.ts';
import type { StartContext } from './reconcile-context.ts';

export type GateVerdict =
  /** `change` is stored with the start. */
  | { readonly kind: 'open'; readonly change: DeploymentChange }
  | { readonly kind: 'closed'; readonly ending: Ending; readonly againMs?: number }
  /** Judged again after this time, or when woken. */
  | { readonly kind: 'wait'; readonly delayMs: number };

/**
 * Judges whether a deployment may start while `sha` is the head of its branch, and stores what it waits for. Without `sha`:
 * the last known head.
 */
export async function judgeGates(
  context: StartContext,
  deployment: Deployment,
  sha = deployment.gateSha ?? deployment.sha,
): Promise<GateVerdict> {
  const gates: Gate[] = [];
  const waitedMs = measureWait(context, deployment);
  for (const gate of listGates(deployment)) {
    const state = await judgeGate(context, gate, { deployment, sha, waitedMs });
    const mayForce = deployment.forcedBy !== null && gate.kind !== 'approval';
    const isForced = mayForce && (state.kind === 'held' || state.kind === 'closed');
    if (state.kind === 'pending' || (state.kind === 'held' && !isForced)) {
      return holdAtGate(context, deployment, { ...state, sha });
    }
    if (state.kind === 'closed' && !isForced) {
      const { conclusion, reason, why: problem, againMs } = state;
      const ending = { conclusion, reason, problem, ...arm(context, deployment, sha) };
      return { kind: 'closed', ending, ...(againMs === undefined ? {} : { againMs }) };
    }
    const passed = describePass(state);
    if (gate.kind === 'approval') gates.push({ ...gate, approval: approvalOf(state) });
    else if (passed !== null || isPlannedGate(gate)) gates.push({ ...gate, passed });
  }
  return { kind: 'open', change: { ...openTo(deployment, gates), ...noteSha(deployment, sha) } };
}

function listGates({ gates }: Deployment): Gate[] {
  const standing = STANDING_GATES.map((kind): Gate => ({ kind, passed: null }));
  return [...gates.filter(isPlannedGate), ...standing];
}

export function judgeGate(context: StartContext, gate: Gate, look: GateLook): Promise<GateState> {
  switch (gate.kind) {
    case 'project':
      return judgeProject(context, look);
    case 'order':
      return judgeOrder(context, gate, look);
    case 'checks':
      return judgeWantedChecks(context, gate, look);
    case 'approval':
      return judgeApproval(context, gate, look);
    case 'lock':
      return judgeLock(context, look.deployment);
    case 'freeze':
      return judgeFreeze(context, look.deployment);
  }
}

/** Stores what the deployment waits for. The time at a gate doesn't count for START_TIMEOUT_MINUTES. */
export async function holdAtGate(
  context: StartContext,
  deployment: Deployment,
  { hold, delayMs, sha }: { readonly hold: Hold; readonly delayMs: number | null; readonly sha: string },
): Promise<GateVerdict> {
  const heldSince = deployment.heldSince ?? stamp(context.clock);
  const leftMs = LONGEST_HOLD_MS - ageOf(context.clock, heldSince);
  if (leftMs <= 0) {
    const problem = describeHold(hold, PLAIN_WORDING);
    const reason = 'held_too_long';
    const armed = arm(context, deployment, sha);
    return { kind: 'closed', ending: { conclusion: 'action_required', reason, problem, ...armed } };
  }
  const isSame = JSON.stringify(hold) === JSON.stringify(deployment.hold);
  const held = isSame ? {} : { hold };
  const since = { heldSince, startSince: null, ...noteSha(deployment, sha) };
  await change(context, deployment, { ...held, ...since, problem: null });
  return { kind: 'wait', delayMs: Math.min(delayMs ?? leftMs, leftMs) };
}

/** The gate is watched while its commit is the head of the branch. */
function arm({ clock }: StartContext, deployment: Deployment, sha: string): { readonly armedUntil?: number } {
  return sha === deployment.sha ? { armedUntil: stamp(clock, LONGEST_HOLD_MS) } : {};
}

function noteSha(deployment: Deployment, sha: string): DeploymentChange {
  return { gateSha: sha === deployment.sha ? null : sha };
}

function openTo({ gates: known, hold }: Deployment, gates: readonly Gate[]): DeploymentChange {
  const isSame = JSON.stringify(gates) === JSON.stringify(known);
  return { ...(isSame ? {} : { gates }), ...(hold === null ? {} : { hold: null }) };
}

function measureWait({ gateWaits, clock }: StartContext, deployment: Deployment): number {
  const workspace = formatWorkspaceKey(deployment);
  const before = gateWaits.get(workspace);
  if (before?.deployment === deployment.id) return clock.elapsed() - before.since;
  gateWaits.set(workspace, { deployment: deployment.id, since: clock.elapsed() });
  return 0;
}

function approvalOf(state: GateState): Approval | null {
  return state.kind === 'open' ? (state.approval ?? null) : null;
}

function describePass(state: Exclude<GateState, { kind: 'pending' }>): Gate['passed'] {
  switch (state.kind) {
    case 'open':
      return null;
    case 'unjudged':
      return { how: 'unjudged', why: state.why };
    case 'closed':
      return { how: 'forced', why: state.why };
    case 'held':
      return { how: 'forced', why: describeHold(state.hold, PLAIN_WORDING) };
  }
}
