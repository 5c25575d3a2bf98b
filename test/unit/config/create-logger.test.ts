import { pino } from 'pino';
import { expect, test } from 'vitest';
import { describeLogger } from '../../../src/config/create-logger.ts';
import { createRedactor } from '../../../src/logs/redact.ts';

test('no log line contains a secret of the app, and each stays JSON', () => {
  const secret = `own "secret" ${String(Math.random()).slice(2)}`;
  const token = `later-${String(Math.random()).slice(2)}`;
  const redactor = createRedactor({ secrets: [secret] });
  const lines: string[] = [];
  const log = pino(describeLogger('debug', redactor.redactLogLine), {
    write: (line) => void lines.push(line),
  });
  redactor.learnToken('acme', token);
  const error = new Error(`refused ${secret}`, { cause: new Error(`not ${token}`) });
  log.error({ err: error, address: `http://x/${encodeURIComponent(secret)}` }, `failed with ${token}`);
  log.child({ delivery: secret }).debug({ at: 'http://x', by: 'a:b@c' }, 'fine');
  const [first, second] = lines.map((line) => JSON.parse(line));
  expect(first).toMatchObject({
    msg: 'failed with [redacted]',
    address: 'http://x/[redacted]',
    err: { message: 'refused [redacted]', cause: { message: 'not [redacted]' } },
  });
  expect(second).toMatchObject({ delivery: '[redacted]', at: 'http://x', by: 'a:b@c', msg: 'fine' });
  for (const hidden of [secret, JSON.stringify(secret).slice(1, -1), token]) {
    expect(lines.join('')).not.toContain(hidden);
  }
});

const PAYLOAD = { commits: [{ message: 'private words' }], sender: { email: 'ana@example.com' } };

function createLog(level = 'debug') {
  const lines: string[] = [];
  const log = pino(
    describeLogger(level, (line) => line),
    { write: (line: string) => void lines.push(line) },
  );
  return { log, lines };
}

/** Errors as Octokit throws them, each with the event. */
function failWith(parts: readonly Error[], more: object = {}): AggregateError {
  const event = { id: 'guid', name: 'push', payload: PAYLOAD };
  for (const part of parts) Object.assign(part, { event });
  return Object.assign(new AggregateError(parts, 'failed'), { event }, more);
}

test.each<[string, (error: Error) => unknown]>([
  ['itself', (error) => error],
  ['a field', (error) => ({ err: error, other: error })],
  ['a cause', (error) => ({ err: new Error('outer', { cause: new Error('inner', { cause: error }) }) })],
  ['a part of a part', (error) => new AggregateError([failWith([error])])],
  ['beside fields of any shape', (error) => ({ err: error, event: { payload: PAYLOAD }, list: [PAYLOAD] })],
])('an error that is logged as %s shows its kind, message, code and place, and no payload', (_, wrap) => {
  const { log, lines } = createLog();
  const request = { body: PAYLOAD, headers: { authorization: 'private words' } };
  const part = Object.assign(new TypeError('broken'), { code: 'EBROKEN', status: 503, request });
  log.error(wrap(failWith([part], { request, response: { data: PAYLOAD }, payload: PAYLOAD })));
  log.child({ err: wrap(part) }).error('bound');
  const text = lines.join('');
  expect(text).toContain(
    '"type":"TypeError","message":"broken","code":"EBROKEN","status":503,"stack":"    at ',
  );
  for (const hidden of ['private words', 'ana@example.com', '"payload"', '"request"']) {
    expect(text).not.toContain(hidden);
  }
});

test('a line stays short, even for an error with long contents', () => {
  const { log, lines } = createLog();
  const parts = Array.from({ length: 1_000 }, () => new Error('\u0001'.repeat(1_000_000)));
  log.error(failWith(parts), parts[0]?.message);
  log.error(parts[0]);
  log.error({ problem: 'x'.repeat(1_000_000), list: parts.map(({ message }) => message) }, 'x');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(150_000);
});

test('control characters that JSON does not escape are escaped', () => {
  const { log, lines } = createLog();
  log.child({ delivery: '\u009b2J' }).info({ event: '\u009d0;x\u009c' }, '\u007f\u0085\u001b');
  expect(lines.join('')).not.toMatch(/[\u007f-\u009f]/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ delivery: '\u009b2J', event: '\u009d0;x\u009c' });
});
