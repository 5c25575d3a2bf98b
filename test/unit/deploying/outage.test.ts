import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type Method, NO_ANSWER, refuse, UNREACHABLE } from './fake-meltano.ts';
import { START } from './fake-ports.ts';
import { MINUTE, World } from './reconcile-world.ts';

const READS: Method[] = ['getWorkspace', 'listJobs', 'getJob'];
/** `START` is at 22:14 UTC. */
const AWAY = 'Meltano Cloud does not answer (since 22:14 UTC): 503 moving house';

let world: World;

beforeEach(async () => {
  world = await World.open({}, { guarded: true });
});

function goAway(answer = refuse(503, 'moving house')): void {
  for (const method of [...READS, 'startDeployment', 'readLog'] as const) {
    world.meltano.always(method, answer);
  }
}

function comeBack(): void {
  for (const method of [...READS, 'startDeployment', 'readLog'] as const) world.meltano.always(method, null);
}

async function problems(id: string): Promise<(string | null)[]> {
  const said = world.reporter.reports.filter((one) => one.id === id).map((one) => one.problem);
  return said.filter((problem, n) => problem !== said[n - 1]);
}

describe('an outage before the start', () => {
  test('is probed less and less often, reported once, and not stored at every try', async () => {
    const { id } = await world.push();
    goAway();
    const writes = vi.spyOn(world.stores, 'saveDeployment');
    await world.runFor(50 * MINUTE);
    expect(await world.read(id)).toMatchObject({ state: 'waiting', problem: AWAY, startSince: START });
    expect(await problems(id)).toEqual([
      'Meltano Cloud answered 503 Service Unavailable: moving house',
      AWAY,
    ]);
    expect(writes.mock.calls.length).toBeLessThanOrEqual(3);
    // Five to open the circuit, then probes after 5, 10, 20, 40 and each 60 s: a start is never one of them.
    expect(world.meltano.calls.length).toBeLessThan(60);
    expect(world.meltano.count('startDeployment')).toBe(0);
  });

  test('that ends lets the deployment continue with one job', async () => {
    const { id } = await world.push();
    goAway();
    await world.runFor(30 * MINUTE);
    comeBack();
    await world.runFor(2 * MINUTE);
    expect(await world.read(id)).toMatchObject({ jobId: 'job-1', problem: null });
    expect(world.circuit).toEqual([START, null]);
    expect(world.meltano.jobs).toHaveLength(1);
  });

  test('ends with START_TIMEOUT_MINUTES and the reason, across a restart', async () => {
    const { id } = await world.push();
    goAway();
    await world.runFor(40 * MINUTE);
    world.restart();
    await world.runFor(21 * MINUTE);
    expect(await world.read(id)).toMatchObject({
      conclusion: 'failure',
      reason: 'start_timeout',
      problem: AWAY,
      concludedAt: START + 60 * MINUTE,
    });
    // The new process doesn't know the beginning of the outage, so the reported one stays.
    expect(await problems(id)).toHaveLength(2);
  });

  test('leaves the deployment to a newer push, which starts when it is over', async () => {
    const first = await world.push();
    goAway();
    await world.runFor(10 * MINUTE);
    const second = await world.push();
    await world.runFor(10 * MINUTE);
    expect(await world.read(second.id)).toMatchObject({ state: 'waiting', problem: AWAY });
    comeBack();
    await world.runFor(2 * MINUTE);
    expect(await world.read(first.id)).toMatchObject({ reason: 'superseded' });
    expect(await world.read(second.id)).toMatchObject({ jobId: 'job-1' });
  });
});

describe('an outage after the start was sent', () => {
  test('leaves a lost answer: its job is found after the outage, and nothing is sent twice', async () => {
    const { id } = await world.push();
    world.meltano.next('startDeployment', () => {
      world.meltano.addJob();
      goAway(UNREACHABLE);
      return NO_ANSWER;
    });
    const writes = vi.spyOn(world.stores, 'saveDeployment');
    await world.runFor(30 * MINUTE);
    expect(await world.read(id)).toMatchObject({ state: 'starting', attemptOutcome: 'lost' });
    expect((await world.read(id)).problem).toMatch(/^Meltano Cloud does not answer \(since 22:14 UTC\)/);
    // The attempt, its loss, and the reported outage.
    expect(writes.mock.calls.length).toBeLessThanOrEqual(4);
    comeBack();
    await world.runFor(3 * MINUTE);
    expect(await world.read(id)).toMatchObject({ jobId: 'job-1' });
    expect(world.meltano.count('startDeployment')).toBe(1);
  });

  test('beyond the start timeout ends the deployment on time', async () => {
    const { id } = await world.push();
    world.meltano.next('startDeployment', () => {
      goAway();
      return NO_ANSWER;
    });
    await world.runFor(61 * MINUTE);
    expect(await world.read(id)).toMatchObject({
      reason: 'start_timeout',
      attemptOutcome: 'lost',
      concludedAt: START + 60 * MINUTE,
    });
  });
});

describe('an outage while the job is watched', () => {
  async function watch(): Promise<string> {
    const { id } = await world.push();
    await world.step();
    world.meltano.moveJob({ status: 'RUNNING' });
    await world.step();
    return id;
  }

  test('is reported once and cleared once, and the job’s end is not missed', async () => {
    const id = await watch();
    const before = await world.reportsDue(id);
    goAway();
    const calls = world.meltano.calls.length;
    await world.runFor(30 * MINUTE);
    expect(await world.read(id)).toMatchObject({ state: 'running', problem: AWAY });
    expect((await world.reportsDue(id)) - before).toBeLessThanOrEqual(2);
    expect(world.meltano.calls.length - calls).toBeLessThan(45);
    comeBack();
    world.meltano.moveJob({ status: 'COMPLETE' });
    await world.runUntilIdle();
    expect(await world.read(id)).toMatchObject({ conclusion: 'success', problem: null });
  });

  test('beyond DEPLOY_TIMEOUT_MINUTES ends the watch without a claim that the job still runs', async () => {
    const id = await watch();
    goAway();
    await world.runFor(122 * MINUTE);
    expect(await world.read(id)).toMatchObject({
      conclusion: 'timed_out',
      reason: 'watch_timeout',
      problem: AWAY,
      concludedAt: START + 120 * MINUTE,
    });
  });
});
