import { expect, test } from 'vitest';
import { readRateLimit, readRefusal } from '../../../src/github/read-rate-limit.ts';

const NOW = 1_700_000_000_000;
const IN_AN_HOUR = NOW + 3_600_000;
const ELAPSED = 77_000;
const clockAt = (now: number) => ({ now: () => now, elapsed: () => ELAPSED });
const HEADERS = {
  'x-ratelimit-resource': 'core',
  'x-ratelimit-limit': '5000',
  'x-ratelimit-remaining': '4321',
  'x-ratelimit-reset': String(IN_AN_HOUR / 1_000),
};

test('the limit of an answer is read', () => {
  expect(readRateLimit(HEADERS, clockAt(NOW))).toEqual({
    limit: 5_000,
    remaining: 4_321,
    resetAt: ELAPSED + 3_600_000,
  });
});

test.each<[string, Record<string, string | undefined>]>([
  ['of another resource', { 'x-ratelimit-resource': 'search' }],
  ['without a limit (an Enterprise Server that has none)', { 'x-ratelimit-limit': undefined }],
  ['without a reset', { 'x-ratelimit-reset': undefined }],
  ['with nonsense', { 'x-ratelimit-remaining': 'many' }],
])('an answer %s says nothing', (_, differences) => {
  expect(readRateLimit({ ...HEADERS, ...differences }, clockAt(NOW))).toBeNull();
});

test('a clock that is wrong by ten minutes does not change how long it is until the reset', () => {
  const date = new Date(NOW).toUTCString();
  const ahead = NOW + 600_000;
  expect(readRateLimit({ ...HEADERS, date }, clockAt(ahead))?.resetAt).toBe(ELAPSED + 3_600_000);
  const headers = { ...HEADERS, 'x-ratelimit-remaining': '0', date };
  expect(readRefusal({ status: 403, message: 'API rate limit exceeded', headers }, ahead)).toEqual({
    retryAfterMs: 3_601_000,
  });
});
