import { describe, expect, test } from 'vitest';
import { PLACE, startWithOctokit } from './github-client.ts';

const repository = 'acme/data';

async function startWithPull() {
  const started = await startWithOctokit();
  const { sandbox } = started;
  const base = sandbox.branches.head(repository);
  const { after: head } = sandbox.branches.push({ repository, branch: 'feature', files: { 'a.sql': 'a\n' } });
  const { request } = sandbox.conversations.openPull({ repository, head: 'feature', author: 'ana' });
  return { ...started, base, head, request, here: { ...PLACE, pull_number: request.number } };
}

describe('a pull request', () => {
  test('is opened with its head, base and files', async () => {
    const { sandbox, octokit, base, head, here } = await startWithPull();
    const { data } = await octokit.rest.pulls.get(here);
    expect(data).toMatchObject({
      number: 1,
      state: 'open',
      merged: false,
      merged_at: null,
      head: { ref: 'feature', sha: head, label: 'acme:feature', repo: { full_name: repository } },
      base: { ref: 'main', sha: base, repo: { full_name: repository } },
      commits: 1,
      changed_files: 1,
      user: { login: 'ana' },
    });
    const { data: issue } = await octokit.rest.issues.get({ ...PLACE, issue_number: 1 });
    expect(issue.pull_request).toMatchObject({ url: data.url, merged_at: null });
    expect(issue.html_url).toBe(`${sandbox.origin}/acme/data/pull/1`);
    const opened = sandbox.hook.deliveries.find(({ event }) => event === 'pull_request');
    expect(opened?.payload).toMatchObject({
      action: 'opened',
      number: 1,
      pull_request: { head: { sha: head }, base: { ref: 'main' } },
      sender: { login: 'ana' },
    });
    expect(sandbox.refusals).toEqual([]);
  });

  test('while it is open has the test merge where the merge will be', async () => {
    const { octokit, here, head, sandbox } = await startWithPull();
    const { data: open } = await octokit.rest.pulls.get(here);
    expect(open.merge_commit_sha).toMatch(/^[0-9a-f]{40}$/);
    const { after } = sandbox.conversations.merge(repository, 1);
    const { data: merged } = await octokit.rest.pulls.get(here);
    expect(merged.merge_commit_sha).toBe(after);
    expect(new Set([open.merge_commit_sha, head, after]).size).toBe(3);
  });

  test('lists its files page by page, from where it left the base', async () => {
    const { sandbox, octokit, here } = await startWithPull();
    sandbox.branches.push({ repository, files: { 'b.sql': 'b' } });
    sandbox.branches.push({ repository, branch: 'feature', files: { 'c.sql': 'c', 'meltano.yml': null } });
    const files = await octokit.paginate(octokit.rest.pulls.listFiles, { ...here, per_page: 2 });
    expect(files.map(({ filename, status }) => `${filename} ${status}`)).toEqual([
      'a.sql added',
      'c.sql added',
      'meltano.yml removed',
    ]);
  });

  test('follows its head branch, and is closed with it', async () => {
    const { sandbox, octokit, here, head } = await startWithPull();
    const { after } = sandbox.branches.push({ repository, branch: 'feature', files: { 'c.sql': 'c' } });
    expect(sandbox.hook.deliveries.at(-1)).toMatchObject({ event: 'pull_request', action: 'synchronize' });
    expect(sandbox.hook.deliveries.at(-1)?.payload).toMatchObject({
      before: head,
      after,
      pull_request: { head: { sha: after } },
    });
    expect((await octokit.rest.pulls.get(here)).data).toMatchObject({ head: { sha: after }, commits: 2 });
    sandbox.branches.push({ repository, branch: 'other', files: { d: 'd' } });
    sandbox.branches.delete({ repository, branch: 'feature' });
    const events = sandbox.hook.deliveries.filter(({ event }) => event === 'pull_request');
    expect(events.map(({ action }) => action)).toEqual(['opened', 'synchronize', 'closed']);
    expect((await octokit.rest.pulls.get(here)).data).toMatchObject({ state: 'closed', merged: false });
  });

  test('that is closed stays where it is', async () => {
    const { sandbox, octokit, here, head } = await startWithPull();
    sandbox.conversations.close(repository, 1, 'ben');
    expect(sandbox.hook.deliveries.at(-1)?.payload).toMatchObject({
      action: 'closed',
      pull_request: { merged: false, state: 'closed' },
      sender: { login: 'ben' },
    });
    sandbox.branches.push({ repository, branch: 'feature', files: { 'c.sql': 'c' } });
    expect((await octokit.rest.pulls.get(here)).data.head.sha).toBe(head);
    expect(() => sandbox.conversations.merge(repository, 1)).toThrow('closed');
  });

  test('is merged by one squashed commit', async () => {
    const { sandbox, octokit, here, base } = await startWithPull();
    const { before, after } = sandbox.conversations.merge(repository, 1, { sender: 'ben' });
    expect(before).toBe(base);
    expect(sandbox.branches.head(repository)).toBe(after);
    const push = sandbox.hook.deliveries.filter(({ event }) => event === 'push').at(-1);
    expect(push?.payload).toMatchObject({
      ref: 'refs/heads/main',
      before: base,
      after,
      forced: false,
      commits: [{ id: after, message: 'Merge feature (#1)', added: ['a.sql'] }],
      sender: { login: 'ben' },
    });
    expect(sandbox.hook.deliveries.at(-1)?.payload).toMatchObject({
      action: 'closed',
      pull_request: { merged: true, merge_commit_sha: after, merged_by: { login: 'ben' } },
    });
    const { data } = await octokit.rest.pulls.get(here);
    expect(data).toMatchObject({ merged: true, state: 'closed', merge_commit_sha: after, changed_files: 1 });
  });

  test('is merged by a commit with two parents', async () => {
    const { sandbox, octokit, base, head } = await startWithPull();
    const { after: meanwhile } = sandbox.branches.push({ repository, files: { 'b.sql': 'b' } });
    const { after } = sandbox.conversations.merge(repository, 1, { method: 'merge' });
    const push = sandbox.hook.deliveries.filter(({ event }) => event === 'push').at(-1);
    expect(push?.payload).toMatchObject({ before: meanwhile, after, forced: false });
    expect(push?.payload).toMatchObject({ commits: [{ id: head }, { id: after }] });
    const { data } = await octokit.rest.repos.getCommit({ ...PLACE, ref: after });
    expect(data.parents.map(({ sha }) => sha)).toEqual([meanwhile, head]);
    expect(data.files?.map(({ filename }) => filename)).toEqual(['a.sql']);
    const { data: compared } = await octokit.rest.repos.compareCommitsWithBasehead({
      ...PLACE,
      basehead: `${base}...${after}`,
    });
    expect(compared).toMatchObject({ status: 'ahead', ahead_by: 3, behind_by: 0 });
    expect(sandbox.branches.commits(repository).map(({ sha }) => sha)).toEqual([
      after,
      meanwhile,
      head,
      base,
    ]);
  });

  test('is merged when its head is pushed to the base branch', async () => {
    const { sandbox, octokit, here, head } = await startWithPull();
    sandbox.branches.push({ repository, files: {}, parent: head, sender: { login: 'ben' } });
    expect(sandbox.hook.deliveries.at(-1)?.payload).toMatchObject({
      action: 'closed',
      pull_request: { merged: true, merge_commit_sha: head, merged_by: { login: 'ben' } },
    });
    expect((await octokit.rest.pulls.get(here)).data).toMatchObject({ merged: true, commits: 1 });
  });

  test('is not merged where both sides changed a file', async () => {
    const { sandbox } = await startWithPull();
    sandbox.branches.push({ repository, files: { 'a.sql': 'otherwise' } });
    expect(() => sandbox.conversations.merge(repository, 1)).toThrow('a.sql');
  });
});

