import { expect, test } from 'vitest';
import { checkApp } from '../../../../src/cli/doctor/check-app.ts';
import { describeError, type GitHubConnection } from '../../../../src/cli/doctor/connect-github.ts';
import { renderFinding } from '../../../../src/cli/doctor/finding.ts';
import { readManifest } from '../../../../src/cli/doctor/read-manifest.ts';
import type { Configuration } from '../../../../src/config/environment.ts';
import { listSubscriptions } from '../../../../src/intake/events.ts';

const MANIFEST = readManifest();
const GITHUB = { webUrl: 'https://github.com', appId: 7 } as Configuration['github'];

async function check(app: unknown): Promise<{ lines: string[]; settingsUrl: string | null }> {
  const getAuthenticated = async () => ({ data: app });
  const connection = { app: { rest: { apps: { getAuthenticated } } } } as unknown as GitHubConnection;
  const { findings, settingsUrl } = await checkApp(connection, GITHUB, MANIFEST);
  return { lines: findings.map(renderFinding), settingsUrl };
}

const APP = {
  id: 7,
  slug: 'deploy',
  name: 'Deploy',
  permissions: MANIFEST.permissions,
  events: listSubscriptions(),
};

test.each([
  ['nobody', null, 'https://github.com/settings/apps/deploy'],
  ['a person', { login: 'ana', type: 'User' }, 'https://github.com/settings/apps/deploy'],
  ['an enterprise', { slug: 'corp', name: 'Corp' }, 'https://github.com/settings/apps/deploy'],
  [
    'an organization',
    { login: 'acme', type: 'Organization' },
    'https://github.com/organizations/acme/settings/apps/deploy',
  ],
])('an App that belongs to %s is fine', async (_, owner, settingsUrl) => {
  const look = await check({ ...APP, owner });
  expect(look.settingsUrl).toBe(settingsUrl);
  expect(look.lines.filter((line) => line.startsWith('✗'))).toEqual([]);
});

test('an App without permissions and events lacks them, and nothing is blamed on the network', async () => {
  const { lines } = await check({ id: 7, name: 'Deploy', owner: null });
  const wrong = lines.filter((line) => line.startsWith('✗'));
  expect(wrong).toHaveLength(2);
  expect(wrong.join('\n')).toMatch(/permissions[\s\S]*events/);
  expect(wrong.join('\n')).not.toMatch(/network/);
});

test.each([null, undefined, {}, ''])('an answer of %j is none of GitHub', async (answer) => {
  const { lines, settingsUrl } = await check(answer);
  expect(settingsUrl).toBeNull();
  expect(lines.join('\n')).toContain('answered without an App');
});

test('a fault of our own is not told as an answer that never came', () => {
  expect(describeError(new TypeError('x is null'))).toBe(
    "the doctor can't use GitHub's response (x is null)",
  );
  const offline = Object.assign(new Error('fetch failed'), { status: 500, cause: { code: 'ENOTFOUND' } });
  expect(describeError(offline)).toBe('GitHub did not answer (ENOTFOUND)');
});
