import { afterEach, beforeEach, expect, test } from 'vitest';
import { HttpService } from '../../../../sandbox/http/http-service.ts';
import { createRunReader } from '../../../../src/cli/wait/read-check-runs.ts';

let github: HttpService;
let answer: { status: number; headers?: Record<string, string>; body: object };

beforeEach(async () => {
  github = new HttpService({ notFound: () => answer });
  await github.start();
});

afterEach(() => github.stop());

const read = () =>
  createRunReader(
    { token: 't', apiUrl: github.origin },
    {
      owner: 'acme',
      repo: 'data',
      sha: 'a1b2c3d',
    },
  )();

const inTwoMinutes = () => String(Math.ceil(Date.now() / 1_000) + 120);
const LIMITED = { message: 'API rate limit exceeded for installation ID 1.' };
const SECONDARY = { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' };

test.each([
  [
    'that of an hour',
    () => ({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inTwoMinutes() }),
    LIMITED,
    120_000,
  ],
  ['a secondary one with a time', () => ({ 'retry-after': '90' }), SECONDARY, 90_000],
  ['a secondary one without a time', () => ({}), SECONDARY, 60_000],
])('waits as long as a limit asks for: %s', async (_, headers, body, leastMs) => {
  answer = { status: 403, headers: headers(), body };
  const result = await read();
  expect(result).toMatchObject({
    kind: 'again',
    problem: expect.stringContaining(body.message.slice(0, 20)),
  });
  expect(result.kind === 'again' && result.afterMs).toBeGreaterThanOrEqual(leastMs);
});

test.each([401, 403, 404, 422])('%i is final, an error of GitHub is not', async (status) => {
  answer = { status, body: { message: 'no' } };
  expect(await read()).toEqual({ kind: 'final', problem: `GitHub answered ${status}: no` });
  answer = { status: 503, body: { message: 'no' } };
  expect(await read()).toMatchObject({ kind: 'again', afterMs: 0 });
});
