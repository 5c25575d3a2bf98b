import { beforeEach, describe, expect, test } from 'vitest';
import { createSeededRandom } from '../../../sandbox/http/seeded-random.ts';
import type { MeltanoFailure } from '../../../src/domain/meltano.ts';
import { CircuitBreaker } from '../../../src/meltano/circuit-breaker.ts';
import { createClock, type TestClock } from './client-setup.ts';

const SECOND = 1_000;
const START = Date.UTC(2026, 5, 10, 14, 3, 20);
const AWAY: MeltanoFailure = { kind: 'unreachable', message: 'No connection to cloud (ECONNREFUSED)' };

let clock: TestClock;
let random: () => number;
let changes: (number | null)[];
let breaker: CircuitBreaker;

beforeEach(() => {
  clock = createClock(START);
  random = () => 0.5;
  changes = [];
  breaker = new CircuitBreaker({
    clock,
    random: () => random(),
    onChange: (openSince) => changes.push(openSince),
  });
});

function answerOf(status: number, retryAfterMs: number | null = null): MeltanoFailure {
  return { kind: 'status', status, message: 'said the service', retryAfterMs };
}

/** One call that ends in `failure` (null: answered); how long it was held instead, if it was. */
function call(failure: MeltanoFailure | null, mayProbe = true): number | 'sent' {
  const pass = breaker.enter(mayProbe);
  if (pass.kind === 'held') return pass.heldMs;
  pass.leave(failure);
  return 'sent';
}

function fail(times: number, failure = AWAY): void {
  for (let n = 0; n < times; n += 1) expect(call(failure)).toBe('sent');
}

/** Moves the clock on until the next probe goes out and ends in `failure`; how long that took. */
function probe(failure: MeltanoFailure | null): number {
  const before = clock.now();
  while (call(failure) !== 'sent') clock.advance(100);
  return clock.now() - before;
}

test.each([-50 * SECOND, -3_600 * SECOND, 50 * SECOND])(
  'the next probe goes out when it would have if the machine’s clock is set by %i ms',
  (step) => {
    fail(5);
    clock.set(step);
    expect(call(AWAY)).toBeLessThanOrEqual(10 * SECOND);
    clock.advance(4_900);
    expect(call(AWAY)).not.toBe('sent');
    clock.advance(100);
    expect(call(null)).toBe('sent');
    expect(changes.at(-1)).toBeNull();
  },
);

describe('opens', () => {
  test.each([
    ['no connection', AWAY],
    ['no answer', { kind: 'no_answer', message: 'time-out' } as const],
    ['500', answerOf(500)],
    ['503', answerOf(503)],
  ])('after five calls in a row with %s', (_, failure) => {
    fail(4, failure);
    expect(changes).toEqual([]);
    clock.advance(30 * SECOND);
    fail(1, failure);
    expect(changes).toEqual([START]);
    expect(call(failure)).not.toBe('sent');
  });

  test.each([
    ['an answer', null],
    ['404', answerOf(404)],
    ['429', answerOf(429, 60_000)],
    ['401', answerOf(401)],
    ['an unreadable body', { kind: 'unexpected_body', status: 200, message: '<html>' } as const],
  ])('not when %s comes in between', (_, failure) => {
    for (let round = 0; round < 5; round += 1) {
      fail(4);
      call(failure);
    }
    expect(changes).toEqual([]);
  });

  test('for one account, not for another', () => {
    const other = new CircuitBreaker({ clock, random, onChange: () => undefined });
    fail(5);
    expect(other.enter(true).kind).toBe('pass');
  });
});

