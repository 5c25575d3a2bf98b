import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../domain/clock.ts';
import type { DeploymentState } from '../domain/deployment.ts';

/** Unfinished work in the database. */
export interface Backlog {
  /** Unplanned deliveries. */
  readonly deliveries: number;
  /** Unconcluded deployments. */
  readonly deployments: Readonly<Record<Exclude<DeploymentState, 'concluded'>, number>>;
  /** Notifications to send. */
  readonly notifications: number;
  /** Check runs to write, of deployments and configuration files. */
  readonly reports: number;
  /** When the oldest unconcluded deployment was requested (epoch milliseconds); null if there is none. */
  readonly oldestReceivedAt: number | null;
}

export interface BacklogStore {
  readBacklog(): Promise<Backlog>;
}

/** Reads the backlog from the database for each request of `/metrics`, so all instances report the same values. */
export function watchBacklog(registry: Registry, { readBacklog }: BacklogStore, clock: Clock): void {
  const read = shareWhilePending(() => readBacklog().catch(() => null));
  new Gauge({
    name: 'meltano_deploy_queue_depth',
    help: 'Unfinished work by queue: deliveries to plan, deployments by state, check runs to write, notifications to send. No value while the database is unavailable.',
    labelNames: ['queue'],
    registers: [registry],
    async collect() {
      const backlog = await read();
      this.reset();
      if (!backlog) return;
      const { deliveries: plan, deployments, reports: report, notifications: notification } = backlog;
      for (const [queue, count] of Object.entries({ plan, ...deployments, report, notification }))
        this.set({ queue }, count);
    },
  });
  new Gauge({
    name: 'meltano_deploy_oldest_unfinished_deployment_seconds',
    help: 'Age of the oldest unconcluded deployment; 0 if there is none. No value while the database is unavailable.',
    labelNames: [],
    registers: [registry],
    async collect() {
      const backlog = await read();
      // `reset` would set a gauge without labels to 0, which looks like a healthy app.
      this.remove();
      if (backlog) this.set(measureAge(backlog, clock.now()));
    },
  });
}

function measureAge({ oldestReceivedAt }: Backlog, now: number): number {
  return oldestReceivedAt === null ? 0 : Math.max(0, now - oldestReceivedAt) / 1_000;
}

function shareWhilePending<T>(read: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | null = null;
  return () => {
    pending ??= read().finally(() => {
      pending = null;
    });
    return pending;
  };
}
