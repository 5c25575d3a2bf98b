import type { Account } from '../domain/account.ts';
import type { Answer } from '../domain/conversation.ts';
import type { Repository } from '../domain/deployment.ts';
import type { OpenDeployments } from '../domain/deployment-store.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { Plan } from '../planning/plan-store.ts';
import { nameWorkspaces } from './select-workspaces.ts';

export interface WithdrawalRequest {
  readonly account: Account | null;
  readonly repository: Repository;
  readonly actor: string;
}

/** Withdraws the open deployments of the workspaces, and names the workspaces that have none. */
export async function planWithdrawal(
  { account, repository, actor }: WithdrawalRequest,
  selected: readonly Workspace[],
  store: OpenDeployments,
): Promise<{ readonly answer: Answer; readonly withdraw: NonNullable<Plan['withdraw']> }> {
  const repositoryId = repository.id;
  const keyOf = ({ id }: Workspace) => ({ account: account?.key ?? '', workspaceId: id, repositoryId });
  const idle: Workspace[] = [];
  for (const workspace of selected) {
    const open = await store.listOpen(keyOf(workspace));
    const isIdle = open.every(
      (one) =>
        one.repositoryId !== repositoryId || one.withdrawDeliveryId !== null || one.state === 'settling',
    );
    if (isIdle) idle.push(workspace);
  }
  return {
    answer: { kind: 'withdraw', idle: nameWorkspaces(idle, repository) },
    withdraw: { by: actor, workspaces: selected.map(keyOf) },
  };
}
