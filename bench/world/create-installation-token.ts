import { createSign } from 'node:crypto';
import type { Sandbox } from '../../sandbox/sandbox.ts';

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Creates an installation token like any GitHub App. */
export async function createInstallationToken({ github }: Sandbox, account: string): Promise<string> {
  const installation = github.installations.list().find((one) => one.account === account);
  const now = Math.floor(Date.now() / 1000);
  const claims = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iat: now - 30, exp: now + 540, iss: github.app.id })}`;
  const signature = createSign('RSA-SHA256').update(claims).sign(github.app.privateKey, 'base64url');
  const response = await fetch(
    `${github.origin}/api/v3/app/installations/${installation?.id}/access_tokens`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${claims}.${signature}`, accept: 'application/vnd.github+json' },
    },
  );
  const { token } = (await response.json()) as { token?: string };
  if (!token) throw new Error(`There is no token for ${account} (${response.status}).`);
  return token;
}
