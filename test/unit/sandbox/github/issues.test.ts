import { expect, test } from 'vitest';
import { PLACE, startWithOctokit } from './github-client.ts';

test('the app opens, edits, closes and reopens an issue, and finds it again', async () => {
  const { sandbox, octokit } = await startWithOctokit();
  sandbox.people.setRole('acme/data', { login: 'ana', role: 'write' });
  const { data } = await octokit.rest.issues.create({
    ...PLACE,
    title: 'Broken',
    labels: ['x'],
    assignees: ['ana'],
  });
  expect(data).toMatchObject({ state: 'open', labels: [{ name: 'x' }], assignees: [{ login: 'ana' }] });
  expect(data.performed_via_github_app).not.toBeNull();
  const at = { ...PLACE, issue_number: data.number };
  const closed = await octokit.rest.issues.update({ ...at, body: 'Done', state: 'closed' });
  expect(closed.data).toMatchObject({ state: 'closed', state_reason: 'completed', body: 'Done' });
  const reopened = await octokit.rest.issues.update({ ...at, state: 'open', state_reason: 'reopened' });
  expect(reopened.data).toMatchObject({ state: 'open', state_reason: 'reopened', closed_at: null });
  sandbox.conversations.openIssue({ repository: 'acme/data', author: 'ana' });
  const creator = `${sandbox.app.slug}[bot]`;
  const own = await octokit.rest.issues.listForRepo({ ...PLACE, creator, state: 'all' });
  expect(own.data.map(({ number }) => number)).toEqual([data.number]);
  expect(sandbox.refusals).toEqual([]);
});

test.each([
  ['a blank title', { title: ' ' }],
  ['a title that is too long', { title: 'x'.repeat(257) }],
  ['a body that is too long', { body: 'x'.repeat(65_537) }],
  ['an assignee who is nobody here', { assignees: ['eve'] }],
  ['an unknown key', { colour: 'red' }],
])('%s is refused', async (_, differences) => {
  const { sandbox, octokit } = await startWithOctokit();
  const created = octokit.rest.issues.create({ ...PLACE, title: 'Broken', ...differences });
  await expect(created).rejects.toMatchObject({ status: 422 });
  expect(sandbox.conversations.ownIssues('acme/data')).toEqual([]);
});

test('an unknown reason for a state is refused', async () => {
  const { octokit } = await startWithOctokit();
  const { data } = await octokit.rest.issues.create({ ...PLACE, title: 'Broken' });
  const edit = {
    ...PLACE,
    issue_number: data.number,
    state: 'closed',
    state_reason: 'solved' as 'completed',
  } as const;
  await expect(octokit.rest.issues.update(edit)).rejects.toMatchObject({ status: 422 });
});

test('disabled issues are gone: 410; a deleted one too, and a transferred one has moved', async () => {
  const { sandbox, octokit } = await startWithOctokit();
  sandbox.repositories.add({ fullName: 'acme/other' });
  const { data } = await octokit.rest.issues.create({ ...PLACE, title: 'Broken' });
  const at = { ...PLACE, issue_number: data.number };
  sandbox.repositories.setHasIssues('acme/data', false);
  await expect(octokit.rest.issues.create({ ...PLACE, title: 'x' })).rejects.toMatchObject({ status: 410 });
  await expect(octokit.rest.issues.listForRepo(PLACE)).rejects.toMatchObject({ status: 410 });
  sandbox.repositories.setHasIssues('acme/data', true);
  sandbox.conversations.transferIssue('acme/data', data.number, 'acme/other');
  const moved = await octokit.rest.issues.get(at);
  expect(moved.data.repository_url).toMatch(/\/acme\/other$/);
  const second = await octokit.rest.issues.create({ ...PLACE, title: 'Again' });
  sandbox.conversations.deleteIssue('acme/data', second.data.number);
  const gone = octokit.rest.issues.get({ ...PLACE, issue_number: second.data.number });
  await expect(gone).rejects.toMatchObject({ status: 410 });
});

test('people with a role can be assigned', async () => {
  const { sandbox, octokit } = await startWithOctokit();
  sandbox.people.setRole('acme/data', { login: 'ana', role: 'read' });
  const ask = (assignee: string) => octokit.rest.issues.checkUserCanBeAssigned({ ...PLACE, assignee });
  expect((await ask('ana')).status).toBe(204);
  await expect(ask('eve')).rejects.toMatchObject({ status: 404 });
});
