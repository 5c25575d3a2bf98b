import type { Deployment } from '../domain/deployment.ts';
import type { Hold, OrderGate } from '../domain/gate.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import { ageOf } from '../domain/stored-times.ts';
import type { RepositoryWorkspace } from '../domain/workspace.ts';
import type { GateLook, GateState } from './gate-state.ts';
import type { StartContext } from './reconcile-context.ts';

/** How many of a workspace's newest deployments are searched. */
const RECENT = 20;
const SHORT_SHA = 7;

/** There was nothing to deploy for the commit: what is deployed holds everything that passes the filter. */
const UNCHANGED: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'paths_unchanged',
  'paths_unmatched',
  'nothing_changed',
]);

type Standing = 'deployed' | 'pending' | 'failed';

/** Judges whether the workspaces before this one have deployed the commit. */
export async function judgeOrder(
  { store, clock }: StartContext,
  { after, timeoutMinutes }: OrderGate,
  { deployment, sha }: GateLook,
): Promise<GateState> {
  const { account, repositoryId, receivedAt } = deployment;
  for (const { workspaceId, name } of after) {
    const standing = await findStanding(store, { account, repositoryId, workspaceId }, sha);
    if (standing === 'deployed') continue;
    const commit = sha.slice(0, SHORT_SHA);
    if (standing === 'failed') {
      const why = `${name} did not deploy ${commit}`;
      return { kind: 'closed', conclusion: 'skipped', reason: 'order_failed', why };
    }
    const leftMs = timeoutMinutes * 60_000 - ageOf(clock, receivedAt);
    if (leftMs <= 0) {
      const why = `${name} has not deployed ${commit} after ${timeoutMinutes} min`;
      return { kind: 'closed', conclusion: 'action_required', reason: 'order_missing', why };
    }
    const hold: Hold = { reason: 'order_pending', name };
    return { kind: 'held', hold, delayMs: leftMs };
  }
  return { kind: 'open' };
}

async function findStanding(
  store: StartContext['store'],
  workspace: RepositoryWorkspace,
  sha: string,
): Promise<Standing> {
  const recent = await store.listRecent(workspace, RECENT);
  const last = recent.find(mayHaveDeployed);
  // An older success counts no more: a branch can be pushed back to a commit that something else replaced there.
  if (last?.conclusion === 'success' && sha.startsWith(last.deployedSha ?? last.sha)) return 'deployed';
  const own = await store.findNewestOf(workspace, sha);
  if (!own) return 'pending';
  // A later push contains this one.
  if (own.reason === 'superseded') return judge(recent[0] ?? own);
  if (own.conclusion === 'none' || UNCHANGED.has(own.reason)) {
    if (!UNCHANGED.has(own.reason)) return 'failed';
    return last ? judge(last) : 'failed';
  }
  return judge(own);
}

function mayHaveDeployed({ attemptedAt, acceptedAt, conclusion }: Deployment): boolean {
  return attemptedAt !== null || acceptedAt !== null || conclusion === 'success';
}

function judge({ state, conclusion }: Deployment): Standing {
  if (state !== 'concluded') return 'pending';
  return conclusion === 'success' ? 'deployed' : 'failed';
}
