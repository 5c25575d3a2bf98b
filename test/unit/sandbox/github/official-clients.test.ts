import { Webhooks } from '@octokit/webhooks';
import { expect, test } from 'vitest';
import { PLACE, startSandbox, startWithOctokit } from './github-client.ts';

test("GitHub's own client reads and writes check runs as on GitHub Enterprise Server", async () => {
  const { sandbox, repository, octokit } = await startWithOctokit();
  const sha = sandbox.branches.head(repository.fullName);
  const { data: created } = await octokit.rest.checks.create({
    ...PLACE,
    name: 'Deploy',
    head_sha: sha,
    status: 'in_progress',
    external_id: 'w/d',
    output: { title: 'Running', summary: 'now' },
  });
  await octokit.rest.checks.update({ ...PLACE, check_run_id: created.id, conclusion: 'success' });
  const runs = await octokit.paginate(octokit.rest.checks.listForRef, {
    ...PLACE,
    ref: 'main',
    filter: 'all',
  });
  expect(runs).toMatchObject([
    { id: created.id, external_id: 'w/d', status: 'completed', conclusion: 'success' },
  ]);
  const refused = octokit.rest.repos.update({ ...PLACE, description: 'x' });
  await expect(refused).rejects.toMatchObject({ status: 404 });
});

test("GitHub's own library takes the signatures of the deliveries", async () => {
  const { sandbox, repository } = await startSandbox();
  sandbox.branches.push({ repository: repository.fullName, files: { a: 'ü' } });
  const push = sandbox.hook.deliveries.find((one) => one.event === 'push');
  const signature = push?.headers['x-hub-signature-256'] ?? '';
  const body = push?.body ?? '';
  expect(await new Webhooks({ secret: sandbox.app.webhookSecret }).verify(body, signature)).toBe(true);
  expect(await new Webhooks({ secret: 'another' }).verify(body, signature)).toBe(false);
});
