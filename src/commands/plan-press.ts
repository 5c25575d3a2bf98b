import type { PermissionLevel } from '../domain/conversation.ts';
import type { RerunEvent } from '../domain/delivery.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { NotedRerun, Plan } from '../planning/plan-store.ts';
import { type ApproverPorts, refuseApprover } from './judge-approver.ts';
import { noteOn, refuse } from './note-rerun.ts';
import { approve } from './plan-approval.ts';
import type { ReadsOfOneCommand } from './reads-of-one-command.ts';
import type { KnownDeployments, OldRun } from './trust-runs.ts';

const LOST = 'this app lost its record of the deployment: push or redeploy';

interface Press {
  readonly event: RerunEvent;
  readonly account: { readonly key: string };
  readonly receivedAt: number;
  readonly level: PermissionLevel;
}

interface PressPorts {
  readonly reads: ReadsOfOneCommand;
  readonly store: KnownDeployments & ApproverPorts['store'];
  readonly planning: { readonly store: ApproverPorts['history'] };
}

/** Plans a press of Deploy: it approves the commit of the check run. Throws if GitHub can't answer now. */
export async function planPress(press: Press, runs: readonly OldRun[], ports: PressPorts): Promise<Plan> {
  const { event, receivedAt: at, level } = press;
  const approver = { login: event.actor, isBot: event.actorIsBot ?? false, level };
  const approved: Deployment[] = [];
  const reruns: NotedRerun[] = [];
  for (const run of runs) {
    const deployment = await ports.store.getDeployment(run.ids.deploymentId);
    const judging = { ...ports, history: ports.planning.store };
    const why = deployment ? await refuseApprover(deployment, event.repository, approver, judging) : LOST;
    if (deployment && why === null) approved.push(deployment);
    else reruns.push(noteOn(press, run, refuse(event, why ?? LOST)));
  }
  const outcome = approved.length > 0 ? 'button' : 'command_refused';
  return {
    outcome,
    deployments: [],
    reruns,
    ...approve(approved, { by: event.actor, role: level, at }),
  };
}
