import type { CommandReads } from '../domain/command-reads.ts';
import { isAtLeast, type PermissionLevel } from '../domain/conversation.ts';
import type { Deployment, Repository } from '../domain/deployment.ts';
import type { ApprovalGate } from '../domain/gate.ts';
import type { PlanHistory } from '../planning/plan-store.ts';
import { shortenSha } from '../reporting/render/describe-deployment.ts';
import type { RecentDeployments } from './command-store.ts';
import { describeLevel, toLevel } from './permissions.ts';
import type { HeadReads } from './reads-of-one-command.ts';

/** How many of the workspace's newest deployments are searched for pushes that would be deployed, too. */
const RECENT = 20;

export interface Approver {
  /** A GitHub login. */
  readonly login: string;
  readonly isBot: boolean;
  readonly level: PermissionLevel;
}

export interface ApproverPorts {
  readonly reads: HeadReads & { readonly readCommitPeople: CommandReads['readCommitPeople'] };
  readonly store: RecentDeployments;
  readonly history: { readonly findLastDeployed: PlanHistory['findLastDeployed'] };
}

/** Why a person can't approve a deployment, as a clause; null if they can. Throws if GitHub can't answer now. */
export async function refuseApprover(
  deployment: Deployment,
  repository: Repository,
  approver: Approver,
  ports: ApproverPorts,
): Promise<string | null> {
  const gate = deployment.gates.find((one) => one.kind === 'approval');
  if (deployment.reason === 'approval_expired') return 'the approval expired after 7 days: push or redeploy';
  if (!gate || deployment.reason !== 'approval_needed' || deployment.armedUntil === null) {
    return 'the deployment does not wait for an approval any more';
  }
  if (approver.isBot) return 'bots cannot approve';
  const needed = toLevel(gate.role);
  if (!isAtLeast(approver.level, needed)) {
    return `this needs ${describeLevel(needed)} or higher in the repository`;
  }
  const { branch, sha } = deployment;
  const head = (await ports.reads.readHeads(repository, [branch])).get(branch) ?? null;
  if (head === null) return 'the branch does not exist any more';
  if (head !== sha) {
    return `the branch has moved to ${shortenSha(head)}, which was not shown here: approve that commit, or redeploy`;
  }
  return refuseAuthor(gate, deployment, { repository, approver }, ports);
}

async function refuseAuthor(
  { notBy }: ApprovalGate,
  deployment: Deployment,
  { repository, approver }: { readonly repository: Repository; readonly approver: Approver },
  { reads, store, history }: ApproverPorts,
): Promise<string | null> {
  if (notBy === null) return null;
  const login = approver.login.toLowerCase();
  const pushers = listPushers(deployment, await store.listRecent(deployment, RECENT));
  if (pushers.some((one) => one.toLowerCase() === login)) return 'who pushed the commits cannot approve them';
  const base = (await history.findLastDeployed(deployment)) ?? deployment.before;
  const people = await reads.readCommitPeople(repository, { base, head: deployment.sha });
  if (people === null)
    return 'GitHub does not list all commits since the last deployment, so their authors are unknown';
  const isAmong = people.some((one) => one.toLowerCase() === login);
  return isAmong ? 'authors and committers of the commits cannot approve them' : null;
}

/** Who pushed since the last success. */
function listPushers(deployment: Deployment, recent: readonly Deployment[]): string[] {
  const last = recent.findIndex(({ conclusion }) => conclusion === 'success');
  const since = [deployment, ...recent.slice(0, last === -1 ? recent.length : last)];
  return since.flatMap(({ cause, requestedBy }) => (cause === 'push' ? requestedBy : []));
}
