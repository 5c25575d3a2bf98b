import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { DEFAULTS_IN_USE } from '../../../src/domain/configuration-in-use.ts';
import type { Freeze } from '../../../src/domain/freeze.ts';
import type { ApprovalGate } from '../../../src/domain/gate.ts';
import type { Lock } from '../../../src/domain/lock.ts';
import { DEFAULT_CONFIGURATION } from '../../../src/domain/repository-configuration.ts';
import { renderTitle } from '../../../src/reporting/render/render-title.ts';
import { makeView } from '../reporting/render/make-check-run-view.ts';
import { START } from './fake-ports.ts';
import { MINUTE, REPOSITORY, WORKSPACE_ID, World } from './reconcile-world.ts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** START is a Tuesday, 22:14 in London. */
const MIDWEEK: Freeze = {
  cron: '0 0 18 * * MON',
  durationMs: 60 * HOUR,
  timezone: 'Europe/London',
  reason: 'midweek',
};
const THURSDAY = Date.UTC(2023, 10, 16, 6);
const LOCK: Lock = {
  repositoryId: REPOSITORY.id,
  workspaceId: null,
  by: 'mia',
  reason: 'month end',
  lockedAt: START,
};

let world: World;

beforeEach(async () => {
  world = await World.open();
});

function freeze(...freezes: readonly Freeze[]): void {
  const configuration = {
    ...DEFAULT_CONFIGURATION,
    deploy: { ...DEFAULT_CONFIGURATION.deploy, freeze: freezes },
  };
  world.configuration = { ...DEFAULTS_IN_USE, configuration };
}

/** What a command stores. */
async function setLocks(...locks: readonly Lock[]): Promise<void> {
  const deliveryId = randomUUID();
  const event = { kind: 'comment', repository: REPOSITORY } as never;
  await world.stores.record({ id: deliveryId, name: 'issue_comment', receivedAt: world.clock.now(), event });
  await world.stores.commitPlan({
    deliveryId,
    outcome: 'command',
    deployments: [],
    locks: { repositoryId: REPOSITORY.id, locks },
    now: world.clock.now(),
  });
}

function starts(): number {
  return world.meltano.count('startDeployment');
}

describe('a freeze', () => {
  test('holds a start until it ends, also in a new process, and then only the newest starts', async () => {
    freeze(MIDWEEK);
    const first = await world.push();
    expect(await world.step()).toBe(10 * MINUTE);
    expect(await world.read(first.id)).toMatchObject({
      state: 'waiting',
      startSince: null,
      hold: { reason: 'frozen', until: 'Thu 06:00 Europe/London', why: 'midweek' },
    });
    expect(world.meltano.calls).toEqual([]);
    const second = await world.push();
    world.restart();
    await world.runFor(THURSDAY - START - 1);
    expect(await world.read(first.id)).toMatchObject({ reason: 'superseded', supersededBy: second.id });
    expect(starts()).toBe(0);
    await world.runFor(1);
    expect(starts()).toBe(1);
    expect(await world.read(second.id)).toMatchObject({ hold: null, gates: [] });
  });

  test('that ends in six days or more is named with its date', async () => {
    freeze({
      ...MIDWEEK,
      cron: '0 0 18 13 NOV *',
      durationMs: 31 * DAY,
      timezone: 'Asia/Kathmandu',
      reason: null,
    });
    const { id } = await world.push();
    await world.step();
    const until = 'Thu 14 Dec 18:00 Asia/Kathmandu';
    expect((await world.read(id)).hold).toEqual({ reason: 'frozen', until, why: null });
  });

  test('that ends at a second is named with it', async () => {
    freeze({ ...MIDWEEK, cron: '30 0 18 * * MON' });
    const { id } = await world.push();
    await world.step();
    expect((await world.read(id)).hold).toMatchObject({ until: 'Thu 06:00:30 Europe/London' });
  });

  test('that never pauses changes nothing at each look, and is named once its end comes near', async () => {
    freeze({ ...MIDWEEK, cron: '0 * * 13-14 NOV *', durationMs: MINUTE, timezone: 'UTC' });
    const { id } = await world.push();
    await world.step();
    const { hold, revision } = await world.read(id);
    expect(hold).toEqual({ reason: 'frozen', until: null, why: 'midweek' });
    await world.runFor(50 * MINUTE);
    expect((await world.read(id)).revision).toBe(revision);
    await world.runFor(THURSDAY - 30 * HOUR - START - 55 * MINUTE);
    expect(await world.read(id)).toMatchObject({ hold: { until: 'Wed 00:00 UTC' }, revision: revision + 1 });
    await world.runFor(5 * MINUTE);
    expect(starts()).toBe(1);
  });

  test('that was removed holds no longer, and one that comes later not yet', async () => {
    freeze(MIDWEEK);
    await world.push();
    await world.step();
    freeze({ ...MIDWEEK, cron: '0 0 18 * * WED' });
    await world.step();
    expect(starts()).toBe(1);
  });
});

