import { Octokit } from '@octokit/rest';
import { Webhooks } from '@octokit/webhooks';
import { expect, test } from 'vitest';
import { startSandbox } from './github-client.ts';

test("GitHub's own client reads and writes check runs as on GitHub Enterprise Server", async () => {
  const { sandbox, repository, token } = await startSandbox();
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const octokit = new Octokit({ auth: token, baseUrl: `${sandbox.origin}/api/v3`, log: quiet });
  const place = { owner: 'acme', repo: 'data' };
  const sha = sandbox.head(repository.fullName);
  const { data: created } = await octokit.rest.checks.create({
    ...{ ...place, name: 'Deploy', head_sha: sha, status: 'in_progress', external_id: 'w/d' },
    output: { title: 'Running', summary: 'now' },
  });
  await octokit.rest.checks.update({ ...place, check_run_id: created.id, conclusion: 'success' });
  const runs = await octokit.paginate(octokit.rest.checks.listForRef, {
    ...place,
    ref: 'main',
    filter: 'all',
  });
  expect(runs).toMatchObject([
    { id: created.id, external_id: 'w/d', status: 'completed', conclusion: 'success' },
  ]);
  const refused = octokit.rest.repos.update({ ...place, description: 'x' });
  await expect(refused).rejects.toMatchObject({ status: 404 });
});

test("GitHub's own library takes the signatures of the deliveries", async () => {
  const { sandbox, repository } = await startSandbox();
  sandbox.push({ repository: repository.fullName, files: { a: 'ü' } });
  const push = sandbox.deliveries.find((one) => one.event === 'push');
  const signature = push?.headers['x-hub-signature-256'] ?? '';
  const body = push?.body ?? '';
  expect(await new Webhooks({ secret: sandbox.app.webhookSecret }).verify(body, signature)).toBe(true);
  expect(await new Webhooks({ secret: 'another' }).verify(body, signature)).toBe(false);
});
