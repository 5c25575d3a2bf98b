import { describe, expect, test } from 'vitest';
import { cleanMessage, failureOfError } from '../../../src/meltano/failure.ts';
import { systemError } from './client-setup.ts';

describe('failureOfError', () => {
  const kind = (error: unknown, started: boolean) =>
    failureOfError({ error, started, host: 'cloud.example' }).kind;

  test.each([
    systemError('ECONNRESET', 'read'),
    systemError('EPIPE', 'write'),
    systemError('EHOSTUNREACH', 'read'),
    systemError('ETIMEDOUT', 'read'),
    new AggregateError([systemError('ECONNREFUSED', 'connect'), systemError('ECONNRESET', 'read')]),
    new AggregateError([]),
    new Error('something new'),
    'a string',
  ])('once a request was handed to a connection, only a failed connect proves it unsent: %s', (error) => {
    expect(kind(error, true)).toBe('no_answer');
  });

  test.each([
    systemError('ECONNRESET', 'read'),
    systemError('ETIMEDOUT', 'connect'),
    Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' }),
  ])('before that nothing can have been sent: %s', (error) => {
    expect(kind(error, false)).toBe('unreachable');
  });

  test("the error's own text is not passed on", () => {
    const error = Object.assign(new Error('Bearer abc'), { code: 'ECONNRESET' });
    expect(failureOfError({ error, started: true, host: 'cloud.example' })).toEqual({
      kind: 'no_answer',
      message: 'The connection to cloud.example broke (ECONNRESET)',
    });
  });
});

test('a message is one well-formed line of at most 200 characters', () => {
  const message = cleanMessage(`\u0007 a\r\n\u2028b\u0085 ${'x'.repeat(195)}🚀`);
  expect(message).toBe(`a b ${'x'.repeat(195)}…`);
  expect(cleanMessage(`${'x'.repeat(198)}🚀🚀`)).toBe(`${'x'.repeat(198)}\ufffd…`);
});
