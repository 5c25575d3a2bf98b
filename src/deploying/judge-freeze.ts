import { cautiousSettings } from '../domain/configuration-in-use.ts';
import type { Deployment } from '../domain/deployment.ts';
import { describeFreeze } from '../planning/describe-freeze.ts';
import type { GateState } from './gate-state.ts';
import type { ReconcileContext } from './reconcile-context.ts';

/** A push that changes the file wakes the workspace; the operator's file may change, too (milliseconds). */
const LOOK_AGAIN_MS = 10 * 60_000;

export async function judgeFreeze(
  { configurations, clock }: ReconcileContext,
  { repositoryId, workspaceId: id, workspaceName: name, directory }: Deployment,
): Promise<GateState> {
  const inUse = await configurations.known(repositoryId);
  const { freeze } = cautiousSettings(inUse, { id, name, alias: null, directory });
  const frozen = describeFreeze(freeze, clock.now());
  if (!frozen) return { kind: 'open' };
  const { until, why, leftMs } = frozen;
  return { kind: 'held', hold: { reason: 'frozen', until, why }, delayMs: Math.min(leftMs, LOOK_AGAIN_MS) };
}
