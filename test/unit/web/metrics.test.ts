import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import type { Backlog } from '../../../src/web/backlog-metrics.ts';
import { watchBacklog } from '../../../src/web/backlog-metrics.ts';
import { createMetrics } from '../../../src/web/metrics.ts';
import { buildDeployment } from '../domain/deployment-builder.ts';

async function readLines(registry: Registry, name: string): Promise<string[]> {
  const text = await registry.getSingleMetricAsString(name);
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('durations', () => {
  test('of a job: how long it waited, and how long it ran, in seconds', async () => {
    const metrics = createMetrics();
    metrics.concluded(buildDeployment({ acceptedAt: 1_000, jobStartedAt: 4_000, jobEndedAt: 46_000 }));
    const queue = await readLines(metrics.registry, 'meltano_deploy_deployment_queue_seconds');
    expect(queue).toContain('meltano_deploy_deployment_queue_seconds_sum 3');
    const run = await readLines(metrics.registry, 'meltano_deploy_deployment_run_seconds');
    expect(run).toEqual(
      expect.arrayContaining([
        'meltano_deploy_deployment_run_seconds_bucket{le="30"} 0',
        'meltano_deploy_deployment_run_seconds_bucket{le="60"} 1',
        'meltano_deploy_deployment_run_seconds_sum 42',
      ]),
    );
  });

  test('what has no job has none', async () => {
    const metrics = createMetrics();
    metrics.concluded(buildDeployment({ conclusion: 'skipped', reason: 'superseded' }));
    const run = await readLines(metrics.registry, 'meltano_deploy_deployment_run_seconds');
    expect(run).toContain('meltano_deploy_deployment_run_seconds_count 0');
  });

  test('check runs: the first from the receipt on, the last from the conclusion on', async () => {
    const metrics = createMetrics();
    const deployment = buildDeployment({ receivedAt: 1_000, checkRunId: null });
    const written = { ...deployment, checkRunId: 9 };
    metrics.written(deployment, 3_000);
    metrics.written(written, 9_000);
    metrics.written({ ...written, state: 'concluded', concludedAt: 10_000 }, 15_000);
    const rerun = { kind: 'refused', by: 'ana', why: 'it is off' } as const;
    metrics.written({ ...written, state: 'concluded', concludedAt: 10_000, rerun }, 90_000);
    const lag = await readLines(metrics.registry, 'meltano_deploy_report_lag_seconds');
    expect(lag.filter((line) => /_(sum|count)/.test(line))).toEqual([
      'meltano_deploy_report_lag_seconds_sum{report="first"} 2',
      'meltano_deploy_report_lag_seconds_count{report="first"} 1',
      'meltano_deploy_report_lag_seconds_sum{report="last"} 5',
      'meltano_deploy_report_lag_seconds_count{report="last"} 1',
    ]);
  });
});

test('requests, decisions and redactions are counted', async () => {
  const metrics = createMetrics();
  metrics.requestToGitHub({ method: 'GET', route: '/repos/{owner}/{repo}', status: 200 });
  metrics.requestToMeltano({ method: 'GET', route: '/api/jobs/{id}', status: null });
  metrics.decided('push');
  metrics.redacted(3);
  const text = await metrics.registry.metrics();
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      'meltano_deploy_github_requests_total{method="GET",route="/repos/{owner}/{repo}",status="200"} 1',
      'meltano_deploy_meltano_requests_total{method="GET",route="/api/jobs/{id}",status="none"} 1',
      'meltano_deploy_plan_decisions_total{reason="push"} 1',
      'meltano_deploy_redactions_total 3',
    ]),
  );
});

test('only the most recently active installations have a figure', async () => {
  const metrics = createMetrics();
  for (let id = 1; id <= 200; id += 1) metrics.rateLimit(id, 4_000);
  metrics.rateLimit(1, 3_999);
  metrics.rateLimit(201, 10);
  const lines = await readLines(metrics.registry, 'meltano_deploy_github_rate_limit_remaining');
  expect(lines).toHaveLength(200);
  expect(lines).toContain('meltano_deploy_github_rate_limit_remaining{installation="1"} 3999');
  expect(lines).toContain('meltano_deploy_github_rate_limit_remaining{installation="201"} 10');
  expect(lines.join()).not.toContain('installation="2"');
});

describe('the backlog', () => {
  const BACKLOG: Backlog = {
    deliveries: 1,
    notifications: 0,
    reports: 2,
    oldestReceivedAt: 5_000,
    held: [
      { reason: 'checks_pending', count: 1, since: 35_000 },
      { reason: 'checks_pending', count: 1, since: 5_000 },
      { reason: 'locked', count: 2, since: null },
    ],
    deployments: { waiting: 3, starting: 0, queued: 0, running: 4, settling: 0 },
  };

  function watch(readBacklog: () => Promise<Backlog>): Registry {
    const registry = new Registry();
    watchBacklog(registry, { readBacklog }, { now: () => 65_000, elapsed: () => 65_000 });
    return registry;
  }

  test('is read when someone looks, once for all', async () => {
    let reads = 0;
    const registry = watch(async () => {
      reads += 1;
      return BACKLOG;
    });
    const text = await registry.metrics();
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        'meltano_deploy_queue_depth{queue="plan"} 1',
        'meltano_deploy_queue_depth{queue="waiting"} 3',
        'meltano_deploy_queue_depth{queue="running"} 4',
        'meltano_deploy_queue_depth{queue="report"} 2',
        'meltano_deploy_oldest_unfinished_deployment_seconds 60',
        'meltano_deploy_gate_waiting{reason="checks_pending"} 2',
        'meltano_deploy_gate_waiting{reason="locked"} 2',
        'meltano_deploy_gate_longest_wait_seconds{reason="checks_pending"} 60',
      ]),
    );
    expect(reads).toBe(1);
    await registry.metrics();
    expect(reads).toBe(2);
  });

  test('without a deployment the oldest is 0', async () => {
    const registry = watch(async () => ({ ...BACKLOG, oldestReceivedAt: null }));
    expect(await registry.metrics()).toMatch(/^meltano_deploy_oldest_unfinished_deployment_seconds 0$/m);
  });

  test('while the database is away it says nothing, rather than that all is well', async () => {
    let isAway = false;
    const registry = watch(async () => {
      if (isAway) throw new Error('away');
      return BACKLOG;
    });
    await registry.metrics();
    isAway = true;
    expect(await registry.metrics()).not.toMatch(/^meltano_deploy_/m);
    isAway = false;
    expect(await registry.metrics()).toMatch(/^meltano_deploy_oldest_unfinished_deployment_seconds 60$/m);
  });
});
