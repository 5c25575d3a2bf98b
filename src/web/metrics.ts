import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { countFromZero } from './count-from-zero.ts';
import { createDeploymentMetrics, type DeploymentMetrics } from './deployment-metrics.ts';
import { createNotificationMetrics, type NotificationMetrics } from './notification-metrics.ts';
import { createRequestMetrics, type RequestMetrics } from './request-metrics.ts';

export interface Metrics extends DeploymentMetrics, RequestMetrics, NotificationMetrics {
  readonly registry: Registry;
  delivery(event: string, outcome: string): void;
  /** Counts missed deliveries, and pushes without a delivery. */
  swept(kind: 'delivery' | 'push', count: number): void;
  /** Counts a request of the sweep of branch heads that was sent, or left out because of a limit. */
  sweepRequest(outcome: 'sent' | 'left_out'): void;
  /** Sets the limit of the sweep's requests in one installation. */
  sweepLimit(requestsPerHour: number): void;
  /** `isOpen` is true while the requests of the account to Meltano Cloud are held back. */
  circuit(account: string, isOpen: boolean): void;
  /** Call when the account is removed. */
  forgetCircuit(account: string): void;
  /** Counts removed old records. */
  removed(kind: string, count: number): void;
  /** Call after taking over work. `silentMs` is the time since the other instance's last sign of life. */
  takenOver(queue: string, silentMs: number): void;
}

/** Creates the metrics of this process in a new registry. */
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
    help: 'Findings of the sweeps: missed deliveries (the app requested them again), pushes without a delivery.',
    labelNames: ['kind'],
    registers: [registry],
  });
  const sweepRequests = new Counter({
    name: 'meltano_deploy_sweep_requests_total',
    help: 'Requests of the sweep of branch heads to GitHub: sent, or left out because of a limit.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const sweepLimit = new Gauge({
    name: 'meltano_deploy_sweep_requests_per_hour_limit',
    help: 'Maximum number of requests per hour of the sweep of branch heads in one installation; 0 if it is off.',
    registers: [registry],
  });
  const circuits = new Gauge({
    name: 'meltano_deploy_meltano_circuit_open',
    help: '1 while Meltano Cloud does not answer and requests are held back, otherwise 0, by account.',
    labelNames: ['account'],
    registers: [registry],
  });
  const removed = new Counter({
    name: 'meltano_deploy_records_removed_total',
    help: 'Records removed because of their age or number (deployment, delivery, redelivery, command, configuration_run, pipeline_watch, failure_comment, failure_issue, notification, github_deployment, push_payload).',
    labelNames: ['kind'],
    registers: [registry],
  });
  const takeOvers = new Histogram({
    name: 'meltano_deploy_take_over_seconds',
    help: 'Take-overs of work from another instance, by queue; seconds since its last sign of life.',
    labelNames: ['queue'],
    // Work of a stopped instance is taken over within 5 s, work of a dead one 20 s later.
    buckets: [1, 5, 10, 20, 25, 30, 45, 60, 120, 300],
    registers: [registry],
  });
  countFromZero({ deliveries, deployments, found, sweepRequests, takeOvers });
  return {
    registry,
    takenOver: (queue, silentMs) => takeOvers.observe({ queue }, silentMs / 1000),
    ...createDeploymentMetrics(registry, deployments),
    ...createRequestMetrics(registry),
    ...createNotificationMetrics(registry),
    circuit: (account, isOpen) => circuits.set({ account }, isOpen ? 1 : 0),
    forgetCircuit: (account) => circuits.remove({ account }),
    sweepRequest: (outcome) => sweepRequests.inc({ outcome }),
    sweepLimit: (requestsPerHour) => sweepLimit.set(requestsPerHour),
    removed: (kind, count) => removed.inc({ kind }, count),
    swept: (kind, count) => found.inc({ kind }, count),
    delivery: (event, outcome) => deliveries.inc({ event, outcome }),
  };
}
