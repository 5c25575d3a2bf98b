import { pino } from 'pino';
import { expect, test } from 'vitest';
import { describeLogger } from '../../../src/config/create-logger.ts';
import { createRedactor } from '../../../src/report/redact.ts';

test('no line of the log holds a secret of the app, wherever it came from, and each stays JSON', () => {
  const secret = `own "secret" ${String(Math.random()).slice(2)}`;
  const token = `later-${String(Math.random()).slice(2)}`;
  const redactor = createRedactor({ secrets: [secret] });
  const lines: string[] = [];
  const log = pino(describeLogger('debug', redactor.redactLogLine), {
    write: (line) => void lines.push(line),
  });
  redactor.learnToken('acme', token);
  const error = Object.assign(new Error(`refused ${secret}`), { response: { data: { token } } });
  log.error({ err: error, address: `http://x/${encodeURIComponent(secret)}` }, `failed with ${token}`);
  log.child({ delivery: secret }).debug({ at: 'http://x', by: 'a:b@c' }, 'fine');
  const [first, second] = lines.map((line) => JSON.parse(line));
  expect(first).toMatchObject({
    ...{ msg: 'failed with [redacted]', address: 'http://x/[redacted]' },
    err: { message: 'refused [redacted]', response: { data: { token: '[redacted]' } } },
  });
  expect(second).toMatchObject({ delivery: '[redacted]', at: 'http://x', by: 'a:b@c', msg: 'fine' });
  for (const hidden of [secret, JSON.stringify(secret).slice(1, -1), token]) {
    expect(lines.join('')).not.toContain(hidden);
  }
});
