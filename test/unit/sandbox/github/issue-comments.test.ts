import { describe, expect, test } from 'vitest';
import { PLACE, startWithOctokit } from './github-client.ts';

const repository = 'acme/data';
const LOCKED = expect.stringContaining('because issue is locked');

async function startWithComment(options?: Parameters<typeof startWithOctokit>[0]) {
  const started = await startWithOctokit(options);
  const { conversations } = started.sandbox;
  const issue = conversations.openIssue({ repository, title: 'It is late', author: 'ana' });
  const { comment } = conversations.comment({
    repository,
    number: issue.number,
    body: '/redeploy',
    author: 'ana',
  });
  const here = { ...PLACE, issue_number: issue.number };
  return { ...started, conversations, issue, comment, here, there: { ...PLACE, comment_id: comment.id } };
}

describe('a comment on an issue', () => {
  test('is delivered with its issue, its author and no app', async () => {
    const { sandbox, octokit, comment, there, here } = await startWithComment();
    const { data } = await octokit.rest.issues.getComment(there);
    expect(data).toMatchObject({ body: '/redeploy', user: { login: 'ana' }, performed_via_github_app: null });
    const { data: issue } = await octokit.rest.issues.get(here);
    expect(issue).toMatchObject({
      number: 1,
      title: 'It is late',
      state: 'open',
      locked: false,
      comments: 1,
    });
    expect(issue.pull_request).toBeUndefined();
    const [delivery] = sandbox.hook.deliveries;
    expect(delivery).toMatchObject({ event: 'issue_comment', action: 'created' });
    expect(delivery?.payload).toMatchObject({
      comment: { id: comment.id, body: '/redeploy', performed_via_github_app: null },
      issue: { number: 1, html_url: `${sandbox.origin}/acme/data/issues/1` },
      repository: { full_name: 'acme/data' },
      installation: { id: sandbox.installations.list()[0]?.id },
      sender: { login: 'ana', type: 'User' },
    });
  });

  test('by the app comes back to it as the comment of a bot', async () => {
    const { sandbox, octokit, here } = await startWithComment();
    const { data } = await octokit.rest.issues.createComment({ ...here, body: 'Done' });
    expect(data).toMatchObject({
      user: { login: 'meltano-deploy[bot]', type: 'Bot' },
      performed_via_github_app: { id: sandbox.app.id, slug: 'meltano-deploy' },
    });
    await octokit.rest.issues.updateComment({ ...PLACE, comment_id: data.id, body: 'Done again' });
    await octokit.rest.issues.deleteComment({ ...PLACE, comment_id: data.id });
    const [, ...own] = sandbox.hook.deliveries;
    expect(own.map(({ event, action }) => `${event}.${action}`)).toEqual([
      'issue_comment.created',
      'issue_comment.edited',
      'issue_comment.deleted',
    ]);
    for (const { payload } of own) expect(payload).toMatchObject({ sender: { type: 'Bot' } });
    expect(own[0]?.payload).not.toHaveProperty('changes');
    expect(own[1]?.payload).toMatchObject({
      changes: { body: { from: 'Done' } },
      comment: { body: 'Done again', performed_via_github_app: { id: sandbox.app.id } },
    });
    await expect(octokit.rest.issues.getComment({ ...PLACE, comment_id: data.id })).rejects.toMatchObject({
      status: 404,
    });
    expect(sandbox.refusals).toEqual([]);
  });

  test('of another is not the app’s to edit or delete', async () => {
    const { sandbox, octokit, there, comment } = await startWithComment();
    const edited = octokit.rest.issues.updateComment({ ...there, body: 'x' });
    await expect(edited).rejects.toMatchObject({ status: 403 });
    await expect(octokit.rest.issues.deleteComment(there)).rejects.toMatchObject({ status: 403 });
    expect(comment.body).toBe('/redeploy');
    expect(sandbox.refusals).toHaveLength(2);
  });

  test.each([
    ['a'.repeat(65_536), 201],
    ['😀'.repeat(65_536), 201],
    ['a'.repeat(65_537), 422],
    ['  ', 422],
    ['cut \ud83d', 422],
    [undefined, 422],
    [7, 422],
  ])('has a body within limits (case %#)', async (body, status) => {
    const { sandbox, conversations, call } = await startWithComment();
    const answer = await call('POST', '/repos/acme/data/issues/1/comments', { body });
    expect(answer.status).toBe(status);
    expect(conversations.comments(repository, 1)).toHaveLength(status === 201 ? 2 : 1);
    expect(sandbox.refusals).toHaveLength(status === 201 ? 0 : 1);
  });

  test('that is too long is refused in GitHub’s words', async () => {
    const { call } = await startWithComment();
    const answer = await call('POST', '/repos/acme/data/issues/1/comments', { body: 'a'.repeat(65_537) });
    expect(answer.body).toMatchObject({
      message: 'Validation Failed',
      errors: [{ resource: 'IssueComment', message: 'Body is too long (maximum is 65536 characters)' }],
    });
  });

  test('can be missing for some reads after its event', async () => {
    const { sandbox, conversations, octokit, comment, there } = await startWithComment();
    conversations.hideComment(comment.id, 1);
    await expect(octokit.rest.issues.getComment(there)).rejects.toMatchObject({ status: 404 });
    expect((await octokit.rest.issues.getComment(there)).data.id).toBe(comment.id);
    expect(sandbox.refusals).toEqual([]);
  });
});

