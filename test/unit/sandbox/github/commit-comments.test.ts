import { expect, test } from 'vitest';
import { PLACE, startWithOctokit } from './github-client.ts';

const repository = 'acme/data';

test('a comment on a commit is created with contents: read, told, and listed', async () => {
  const { sandbox, octokit } = await startWithOctokit();
  const sha = sandbox.branches.head(repository);
  const { comment } = sandbox.conversations.commentOnCommit({
    repository,
    sha,
    body: '/redeploy',
    author: 'ana',
  });
  const { data } = await octokit.rest.repos.createCommitComment({ ...PLACE, commit_sha: sha, body: 'Done' });
  expect(data).toMatchObject({ body: 'Done', commit_id: sha, path: null, user: { type: 'Bot' } });
  const list = { ...PLACE, commit_sha: sha, per_page: 1 };
  const all = await octokit.paginate(octokit.rest.repos.listCommentsForCommit, list);
  expect(all.map(({ body }) => body)).toEqual(['/redeploy', 'Done']);
  const one = await octokit.rest.repos.getCommitComment({ ...PLACE, comment_id: comment.id });
  expect(one.data).toMatchObject({ body: '/redeploy', user: { login: 'ana' } });
  expect(sandbox.hook.deliveries.map(({ event, action }) => `${event}.${action}`)).toEqual([
    'commit_comment.created',
    'commit_comment.created',
  ]);
  expect(sandbox.hook.deliveries[0]?.payload).toMatchObject({
    comment: { id: comment.id, commit_id: sha, body: '/redeploy', user: { login: 'ana' } },
    repository: { full_name: repository },
    sender: { login: 'ana' },
  });
  expect(sandbox.conversations.commitComments(repository, sha)).toHaveLength(2);
  expect(sandbox.refusals).toEqual([]);
});

test('to change one or to react takes contents: write, which the app has not', async () => {
  const { sandbox, octokit } = await startWithOctokit();
  const commit_sha = sandbox.branches.head(repository);
  const { data } = await octokit.rest.repos.createCommitComment({ ...PLACE, commit_sha, body: 'Done' });
  const own = { ...PLACE, comment_id: data.id };
  const refused = { status: 403, message: expect.stringContaining('Resource not accessible by integration') };
  await expect(octokit.rest.repos.updateCommitComment({ ...own, body: 'x' })).rejects.toMatchObject(refused);
  await expect(octokit.rest.repos.deleteCommitComment(own)).rejects.toMatchObject(refused);
  const reaction = octokit.rest.reactions.createForCommitComment({ ...own, content: 'eyes' });
  await expect(reaction).rejects.toMatchObject(refused);
  expect(sandbox.refusals).toHaveLength(3);
});

test('a commit that nobody pushed takes no comment', async () => {
  const { octokit, sandbox } = await startWithOctokit();
  const comment = { ...PLACE, commit_sha: 'e'.repeat(40), body: 'x' };
  await expect(octokit.rest.repos.createCommitComment(comment)).rejects.toMatchObject({ status: 404 });
  const own = { repository, sha: 'e'.repeat(40), body: 'x' };
  expect(() => sandbox.conversations.commentOnCommit(own)).toThrow('has no commit');
});
