import { beforeEach, describe, expect, test } from 'vitest';
import type { MeltanoSandbox } from '../../../sandbox/meltano/meltano-sandbox.ts';
import type { MeltanoApi } from '../../../src/domain/meltano.ts';
import { CircuitBreaker } from '../../../src/meltano/circuit-breaker.ts';
import { guardMeltano } from '../../../src/meltano/guard-meltano.ts';
import {
  clientAuth,
  connect,
  createClock,
  expectValue,
  failureOf,
  startSandbox,
  type TestClock,
} from './client-setup.ts';

const DOWN = { kind: 'status', status: 503 } as const;

let sandbox: MeltanoSandbox;
let clock: TestClock;
let api: MeltanoApi;
let workspaceId: string;

beforeEach(async () => {
  sandbox = await startSandbox();
  workspaceId = sandbox.addWorkspace({ name: 'A', repositoryUrl: 'https://github.com/acme/data' }).id;
  clock = createClock();
  const client = connect(sandbox, { auth: clientAuth(sandbox) });
  const breaker = new CircuitBreaker({ clock, random: () => 0.5, onChange: () => undefined });
  api = guardMeltano(client, breaker, { onCall: () => undefined, redact: async (text) => text });
});

function sent(path = /./): number {
  return sandbox.service.exchanges.filter((one) => path.test(one.path)).length;
}

async function read(times: number) {
  const results = [];
  for (let n = 0; n < times; n += 1) results.push(await api.getWorkspace(workspaceId));
  return results;
}

describe('a token endpoint that is down', () => {
  test('is part of the same outage: nothing asks it while the circuit is open', async () => {
    const fault = sandbox.service.faults.add({ path: /token/, action: DOWN });
    const results = await read(20);
    expect(sent(/token/)).toBe(5);
    expect(failureOf(results[3] ?? { ok: true, value: null })).toMatchObject({ kind: 'status', status: 503 });
    expect(failureOf(results[19] ?? { ok: true, value: null }).kind).toBe('held');
    fault.remove();
    clock.advance(6_000);
    expect(await api.getWorkspace(workspaceId)).toMatchObject({ ok: true });
    expect(sent(/token/)).toBe(6);
  });

  test('while the tokens are dead: the calls continue once both answer', async () => {
    await read(1);
    sandbox.expireTokens();
    const fault = sandbox.service.faults.add({ path: /token/, action: { kind: 'reset', when: 'after' } });
    expect(failureOf((await read(5)).at(-1) ?? { ok: true, value: null }).kind).toBe('held');
    fault.remove();
    clock.advance(6_000);
    expect(await api.getWorkspace(workspaceId)).toMatchObject({ ok: true });
  });
});

describe('a start', () => {
  test('is not sent while the circuit is open, a probe due or not', async () => {
    sandbox.service.faults.add({ path: /workspaces/, times: 5, action: DOWN });
    await read(5);
    expect(failureOf(await api.startDeployment(workspaceId)).kind).toBe('held');
    clock.advance(60_000);
    expect(failureOf(await api.startDeployment(workspaceId)).kind).toBe('held');
    expect(sandbox.jobs).toHaveLength(0);
    expectValue(await api.getWorkspace(workspaceId));
    expectValue(await api.startDeployment(workspaceId));
  });

  test('whose answer is lost is a lost answer, also when that opens the circuit', async () => {
    sandbox.service.faults.add({ method: 'GET', path: /workspaces/, times: 4, action: DOWN });
    await read(4);
    sandbox.service.faults.add({
      method: 'POST',
      path: /deployments/,
      action: { kind: 'reset', when: 'after' },
    });
    expect(failureOf(await api.startDeployment(workspaceId)).kind).toBe('no_answer');
    expect(failureOf(await api.getWorkspace(workspaceId)).kind).toBe('held');
    expect(sandbox.jobs).toHaveLength(1);
  });
});

describe('lists of pipelines that fail', () => {
  const FAULTS = [DOWN, { kind: 'reset', when: 'before' }, { kind: 'hang', when: 'before' }] as const;

  test.each(FAULTS)('($kind) never hold back a start', async (action) => {
    sandbox.service.faults.add({ path: /pipelines/, action });
    for (let n = 0; n < 20; n += 1) {
      expect(failureOf(await api.listPipelines(workspaceId, 50)).kind).not.toBe('held');
    }
    expectValue(await api.startDeployment(workspaceId));
  });

  test('count as failed probes while the circuit is open, and an answered one closes it', async () => {
    const fault = sandbox.service.faults.add({ path: /workspaces/, action: DOWN });
    await read(5);
    clock.advance(6_000);
    expect(failureOf(await api.listPipelines(workspaceId)).kind).toBe('held');
    const before = sent(/pipelines/);
    expect(failureOf(await api.listPipelines(workspaceId)).kind).toBe('held');
    expect(sent(/pipelines/)).toBe(before);
    fault.remove();
    clock.advance(20_000);
    expectValue(await api.listPipelines(workspaceId));
    expectValue(await api.startDeployment(workspaceId));
  });
});

test('a failing receiver of log lines is no outage, and is still thrown', async () => {
  const job = expectValue(await api.startDeployment(workspaceId));
  sandbox.jobs[0]?.run();
  sandbox.jobs[0]?.log('a line');
  const onLines = () => Promise.reject(new Error('full'));
  for (let n = 0; n < 6; n += 1) {
    await expect(api.readLog({ jobId: job.id, from: 0, until: 'once', onLines })).rejects.toThrow('full');
  }
  expect(await api.getJob(job.id)).toMatchObject({ ok: true });
});
