import type { Deployment } from '../domain/deployment.ts';
import { listCommitGates, type PlannedGate } from '../domain/gate.ts';
import { listNames, listQuoted } from '../reporting/render/describe-hold.ts';
import type { GateState } from './gate-state.ts';
import { judgeGate } from './judge-gates.ts';
import type { StartContext } from './reconcile-context.ts';

/**
 * The branch can move between the start and the job, which then deploys a commit that nobody judged. Returns a clause about
 * the first gate that isn't open for that commit, such as `which "test" had not passed`; null if there is none.
 */
export async function judgeDeployed(
  context: StartContext,
  deployment: Deployment,
  deployedSha: string | null,
): Promise<string | null> {
  const { sha, gateSha } = deployment;
  const judged = gateSha ?? sha;
  if (deployedSha === null || judged.startsWith(deployedSha)) return null;
  for (const gate of listCommitGates(deployment)) {
    const look = { deployment, sha: deployedSha, waitedMs: Infinity };
    const state = await judgeGate(context, gate, look);
    if (state.kind !== 'open') return describeMiss(gate, state);
  }
  return null;
}

function describeMiss(gate: PlannedGate, state: Exclude<GateState, { kind: 'open' }>): string {
  switch (gate.kind) {
    case 'project':
      return 'which the project check had not passed';
    case 'order':
      return `which ${listNames(gate.after.map(({ name }) => name))} had not deployed`;
    case 'approval':
      return 'which nobody had approved';
    case 'checks': {
      if (state.kind === 'held' && state.hold.reason === 'github_unread')
        return 'whose checks could not be read';
      const names = state.kind === 'held' && state.hold.reason === 'checks_pending' ? state.hold.names : null;
      return `which ${listQuoted(names ?? gate.wanted.map(({ name }) => name))} had not passed`;
    }
  }
}
