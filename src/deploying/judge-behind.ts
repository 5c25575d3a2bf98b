import type { Deployment } from '../domain/deployment.ts';
import { formatWorkspaceKey } from '../domain/workspace.ts';
import { change, conclude } from './conclude.ts';
import { judgeGates } from './judge-gates.ts';
import type { StartContext, StepResult } from './reconcile-context.ts';

/** How often the gates are judged meanwhile (milliseconds). */
const LOOK_MS = 10_000;

/**
 * Judges the gates of a deployment that waits for the end of another one's job: a time-out holds all the same, and people
 * read what it waits for. Once they are open, the start judges them again.
 */
export async function judgeBehind(context: StartContext, deployment: Deployment): Promise<StepResult> {
  const { clock, behindLooks } = context;
  const workspace = formatWorkspaceKey(deployment);
  const known = behindLooks.get(workspace);
  const leftMs = known?.deployment === deployment.id ? known.at - clock.elapsed() : 0;
  if (leftMs > 0) return leftMs;
  const verdict = await judgeGates(context, deployment);
  if (verdict.kind === 'closed') return conclude(context, deployment, verdict.ending);
  if (verdict.kind === 'open') await change(context, deployment, { hold: null });
  const delayMs = verdict.kind === 'open' ? Infinity : Math.min(verdict.delayMs, LOOK_MS);
  behindLooks.set(workspace, { deployment: deployment.id, at: clock.elapsed() + delayMs });
  return delayMs;
}
