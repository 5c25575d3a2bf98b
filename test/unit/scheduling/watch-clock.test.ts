import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { watchClock } from '../../../src/scheduling/watch-clock.ts';
import { FakeClock } from '../deploying/fake-ports.ts';

let clock: FakeClock;
let said: unknown[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  clock = new FakeClock();
  said = [];
  const watch = watchClock(clock, { warn: (fields, message) => void said.push({ ...fields, message }) });
  onTestFinished(() => {
    watch.stop();
    vi.useRealTimers();
  });
});

function pass(ms: number): void {
  clock.advance(ms);
  vi.advanceTimersByTime(ms);
}

test.each([-50_000, 7_200_000])('a clock that is set by %i ms is reported once', (byMs) => {
  pass(60_000);
  expect(said).toEqual([]);
  clock.set(byMs);
  pass(60_000);
  expect(said).toEqual([{ byMs, message: "The machine's clock was set" }]);
});

test('small corrections are not told', () => {
  for (let count = 0; count < 10; count += 1) {
    clock.set(900);
    pass(5_000);
  }
  expect(said).toEqual([]);
});
