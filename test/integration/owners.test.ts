import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { World } from './world.ts';

let world: World;
let directory: string;

function writeFile(entry: readonly string[]): void {
  const lines = ['accounts:', '  acme:', ...entry.map((line) => `    ${line}`), ''];
  writeFileSync(join(directory, 'accounts.yml'), lines.join('\n'));
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  world = await World.open({
    env: ({ meltano }) => {
      writeFile([`token: \${ACME_TOKEN}`, `api_url: ${meltano.apiUrl}`]);
      return {
        ACCOUNTS_FILE: join(directory, 'accounts.yml'),
        MELTANO_API_TOKEN: '',
        ACME_TOKEN: meltano.token,
      };
    },
  });
  world.meltano.script = () => ({ queuedMs: 20, steps: [], endAfterMs: 20 });
});

afterEach(async () => {
  await world.close();
  rmSync(directory, { recursive: true });
});

function push(repository: string): string {
  return world.github.branches.push({ repository, files: { 'meltano.yml': crypto.randomUUID() } }).after;
}

function untilDeployed(repository: string, sha: string) {
  return world.until(
    () => world.github.checks.runs(repository, sha)[0]?.conclusion === 'success',
    `the deployment of ${repository}`,
  );
}

test('a renamed account keeps its credentials, and the next owner of its login gets none until the operator names an id', async () => {
  const { github, meltano, app } = world;
  await untilDeployed('acme/data', push('acme/data'));
  const { workspace } = world;
  github.people.rename('acme', 'acme-inc');
  await untilDeployed('acme-inc/data', push('acme-inc/data'));

  // A workspace of the renamed account, without a push so far, names a repository by the old login.
  const loot = meltano.addWorkspace({ name: 'Loot', repositoryUrl: app.sandbox.repositoryUrl('acme/loot') });
  github.installations.add({ account: 'acme' });
  github.repositories.add({ fullName: 'acme/loot', private: true, files: { 'meltano.yml': '1' } });
  github.people.setRole('acme/loot', { login: 'mallory', role: 'admin' });
  const id = github.people.id('acme');
  const stolen = push('acme/loot');
  await world.untilLogged('Delivery handled: nothing to deploy', { noop: 'login_taken', accountId: id });
  const { conversations } = github;
  const { number } = conversations.openIssue({ repository: 'acme/loot', author: 'mallory' });
  conversations.comment({ repository: 'acme/loot', number, body: '/meltano why', author: 'mallory' });
  const reply = await world.until(
    () => conversations.comments('acme/loot', number).find((one) => one.viaApp),
    'the answer',
  );
  expect(reply.body).toContain('belonged to another GitHub account before');
  expect(reply.body).toContain(String(id));
  expect(github.checks.runs('acme/loot', stolen)).toEqual([]);
  expect(meltano.jobsOf(loot)).toEqual([]);
  const before = meltano.jobsOf(workspace).length;

  writeFile([`token: \${ACME_TOKEN}`, `api_url: ${meltano.apiUrl}`, `id: ${id}`]);
  app.service.reload();
  await untilDeployed('acme/loot', push('acme/loot'));
  const unserved = push('acme-inc/data');
  await world.untilLogged('Delivery handled: nothing to deploy', { noop: 'account_not_served' });
  expect(github.checks.runs('acme-inc/data', unserved)).toEqual([]);
  expect(meltano.jobsOf(workspace)).toHaveLength(before);
});
