import type { Logger } from 'pino';
import type { Configuration } from './config/environment.ts';
import type { Clock } from './domain/clock.ts';
import type { Dispatcher } from './domain/dispatcher.ts';
import type { RemoteClock } from './domain/remote-clock.ts';
import type { OctokitSource } from './github/octokit.ts';
import type { RateBudgets } from './github/rate-budget.ts';
import type { Redactor } from './logs/redact.ts';
import type { AccountRegistry } from './meltano/account-registry.ts';
import type { OwnerReader } from './planning/know-owners.ts';
import type { WriteQueues } from './reporting/pace/write-queues.ts';
import type { SharedScheduling } from './scheduling/wiring.ts';
import type { Stores } from './store/create-stores.ts';
import type { DependencyStates } from './web/dependency-states.ts';
import type { Metrics } from './web/metrics.ts';

/** The parts of a process that don't need GitHub or Meltano Cloud. */
export interface ProcessContext {
  readonly configuration: Configuration;
  readonly log: Logger;
  readonly redactor: Redactor;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly githubClock: RemoteClock;
  readonly stores: Stores;
  readonly dispatcher: Dispatcher;
  /** Null: this process is the only one. */
  readonly shared: SharedScheduling | null;
  readonly dependencies: DependencyStates;
}

/** The parts that the rooms share. `app.ts` builds them, and each room's `wiring.ts` takes what the room needs. */
export interface AppContext extends ProcessContext {
  /** How many requests GitHub still allows each installation. */
  readonly budgets: RateBudgets;
  /** The order and the pace of the writes to GitHub. */
  readonly writeQueues: WriteQueues;
  readonly octokit: OctokitSource;
  readonly accounts: AccountRegistry;
  readonly knowOwner: OwnerReader;
}
