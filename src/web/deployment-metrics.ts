import { Counter, Histogram, type Registry } from 'prom-client';
import type { Deployment } from '../domain/deployment.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import type { RequiredConclusion } from '../domain/required-check.ts';

/** Seconds, up to the default limit for watching a job (two hours). */
const JOB_BUCKETS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200];
/** Seconds. A check run should appear within seconds; GitHub's limits can delay it by minutes. */
const LAG_BUCKETS = [0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3_600];

export interface DeploymentMetrics {
  /** Call for each planned workspace, and for a delivery without one. */
  decided(reason: ReasonCode): void;
  concluded(deployment: Deployment): void;
  /** Call with each conclusion of a required check. */
  required(conclusion: RequiredConclusion): void;
  /** Call with the deployment as its check run shows it. `now` is in epoch milliseconds. */
  written(deployment: Deployment, now: number): void;
  /** Call with the number of secrets removed from a log. */
  redacted(count: number): void;
}

/** Metrics about the results of pushes and their durations. */
export function createDeploymentMetrics(
  registry: Registry,
  deployments: Counter<'conclusion' | 'reason'>,
): DeploymentMetrics {
  const registers = [registry];
  const decisions = new Counter({
    name: 'meltano_deploy_plan_decisions_total',
    help: 'Decisions of planning, by reason code: one for each workspace of a delivery, or one for a delivery without workspaces.',
    labelNames: ['reason'],
    registers,
  });
  const redactions = new Counter({
    name: 'meltano_deploy_redactions_total',
    help: 'Secrets removed from logs; reading a log again counts them again.',
    registers,
  });
  const secondTries = new Counter({
    name: 'meltano_deploy_second_tries_total',
    help: 'Concluded deployments that were tried again after a transient error, by conclusion.',
    labelNames: ['conclusion'],
    registers,
  });
  for (const conclusion of ['success', 'failure']) secondTries.inc({ conclusion }, 0);
  const required = new Counter({
    name: 'meltano_deploy_required_checks_total',
    help: 'Conclusions of the check run that a ruleset can require (checks.gate), by conclusion.',
    labelNames: ['conclusion'],
    registers,
  });
  const ungated = new Counter({
    name: 'meltano_deploy_ungated_deployments_total',
    help: "Concluded deployments whose job took a commit whose gates weren't open.",
    registers,
  });
  const times = createTimes(registry);
  return {
    decided: (reason) => decisions.inc({ reason }),
    required: (conclusion) => required.inc({ conclusion }),
    concluded(deployment) {
      if (deployment.ungated !== null) ungated.inc();
      const { conclusion, reason, firstTry } = deployment;
      if (firstTry !== null) secondTries.inc({ conclusion: conclusion ?? 'none' });
      deployments.inc({ conclusion: conclusion ?? 'none', reason });
      times.concluded(deployment);
    },
    written: times.written,
    redacted: (count) => redactions.inc(count),
  };
}

function createTimes(registry: Registry): Omit<DeploymentMetrics, 'decided' | 'required' | 'redacted'> {
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
    help: 'Delay of check runs: first, from the delivery to the check run; last, from the conclusion to the check run that shows it.',
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
      // After a re-run, the old check run is written again, long after its conclusion.
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
