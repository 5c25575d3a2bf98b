import type { DeploymentState } from '../domain/deployment.ts';

/** Unfinished work in the database. */
export interface Backlog {
  /** Unplanned deliveries. */
  readonly deliveries: number;
  /** Unconcluded deployments. */
  readonly deployments: Readonly<Record<Exclude<DeploymentState, 'concluded'>, number>>;
  /** Check runs to write, of deployments and configuration files. */
  readonly reports: number;
  /** When the oldest unconcluded deployment was requested (epoch milliseconds); null if there is none. */
  readonly oldestReceivedAt: number | null;
}

export interface BacklogStore {
  readBacklog(): Promise<Backlog>;
}
