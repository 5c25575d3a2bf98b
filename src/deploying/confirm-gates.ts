import type { Deployment } from '../domain/deployment.ts';
import { listCommitGates } from '../domain/gate.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { type GateVerdict, holdAtGate, judgeGates } from './judge-gates.ts';
import type { StartContext } from './reconcile-context.ts';

/** A start is sent at most this long after the head of the branch was read. */
const LONGEST_MS = 2_000;
/** Leaves time to store the attempt. */
const LONGEST_JUDGING_MS = 1_500;
/** Tries in a row while GitHub answers too slowly. */
const MOST_TRIES = 3;

export type FreshVerdict = Extract<GateVerdict, { kind: 'open' }> & {
  /** False once the start would be sent too late. */
  readonly isFresh: () => boolean;
};

type Confirmation = FreshVerdict | Exclude<GateVerdict, { kind: 'open' }>;

/**
 * Judges the gates once more right before a start, for the head of the branch: Meltano Cloud deploys that, whatever was
 * asked for.
 */
export async function confirmGates(context: StartContext, deployment: Deployment): Promise<Confirmation> {
  const { repositories, gateReads, clock } = context;
  const isAboutCommit = listCommitGates(deployment).length > 0;
  if (!isAboutCommit) return addFreshness(await judgeGates(context, deployment), () => true);
  const repository = await repositories.getRepository(deployment.repositoryId);
  if (!repository) throw new Error(`Repository ${deployment.repositoryId} of a deployment is not stored.`);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const readAt = clock.elapsed();
    const head = await gateReads.readHead(repository, deployment.branch);
    if (!head.ok) break;
    if (head.value === null) return { kind: 'closed', ending: describeGone(deployment) };
    const verdict = await judgeGates(context, deployment, head.value);
    if (verdict.kind !== 'open') return verdict;
    if (clock.elapsed() - readAt <= LONGEST_JUDGING_MS) {
      return addFreshness(verdict, () => clock.elapsed() - readAt <= LONGEST_MS);
    }
  }
  const delayMs = chooseRetryDelay(4, null, context.random());
  const hold = { reason: 'github_unread' } as const;
  const waits = await holdAtGate(context, deployment, {
    hold,
    delayMs,
    sha: deployment.gateSha ?? deployment.sha,
  });
  return addFreshness(waits, () => true);
}

function addFreshness(verdict: GateVerdict, isFresh: () => boolean): Confirmation {
  return verdict.kind === 'open' ? { ...verdict, isFresh } : verdict;
}

function describeGone({ branch }: Deployment) {
  const problem = `the branch ${branch} does not exist any more`;
  return { conclusion: 'skipped', reason: 'no_longer_tracked', problem } as const;
}
