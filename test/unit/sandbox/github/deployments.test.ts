import { expect, test } from 'vitest';
import { PLACE, startWithOctokit } from './github-client.ts';

const WANTED = { ...PLACE, environment: 'prod', auto_merge: false, required_contexts: [] };

test('a deployment is created, listed by commit and environment, and has statuses', async () => {
  const { sandbox, octokit } = await startWithOctokit();
  const ref = sandbox.branches.head('acme/data');
  const { data } = await octokit.rest.repos.createDeployment({
    ...WANTED,
    ref,
    payload: { deployment: 'x' },
  });
  if (!('id' in data)) throw new Error('No deployment');
  expect(data).toMatchObject({ sha: ref, environment: 'prod', payload: { deployment: 'x' } });
  const at = { ...PLACE, deployment_id: data.id };
  await octokit.rest.repos.createDeploymentStatus({ ...at, state: 'queued' });
  await octokit.rest.repos.createDeploymentStatus({ ...at, state: 'success', description: 'Done' });
  const statuses = await octokit.rest.repos.listDeploymentStatuses(at);
  expect(statuses.data.map(({ state }) => state)).toEqual(['success', 'queued']);
  const found = await octokit.rest.repos.listDeployments({ ...PLACE, sha: ref, environment: 'prod' });
  expect(found.data.map(({ id }) => id)).toEqual([data.id]);
  const none = await octokit.rest.repos.listDeployments({ ...PLACE, sha: ref, environment: 'dev' });
  expect(none.data).toEqual([]);
  expect(sandbox.refusals).toEqual([]);
});

test.each([
  ['that merges', { auto_merge: true }, 409],
  ['that merges by default', { auto_merge: undefined }, 409],
  ['that waits for all checks', { required_contexts: undefined }, 409],
  ['with a description that is too long', { description: 'x'.repeat(141) }, 422],
])('one %s is refused', async (_, differences, status) => {
  const { sandbox, octokit } = await startWithOctokit();
  const ref = sandbox.branches.head('acme/data');
  const body = { ...WANTED, ref, ...differences } as typeof WANTED & { ref: string };
  await expect(octokit.rest.repos.createDeployment(body)).rejects.toMatchObject({ status });
  expect(sandbox.repositories.deployments('acme/data')).toEqual([]);
});

test('a status that GitHub does not know is refused', async () => {
  const { sandbox, octokit } = await startWithOctokit();
  const { data } = await octokit.rest.repos.createDeployment({
    ...WANTED,
    ref: sandbox.branches.head('acme/data'),
  });
  if (!('id' in data)) throw new Error('No deployment');
  const status = { ...PLACE, deployment_id: data.id, state: 'skipped' as 'success' };
  await expect(octokit.rest.repos.createDeploymentStatus(status)).rejects.toMatchObject({ status: 422 });
});
