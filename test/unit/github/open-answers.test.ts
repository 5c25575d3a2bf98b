import { expect, test } from 'vitest';
import { UNKNOWN_OWNER } from '../../../src/domain/owner.ts';
import { RemoteClock } from '../../../src/domain/remote-clock.ts';
import { CheckRuns } from '../../../src/github/check-runs.ts';
import { createDeliveryLog } from '../../../src/github/hook-deliveries.ts';
import { createInstallationReader } from '../../../src/github/installation-reader.ts';
import { REPOSITORY } from '../deploying/reconcile-world.ts';
import { buildRepository } from '../domain/push-builder.ts';
import { APP_ID, connectGitHub, type GitHub, SHA } from './octokit-setup.ts';

const githubClock = new RemoteClock({ now: Date.now, elapsed: () => performance.now() });

function readInstallations({ getOctokit, getAppOctokit }: GitHub) {
  return createInstallationReader({ getOctokit, getAppOctokit });
}

async function listDeliveries(log: ReturnType<typeof createDeliveryLog>): Promise<string[]> {
  const guids: string[] = [];
  for await (const page of log.listSince(0)) guids.push(...page.map(({ guid }) => guid));
  return guids;
}

test.each([404, 405, 410, 501])('a server without a log of deliveries (%i) is said once', async (status) => {
  const github = connectGitHub();
  const path = '/app/hook/deliveries?per_page=100';
  const warnings: unknown[] = [];
  const log = createDeliveryLog(github.getForApp, {
    githubClock,
    log: { warn: (fields: unknown) => void warnings.push(fields) },
  });
  github.scope.get(path).twice().reply(status, { message: 'Not Found' });
  expect([await listDeliveries(log), await listDeliveries(log)]).toEqual([[], []]);
  expect(warnings).toEqual([{ status }]);
  // A delivery may have no action, and the log may come back, and go again.
  github.scope
    .get(path)
    .reply(200, [{ id: 1, guid: 'g', delivered_at: '2026-06-10T07:13:39Z', event: 'push' }]);
  expect(await listDeliveries(log)).toEqual(['g']);
  github.scope.get(path).reply(status, {});
  await listDeliveries(log);
  expect(warnings).toHaveLength(2);
});

test('any other answer of that log is an error', async () => {
  const github = connectGitHub();
  github.scope.get('/app/hook/deliveries?per_page=100').reply(403, { message: 'Forbidden' });
  const log = createDeliveryLog(github.getForApp, { githubClock, log: { warn: () => undefined } });
  await expect(listDeliveries(log)).rejects.toMatchObject({ status: 403 });
});

test('installations without an account or a time of suspension, and repositories without an owner, are read', async () => {
  const github = connectGitHub();
  github.scope.get('/app/installations?per_page=100').reply(200, [
    { id: 1, account: null },
    { id: 2, account: { id: 7, slug: 'corp' }, suspended_at: null },
  ]);
  const reader = readInstallations(github);
  expect(await reader.listInstallations()).toEqual([
    { id: 1, owner: { id: UNKNOWN_OWNER, login: '' } },
    { id: 2, owner: { id: 7, login: 'corp' } },
  ]);
  const repository = { id: 9, name: 'data', full_name: 'acme/data', private: true, default_branch: 'main' };
  github.scope.get('/installation/repositories?per_page=100').reply(200, {
    total_count: 2,
    repositories: [{ ...repository, owner: null, pushed_at: null }, repository],
  });
  const found = [];
  for await (const page of reader.listRepositories(1)) found.push(...page);
  const expected = {
    repository: buildRepository({ id: 9, ownerId: UNKNOWN_OWNER }),
    pushedAt: 0,
  };
  expect(found).toEqual([expected, expected]);
});

test('a check run without output, times or conclusion is read', async () => {
  const github = connectGitHub();
  const api = new CheckRuns({ getOctokit: github.getOctokit, appId: APP_ID, now: Date.now });
  const run = { id: 3, name: 'x', head_sha: SHA, status: 'queued', html_url: null, external_id: null };
  github.scope
    .get(`/repos/acme/data/commits/${SHA}/check-runs`)
    .query(true)
    .reply(200, { total_count: 1, check_runs: [run] });
  expect(await api.listRuns(REPOSITORY, SHA)).toEqual([
    {
      id: 3,
      url: null,
      name: 'x',
      externalId: null,
      conclusion: null,
      title: null,
      startedAt: null,
      completedAt: null,
    },
  ]);
  github.scope.get('/repos/acme/data/check-runs/3').reply(200, run);
  expect(await api.countAnnotations(REPOSITORY, 3)).toEqual({ ok: true, value: 0 });
});
