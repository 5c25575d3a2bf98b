import { beforeEach, describe, expect, test } from 'vitest';
import { RateBudget, RateBudgets, type RequestUse } from '../../../src/github/rate-budget.ts';
import { FakeClock } from '../deploying/fake-ports.ts';

const MINUTE = 60_000;
const USES: RequestUse[] = ['create', 'final', 'state', 'plan', 'reply', 'log', 'command', 'sweep'];

let clock: FakeClock;
let budget: RateBudget;

beforeEach(() => {
  clock = new FakeClock();
  budget = new RateBudget();
});

const hour = (remaining: number, differences: { limit?: number; resetAt?: number } = {}) => ({
  limit: 5_000,
  remaining,
  resetAt: clock.elapsed() + 60 * MINUTE,
  ...differences,
});
const allowed = () => USES.filter((use) => budget.allowsAt(use, clock.elapsed()) === 0);

test('everything may be asked for before GitHub said anything', () => {
  expect(allowed()).toEqual(USES);
});

test.each<[number, RequestUse[]]>([
  [5_000, USES],
  [2_001, USES],
  [2_000, ['create', 'final', 'state', 'plan', 'reply', 'log', 'command']],
  [1_001, ['create', 'final', 'state', 'plan', 'reply', 'log', 'command']],
  [1_000, ['create', 'final', 'state', 'plan']],
  [501, ['create', 'final', 'state', 'plan']],
  [500, ['create', 'final']],
  [1, ['create', 'final']],
  [0, []],
])('with %i of 5,000 left, these may continue: %j', (remaining, uses) => {
  budget.note(hour(remaining));
  expect(allowed()).toEqual(uses);
});

test('the reserves grow with the limit', () => {
  budget.note(hour(1_250, { limit: 12_500 }));
  expect(allowed()).toEqual(['create', 'final']);
});

test('waiting uses get the time of the reset, and after it the budget counts as fresh', () => {
  budget.note(hour(0));
  const resetAt = clock.elapsed() + 60 * MINUTE;
  expect(budget.allowsAt('create', clock.elapsed())).toBe(resetAt);
  clock.advance(60 * MINUTE - 1);
  expect(allowed()).toEqual([]);
  clock.advance(1);
  expect(allowed()).toEqual(USES);
});

test('after a refusal nothing goes out until its time is over, whatever is left', () => {
  budget.note(hour(400));
  budget.refuse({ retryAfterMs: MINUTE, refused: 'everything' }, clock.elapsed());
  budget.refuse({ retryAfterMs: 1_000, refused: 'everything' }, clock.elapsed());
  expect(budget.allowsAt('final', clock.elapsed())).toBe(clock.elapsed() + MINUTE);
  expect(budget.allowsAt('log', clock.elapsed())).toBe(clock.elapsed() + 60 * MINUTE);
  clock.advance(MINUTE);
  expect(allowed()).toEqual(['create', 'final']);
});

describe('after a refused write', () => {
  test('everything waits but the reads that a start needs', () => {
    budget.refuse({ retryAfterMs: MINUTE, refused: 'writes' }, clock.elapsed());
    expect(allowed()).toEqual(['plan']);
    expect(budget.holdsWritesMs(clock.elapsed())).toBe(MINUTE);
    clock.advance(MINUTE);
    expect(allowed()).toEqual(USES);
    expect(budget.holdsWritesMs(clock.elapsed())).toBe(0);
  });

  test('without a time from GitHub the delay grows from a minute to fifteen, and starts over after an accepted write', () => {
    const waits = () =>
      [1, 2, 3, 4, 5, 6].map(() => {
        budget.refuse({ retryAfterMs: null, refused: 'writes' }, clock.elapsed());
        const wait = budget.holdsWritesMs(clock.elapsed()) / MINUTE;
        clock.advance(wait * MINUTE);
        return wait;
      });
    expect(waits()).toEqual([1, 2, 4, 8, 15, 15]);
    budget.noteAccepted();
    expect(waits()[0]).toBe(1);
  });

  test('concurrent refusals count as one', () => {
    for (let count = 0; count < 5; count += 1) {
      budget.refuse({ retryAfterMs: null, refused: 'writes' }, clock.elapsed());
    }
    expect(budget.holdsWritesMs(clock.elapsed())).toBe(MINUTE);
  });

  test('setting the clock changes nothing about the wait', () => {
    budget.refuse({ retryAfterMs: MINUTE, refused: 'writes' }, clock.elapsed());
    clock.set(-50 * MINUTE);
    clock.advance(MINUTE);
    expect(allowed()).toEqual(USES);
  });
});

describe('answers that come out of order', () => {
  test('of one hour: the lowest number holds, though the resets differ by some seconds', () => {
    budget.note(hour(400));
    budget.note(hour(5_000, { resetAt: clock.elapsed() + 60 * MINUTE + 3_000 }));
    expect(allowed()).toEqual(['create', 'final']);
  });

  test('of the hour before change nothing', () => {
    clock.advance(60 * MINUTE);
    budget.note(hour(4_000));
    budget.note(hour(0, { resetAt: clock.elapsed() + MINUTE }));
    expect(allowed()).toEqual(USES);
  });

  test('of a new hour, or with another limit, replace what was known', () => {
    budget.note(hour(400));
    budget.note(hour(6_000, { limit: 6_250 }));
    expect(allowed()).toEqual(USES);
    budget.note(hour(0, { limit: 6_250 }));
    budget.note(hour(6_249, { limit: 6_250, resetAt: clock.elapsed() + 62 * MINUTE }));
    expect(allowed()).toEqual(USES);
  });
});

describe('RateBudgets', () => {
  test('keeps one for each installation, and says once in an hour that it is low', () => {
    const low: [number, number][] = [];
    const budgets = new RateBudgets((id, { remaining }) => void low.push([id, remaining]));
    for (const remaining of [1_001, 1_000, 999]) budgets.note(1, hour(remaining), clock.elapsed());
    expect(low).toEqual([[1, 1_000]]);
    expect(budgets.of(1).allowsAt('log', clock.elapsed())).not.toBe(0);
    expect(budgets.of(2).allowsAt('log', clock.elapsed())).toBe(0);
    clock.advance(61 * MINUTE);
    budgets.note(1, hour(10), clock.elapsed());
    expect(low).toEqual([
      [1, 1_000],
      [1, 10],
    ]);
  });
});