describe('a pull request from a fork', () => {
  test('has its head there, and none any more when the fork is deleted', async () => {
    const { sandbox, octokit } = await startWithOctokit();
    const fork = sandbox.repositories.fork(repository, 'mallory');
    const { after } = sandbox.branches.push({ repository: fork.fullName, files: { 'a.sql': 'a' } });
    const { request } = sandbox.conversations.openPull({
      repository,
      head: 'main',
      headRepository: fork.fullName,
      author: 'mallory',
    });
    const here = { ...PLACE, pull_number: request.number };
    const { data } = await octokit.rest.pulls.get(here);
    expect(data).toMatchObject({
      head: { label: 'mallory:main', sha: after, repo: { full_name: 'mallory/data', fork: true } },
      base: { repo: { fork: false } },
    });
    sandbox.branches.push({ repository: fork.fullName, files: { 'b.sql': 'b' } });
    expect(sandbox.hook.deliveries.map(({ event, action }) => `${event}.${action}`)).toEqual([
      'pull_request.opened',
      'pull_request.synchronize',
    ]);
    sandbox.repositories.delete(fork.fullName);
    const { data: orphan } = await octokit.rest.pulls.get(here);
    expect(orphan.head).toMatchObject({ repo: null, ref: 'main', user: { login: 'mallory' } });
    const run = { ...PLACE, name: 'Configuration', head_sha: orphan.head.sha };
    expect((await octokit.rest.checks.create(run)).status).toBe(201);
    expect(sandbox.branches.head(repository)).not.toBe(orphan.head.sha);
  });
});

test('the pull requests of a commit', async () => {
  const { sandbox, octokit, head, base } = await startWithPull();
  sandbox.branches.push({ repository, branch: 'second', from: 'feature', files: { 'b.sql': 'b' } });
  sandbox.conversations.openPull({ repository, head: 'second' });
  const numbersOf = async (commit_sha: string) => {
    const list = octokit.rest.repos.listPullRequestsAssociatedWithCommit;
    const all = await octokit.paginate(list, { ...PLACE, commit_sha, per_page: 1 });
    return all.map(({ number }) => number);
  };
  expect(await numbersOf(head)).toEqual([1, 2]);
  expect(await numbersOf(base)).toEqual([]);
  const { after } = sandbox.conversations.merge(repository, 1, { method: 'merge' });
  expect(await numbersOf(after)).toEqual([1]);
  // The second has it too, and is open; but the first brought it.
  expect(await numbersOf(head)).toEqual([1]);
  sandbox.conversations.close(repository, 2);
  expect(await numbersOf(sandbox.branches.head(repository, 'second'))).toEqual([]);
});

test('an issue is not found as a pull request', async () => {
  const { sandbox, octokit } = await startWithOctokit();
  sandbox.conversations.openIssue({ repository });
  await expect(octokit.rest.pulls.get({ ...PLACE, pull_number: 1 })).rejects.toMatchObject({ status: 404 });
  expect(() => sandbox.conversations.openPull({ repository, head: 'main' })).toThrow('no commits between');
});
