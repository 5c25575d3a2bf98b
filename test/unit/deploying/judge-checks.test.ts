import { beforeEach, describe, expect, test } from 'vitest';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { ChecksGate } from '../../../src/domain/gate.ts';
import { refuse } from './fake-meltano.ts';
import { MINUTE, World } from './reconcile-world.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const DAY = 24 * 60 * MINUTE;

let world: World;

beforeEach(async () => {
  world = await World.open();
});

/** A push of commit A that waits for checks. */
function push(wanted: readonly string[] = ['test'], forcedBy: string | null = null): Promise<Deployment> {
  const gate: ChecksGate = {
    kind: 'checks',
    wanted: wanted.map((name) => ({ name, app: null, accept: [] })),
    timeoutMinutes: 60,
    passed: null,
  };
  return world.push({ sha: A, gates: [gate], forcedBy });
}

function starts(): number {
  return world.meltano.count('startDeployment');
}

/** How often each commit's checks were read. */
function reads(sha = A): number {
  return world.gateReads.calls.filter((call) => call === sha).length;
}

test('a start waits for a check without asking Meltano Cloud, and follows once it has passed', async () => {
  const { id } = await push();
  await world.step();
  expect(world.meltano.calls).toEqual([]);
  expect(await world.read(id)).toMatchObject({
    state: 'waiting',
    startSince: null,
    hold: { reason: 'checks_pending', names: ['test'], sha: null },
  });
  world.gateReads.report(A, 'test', 'success');
  world.clock.advance(3_000);
  await world.step();
  expect(starts()).toBe(1);
  expect(await world.read(id)).toMatchObject({ hold: null, state: 'queued' });
});

test('the head is read once more than the checks if they were read just before', async () => {
  world.gateReads.report(A, 'test', 'success');
  await push();
  await world.step();
  expect(world.gateReads.calls).toEqual([A, 'head']);
});

test('checks are read once more before a start that Meltano Cloud held up', async () => {
  world.gateReads.report(A, 'test', 'success');
  await push();
  world.meltano.next('getWorkspace', () => {
    world.clock.advance(5_000);
    return undefined;
  });
  await world.step();
  expect(world.gateReads.calls).toEqual([A, 'head', A]);
  expect(starts()).toBe(1);
});

test('a check that is re-run while Meltano Cloud answers slowly holds the start', async () => {
  world.gateReads.report(A, 'test', 'success');
  const { id } = await push();
  world.meltano.next('getWorkspace', () => {
    world.clock.advance(5_000);
    world.gateReads.report(A, 'test');
    return undefined;
  });
  await world.step();
  expect(starts()).toBe(0);
  expect(await world.read(id)).toMatchObject({ state: 'waiting', hold: { names: ['test'] } });
});

test('checks of a commit are read once in 2 s at most, however often the deployment is woken', async () => {
  await push();
  const [end, step] = [20_000, 100];
  for (let at = 0; at < end; at += step) {
    await world.step();
    world.clock.advance(step);
  }
  expect(reads()).toBeLessThanOrEqual(end / 2_000);
  expect(reads()).toBeGreaterThan(1);
});

test('a check that failed ends the deployment', async () => {
  world.gateReads.report(A, 'test', 'failure');
  const { id } = await push();
  await world.step();
  const problem = '"test" failed on aaaaaaa';
  expect(await world.read(id)).toMatchObject({ conclusion: 'skipped', reason: 'checks_failed', problem });
  expect(starts()).toBe(0);
});

describe('when the time is over', () => {
  test('a missing check ends the deployment, which names those that there are', async () => {
    world.gateReads.report(A, 'test', 'success');
    world.gateReads.report(A, 'lint');
    const { id } = await push(['ci / test']);
    await world.runFor(59 * MINUTE);
    expect((await world.read(id)).state).toBe('waiting');
    await world.runFor(MINUTE);
    expect(await world.read(id)).toMatchObject({
      conclusion: 'action_required',
      reason: 'checks_missing',
      problem: '"ci / test" never reported; there are: test, lint',
    });
  });

  test('a check that runs ends it, too', async () => {
    world.gateReads.report(A, 'test');
    const { id } = await push();
    await world.runFor(61 * MINUTE);
    expect((await world.read(id)).problem).toBe('"test" is still running after 60 min');
  });

  test('so does a GitHub that shows no checks', async () => {
    const { id } = await push();
    world.gateReads.isAway = true;
    await world.runFor(61 * MINUTE);
    expect(await world.read(id)).toMatchObject({ reason: 'checks_missing' });
    expect(starts()).toBe(0);
  });

  test('a check that passed while no process ran counts', async () => {
    await push();
    await world.step();
    world.gateReads.report(A, 'test', 'success');
    world.clock.advance(120 * MINUTE);
    world.restart();
    await world.step();
    expect(starts()).toBe(1);
  });
});

