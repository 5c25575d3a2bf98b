import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRefusalLog } from '../../../src/intake/refusal.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('at most one line a second, which counts all omitted ones', () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line) => void lines.push(JSON.parse(line)) });
  const note = createRefusalLog(log);
  const refusal = { status: 400, reason: 'no signature' };
  const line = { level: 40, ...refusal, msg: 'A webhook request was refused' };
  for (let count = 0; count < 1_000; count += 1) note(refusal);
  expect(lines).toEqual([line]);
  note({ status: 422, reason: 'no form', delivery: 'guid' });
  vi.advanceTimersByTime(1_000);
  expect(lines.slice(1)).toEqual([
    { ...line, status: 422, reason: 'no form', delivery: 'guid', leftOut: 999 },
  ]);
  vi.advanceTimersByTime(60_000);
  expect(lines).toHaveLength(2);
  note(refusal);
  expect(lines.slice(2)).toEqual([line]);
});
