import type { DeploymentState } from '../domain/deployment.ts';

/** What is still to be done, as the database has it. */
export interface Backlog {
  /** Deliveries that aren't planned yet. */
  readonly deliveries: number;
  /** Deployments that aren't concluded. */
  readonly deployments: Readonly<Record<Exclude<DeploymentState, 'concluded'>, number>>;
  /** Deployments and configuration files whose check runs are behind them. */
  readonly reports: number;
  /** When the oldest of the deployments was asked for (epoch milliseconds); null without any. */
  readonly oldestReceivedAt: number | null;
}

export interface BacklogStore {
  readBacklog(): Promise<Backlog>;
}