describe('while it is open', () => {
  test('nothing passes before the probe is due, and the failure says since when and for how long', () => {
    fail(5, answerOf(503));
    const held = breaker.enter(true);
    expect(held).toEqual({
      kind: 'held',
      since: START,
      message: '503 said the service',
      heldMs: expect.any(Number),
    });
    clock.advance(4_900);
    expect(breaker.enter(true).kind).toBe('held');
    clock.advance(100);
    expect(breaker.enter(true).kind).toBe('pass');
  });

  test('one probe at a time goes out, at intervals that grow to a minute', () => {
    fail(5);
    const gaps = Array.from({ length: 6 }, () => probe(AWAY));
    expect(gaps).toEqual([5, 10, 20, 40, 60, 60].map((seconds) => seconds * SECOND));
    expect(changes).toEqual([START]);
  });

  test('others wait while the probe is under way, however long that takes', () => {
    fail(5);
    clock.advance(5 * SECOND);
    const pass = breaker.enter(true);
    clock.advance(50 * SECOND);
    expect(breaker.enter(true)).toMatchObject({ kind: 'held', heldMs: expect.toSatisfy((ms) => ms >= 500) });
    if (pass.kind === 'pass') pass.leave(AWAY);
    expect(call(AWAY)).not.toBe('sent');
  });

  test('what may not probe (a start, a log) is held even when a probe is due', () => {
    fail(5);
    clock.advance(60 * SECOND);
    expect(call(null, false)).not.toBe('sent');
    expect(call(null)).toBe('sent');
    expect(call(null, false)).toBe('sent');
  });

  test('Retry-After is kept, up to ten minutes', () => {
    fail(5, answerOf(503, 90 * SECOND));
    expect(probe(answerOf(503, 86_400 * SECOND))).toBe(90 * SECOND);
    expect(probe(AWAY)).toBe(600 * SECOND);
  });

  test('the intervals are spread by a fifth', () => {
    random = () => 0;
    fail(5);
    expect(probe(AWAY)).toBe(4 * SECOND);
    random = () => 0.999;
    expect(probe(AWAY)).toBe(8 * SECOND);
    expect(probe(AWAY)).toBeGreaterThan(23 * SECOND);
  });

  test('what was sent before it opened changes nothing', () => {
    const early = Array.from({ length: 8 }, () => breaker.enter(true));
    fail(5);
    for (const pass of early) if (pass.kind === 'pass') pass.leave(null);
    expect(changes).toEqual([START]);
    probe(null);
    const [late] = [breaker.enter(true)];
    expect(late.kind).toBe('pass');
  });
});

describe('closes', () => {
  test.each([
    ['an answer', null],
    ['404', answerOf(404)],
    ['429', answerOf(429)],
  ])('when the probe ends in %s', (_, failure) => {
    fail(5);
    probe(failure);
    expect(changes).toEqual([START, null]);
    fail(4);
    expect(changes).toHaveLength(2);
  });

  test('and time-outs of calls from before the outage’s end do not open it again', () => {
    const early = Array.from({ length: 5 }, () => breaker.enter(true));
    fail(5);
    probe(null);
    for (const pass of early) if (pass.kind === 'pass') pass.leave(AWAY);
    expect(changes).toEqual([START, null]);
  });

  test('and continues with longer intervals if the outage soon begins again', () => {
    fail(5);
    probe(AWAY);
    probe(null);
    clock.advance(30 * SECOND);
    fail(5);
    expect(probe(null)).toBe(20 * SECOND);
    clock.advance(61 * SECOND);
    fail(5);
    expect(probe(null)).toBe(5 * SECOND);
  });

  test('and those who waited do not come back all at once', () => {
    random = createSeededRandom(7);
    fail(5);
    for (let n = 0; n < 4; n += 1) probe(AWAY);
    const holds = Array.from({ length: 500 }, () => call(null)).map(Number);
    const first = Math.min(...holds);
    const perSecond = Array.from({ length: 10 }, (_, second) => {
      const from = first + second * SECOND;
      return holds.filter((ms) => ms >= from && ms < from + SECOND).length;
    });
    expect(Math.max(...perSecond)).toBeLessThan(100);
    expect(Math.max(...holds) - first).toBeLessThanOrEqual(10 * SECOND);
  });
});
