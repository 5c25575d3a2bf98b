import { randomUUID } from 'node:crypto';
import { makeGateDeliveryId } from '../domain/delivery.ts';
import type { Deployment, PlannedDeployment } from '../domain/deployment.ts';
import { type GateKind, isPlannedGate } from '../domain/gate.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { stamp, timeLeft } from '../domain/stored-times.ts';
import type { WorkspaceKey } from '../domain/workspace.ts';
import { chooseLook } from './judge-checks.ts';
import { judgeGate, judgeGates } from './judge-gates.ts';
import { logFields, type StartContext, type StepResult } from './reconcile-context.ts';

/** How often a gate that ended a deployment is judged again if nothing wakes it. */
const LOOK_MS = 60 * 60_000;

/** The gate that ends a deployment for a reason. */
const CLOSING: ReadonlyMap<ReasonCode, GateKind> = new Map([
  ['project_error', 'project'],
  ['checks_failed', 'checks'],
  ['checks_missing', 'checks'],
  ['order_failed', 'order'],
  ['order_missing', 'order'],
  ['approval_needed', 'approval'],
]);

/**
 * Judges the gate that ended a deployment. If it is open now, and the commit is still the head of the branch, a new
 * deployment follows with a check run of its own: other gates may let it wait. Null if no gate is armed.
 */
export async function openArmed(context: StartContext, workspace: WorkspaceKey): Promise<StepResult | null> {
  const { store, clock } = context;
  const armed = await store.findArmed(workspace);
  if (!armed) return null;
  const leftMs = timeLeft(clock, armed.armedUntil ?? 0, Infinity);
  if (leftMs <= 0) return expire(context, armed);
  const delayMs = await judgeClosing(context, armed);
  if (delayMs !== 'open') return Math.min(leftMs, delayMs ?? chooseLook(context, armed, LOOK_MS));
  const repository = await context.repositories.getRepository(armed.repositoryId);
  const head = repository && (await context.gateReads.readHead(repository, armed.branch));
  if (head && !head.ok) return Math.min(leftMs, chooseRetryDelay(5, null, context.random()));
  if (head?.value !== armed.sha) return disarm(context, armed);
  const changed = await store.openArmed(armed.id, planAgain(context, armed));
  for (const one of changed) context.reporter.changed(one);
  context.log.info(logFields(armed), 'A gate opened that had ended this deployment');
  return 'go on';
}

/** `open`, or when to judge it again (milliseconds); null for the usual time. */
async function judgeClosing(context: StartContext, armed: Deployment): Promise<'open' | number | null> {
  const kind = CLOSING.get(armed.reason);
  const closing = armed.gates.find((one) => one.kind === kind);
  if (!closing) {
    // What was held for too long starts once all gates are open.
    const verdict = await judgeGates(context, armed, armed.sha);
    if (verdict.kind === 'wait') return verdict.delayMs;
    return verdict.kind === 'open' ? 'open' : (verdict.againMs ?? null);
  }
  const state = await judgeGate(context, closing, { deployment: armed, sha: armed.sha, waitedMs: 0 });
  switch (state.kind) {
    case 'open':
    case 'unjudged':
      return 'open';
    case 'pending':
    case 'held':
      return state.delayMs;
    case 'closed':
      return state.againMs ?? null;
  }
}

async function disarm({ store, reporter }: StartContext, { id }: Deployment): Promise<StepResult> {
  const disarmed = await store.disarm(id);
  if (disarmed) reporter.changed(disarmed);
  return 'go on';
}

/** A check run that asks for an approval says that it is too late. */
async function expire(context: StartContext, armed: Deployment): Promise<StepResult> {
  if (armed.reason !== 'approval_needed') return disarm(context, armed);
  const expired = await context.store.expireApproval(armed.id);
  if (expired) context.reporter.changed(expired);
  return 'go on';
}

/** The same deployment once more. */
function planAgain({ clock }: StartContext, armed: Deployment): PlannedDeployment {
  return {
    id: randomUUID(),
    account: armed.account,
    workspaceId: armed.workspaceId,
    workspaceName: armed.workspaceName,
    environment: armed.environment,
    log: armed.log,
    badFile: armed.badFile,
    directory: armed.directory,
    installationId: armed.installationId,
    repositoryId: armed.repositoryId,
    deliveryId: makeGateDeliveryId(armed.id),
    checkName: armed.checkName,
    receivedAt: stamp(clock),
    gates: armed.gates.filter(isPlannedGate),
    forcedBy: armed.forcedBy,
    hold: null,
    reason: 'gate_opened',
    conclusion: null,
    problem: null,
    treeDigest: armed.treeDigest,
    branch: armed.branch,
    sha: armed.sha,
    before: armed.before,
    requestedBy: armed.requestedBy,
    requestedByBot: armed.requestedByBot,
    cause: armed.cause,
    redeployOf: armed.id,
    pushedAt: armed.pushedAt,
  };
}
