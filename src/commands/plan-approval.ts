import type { NewApproval } from '../domain/approval.ts';
import type { ApprovalStore } from '../domain/approval-store.ts';
import type { Answer } from '../domain/conversation.ts';
import type { CommentEvent } from '../domain/delivery.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { RemoteClock } from '../domain/remote-clock.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { Plan } from '../planning/plan-store.ts';
import { type Approver, type ApproverPorts, refuseApprover } from './judge-approver.ts';
import type { ReadsOfOneCommand } from './reads-of-one-command.ts';
import { selectNamed } from './select-workspaces.ts';

export interface ApprovalRequest {
  readonly event: CommentEvent;
  readonly receivedAt: number;
  readonly workspaces: readonly Workspace[];
  readonly level: Approver['level'];
}

interface PlannedApprovals extends Pick<Plan, 'approvals' | 'wake'> {
  readonly answer: Answer;
}

/** Approves the deployment of a workspace; without a name, all that wait in the place of the comment. */
export async function planApproval(
  { event, receivedAt, workspaces, level }: ApprovalRequest,
  word: string | null,
  ports: ApproverPorts & {
    readonly reads: ReadsOfOneCommand;
    readonly store: ApprovalStore;
    readonly githubClock: RemoteClock;
  },
): Promise<PlannedApprovals> {
  const { repository, actor } = event;
  const selection = word === null ? null : selectNamed(workspaces, [word], repository);
  if (selection && !selection.ok) return { answer: { kind: 'refused', refusal: selection.refusal } };
  const unapproved = takeNewest(await ports.store.listUnapproved(repository.id));
  const isMeant = selection
    ? ({ workspaceId }: Deployment) => selection.workspaces.some(({ id }) => id === workspaceId)
    : await findPlace(event, ports.reads);
  const waiting = unapproved.filter(isMeant);
  if (waiting.length === 0) return { answer: { kind: 'refused', refusal: { code: 'nothing_to_approve' } } };
  await ports.reads.readHeads(
    repository,
    waiting.map(({ branch }) => branch),
  );
  const approved: Deployment[] = [];
  const refused: { workspaceId: string; workspaceName: string; why: string }[] = [];
  for (const deployment of waiting) {
    const approver = { login: actor, isBot: false, level };
    const why =
      refuseUnseen(event, deployment, ports.githubClock) ??
      (await refuseApprover(deployment, repository, approver, ports));
    const { workspaceId, workspaceName } = deployment;
    if (why === null) approved.push(deployment);
    else refused.push({ workspaceId, workspaceName, why });
  }
  const shown = approved.map(({ workspaceId, workspaceName, sha }) => ({ workspaceId, workspaceName, sha }));
  return {
    answer: { kind: 'approve', approved: shown, refused },
    ...approve(approved, { by: actor, role: level, at: receivedAt }),
  };
}

/** GitHub's time is in whole seconds, and so is what is known of its clock. */
const SLACK_MS = 5_000;

/** A comment that reaches the app late doesn't approve a commit that its author hasn't seen. */
function refuseUnseen(
  { place, askedAt }: CommentEvent,
  { pushedAt, concludedAt }: Deployment,
  clock: RemoteClock,
): string | null {
  // A deployment that a command requested may be of a later push.
  const wasShown = (concludedAt ?? 0) <= clock.toLocal(askedAt) + SLACK_MS;
  if (place.kind === 'commit' || (pushedAt <= askedAt && wasShown)) return null;
  return 'this commit was pushed after the comment: look at it first, then approve it';
}

/** Stores the approvals, and has the deployments judged again. */
export function approve(
  deployments: readonly Deployment[],
  approval: Pick<NewApproval, 'by' | 'role' | 'at'>,
): Required<Pick<Plan, 'approvals' | 'wake'>> {
  const approvals = deployments.map(({ account, workspaceId, repositoryId, sha, gates }) => {
    const isNotBy = gates.some((gate) => gate.kind === 'approval' && gate.notBy === 'author');
    return {
      account,
      workspaceId,
      repositoryId,
      sha,
      ...approval,
      ...(isNotBy && { notBy: 'author' as const }),
    };
  });
  return {
    approvals,
    wake: deployments.map(({ account, workspaceId }) => ({ account, workspaceId })),
  };
}

function takeNewest(deployments: readonly Deployment[]): Deployment[] {
  return deployments.filter(
    (one, index) => deployments.findIndex(({ workspaceId }) => workspaceId === one.workspaceId) === index,
  );
}

/** What waits in the place of a comment: on an issue, all of the repository. */
async function findPlace(
  { place, repository }: CommentEvent,
  reads: ReadsOfOneCommand,
): Promise<(deployment: Deployment) => boolean> {
  switch (place.kind) {
    case 'issue':
      return () => true;
    case 'commit':
      return ({ sha }) => sha === place.sha;
    case 'pull_request': {
      const { headBranch, baseBranch, merged } = await reads.readPullRequest(repository, place.number);
      return ({ branch }) => branch === headBranch || (merged && branch === baseBranch);
    }
  }
}
