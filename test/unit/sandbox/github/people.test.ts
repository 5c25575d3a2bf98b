import { expect, test } from 'vitest';
import type { BaseRole } from '../../../../sandbox/github/model.ts';
import { PLACE, startWithOctokit } from './github-client.ts';

const ALL = { admin: true, maintain: true, push: true, triage: true, pull: true };

test.each<[BaseRole, string, object]>([
  ['admin', 'admin', ALL],
  ['maintain', 'write', { ...ALL, admin: false }],
  ['write', 'write', { ...ALL, admin: false, maintain: false }],
  ['triage', 'read', { ...ALL, admin: false, maintain: false, push: false }],
  ['read', 'read', { ...ALL, admin: false, maintain: false, push: false, triage: false }],
  ['none', 'none', { admin: false, maintain: false, push: false, triage: false, pull: false }],
])('a person with the role %s', async (role, permission, permissions) => {
  const { sandbox, octokit } = await startWithOctokit();
  sandbox.people.setRole('acme/data', { login: 'Ana', role });
  const { data } = await octokit.rest.repos.getCollaboratorPermissionLevel({ ...PLACE, username: 'ana' });
  expect(data).toMatchObject({
    permission,
    role_name: role,
    user: { login: 'Ana', type: 'User', role_name: role, permissions },
  });
});

test('a custom role has a name of its own and the rights of its base', async () => {
  const { sandbox, octokit } = await startWithOctokit();
  sandbox.people.setRole('acme/data', { login: 'ana', role: 'write', customName: 'data-steward' });
  const { data } = await octokit.rest.repos.getCollaboratorPermissionLevel({ ...PLACE, username: 'ana' });
  expect(data).toMatchObject({ permission: 'write', role_name: 'data-steward' });
  expect(data.user).toMatchObject({
    role_name: 'data-steward',
    permissions: { push: true, maintain: false },
  });
});

test('a stranger reads a public repository and sees nothing of a private one', async () => {
  const { sandbox, octokit } = await startWithOctokit();
  sandbox.people.setRole('acme/data', { login: 'ana', role: 'admin' });
  sandbox.repositories.add({ fullName: 'acme/secret', private: true });
  const ask = async (repo: string) => {
    const where = { owner: 'acme', repo, username: 'ana' };
    return (await octokit.rest.repos.getCollaboratorPermissionLevel(where)).data;
  };
  sandbox.repositories.add({ fullName: 'acme/open' });
  expect(await ask('open')).toMatchObject({ permission: 'read', user: { permissions: { pull: true } } });
  expect(await ask('secret')).toMatchObject({ permission: 'none', user: { permissions: { pull: false } } });
});

test('who has left is not a user any more', async () => {
  const { sandbox, octokit } = await startWithOctokit();
  const { conversations } = sandbox;
  conversations.openIssue({ repository: 'acme/data' });
  const { comment } = conversations.comment({ repository: 'acme/data', number: 1, body: 'x', author: 'ana' });
  sandbox.people.remove('Ana');
  const asked = octokit.rest.repos.getCollaboratorPermissionLevel({ ...PLACE, username: 'ana' });
  await expect(asked).rejects.toMatchObject({ status: 404 });
  const { data } = await octokit.rest.issues.getComment({ ...PLACE, comment_id: comment.id });
  expect(data.user?.login).toBe('ana');
  expect(sandbox.refusals).toEqual([]);
});

test.each([['nobody'], ['meltano-deploy[bot]']])('%s is not a user', async (username) => {
  const { sandbox, octokit } = await startWithOctokit();
  sandbox.branches.push({
    repository: 'acme/data',
    files: { a: 'a' },
    sender: { login: 'meltano-deploy[bot]' },
  });
  const asked = octokit.rest.repos.getCollaboratorPermissionLevel({ ...PLACE, username });
  await expect(asked).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining(`${username} is not a user`),
  });
});
