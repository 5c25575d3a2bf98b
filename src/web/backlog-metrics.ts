import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../domain/clock.ts';
import type { Backlog, BacklogStore } from './backlog.ts';

/** What is still to be done is read from the database when someone looks, so several instances show the same. */
export function watchBacklog(registry: Registry, { readBacklog }: BacklogStore, clock: Clock): void {
  const read = shareWhilePending(() => readBacklog().catch(() => null));
  new Gauge({
    name: 'meltano_deploy_queue_depth',
    help: 'What is still to be done, by queue: deliveries to plan, deployments by their state, check runs to write. Nothing while the database is away.',
    labelNames: ['queue'],
    registers: [registry],
    async collect() {
      const backlog = await read();
      this.reset();
      if (!backlog) return;
      const { deliveries: plan, deployments, reports: report } = backlog;
      for (const [queue, count] of Object.entries({ plan, ...deployments, report }))
        this.set({ queue }, count);
    },
  });
  new Gauge({
    name: 'meltano_deploy_oldest_unfinished_deployment_seconds',
    help: 'How long ago the oldest deployment that is not concluded was asked for; 0 without any. Nothing while the database is away.',
    labelNames: [],
    registers: [registry],
    async collect() {
      const backlog = await read();
      // A gauge without labels is 0 after a reset, which would say that all is well.
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
