import { Counter, Histogram, type Registry } from 'prom-client';
import type { Deployment } from '../domain/deployment.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';

/** Seconds: a job of a few seconds up to one that runs as long as a job may be watched by default (two hours). */
const JOB_BUCKETS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200];
/** Seconds: a check run is promised within seconds; minutes mean that GitHub's limits hold it up. */
const LAG_BUCKETS = [0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3_600];

export interface DeploymentMetrics {
  /** A workspace was planned, or a delivery led to none. */
  decided(reason: ReasonCode): void;
  concluded(deployment: Deployment): void;
  /** `deployment` as it was when its check run was written. `now`: epoch milliseconds. */
  written(deployment: WrittenDeployment, now: number): void;
  /** Secrets were taken out of a log. */
  redacted(count: number): void;
}

export type WrittenDeployment = Pick<
  Deployment,
  'receivedAt' | 'concludedAt' | 'state' | 'checkRunId' | 'rerun'
>;

/** What became of pushes, and how long it took. */
export function createDeploymentMetrics(
  registry: Registry,
  deployments: Counter<'conclusion' | 'reason'>,
): DeploymentMetrics {
  const registers = [registry];
  const decisions = new Counter({
    name: 'meltano_deploy_plan_decisions_total',
    help: 'What planning decided, by reason code: one for each workspace of a delivery, or one for a delivery without any.',
    labelNames: ['reason'],
    registers,
  });
  const redactions = new Counter({
    name: 'meltano_deploy_redactions_total',
    help: 'Secrets taken out of logs; a log that is read again counts again.',
    registers,
  });
  const times = createTimes(registry);
  return {
    decided: (reason) => decisions.inc({ reason }),
    concluded(deployment) {
      const { conclusion, reason } = deployment;
      deployments.inc({ conclusion: conclusion ?? 'none', reason });
      times.concluded(deployment);
    },
    written: times.written,
    redacted: (count) => redactions.inc(count),
  };
}

function createTimes(registry: Registry): Pick<DeploymentMetrics, 'concluded' | 'written'> {
  const job = { buckets: JOB_BUCKETS, registers: [registry] };
  const queue = new Histogram({
    name: 'meltano_deploy_deployment_queue_seconds',
    help: 'How long jobs waited on Meltano Cloud, from the accepted start to the running job.',
    ...job,
  });
  const run = new Histogram({
    name: 'meltano_deploy_deployment_run_seconds',
    help: 'How long jobs ran on Meltano Cloud.',
    ...job,
  });
  const lag = new Histogram({
    name: 'meltano_deploy_report_lag_seconds',
    help: 'How late check runs are: first, from the delivery to the check run; last, from the conclusion to the check run that shows it.',
    labelNames: ['report'],
    buckets: LAG_BUCKETS,
    registers: [registry],
  });
  return {
    concluded({ acceptedAt, jobStartedAt, jobEndedAt }) {
      observe(queue, acceptedAt, jobStartedAt);
      observe(run, jobStartedAt, jobEndedAt);
    },
    written({ checkRunId, state, receivedAt, concludedAt, rerun }, now) {
      if (checkRunId === null) lag.observe({ report: 'first' }, toSeconds(receivedAt, now));
      // A run that was re-run is written once more, long after its conclusion.
      else if (state === 'concluded' && concludedAt !== null && rerun === null) {
        lag.observe({ report: 'last' }, toSeconds(concludedAt, now));
      }
    },
  };
}

function observe(histogram: Histogram, from: number | null, to: number | null): void {
  if (from !== null && to !== null) histogram.observe(toSeconds(from, to));
}

function toSeconds(from: number, to: number): number {
  return Math.max(0, to - from) / 1_000;
}
