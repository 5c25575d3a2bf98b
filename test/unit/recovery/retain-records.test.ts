import { generateKeyPairSync } from 'node:crypto';
import { pino } from 'pino';
import { beforeEach, describe, expect, test } from 'vitest';
import { readEnvironment } from '../../../src/config/environment.ts';
import type { Dispatcher, QueueName } from '../../../src/domain/dispatcher.ts';
import { handleSweeps } from '../../../src/recovery/handle-sweeps.ts';
import type { NoteKind } from '../../../src/recovery/retain-records.ts';
import {
  MAX_RECORDS,
  type RecordKind,
  type RecordPosition,
  type RecordRange,
  type RecordRemoval,
  type RetentionContext,
  type RetentionStore,
  retainRecords,
} from '../../../src/recovery/retain-records.ts';
import { FakeClock } from '../deploying/fake-ports.ts';

const DAY = 24 * 60 * 60_000;
const HOUR = 60 * 60_000;

/** Records that are only times. Each step removes the records of its range, except the kept ones. */
class FakeStore implements RetentionStore {
  deployments: RecordPosition[] = [];
  deliveries: RecordPosition[] = [];
  readonly notes: Partial<Record<NoteKind, number[]>> = {};
  readonly kept = new Set<string>();
  readonly steps: { kind: RecordKind; limit: number }[] = [];
  readonly bounds: number[] = [];
  /** The remaining steps of giving space back. */
  freePieces = 0;

  async findDeploymentBound(count: number) {
    this.bounds.push(count);
    return this.deployments.at(-count) ?? null;
  }
  async findDeliveryBound(count: number) {
    this.bounds.push(count);
    return this.deliveries.at(-count) ?? null;
  }
  async removeDeployments(range: RecordRange) {
    const [left, removal] = this.#remove('deployment', this.deployments, range);
    this.deployments = left;
    return removal;
  }
  async removeDeliveries(range: RecordRange) {
    const [left, removal] = this.#remove('delivery', this.deliveries, range);
    this.deliveries = left;
    return removal;
  }
  async removeNotes(kind: NoteKind, before: number, limit: number) {
    this.steps.push({ kind, limit });
    const notes = this.notes[kind] ?? [];
    const old = notes.filter((time) => time < before).slice(0, limit);
    this.notes[kind] = notes.filter((time) => !old.includes(time));
    return old.length;
  }
  async reclaimSpace() {
    this.freePieces = Math.max(0, this.freePieces - 1);
    return this.freePieces > 0;
  }

  #remove(
    kind: RecordKind,
    records: readonly RecordPosition[],
    { after, before, limit }: RecordRange,
  ): [RecordPosition[], RecordRemoval] {
    this.steps.push({ kind, limit });
    const ofRange = records.filter((one) => isLess(one, before) && (!after || isLess(after, one)));
    const seen = ofRange.slice(0, limit);
    const gone = new Set(seen.filter((one) => !this.kept.has(one.id)));
    const next = seen.length === limit ? (seen.at(-1) ?? null) : null;
    return [records.filter((one) => !gone.has(one)), { removed: gone.size, next }];
  }
}

function isLess(a: RecordPosition, b: RecordPosition): boolean {
  return a.time < b.time || (a.time === b.time && a.id < b.id);
}

let clock: FakeClock;
let store: FakeStore;
let pauses: number;
let removed: [RecordKind, number][];
let lines: Record<string, unknown>[];
let context: RetentionContext;

beforeEach(() => {
  clock = new FakeClock();
  store = new FakeStore();
  [pauses, removed, lines] = [0, [], []];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  context = {
    store,
    clock,
    log,
    days: 90,
    pause: async () => {
      pauses += 1;
    },
    onRemoved: (kind, count) => void removed.push([kind, count]),
  };
});

/** Records of some days ago, oldest first. */
function daysAgo(...days: number[]): RecordPosition[] {
  return days.map((day) => ({ time: clock.now() - day * DAY, id: `${day} days` }));
}