describe('a lock', () => {
  test('holds a start until it is removed, after a restart too', async () => {
    await setLocks(
      { ...LOCK, workspaceId: 'another' },
      { ...LOCK, workspaceId: WORKSPACE_ID, by: 'bob' },
      LOCK,
    );
    const { id } = await world.push();
    await world.step();
    expect((await world.read(id)).hold).toEqual({ reason: 'locked', by: 'bob', why: 'month end' });
    await setLocks({ ...LOCK, workspaceId: 'another' }, LOCK);
    world.restart();
    await world.step();
    expect((await world.read(id)).hold).toEqual({ reason: 'locked', by: 'mia', why: 'month end' });
    expect(starts()).toBe(0);
    await setLocks({ ...LOCK, workspaceId: 'another' });
    await world.step();
    expect(starts()).toBe(1);
  });

  test('ends what waits after 7 days, and does not stop what was started before', async () => {
    const running = await world.push();
    await world.step();
    await setLocks(LOCK);
    await world.step();
    expect((await world.read(running.id)).state).toBe('queued');
    world.meltano.moveJob({ status: 'COMPLETE' });
    await world.runFor(MINUTE);
    const { id } = await world.push();
    await world.runFor(7 * DAY - 1);
    expect((await world.read(id)).state).toBe('waiting');
    await world.runFor(MINUTE);
    expect(await world.read(id)).toMatchObject({
      conclusion: 'action_required',
      reason: 'held_too_long',
      problem: 'Locked by @mia: month end',
    });
  });
});

test('a forced deployment passes both, and names them', async () => {
  freeze(MIDWEEK);
  await setLocks(LOCK);
  const { id } = await world.push({ forcedBy: 'mia' });
  await world.step();
  expect(starts()).toBe(1);
  expect((await world.read(id)).gates).toEqual([
    { kind: 'lock', passed: { how: 'forced', why: 'Locked by @mia: month end' } },
    { kind: 'freeze', passed: { how: 'forced', why: 'Frozen until Thu 06:00 Europe/London: midweek' } },
  ]);
});

describe('an approval', () => {
  const gates = [{ kind: 'approval', role: 'maintain', notBy: null, approval: null, passed: null }] as const;
  const SHA = 'c'.repeat(40);

  async function approve(sha: string): Promise<void> {
    const deliveryId = randomUUID();
    const event = { kind: 'comment', repository: REPOSITORY } as never;
    await world.stores.record({
      id: deliveryId,
      name: 'issue_comment',
      receivedAt: world.clock.now(),
      event,
    });
    const approval = {
      account: 'environment',
      workspaceId: WORKSPACE_ID,
      repositoryId: REPOSITORY.id,
      sha,
      by: 'mia',
      role: 'maintain',
      at: world.clock.now(),
    };
    await world.stores.commitPlan({
      deliveryId,
      outcome: 'command',
      deployments: [],
      approvals: [approval],
      now: world.clock.now(),
    });
  }

  test.each([null, 'mia'])('ends a deployment without one, forced by %s', async (forcedBy) => {
    const { id } = await world.push({ sha: SHA, gates, forcedBy });
    await world.step();
    expect(await world.read(id)).toMatchObject({
      conclusion: 'action_required',
      reason: 'approval_needed',
      armedUntil: START + 7 * DAY,
    });
    await approve('d'.repeat(40));
    await world.step();
    expect(starts()).toBe(0);
  });

  test('of the commit lets a new deployment start, which keeps who gave it', async () => {
    world.gateReads.head = SHA;
    const { id } = await world.push({ sha: SHA, gates });
    await world.step();
    await approve(SHA);
    await world.step();
    expect(starts()).toBe(1);
    const old = await world.read(id);
    const { reason, gates: passed } = await world.read(old.supersededBy ?? '');
    expect([old.reason, reason]).toEqual(['approval_needed', 'gate_opened']);
    expect(passed).toEqual([{ ...gates[0], approval: { by: 'mia', role: 'maintain', at: START } }]);
  });

  test.each<[string | null, number]>([
    [null, 0],
    ['mia', 1],
  ])('does not go past a lock, unless the deployment was forced (by %s)', async (forcedBy, started) => {
    world.gateReads.head = SHA;
    await setLocks(LOCK);
    const { id } = await world.push({ sha: SHA, gates, forcedBy });
    await world.step();
    await approve(SHA);
    await world.step();
    expect(starts()).toBe(started);
    const opened = await world.read((await world.read(id)).supersededBy ?? id);
    const hold = { reason: 'locked', by: 'mia', why: 'month end' };
    expect(opened).toMatchObject({ reason: 'gate_opened', forcedBy, hold: forcedBy === null ? hold : null });
  });

  test.each<Partial<ApprovalGate>>([{ role: 'admin' }, { notBy: 'author' }])(
    'under a weaker rule does not count for %j',
    async (rule) => {
      world.gateReads.head = SHA;
      await approve(SHA);
      const stricter: ApprovalGate = {
        kind: 'approval',
        role: 'maintain',
        notBy: null,
        approval: null,
        passed: null,
        ...rule,
      };
      const { id } = await world.push({ sha: SHA, gates: [stricter] });
      await world.step();
      expect(await world.read(id)).toMatchObject({ reason: 'approval_needed' });
      expect(starts()).toBe(0);
    },
  );

  test.each([null, 'mia'])(
    'counts for its commit only, if the branch moves before the start (forced by %s)',
    async (forcedBy) => {
      world.gateReads.head = 'd'.repeat(40);
      await approve(SHA);
      const { id } = await world.push({ sha: SHA, gates, forcedBy });
      await world.step();
      expect(starts()).toBe(0);
      expect(await world.read(id)).toMatchObject({ reason: 'approval_needed', armedUntil: null });
    },
  );

  test('expires after 7 days', async () => {
    const { id } = await world.push({ sha: SHA, gates });
    await world.runFor(7 * DAY - 1);
    const { revision, reason } = await world.read(id);
    expect(reason).toBe('approval_needed');
    await world.runFor(60 * MINUTE);
    const expired = await world.read(id);
    expect(renderTitle(makeView(expired))).toBe('Approval expired after 7 days; push or /redeploy');
    expect(expired).toMatchObject({
      reason: 'approval_expired',
      conclusion: 'action_required',
      armedUntil: null,
      revision: revision + 1,
    });
    await approve(SHA);
    await world.step();
    expect(starts()).toBe(0);
  });
});
