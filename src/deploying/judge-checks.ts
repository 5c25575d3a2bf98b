import type { Deployment } from '../domain/deployment.ts';
import type { ChecksGate, Hold } from '../domain/gate.ts';
import type { GitHubFailure } from '../domain/github-result.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { ageOf } from '../domain/stored-times.ts';
import { type CommitChecks, isPattern, judgeChecks, type PendingCheck } from '../domain/wanted-check.ts';
import { listQuoted } from '../reporting/render/describe-hold.ts';
import { CHECKS_FRESH_MS } from './commit-check-reads.ts';
import type { GateLook, GateState } from './gate-state.ts';
import type { StartContext } from './reconcile-context.ts';

/** An event may come before GitHub shows its check run: the app looks again after this time. */
const SECOND_LOOK_MS = 10_000;
const SHORT_SHA = 7;

/** Judges the checks of other Apps on a commit. A missing one never counts as passed. */
export async function judgeWantedChecks(
  context: StartContext,
  gate: ChecksGate,
  { deployment, sha }: GateLook,
): Promise<GateState> {
  const repository = await context.repositories.getRepository(deployment.repositoryId);
  if (!repository) throw new Error(`Repository ${deployment.repositoryId} of a deployment is not stored.`);
  const { result, ageMs } = await context.checks.read(repository, sha, gate.wanted.some(isPattern));
  const leftMs = gate.timeoutMinutes * 60_000 - ageOf(context.clock, deployment.receivedAt);
  if (!result.ok) return waitForGitHub(context, gate, leftMs, result.failure);
  const verdict = judgeChecks(gate.wanted, result.value);
  if (verdict.kind === 'passed') return { kind: 'open' };
  if (verdict.kind === 'failed') {
    const how = verdict.conclusion === 'failure' ? '' : `: ${verdict.conclusion}`;
    const why = `"${verdict.name}" failed on ${sha.slice(0, SHORT_SHA)}${how}`;
    const again = ageMs > 0 ? { againMs: CHECKS_FRESH_MS - ageMs } : {};
    return { kind: 'closed', conclusion: 'skipped', reason: 'checks_failed', why, ...again };
  }
  if (leftMs <= 0) return endWait(describeLate(gate, verdict.waiting, result.value));
  const names = verdict.waiting.map(({ name }) => name);
  const hold: Hold = { reason: 'checks_pending', names, sha: sha === deployment.sha ? null : sha };
  const delayMs =
    ageMs > 0 ? CHECKS_FRESH_MS - ageMs : chooseLook(context, deployment, context.limits.gateLookMs);
  return { kind: 'held', hold, delayMs: Math.min(delayMs, leftMs) };
}

function endWait(why: string): GateState {
  return { kind: 'closed', conclusion: 'action_required', reason: 'checks_missing', why };
}

function waitForGitHub(
  context: StartContext,
  { timeoutMinutes }: ChecksGate,
  leftMs: number,
  failure: GitHubFailure,
): GateState {
  if (leftMs <= 0) return endWait(`GitHub did not show the checks within ${timeoutMinutes} min`);
  const retryAfterMs = failure.kind === 'limited' ? failure.retryAfterMs : null;
  const delayMs = Math.max(CHECKS_FRESH_MS, chooseRetryDelay(4, retryAfterMs, context.random()));
  return { kind: 'held', hold: { reason: 'github_unread' }, delayMs: Math.min(delayMs, leftMs) };
}

/** When to look if nothing wakes the deployment: soon after it was woken, else with the sweeps of missed deliveries. */
export function chooseLook({ gateLooks, clock }: StartContext, { id }: Deployment, everyMs: number): number {
  const now = clock.elapsed();
  const wasWoken = now < (gateLooks.get(id) ?? 0);
  const delayMs = wasWoken ? Math.min(SECOND_LOOK_MS, everyMs) : everyMs;
  gateLooks.set(id, now + delayMs);
  return delayMs;
}

/** Why the time was over: the first check that is missing or runs. */
function describeLate(gate: ChecksGate, waiting: readonly PendingCheck[], { runs }: CommitChecks): string {
  const missing = waiting.filter(({ isMissing }) => isMissing).map(({ name }) => name);
  if (missing.length === 0) {
    const names = waiting.map(({ name }) => name);
    return `${listQuoted(names)} ${names.length === 1 ? 'is' : 'are'} still running after ${gate.timeoutMinutes} min`;
  }
  const seen = [...new Set(runs.map(({ name }) => name))];
  const others = seen.length === 0 ? 'there are no other checks' : `there are: ${listNames(seen)}`;
  return `${listQuoted(missing)} never reported; ${others}`;
}

const MOST_NAMED = 10;

function listNames(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
