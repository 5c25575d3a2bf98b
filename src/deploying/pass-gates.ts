import type { Deployment } from '../domain/deployment.ts';
import { ageOf } from '../domain/stored-times.ts';
import { PLAIN_WORDING } from '../reporting/render/describe-end.ts';
import { describeHold } from '../reporting/render/describe-hold.ts';
import { change, conclude } from './conclude.ts';
import { confirmGates, type FreshVerdict } from './confirm-gates.ts';
import { type GateVerdict, judgeGates } from './judge-gates.ts';
import type { ReconcileContext, StartContext, StepResult } from './reconcile-context.ts';

/** How long a second try waits at its gates. */
const SECOND_TRY_MS = 60_000;

type Passage<Open> =
  | Open
  | Extract<GateVerdict, { kind: 'closed' }>
  | { readonly kind: 'wait'; readonly step: StepResult };

type OpenVerdict = Extract<GateVerdict, { kind: 'open' }>;

/** Judges the gates of a deployment that is about to start. */
export async function passGates(
  context: StartContext,
  deployment: Deployment,
): Promise<Passage<OpenVerdict>> {
  if (!hasToPass(deployment)) return { kind: 'open', change: {} };
  return followVerdict(context, deployment, await judgeGates(context, deployment));
}

/** Judges them once more right before the start is sent. */
export async function passGatesAgain(
  context: StartContext,
  deployment: Deployment,
): Promise<Passage<FreshVerdict>> {
  return followVerdict(context, deployment, await confirmGates(context, deployment));
}

/** Lets a deployment wait that must not start yet. */
async function followVerdict<Open extends OpenVerdict>(
  context: ReconcileContext,
  deployment: Deployment,
  verdict: Open | Exclude<GateVerdict, { kind: 'open' }>,
): Promise<Passage<Open>> {
  if (verdict.kind !== 'wait') return verdict;
  return { kind: 'wait', step: await waitAtGate(context, deployment, verdict.delayMs) };
}

/**
 * A deployment with an attempt has passed its gates. But an attempt whose answer was lost may have been made before them, by
 * a process whose database is lost, too. And before a second try they may have closed again.
 */
function hasToPass({ state, attemptOutcome, firstTry }: Deployment): boolean {
  return state === 'waiting' || attemptOutcome === 'lost' || firstTry !== null;
}

async function waitAtGate(
  context: ReconcileContext,
  deployment: Deployment,
  delayMs: number,
): Promise<StepResult> {
  const { state, firstTry, heldSince, hold } = deployment;
  if (firstTry !== null) {
    // A closed gate doesn't hide the failure of the first job for long.
    const left = SECOND_TRY_MS - (heldSince === null ? 0 : ageOf(context.clock, heldSince));
    if (left > 0 || hold === null) return Math.min(left, delayMs);
    const problem = describeHold(hold, PLAIN_WORDING);
    return conclude(context, deployment, { conclusion: 'failure', reason: 'job_error', problem });
  }
  if (state === 'waiting') return delayMs;
  // The lost attempt made no job, so the deployment waits at its gates as if it was new.
  await change(context, deployment, { state: 'waiting', attemptOutcome: null, startSince: null });
  return 'go on';
}
