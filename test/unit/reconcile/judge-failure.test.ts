import { expect, test } from 'vitest';
import type { MeltanoFailure } from '../../../src/domain/ports.ts';
import { describeFailure, judgeRead, judgeStart } from '../../../src/reconcile/judge-failure.ts';

function status(code: number, message = '', retryAfterMs: number | null = null): MeltanoFailure {
  return { kind: 'status', status: code, message, retryAfterMs };
}

const unreachable = { kind: 'unreachable', message: 'refused' } as const;
const noAnswer = { kind: 'no_answer', message: 'reset' } as const;
const unexpected = { kind: 'unexpected_body', status: 200, message: 'hello' } as const;

test.each<[MeltanoFailure, object, object]>([
  [unreachable, { kind: 'retry', retryAfterMs: null }, { kind: 'retry', retryAfterMs: null }],
  [noAnswer, { kind: 'look', outcome: 'lost' }, { kind: 'retry', retryAfterMs: null }],
  [unexpected, { kind: 'look', outcome: 'unreadable' }, { kind: 'retry', retryAfterMs: null }],
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
  [status(403, 'access denied'), 'Meltano Cloud answered 403 Forbidden: access denied'],
  [status(403, 'Forbidden'), 'Meltano Cloud answered 403 Forbidden'],
  [status(403), 'Meltano Cloud answered 403 Forbidden'],
  [status(599, 'odd'), 'Meltano Cloud answered 599: odd'],
])('%j reads "%s"', (failure, text) => {
  expect(describeFailure(failure)).toBe(text);
});
