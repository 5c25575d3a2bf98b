import { expect, test } from 'vitest';
import { chooseReadDelay, judgeRead, judgeStart } from '../../../src/domain/judge-failure.ts';
import type { MeltanoFailure } from '../../../src/domain/meltano.ts';
import {
  describeFailure,
  describeReadFailure,
} from '../../../src/reporting/render/describe-meltano-failure.ts';

function status(code: number, message = '', retryAfterMs: number | null = null): MeltanoFailure {
  return { kind: 'status', status: code, message, retryAfterMs };
}

const unreachable = { kind: 'unreachable', message: 'refused' } as const;
const noAnswer = { kind: 'no_answer', message: 'reset' } as const;
const held = {
  kind: 'held',
  message: '503 later',
  heldMs: 9,
  since: Date.UTC(2026, 5, 10, 14, 3, 59),
} as const;
const unexpected = { kind: 'unexpected_body', status: 200, message: 'hello' } as const;

test.each<[MeltanoFailure, object, object]>([
  [unreachable, { kind: 'retry', retryAfterMs: null }, { kind: 'retry', retryAfterMs: null }],
  [noAnswer, { kind: 'look', outcome: 'lost' }, { kind: 'retry', retryAfterMs: null }],
  [unexpected, { kind: 'look', outcome: 'unreadable' }, { kind: 'retry', retryAfterMs: null }],
  [held, { kind: 'retry', retryAfterMs: 9 }, { kind: 'retry', retryAfterMs: 9 }],
  [status(302), { kind: 'fail' }, { kind: 'refused' }],
  [status(400), { kind: 'fail' }, { kind: 'refused' }],
  [status(401), { kind: 'fail' }, { kind: 'refused' }],
  [status(403), { kind: 'fail' }, { kind: 'refused' }],
  [status(404), { kind: 'fail' }, { kind: 'missing' }],
  [status(405), { kind: 'fail' }, { kind: 'refused' }],
  [status(408), { kind: 'retry', retryAfterMs: null }, { kind: 'retry', retryAfterMs: null }],
  [status(409), { kind: 'conflict' }, { kind: 'refused' }],
  [status(410), { kind: 'fail' }, { kind: 'missing' }],
  [status(429, '', 7), { kind: 'retry', retryAfterMs: 7 }, { kind: 'retry', retryAfterMs: 7 }],
  [status(500), { kind: 'look', outcome: 'lost' }, { kind: 'retry', retryAfterMs: null }],
  [status(502), { kind: 'look', outcome: 'lost' }, { kind: 'retry', retryAfterMs: null }],
  [status(503, '', 7), { kind: 'retry', retryAfterMs: 7 }, { kind: 'retry', retryAfterMs: 7 }],
  [status(504), { kind: 'look', outcome: 'lost' }, { kind: 'retry', retryAfterMs: null }],
  [status(599), { kind: 'look', outcome: 'lost' }, { kind: 'retry', retryAfterMs: null }],
])('%j means %j for a start and %j for a read', (failure, start, read) => {
  expect(judgeStart(failure)).toEqual(start);
  expect(judgeRead(failure)).toEqual(read);
});

test.each<[MeltanoFailure, string]>([
  [unreachable, 'Meltano Cloud could not be reached: refused'],
  [noAnswer, 'Meltano Cloud did not answer: reset'],
  [unexpected, 'Meltano Cloud answered 200 with something unexpected: hello'],
  [held, 'Meltano Cloud does not answer (since 14:03 UTC): 503 later'],
  [status(403, 'access denied'), 'Meltano Cloud answered 403 Forbidden: access denied'],
  [status(403, 'Forbidden'), 'Meltano Cloud answered 403 Forbidden'],
  [status(403), 'Meltano Cloud answered 403 Forbidden'],
  [status(599, 'odd'), 'Meltano Cloud answered 599: odd'],
])('%j reads "%s"', (failure, text) => {
  expect(describeFailure(failure)).toBe(text);
});

test('a held call waits for the circuit, all others for their own failures and Retry-After', () => {
  expect(chooseReadDelay(held, 7, 0.5)).toBe(9);
  expect(chooseReadDelay(unreachable, 3, 0.5)).toBe(4_000);
  expect(chooseReadDelay(status(403), 1, 0.5)).toBe(1_000);
  expect(chooseReadDelay(status(503, '', 90_000), 1, 0.5)).toBe(90_000);
});

test('an outage that was said stays said until something else is known', () => {
  const said = describeFailure(held);
  expect(describeReadFailure(said, { ...held, since: held.since + 3_600_000 })).toBe(said);
  expect(describeReadFailure(said, noAnswer)).toBe(said);
  expect(describeReadFailure(said, status(403))).toBe('Meltano Cloud answered 403 Forbidden');
  expect(describeReadFailure('Meltano Cloud answered 503 Service Unavailable', held)).toBe(said);
  expect(describeReadFailure(null, held)).toBe(said);
});
