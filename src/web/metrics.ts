import { Counter, collectDefaultMetrics, Registry } from 'prom-client';
import type { Deployment } from '../domain/deployment.ts';

export interface Metrics {
  readonly registry: Registry;
  delivery(event: string, outcome: string): void;
  concluded(deployment: Deployment): void;
  /** What a sweep found: deliveries that were missed, or pushes that no delivery told of. */
  swept(kind: 'delivery' | 'push', count: number): void;
}

/** The process's metrics, in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const deliveries = new Counter({
    name: 'meltano_deploy_deliveries_total',
    help: 'Webhook deliveries that the app acts on, by event and outcome (stored, duplicate, unreadable).',
    labelNames: ['event', 'outcome'],
    registers: [registry],
  });
  const deployments = new Counter({
    name: 'meltano_deploy_deployments_total',
    help: 'Concluded deployments, by the conclusion of their check run and the reason code.',
    labelNames: ['conclusion', 'reason'],
    registers: [registry],
  });
  const found = new Counter({
    name: 'meltano_deploy_sweep_found_total',
    help: 'What the sweeps found: deliveries that were missed (asked for again), pushes that no delivery told of.',
    labelNames: ['kind'],
    registers: [registry],
  });
  return {
    registry,
    swept: (kind, count) => found.inc({ kind }, count),
    delivery: (event, outcome) => deliveries.inc({ event, outcome }),
    concluded: ({ conclusion, reason }) => deployments.inc({ conclusion: conclusion ?? 'none', reason }),
  };
}