function ids(records: readonly RecordPosition[]): string[] {
  return records.map((one) => one.id);
}

describe('retainRecords', () => {
  test('removes records beyond the set days, and runs again in an hour', async () => {
    store.deployments = daysAgo(91, 90.1, 89.9, 1);
    store.deliveries = daysAgo(91, 90.1, 89.9, 1);
    expect(await retainRecords(context)).toBe(HOUR);
    expect(ids(store.deployments)).toEqual(['89.9 days', '1 days']);
    expect(ids(store.deliveries)).toEqual(['89.9 days', '1 days']);
  });

  test('keeps the last four days in any case', async () => {
    store.deployments = daysAgo(4.1, 3.9, 0);
    store.deliveries = daysAgo(4.1, 3.9, 0);
    await retainRecords({ ...context, days: 1 });
    expect(ids(store.deployments)).toEqual(['3.9 days', '0 days']);
    expect(ids(store.deliveries)).toEqual(['3.9 days', '0 days']);
  });

  test('removes records beyond the newest by count, but no delivery of the last four days', async () => {
    store.deployments = daysAgo(9, 3, 2, 1);
    store.deliveries = daysAgo(9, 3, 2, 1);
    await retainRecords({ ...context, maxRecords: 2 });
    expect(ids(store.deployments)).toEqual(['2 days', '1 days']);
    expect(ids(store.deliveries)).toEqual(['3 days', '2 days', '1 days']);
  });

  test('the bound by age holds when the bound by count is older', async () => {
    store.deployments = daysAgo(200, 100, 91, 1);
    await retainRecords({ ...context, maxRecords: 3 });
    expect(ids(store.deployments)).toEqual(['1 days']);
  });

  test('keeps 200,000 of each by default', async () => {
    await retainRecords(context);
    expect(MAX_RECORDS).toBe(200_000);
    expect(store.bounds).toEqual([200_000, 200_000]);
  });

  test('removes notes about redeliveries after four days', async () => {
    store.notes.redelivery = daysAgo(5, 4.1, 3.9).map((one) => one.time);
    await retainRecords(context);
    expect(store.notes.redelivery).toHaveLength(1);
  });

  test('removes at most 100 in a step, and lets other work run between two', async () => {
    store.deployments = daysAgo(...Array.from({ length: 240 }, (_, n) => 2_000 - n));
    store.deployments.push(...daysAgo(1));
    await retainRecords(context);
    const steps = store.steps.filter((step) => step.kind === 'deployment');
    expect(steps).toEqual(Array(3).fill({ kind: 'deployment', limit: 100 }));
    expect(ids(store.deployments)).toEqual(['1 days']);
    expect(pauses).toBe(2);
  });

  test('continues past any number of kept records', async () => {
    store.deployments = daysAgo(...Array.from({ length: 1_200 }, (_, n) => 2_000 - n));
    for (const one of store.deployments.slice(0, 1_150)) store.kept.add(one.id);
    expect(await retainRecords(context)).toBe(HOUR);
    expect(store.deployments).toHaveLength(1_150);
  });

  test('ends a run at 2,000 records, and continues soon', async () => {
    store.deployments = daysAgo(...Array.from({ length: 1_900 }, (_, n) => 10_000 - n));
    store.deliveries = daysAgo(...Array.from({ length: 1_900 }, (_, n) => 10_000 - n));
    expect(await retainRecords(context)).toBe(1_000);
    expect([store.deployments.length, store.deliveries.length]).toEqual([0, 1_800]);
    expect(await retainRecords(context)).toBe(HOUR);
    expect(store.deliveries).toEqual([]);
  });

  test('gives space back in steps, and continues soon if there is more', async () => {
    store.freePieces = 30;
    expect(await retainRecords(context)).toBe(1_000);
    expect(store.freePieces).toBe(10);
    expect(await retainRecords(context)).toBe(HOUR);
    expect(store.freePieces).toBe(0);
  });

  test.each<NoteKind>(['command', 'configuration_run', 'failure_comment', 'github_deployment'])(
    'removes notes (%s) from longer ago than records are kept',
    async (kind) => {
      store.notes[kind] = daysAgo(100, 91, 89).map((one) => one.time);
      await retainRecords(context);
      expect(store.notes[kind]).toHaveLength(1);
      expect(removed).toEqual([[kind, 2]]);
    },
  );

  test('logs the removed records, once and by kind', async () => {
    store.deployments = daysAgo(100);
    store.deliveries = daysAgo(120, 110, 100);
    await retainRecords(context);
    expect(lines).toMatchObject([{ msg: 'Old records were removed', deployment: 1, delivery: 3 }]);
    expect(removed).toEqual([
      ['deployment', 1],
      ['delivery', 3],
    ]);
  });

  test('logs nothing if nothing was removed', async () => {
    store.deployments = daysAgo(1);
    store.freePieces = 3;
    await retainRecords(context);
    expect([lines, removed]).toEqual([[], []]);
  });
});

