import type { Account, Accounts } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import type { Configurations } from '../domain/configuration-in-use.ts';
import type { CommentEvent, RerunEvent } from '../domain/delivery.ts';
import type { DeliveryStore } from '../domain/delivery-store.ts';
import type { Waker } from '../domain/dispatcher.ts';
import type { HeadReader } from '../domain/installation-reader.ts';
import type { NamedAccount } from '../domain/owner.ts';
import type { RepositoryStore } from '../domain/repository-store.ts';
import type { PullToCheck } from './check-pull.ts';
import type { ListWorkspaces } from './find-workspaces.ts';
import type { OwnerReader } from './know-owners.ts';
import type { PlanningPorts } from './plan-push.ts';
import type { Plan } from './plan-store.ts';
import type { OpenRequiredChecks } from './required-check-store.ts';

export interface EventContext {
  readonly deliveries: DeliveryStore;
  readonly repositories: RepositoryStore;
  readonly sweeps: {
    /** Whether GitHub was asked to send the delivery with this GUID again. */
    wasRedeliveryRequested(guid: string): Promise<boolean>;
  };
  readonly requiredChecks: OpenRequiredChecks;
  readonly heads: HeadReader;
  readonly accounts: Accounts;
  readonly planning: PlanningPorts;
  readonly commands: CommandPlanning;
  readonly configurations: Configurations;
  readonly checkPull: (pull: PullToCheck) => Promise<Plan>;
  readonly dispatcher: Waker;
  readonly clock: Clock;
  readonly githubHost: string;
  readonly knowOwner: OwnerReader;
  /** Null: everyone. */
  readonly allowedAccounts: readonly NamedAccount[] | null;
}

/** Plans comments and re-runs. `planCommand` and `planRerun` throw when GitHub or Meltano Cloud can't answer now. */
export interface CommandPlanning {
  planCommand(command: CommandRequest<CommentEvent>): Promise<Plan>;
  planRerun(rerun: CommandRequest<RerunEvent> & { readonly account: Account }): Promise<Plan>;
  /** Plans a reply that gives up; `problem` says why. */
  planUnanswered(request: CommandRequest<CommentEvent | RerunEvent>, problem: string): Promise<Plan>;
}

/** A comment or a re-run, with the account and the workspaces that it is about. */
export interface CommandRequest<E> {
  readonly id: string;
  readonly receivedAt: number;
  readonly event: E;
  readonly account: Account | null;
  readonly isLoginTaken: boolean;
  readonly listWorkspaces: ListWorkspaces;
}