describe('when the branch has moved', () => {
  test('the gates are those of its head', async () => {
    world.gateReads.report(A, 'test', 'success');
    const { id } = await push();
    world.gateReads.head = B;
    await world.step();
    expect(starts()).toBe(0);
    const hold = { reason: 'checks_pending', names: ['test'], sha: B };
    expect(await world.read(id)).toMatchObject({ state: 'waiting', hold });
    world.gateReads.report(B, 'test', 'success');
    world.clock.advance(3_000);
    await world.step();
    expect(starts()).toBe(1);
  });

  test('a branch that is gone ends the deployment', async () => {
    world.gateReads.report(A, 'test', 'success');
    const { id } = await push();
    world.gateReads.head = null;
    await world.step();
    expect(await world.read(id)).toMatchObject({ conclusion: 'skipped', reason: 'no_longer_tracked' });
  });

  test('a head that cannot be read holds the start', async () => {
    world.gateReads.report(A, 'test', 'success');
    const { id } = await push();
    world.meltano.next('getWorkspace', () => {
      world.gateReads.isAway = true;
      return undefined;
    });
    await world.step();
    expect(await world.read(id)).toMatchObject({ state: 'waiting', hold: { reason: 'github_unread' } });
    expect(starts()).toBe(0);
  });
});

test('the time at a gate does not count for START_TIMEOUT_MINUTES', async () => {
  const { id } = await push();
  await world.runFor(55 * MINUTE);
  world.gateReads.report(A, 'test', 'success');
  world.meltano.next('startDeployment', refuse(503, 'later'));
  await world.runFor(6 * MINUTE);
  expect((await world.read(id)).jobId).not.toBeNull();
  expect(starts()).toBe(2);
});

test('a start that is sent again passes the gates again', async () => {
  world.gateReads.report(A, 'test', 'success');
  const { id } = await push();
  world.meltano.next('startDeployment', refuse(503, 'later'));
  await world.step();
  expect((await world.read(id)).attemptOutcome).toBe('refused');
  world.gateReads.report(A, 'test', 'failure');
  world.clock.advance(3_000);
  await world.runFor(MINUTE);
  expect(starts()).toBe(1);
  expect(await world.read(id)).toMatchObject({ conclusion: 'skipped', reason: 'checks_failed' });
});

test('a forced deployment starts, and names what it passed', async () => {
  world.gateReads.report(A, 'test', 'failure');
  const { id } = await push(['test'], 'mia');
  await world.step();
  expect(starts()).toBe(1);
  const passed = { how: 'forced', why: '"test" failed on aaaaaaa' };
  expect((await world.read(id)).gates).toMatchObject([{ kind: 'checks', passed }]);
});

test('what waits ends after 7 days', async () => {
  const { id } = await push();
  await world.save(id, {
    gates: [
      {
        kind: 'checks',
        wanted: [{ name: 'x', app: null, accept: [] }],
        timeoutMinutes: 10_080,
        passed: null,
      },
    ],
    heldSince: world.clock.now() - 8 * DAY,
  });
  await world.step();
  expect(await world.read(id)).toMatchObject({ conclusion: 'action_required', reason: 'held_too_long' });
});

describe('a job that takes another commit than the one that was judged', () => {
  async function deploy(deployed: string): Promise<Deployment> {
    world.gateReads.report(A, 'test', 'success');
    const { id } = await push();
    await world.step();
    world.meltano.moveJob({ status: 'COMPLETE', commitId: deployed });
    await world.step();
    return world.read(id);
  }

  test('is noted if a check had not passed there', async () => {
    world.gateReads.report(B, 'test');
    const { conclusion, ungated } = await deploy(B);
    expect([conclusion, ungated]).toEqual(['success', 'which "test" had not passed']);
  });

  test('is not if it had', async () => {
    world.gateReads.report(B, 'test', 'success');
    expect((await deploy(B)).ungated).toBeNull();
  });

  test('is neither for the commit that was judged', async () => {
    expect((await deploy(A)).ungated).toBeNull();
    expect(reads(B)).toBe(0);
  });
});
