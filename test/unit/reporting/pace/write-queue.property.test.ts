import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WriteKind } from '../../../../src/reporting/pace/write-budget.ts';
import { countMost, HOUR, MINUTE, QueueWorld, SECOND } from './queue-world.ts';

const DAY = 24 * HOUR;
/** How long logs grow. */
const RUN = 25 * MINUTE;

interface Arrival {
  readonly at: number;
  readonly kind: 'create' | 'final' | 'check' | 'state' | 'log' | 'reply';
  readonly count: number;
}

const arrivals = fc.array(
  fc.record<Arrival>({
    // Together in few moments, or anywhere in the day.
    at: fc.oneof(
      fc.integer({ min: 0, max: DAY }),
      fc.integer({ min: 0, max: 90 }).map((second) => 6 * HOUR + second * SECOND),
    ),
    kind: fc.constantFrom('create', 'final', 'check', 'state', 'log', 'reply'),
    count: fc.integer({ min: 1, max: 80 }),
  }),
  { minLength: 1, maxLength: 60 },
);

/** The bucket and the hour as the documents describe them, counted another way than the app does. */
class Model {
  #tokens = 10;
  #at = 0;
  #first = 0;
  readonly times: number[] = [];

  tokens(now: number): number {
    return Math.min(10, this.#tokens + (now - this.#at) / SECOND);
  }
  write(now: number): void {
    this.#tokens = this.tokens(now) - 1;
    this.#at = now;
    this.times.push(now);
  }
  /** True if a write of this kind may be sent while this many runs are running. */
  allows(kind: WriteKind, now: number, running: number): boolean {
    while ((this.times[this.#first] ?? now) <= now - HOUR - 30 * SECOND) this.#first += 1;
    const ofHour = this.times.length - this.#first;
    const isSpaced = now - (this.times.at(-1) ?? Number.NEGATIVE_INFINITY) >= 6 * SECOND;
    const left = this.tokens(now) + 1e-9;
    if (kind === 'create' || kind === 'final') return left >= 1 && (ofHour < 500 || isSpaced);
    const needed = kind === 'check' ? 3 : 4;
    return ofHour < 350 && left >= (kind === 'log' ? Math.min(10, 3 + running) : needed);
  }
}

/** Plays the day; checks after each moment that nothing waits which could go. */
async function play(day: readonly Arrival[]): Promise<{ world: QueueWorld; model: Model; due: string[] }> {
  const world = await QueueWorld.open();
  const model = new Model();
  const due: string[] = [];
  let seen = 0;
  world.afterWrite = (run) => {
    run.logGrew = run.isRunning;
  };
  const look = async () => {
    const next = await world.writeDue();
    for (; seen < world.written.length; seen += 1) {
      const one = world.written[seen];
      if (!one) break;
      const waiting = [...world.queue.runs.values()].filter(
        ({ owed }) => owed === 'create' || owed === 'final',
      );
      const isFirst = one.write === 'create' || one.write === 'final' || waiting.length === 0;
      if (!isFirst) due.push(`${one.write} at ${one.at} before ${waiting.length} that end`);
      const running = [...world.queue.runs.values()].filter(({ isRunning }) => isRunning).length;
      if (!model.allows(one.write, one.at, running)) due.push(`${one.write} at ${one.at} goes too early`);
      model.write(one.at);
    }
    const ends = [...world.queue.runs.values()].filter(({ owed }) => owed === 'create' || owed === 'final');
    if (ends.length > 0 && model.allows('final', world.now, 0))
      due.push(`${ends.length} could go at ${world.now}`);
    return next;
  };
  const passTo = async (until: number) => {
    for (;;) {
      const next = await look();
      if (next.kind === 'idle' || world.now + next.delayMs > until) break;
      world.now += next.delayMs;
    }
    world.now = until;
  };
  let number = 0;
  const moments = day.flatMap((one) => [
    one,
    ...(one.kind === 'log' ? [{ ...one, at: one.at + RUN, count: 0 }] : []),
  ]);
  for (const { at, kind, count } of moments.sort((a, b) => a.at - b.at)) {
    await passTo(at);
    for (let n = 0; n < count; n += 1) {
      number += 1;
      const id = `${kind}-${number}`;
      if (kind === 'reply') await world.reply(id);
      else if (kind === 'log') {
        if (n < 3) world.grow(id);
      } else world.owe(id, kind);
    }
    // Running deployments end, so that logs don't grow for ever.
    if (count === 0) {
      for (const run of world.queue.runs.values()) {
        if (run.isRunning) Object.assign(run, { isRunning: false, logGrew: false });
      }
    }
  }
  await passTo(DAY + 2 * HOUR);
  return { world, model, due };
}

test('over a day no minute and no hour is over its limit, and nothing goes before a conclusion that is due', async () => {
  await fc.assert(
    fc.asyncProperty(arrivals, async (day) => {
      const { world, model, due } = await play(day);
      expect(due).toEqual([]);
      expect(countMost(model.times, MINUTE)).toBeLessThanOrEqual(80);
      if (world.beyond === 0) expect(countMost(model.times, HOUR)).toBeLessThanOrEqual(500);
      const others = world.written.filter(({ write }) => write !== 'create' && write !== 'final');
      expect(
        countMost(
          others.map(({ at }) => at),
          HOUR,
        ),
      ).toBeLessThanOrEqual(350);
      const owed = [...world.queue.runs.values()].filter((run) => run.owed !== null);
      expect(owed).toEqual([]);
    }),
    { numRuns: 25, interruptAfterTimeLimit: 20_000 },
  );
});

test('beyond an hour’s 500 at most ten a minute go out', async () => {
  const { world } = await play([{ at: 0, kind: 'create', count: 700 }]);
  const late = world.written.slice(500).map(({ at }) => at);
  expect(late).toHaveLength(200);
  const within = late.filter((at) => at < HOUR);
  expect(countMost(within, MINUTE)).toBe(10);
  expect(world.beyond).toBe(
    within.length + late.filter((at) => at >= HOUR && at < HOUR + 30 * SECOND).length,
  );
});
