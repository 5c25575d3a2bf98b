import { describe, expect, test } from 'vitest';
import { addExamplePeople } from '../../../../demo/page/people.ts';
import { PLACE } from '../../sandbox/github/github-client.ts';
import { HOSTILE, startPage } from './start-page.ts';

const repository = 'acme/data';

async function startWithPeople() {
  const started = await startPage();
  addExamplePeople(started.github, repository);
  return { ...started, conversations: started.github.conversations };
}

describe('an issue', () => {
  test('is opened from the repository’s page, and found there', async () => {
    const { post, get } = await startWithPeople();
    const answer = await post('/acme/data/issues', {});
    expect(answer.headers.get('location')).toBe('/acme/data/issues/1');
    expect((await get('/acme/data')).text).toContain('href="/acme/data/issues/1"');
    expect((await get('/acme/data/issues/1')).status).toBe(200);
  });

  test('takes a comment of the person chosen, and sends it', async () => {
    const { github, conversations, post, get } = await startWithPeople();
    conversations.openIssue({ repository });
    const path = '/acme/data/issues/1/comments';
    const answer = await post(path, { body: 'Please:\r\n/redeploy', as: 'tim' });
    expect(answer.headers.get('location')).toBe('/acme/data?sent=issue_comment.created');
    expect(github.hook.deliveries.at(-1)).toMatchObject({ event: 'issue_comment', action: 'created' });
    expect(github.hook.deliveries.at(-1)?.payload).toMatchObject({
      comment: { body: 'Please:\n/redeploy', user: { login: 'tim' } },
    });
    const { text } = await get('/acme/data/issues/1');
    expect(text).toMatch(/tim<\/span><span class="badge">triage</);
    expect((await get('/acme/data/issues/1?sent=issue_comment.created')).text).toContain(
      'Sent issue_comment',
    );
  });

  test.each([
    [{ body: 'x', as: 'nobody' }, 400],
    [{ body: 'x', as: 'eve' }, 400],
    [{ body: ' ', as: 'tim' }, 400],
  ])('takes no comment of %j', async (form, status) => {
    const { conversations, post } = await startWithPeople();
    conversations.openIssue({ repository });
    expect((await post('/acme/data/issues/1/comments', form)).status).toBe(status);
    expect(conversations.comments(repository, 1)).toEqual([]);
  });

  test('that is locked takes comments of those with write access only', async () => {
    const { conversations, post, get } = await startWithPeople();
    conversations.openIssue({ repository });
    await post('/acme/data/issues/1/lock', {});
    expect((await get('/acme/data/issues/1')).text).toContain('>Locked<');
    const comment = async (as: string) =>
      (await post('/acme/data/issues/1/comments', { body: 'x', as })).status;
    expect([await comment('tim'), await comment('octocat')]).toEqual([409, 303]);
    await post('/acme/data/issues/1/unlock', {});
    expect(await comment('tim')).toBe(303);
  });

  test('shows the app’s reply with its edits and reactions, everything escaped', async () => {
    const { conversations, get, octokit } = await startWithPeople();
    conversations.openIssue({ repository, title: HOSTILE, body: HOSTILE });
    const { comment } = conversations.comment({ repository, number: 1, body: HOSTILE });
    await octokit.rest.reactions.createForIssueComment({
      ...PLACE,
      comment_id: comment.id,
      content: 'rocket',
    });
    const { data } = await octokit.rest.issues.createComment({ ...PLACE, issue_number: 1, body: 'Queued' });
    await octokit.rest.issues.updateComment({
      ...PLACE,
      comment_id: data.id,
      body: '<!-- mark -->\n\n<details><summary>Log</summary>\n\nline one\n\n</details>',
    });
    const { text } = await get('/acme/data/issues/1');
    expect(text).not.toContain('<script>alert');
    for (const part of ['🚀 1', 'meltano-deploy[bot]', 'edited once', '<summary>Log</summary>', 'Queued']) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('mark');
  });
});

describe('a pull request', () => {
  test('is opened from a branch of its own, and merged into the workspace’s branch', async () => {
    const { github, conversations, post, get } = await startWithPeople();
    const answer = await post('/acme/data/pulls', {});
    expect(answer.headers.get('location')).toBe('/acme/data/pull/1');
    const { text } = await get('/acme/data/pull/1');
    for (const part of ['change-1', 'pipelines/transform/models/change_1.sql', 'Open pull request']) {
      expect(text).toContain(part);
    }
    expect((await post('/acme/data/issues/1/merge', {})).status).toBe(303);
    expect(conversations.pull(repository, 1).pull.mergeCommitSha).toBe(github.branches.head(repository));
    expect((await get('/acme/data/pull/1')).text).toContain('Merged pull request');
    expect((await post('/acme/data/issues/1/merge', {})).status).toBe(409);
  });

  test('that cannot be merged says why', async () => {
    const { conversations, post } = await startWithPeople();
    conversations.openIssue({ repository });
    const answer = await post('/acme/data/issues/1/merge', {});
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain('not a pull request');
  });
});

describe('a commit', () => {
  test('takes comments', async () => {
    const { github, post, get } = await startWithPeople();
    const path = `/acme/data/commit/${github.branches.head(repository)}`;
    await post(`${path}/comments`, { body: '/redeploy', as: 'ana' });
    expect(github.hook.deliveries.at(-1)).toMatchObject({ event: 'commit_comment', action: 'created' });
    expect((await get(path)).text).toMatch(/ana<\/span><span class="badge">admin</);
  });

  test('has its checks re-run by the person chosen, once it has some', async () => {
    const { github, post, addRun } = await startWithPeople();
    const path = `/acme/data/commit/${github.branches.head(repository)}/rerequest`;
    expect((await post(path, { as: 'ana' })).status).toBe(409);
    await addRun({ conclusion: 'success' });
    expect((await post(path, { as: 'ana' })).headers.get('location')).toBe(
      '/acme/data?sent=check_suite.rerequested',
    );
    expect(github.hook.deliveries.at(-1)?.payload).toMatchObject({ sender: { login: 'ana' } });
    expect((await post(path, { as: 'nobody' })).status).toBe(400);
  });
});

test.each(['/acme/data/issues/1', '/acme/data/pull/9'])('there is no %s', async (path) => {
  const { get, post } = await startPage();
  expect((await get(path)).status).toBe(404);
  expect((await post(`${path}/comments`, { body: 'x' })).status).toBe(404);
});
