import nock from 'nock';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { API, connectGitHub } from '../github/octokit-setup.ts';

const HOUR_S = 3_600;
const claimsSchema = z.object({ iat: z.number() });

/** GitHub's clock is an hour behind: it refuses the app's JWT once and says why, with its own date. */
test('a clock that is wrong costs one refused JWT: Octokit corrects it by the date of the refusal', async () => {
  const github = connectGitHub();
  nock.cleanAll();
  const issued = new Set<number>();
  const noteJwt = (header: string | null) => {
    const claims = Buffer.from((header ?? '').split('.')[1] ?? '', 'base64url').toString();
    issued.add(claimsSchema.parse(JSON.parse(claims)).iat);
    return true;
  };
  const tokens = nock(API, { reqheaders: { authorization: noteJwt } });
  const path = '/app/installations/1/access_tokens';
  const message = "'Expiration time' claim ('exp') is too far in the future";
  const date = new Date(Date.now() - HOUR_S * 1000).toUTCString();
  tokens.post(path).reply(401, { message }, { date });
  const expires = new Date(Date.now() + HOUR_S * 1000).toISOString();
  tokens.post(path).reply(201, { token: 'token', expires_at: expires, permissions: {} });
  github.scope.get('/repos/acme/data').reply(200, {});
  const octokit = await github.getOctokit(1);
  expect((await octokit.request('GET /repos/acme/data')).status).toBe(200);
  const [first = 0, second = 0] = issued;
  expect(Math.abs(first - second - HOUR_S)).toBeLessThan(60);
});
