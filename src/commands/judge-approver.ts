import type { ApprovalReader } from '../domain/approval.ts';
import type { CommandReads } from '../domain/command-reads.ts';
import { isAtLeast, type PermissionLevel, toLevel } from '../domain/conversation.ts';
import type { Deployment, Repository } from '../domain/deployment.ts';
import type { ApprovalGate } from '../domain/gate.ts';
import { isEnough } from '../domain/is-enough.ts';
import type { UndeployedHistory } from '../planning/plan-store.ts';
import { shortenSha } from '../reporting/render/describe-deployment.ts';
import { describeLevel } from './permissions.ts';
import type { HeadReads } from './reads-of-one-command.ts';

export interface Approver {
  /** A GitHub login. */
  readonly login: string;
  readonly isBot: boolean;
  readonly level: PermissionLevel;
}

export interface ApproverPorts {
  readonly reads: HeadReads & { readonly readCommitPeople: CommandReads['readCommitPeople'] };
  readonly store: ApprovalReader;
  readonly history: UndeployedHistory;
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
  const earlier = await ports.store.findApproval(deployment, deployment.sha);
  if (earlier && isEnough(earlier, gate)) return `${earlier.by} has approved it already`;
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
  { reads, history }: ApproverPorts,
): Promise<string | null> {
  if (notBy === null) return null;
  const isApprover = (login: string) => login.toLowerCase() === approver.login.toLowerCase();
  const { pushers, first } = await history.readUndeployed(deployment);
  if (pushers.some(isApprover)) return 'who pushed the commits cannot approve them';
  const { branch, sha, before } = deployment;
  const last = (await history.findLastDeployed(deployment)) ?? (first ? first.before : before);
  const base = last ?? (branch === repository.defaultBranch ? null : repository.defaultBranch);
  const people = await reads.readCommitPeople(repository, { base, head: sha });
  if (people === null)
    return 'GitHub does not list all commits since the last deployment, so their authors are unknown';
  return people.some(isApprover) ? 'authors and committers of the commits cannot approve them' : null;
}
