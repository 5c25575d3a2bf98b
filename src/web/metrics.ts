import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { countFromZero } from './count-from-zero.ts';
import { createDeploymentMetrics, type DeploymentMetrics } from './deployment-metrics.ts';
import { createRequestMetrics, type RequestMetrics } from './request-metrics.ts';

export interface Metrics extends DeploymentMetrics, RequestMetrics {
  readonly registry: Registry;
  delivery(event: string, outcome: string): void;
  /** What a sweep found: deliveries that were missed, or pushes that no delivery told of. */
  swept(kind: 'delivery' | 'push', count: number): void;
  /** The sweep of branch heads wanted a request; `outcome`: it was sent, or left out by a limit. */
  sweepRequest(outcome: 'sent' | 'left_out'): void;
  /** How many requests an hour the sweep may make in one installation. */
  sweepLimit(requestsPerHour: number): void;
  /** Whether requests to Meltano Cloud with an account's credentials are held back. */
  circuit(account: string, isOpen: boolean): void;
  /** The account isn't served any more. */
  forgetCircuit(account: string): void;
  /** Old records were removed. */
  removed(kind: string, count: number): void;
  /** Another instance's work is this one's now; `silentMs`: since that one was last heard of. */
  takenOver(queue: string, silentMs: number): void;
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
  const sweepRequests = new Counter({
    name: 'meltano_deploy_sweep_requests_total',
    help: 'Requests of the sweep of branch heads to GitHub: sent, or left out because of a limit.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const sweepLimit = new Gauge({
    name: 'meltano_deploy_sweep_requests_per_hour_limit',
    help: 'The most requests an hour that the sweep of branch heads makes in one installation; 0: it is off.',
    registers: [registry],
  });
  const circuits = new Gauge({
    name: 'meltano_deploy_meltano_circuit_open',
    help: 'Whether Meltano Cloud does not answer and requests are held back (1) or not (0), by account.',
    labelNames: ['account'],
    registers: [registry],
  });
  const removed = new Counter({
    name: 'meltano_deploy_records_removed_total',
    help: 'Records removed because they were too old or too many (deployment, delivery, redelivery, command, configuration_run, failure_comment, github_deployment, push_payload).',
    labelNames: ['kind'],
    registers: [registry],
  });
  const takeOvers = new Histogram({
    name: 'meltano_deploy_take_over_seconds',
    help: 'Take-overs of what another instance held, by kind of work; seconds since that one was last heard of.',
    labelNames: ['queue'],
    // A stopped instance's work waits 5 s for the next renewal, a dead one's 20 s longer.
    buckets: [1, 5, 10, 20, 25, 30, 45, 60, 120, 300],
    registers: [registry],
  });
  countFromZero({ deliveries, deployments, found, sweepRequests, takeOvers });
  return {
    registry,
    takenOver: (queue, silentMs) => takeOvers.observe({ queue }, silentMs / 1000),
    ...createDeploymentMetrics(registry, deployments),
    ...createRequestMetrics(registry),
    circuit: (account, isOpen) => circuits.set({ account }, isOpen ? 1 : 0),
    forgetCircuit: (account) => circuits.remove({ account }),
    sweepRequest: (outcome) => sweepRequests.inc({ outcome }),
    sweepLimit: (requestsPerHour) => sweepLimit.set(requestsPerHour),
    removed: (kind, count) => removed.inc({ kind }, count),
    swept: (kind, count) => found.inc({ kind }, count),
    delivery: (event, outcome) => deliveries.inc({ event, outcome }),
  };
}