/** A dispatcher that records handlers and wake-ups. */
function recordDispatcher() {
  const wakes: [QueueName, string, number | undefined][] = [];
  const handlers: ((key: string) => Promise<number | null>)[] = [];
  const dispatcher: Dispatcher = {
    handle: (_, handle) => void handlers.push(handle),
    wake: (queue, key, delayMs) => void wakes.push([queue, key, delayMs]),
    stop: async () => undefined,
  };
  return { wakes, handlers, dispatcher };
}

test('records are retained when the sweeps are off: not at the start, but soon after it', async () => {
  const { wakes, handlers, dispatcher } = recordDispatcher();
  const learnInstallation = async (installationId: number) => installationId * 10;
  const { onInstallation } = handleSweeps({
    dispatcher,
    retain: async () => 7,
    recover: null,
    rounds: null,
    learnInstallation,
  });
  expect(wakes).toEqual([['sweep', 'retention', 60_000]]);
  expect(await handlers[0]?.('retention')).toBe(7);
  expect(await handlers[0]?.('heads')).toBeNull();
  // A new installation's repositories are still learnt.
  onInstallation(5);
  const [, , key = ''] = ['', ...(wakes.at(-1) ?? [])];
  expect(await handlers[0]?.(key)).toBe(50);
});

test('with several instances, unfinished work is woken again and again', async () => {
  const { wakes, handlers, dispatcher } = recordDispatcher();
  let recovered = 0;
  const recover = async () => {
    recovered += 1;
  };
  const learnInstallation = async () => null;
  handleSweeps({ dispatcher, retain: async () => 7, recover, rounds: null, learnInstallation });
  expect(wakes.splice(0)).toContainEqual(['sweep', 'unfinished', undefined]);
  expect(await handlers[0]?.('unfinished')).toBe(60_000);
  expect(recovered).toBe(1);
  expect(wakes).toEqual([['sweep', 'retention', 60_000]]);
});

describe('RETENTION_DAYS', () => {
  const complete = {
    APP_ID: '12',
    WEBHOOK_SECRET: 'hook',
    MELTANO_API_TOKEN: 'token',
    PRIVATE_KEY: generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  };

  test.each([
    [{}, 90],
    [{ RETENTION_DAYS: '' }, 90],
    [{ RETENTION_DAYS: '1' }, 1],
    [{ RETENTION_DAYS: '3650' }, 3650],
  ])('%o means %i days', (given, retentionDays) => {
    expect(readEnvironment({ ...complete, ...given })).toMatchObject({ configuration: { retentionDays } });
  });

  test.each([
    ['0', 'RETENTION_DAYS must be at least 1 day.'],
    ['3651', 'RETENTION_DAYS must be at most 3650 days (ten years).'],
    ['1.5', 'RETENTION_DAYS must be a whole number of days.'],
    ['a year', 'RETENTION_DAYS must be a number of days.'],
  ])('%s is refused', (given, problem) => {
    expect(readEnvironment({ ...complete, RETENTION_DAYS: given })).toEqual({
      ok: false,
      kind: 'invalid',
      problems: [problem],
    });
  });
});
