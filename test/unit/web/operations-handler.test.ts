import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { DependencyStates } from '../../../src/web/dependency-states.ts';
import { createMetrics } from '../../../src/web/metrics.ts';
import { createOperationsHandler } from '../../../src/web/operations-handler.ts';
import { buildDeployment } from '../domain/deployment-builder.ts';

let now = 0;
let database: () => Promise<unknown>;
let elapsed: number;
let workingSince: number | null;
let health: { problem: string | null; oldestDue: number | null; writes: number };
let dependencies: DependencyStates;
let metrics: ReturnType<typeof createMetrics>;
let origin: string;

beforeEach(async () => {
  now = Date.UTC(2026, 5, 10);
  database = async () => 1;
  elapsed = 0;
  workingSince = 0;
  health = { problem: null, oldestDue: null, writes: 0 };
  const clock = { now: () => now, elapsed: () => elapsed };
  dependencies = new DependencyStates(clock);
  metrics = createMetrics();
  const handle = createOperationsHandler({
    clock,
    pingDatabase: () => database(),
    workingSince: () => workingSince,
    health: {
      async tryWrite() {
        health.writes += 1;
        return health.problem;
      },
      readOldestDue: async () => health.oldestDue,
    },
    dependencies,
    metrics: metrics.registry,
  });
  const server = createServer((request, response) => {
    handle(request, response).then(
      (handled) => handled || response.writeHead(418).end('not mine'),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

async function ask(path: string, method = 'GET') {
  const response = await fetch(origin + path, { method });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function readiness() {
  const { status, text } = await ask('/readyz');
  return { code: status, ...JSON.parse(text) };
}

describe('/healthz', () => {
  test.each(['/healthz', '/healthz?verbose'])(
    '%s says that the process lives, whatever else does',
    async (path) => {
      workingSince = null;
      database = () => Promise.reject(new Error('away'));
      const { status, headers, text } = await ask(path);
      expect({ status, body: JSON.parse(text) }).toEqual({ status: 200, body: { status: 'alive' } });
      expect(headers.get('content-type')).toBe('application/json');
      expect(headers.get('cache-control')).toBe('no-store');
    },
  );

  test('HEAD is the same without the body', async () => {
    expect(await ask('/healthz', 'HEAD')).toMatchObject({ status: 200, text: '' });
  });
});

describe('/readyz', () => {
  test('is 200 while database and worker are up', async () => {
    expect(await readiness()).toEqual({
      code: 200,
      status: 'ready',
      database: 'up',
      worker: 'up',
      problems: [],
      dependencies: {
        github: { state: 'unknown', since: null },
        meltano: { state: 'unknown', since: null, openCircuits: [] },
      },
    });
  });

  test('is 503 while the database is away', async () => {
    database = () => Promise.reject(new Error('away'));
    expect(await readiness()).toMatchObject({
      code: 503,
      status: 'not ready',
      database: 'down',
      worker: 'up',
    });
  });

  test('is 503 while the process starts or stops', async () => {
    workingSince = null;
    expect(await readiness()).toMatchObject({ code: 503, database: 'up', worker: 'down' });
  });

  test('is 503 while a small write fails, says why, and costs no more writes however often it is asked', async () => {
    health.problem = 'the disk is full';
    for (let count = 0; count < 10; count += 1) {
      expect(await readiness()).toMatchObject({
        code: 503,
        database: 'down',
        problems: ['The database takes no writes: the disk is full.'],
      });
    }
    expect(health.writes).toBe(1);
    health.problem = null;
    elapsed += 5_000;
    expect(await readiness()).toMatchObject({ code: 200, database: 'up', problems: [] });
  });

  test('is 503 when a delivery was not planned for minutes, counted while nothing held it back', async () => {
    health.oldestDue = now;
    const later = async (minutes: number) => {
      now += minutes * 60_000;
      elapsed += minutes * 60_000;
      return readiness();
    };
    expect(await later(4)).toMatchObject({ code: 200 });
    expect(await later(1)).toMatchObject({
      code: 503,
      problems: ['Deliveries have waited for 5 minutes to be planned, for no known reason.'],
    });
    dependencies.noteCircuit('environment', now);
    expect(await later(60)).toMatchObject({ code: 200 });
    dependencies.noteCircuit('environment', null);
    expect(await later(4)).toMatchObject({ code: 200 });
    expect(await later(1)).toMatchObject({ code: 503 });
    health.oldestDue = null;
    expect(await later(1)).toMatchObject({ code: 200 });
  });

  test('a delivery from before the start counts from the start on', async () => {
    health.oldestDue = now - 86_400_000;
    elapsed = 1_000_000;
    workingSince = 999_000;
    expect(await readiness()).toMatchObject({ code: 200 });
  });

  test('shows what the services were last seen as, and is ready all the same', async () => {
    dependencies.note('github', true);
    now += 60_000;
    dependencies.note('github', true);
    dependencies.note('meltano', false);
    expect(await readiness()).toMatchObject({
      code: 200,
      dependencies: {
        github: { state: 'up', since: '2026-06-10T00:00:00.000Z' },
        meltano: { state: 'down', since: '2026-06-10T00:01:00.000Z' },
      },
    });
    now += 60_000;
    dependencies.note('meltano', true);
    expect(await readiness()).toMatchObject({
      dependencies: { meltano: { state: 'up', since: '2026-06-10T00:02:00.000Z' } },
    });
  });
});

test('an open circuit is shown until it closes, and is no reason to be unready', async () => {
  dependencies.noteCircuit('environment', now);
  metrics.circuit('environment', true);
  expect(await readiness()).toMatchObject({
    code: 200,
    dependencies: {
      meltano: { openCircuits: [{ account: 'environment', since: '2026-06-10T00:00:00.000Z' }] },
    },
  });
  expect((await ask('/metrics')).text).toMatch(
    /^meltano_deploy_meltano_circuit_open\{account="environment"\} 1$/m,
  );
  dependencies.noteCircuit('environment', null);
  metrics.circuit('environment', false);
  expect(await readiness()).toMatchObject({ dependencies: { meltano: { openCircuits: [] } } });
  expect((await ask('/metrics')).text).toMatch(
    /^meltano_deploy_meltano_circuit_open\{account="environment"\} 0$/m,
  );
});

describe('/metrics', () => {
  test('counts deliveries and deployments by outcome, beside the metrics of the process', async () => {
    metrics.delivery('push', 'stored');
    metrics.delivery('push', 'stored');
    metrics.delivery('push', 'duplicate');
    metrics.concluded(buildDeployment({ conclusion: 'success', reason: 'job_complete' }));
    metrics.concluded(buildDeployment({ conclusion: null, reason: 'superseded' }));
    metrics.sweepLimit(600);
    metrics.sweepRequest('sent');
    metrics.sweepRequest('left_out');
    metrics.takenOver('workspace', 22_500);
    const { status, headers, text } = await ask('/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        'meltano_deploy_deliveries_total{event="push",outcome="stored"} 2',
        'meltano_deploy_deliveries_total{event="push",outcome="duplicate"} 1',
        'meltano_deploy_sweep_requests_per_hour_limit 600',
        'meltano_deploy_take_over_seconds_sum{queue="workspace"} 22.5',
        'meltano_deploy_take_over_seconds_count{queue="workspace"} 1',
        'meltano_deploy_sweep_requests_total{outcome="sent"} 1',
        'meltano_deploy_sweep_requests_total{outcome="left_out"} 1',
        'meltano_deploy_deployments_total{conclusion="success",reason="job_complete"} 1',
        'meltano_deploy_deployments_total{conclusion="none",reason="superseded"} 1',
      ]),
    );
    expect(text).toMatch(/^process_resident_memory_bytes \d/m);
  });

  test('of two services in one process are two', async () => {
    createMetrics().delivery('push', 'stored');
    expect((await ask('/metrics')).text).toContain('{event="push",outcome="stored"} 0');
  });
});

test.each([
  ['GET', '/'],
  ['GET', '/healthz/more'],
  ['GET', '/api/github/webhooks'],
  ['POST', '/healthz'],
  ['POST', '/metrics'],
  ['DELETE', '/readyz'],
])('%s %s is left to other handlers', async (method, path) => {
  expect(await ask(path, method)).toMatchObject({ status: 418, text: 'not mine' });
});
