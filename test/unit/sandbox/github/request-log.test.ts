import { expect, test } from 'vitest';
import { PLACE, startWithOctokit } from './github-client.ts';

test('requests are counted by route and by kind, from a moment on', async () => {
  const { sandbox, octokit, repository, call } = await startWithOctokit();
  expect(sandbox.requests.countKinds()).toEqual({ token: 1 });
  const { conversations } = sandbox;
  conversations.openIssue({ repository: repository.fullName });
  const { comment } = conversations.comment({
    repository: repository.fullName,
    number: 1,
    body: '/redeploy',
  });
  await octokit.rest.issues.get({ ...PLACE, issue_number: 1 });
  const since = sandbox.requests.length;
  const there = { ...PLACE, comment_id: comment.id };
  await octokit.rest.repos.getCollaboratorPermissionLevel({ ...PLACE, username: 'octocat' });
  await call('GET', `/repositories/${repository.id}/contents/meltano.yml`);
  await octokit.rest.repos.getContent({ ...PLACE, path: 'meltano.yml' });
  const { data: eyes } = await octokit.rest.reactions.createForIssueComment({ ...there, content: 'eyes' });
  const reply = await octokit.rest.issues.createComment({ ...PLACE, issue_number: 1, body: 'Queued' });
  await octokit.rest.issues.updateComment({ ...PLACE, comment_id: reply.data.id, body: 'Running' });
  await octokit.rest.reactions.deleteForIssueComment({ ...there, reaction_id: eyes.id });
  await call('PATCH', '/repos/acme/data/nothing');
  expect(sandbox.requests.countKinds(since)).toEqual({
    read: 3,
    reaction: 1,
    comment: 1,
    'comment edit': 1,
    'reaction removal': 1,
    other: 1,
  });
  expect(sandbox.requests.countRoutes(since)).toMatchObject({
    'GET /repos/{owner}/{repo}/contents/{path}': 2,
    'GET /repos/{owner}/{repo}/collaborators/{username}/permission': 1,
    'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}': 1,
    'PATCH (unknown)': 1,
  });
  expect(sandbox.requests.all.at(-1)).toMatchObject({ path: '/api/v3/repos/acme/data/nothing', status: 404 });
});
