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
  /** Deployments that wait at gates; `since` is when the first began to (epoch milliseconds). */
  readonly held: readonly {
    readonly reason: string;
    readonly count: number;
    readonly since: number | null;
  }[];
}

export interface BacklogStore {
  readBacklog(): Promise<Backlog>;
}

/** Reads the backlog from the database for each request of `/metrics`, so all instances report the same values. */
export function watchBacklog(registry: Registry, { readBacklog }: BacklogStore, clock: Clock): void {
  const read = shareWhilePending(() => readBacklog().catch(() => null));
  watchGates(registry, read, clock);
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

/** How many deployments wait at gates, and how long the first one has waited, by reason. */
function watchGates(registry: Registry, read: () => Promise<Backlog | null>, clock: Clock): void {
  const labels = { labelNames: ['reason'], registers: [registry] };
  new Gauge({
    name: 'meltano_deploy_gate_waiting',
    help: 'Deployments that wait at a gate, by reason code. No value while the database is unavailable.',
    ...labels,
    async collect() {
      this.reset();
      for (const { reason, count } of (await read())?.held ?? []) this.inc({ reason }, count);
    },
  });
  new Gauge({
    name: 'meltano_deploy_gate_longest_wait_seconds',
    help: 'How long the first of them has waited, by reason code. No value while the database is unavailable.',
    ...labels,
    async collect() {
      const longest = new Map<string, number>();
      for (const { reason, since } of (await read())?.held ?? []) {
        const waited = Math.max(0, clock.now() - (since ?? clock.now())) / 1_000;
        longest.set(reason, Math.max(longest.get(reason) ?? 0, waited));
      }
      this.reset();
      for (const [reason, seconds] of longest) this.set({ reason }, seconds);
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