test('the comments of an issue are listed page by page, or from a time on', async () => {
  const { conversations, octokit, here, comment } = await startWithComment();
  for (const body of ['two', 'three']) {
    conversations.comment({ repository, number: 1, body, author: 'ana' });
  }
  conversations.openIssue({ repository });
  conversations.comment({ repository, number: 2, body: 'elsewhere' });
  const all = await octokit.paginate(octokit.rest.issues.listComments, { ...here, per_page: 2 });
  expect(all.map(({ body }) => body)).toEqual(['/redeploy', 'two', 'three']);
  comment.updatedAt = Date.parse('2020-01-01T00:00:00Z');
  const since = '2020-01-02T00:00:00Z';
  const { data } = await octokit.rest.issues.listComments({ ...here, since });
  expect(data.map(({ body }) => body)).toEqual(['two', 'three']);
});

test('a locked conversation takes no comment, edit or reaction of the app', async () => {
  const { sandbox, conversations, octokit, here, there } = await startWithComment();
  const { data: own } = await octokit.rest.issues.createComment({ ...here, body: 'mine' });
  conversations.lock(repository, 1);
  expect((await octokit.rest.issues.get(here)).data.locked).toBe(true);
  const refused = { status: 403, message: LOCKED };
  await expect(octokit.rest.issues.createComment({ ...here, body: 'x' })).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('Unable to create comment because issue is locked.'),
  });
  const edit = octokit.rest.issues.updateComment({ ...PLACE, comment_id: own.id, body: 'x' });
  await expect(edit).rejects.toMatchObject(refused);
  const reaction = octokit.rest.reactions.createForIssueComment({ ...there, content: 'eyes' });
  await expect(reaction).rejects.toMatchObject(refused);
  expect(() => conversations.comment({ repository, number: 1, body: 'x', author: 'ana' })).toThrow('ana');
  sandbox.people.setRole(repository, { login: 'ana', role: 'write' });
  conversations.comment({ repository, number: 1, body: 'I may', author: 'ana' });
  conversations.unlock(repository, 1);
  await octokit.rest.reactions.createForIssueComment({ ...there, content: 'eyes' });
  expect(sandbox.refusals).toEqual([]);
});

test('a deleted issue is gone, one that never was is not found', async () => {
  const { conversations, octokit, here, there } = await startWithComment();
  conversations.deleteIssue(repository, 1);
  await expect(octokit.rest.issues.get(here)).rejects.toMatchObject({ status: 410 });
  await expect(octokit.rest.issues.createComment({ ...here, body: 'x' })).rejects.toMatchObject({
    status: 410,
  });
  await expect(octokit.rest.issues.getComment(there)).rejects.toMatchObject({ status: 404 });
  await expect(octokit.rest.issues.get({ ...PLACE, issue_number: 2 })).rejects.toMatchObject({ status: 404 });
  expect(conversations.openIssue({ repository }).number).toBe(2);
});

describe('a reaction', () => {
  test('is there once for each person and kind', async () => {
    const { sandbox, octokit, conversations, comment, there } = await startWithComment();
    conversations.react(comment.id, 'eyes', 'ben');
    const first = await octokit.rest.reactions.createForIssueComment({ ...there, content: 'eyes' });
    const again = await octokit.rest.reactions.createForIssueComment({ ...there, content: 'eyes' });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.data.id).toBe(first.data.id);
    expect(first.data).toMatchObject({ content: 'eyes', user: { login: 'meltano-deploy[bot]' } });
    await octokit.rest.reactions.createForIssueComment({ ...there, content: 'rocket' });
    const { data } = await octokit.rest.issues.getComment(there);
    expect(data.reactions).toMatchObject({ total_count: 3, eyes: 2, rocket: 1, confused: 0 });
    expect(sandbox.hook.deliveries).toHaveLength(1);
  });

  test('is listed page by page, or by kind, and removed again', async () => {
    const { octokit, conversations, comment, there } = await startWithComment();
    conversations.react(comment.id, 'heart', 'ben');
    const { data: own } = await octokit.rest.reactions.createForIssueComment({ ...there, content: 'eyes' });
    const list = octokit.rest.reactions.listForIssueComment;
    const all = await octokit.paginate(list, { ...there, per_page: 1 });
    expect(all.map(({ content, user }) => [content, user?.login])).toEqual([
      ['heart', 'ben'],
      ['eyes', 'meltano-deploy[bot]'],
    ]);
    const [theirs] = (await list({ ...there, content: 'heart' })).data;
    const foreign = { ...there, reaction_id: theirs?.id ?? 0 };
    await expect(octokit.rest.reactions.deleteForIssueComment(foreign)).rejects.toMatchObject({
      status: 403,
    });
    const { status } = await octokit.rest.reactions.deleteForIssueComment({ ...there, reaction_id: own.id });
    expect(status).toBe(204);
    expect((await list(there)).data).toHaveLength(1);
  });

  test('of a kind that GitHub has not is refused', async () => {
    const { call, comment } = await startWithComment();
    const path = `/repos/acme/data/issues/comments/${comment.id}/reactions`;
    expect((await call('POST', path, { content: 'ship' })).status).toBe(422);
    expect((await call('POST', path, {})).status).toBe(422);
    expect(comment.reactions).toEqual([]);
  });
});

test.each([
  [{ issues: 'read' }, 403, 403],
  [{ pull_requests: 'write' }, 403, 201],
  [{ issues: 'write' }, 201, 201],
] as const)(
  'with %j the app comments on issues: %i, on pull requests: %i',
  async (granted, issues, pulls) => {
    const { sandbox, conversations, call } = await startWithComment({
      permissions: { metadata: 'read', ...granted },
    });
    sandbox.branches.push({ repository, branch: 'feature', files: { a: 'a' } });
    const { request } = conversations.openPull({ repository, head: 'feature' });
    const comment = (number: number) =>
      call('POST', `/repos/acme/data/issues/${number}/comments`, { body: 'x' });
    expect((await comment(1)).status).toBe(issues);
    expect((await comment(request.number)).status).toBe(pulls);
  },
);
