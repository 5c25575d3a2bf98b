import { beforeEach, describe, expect, test } from 'vitest';
import type { CommandReads } from '../../../src/domain/command-reads.ts';
import { GitHubCommandReads } from '../../../src/github/command-reads.ts';
import { REPOSITORY } from '../deploying/reconcile-world.ts';
import { connectForReading, type GitHubToRead } from './connect-for-reading.ts';
import { SHA } from './octokit-setup.ts';

let github: GitHubToRead;
let headsRead: number;
let reads: CommandReads;

beforeEach(() => {
  github = connectForReading();
  headsRead = 0;
  const readHead = async () => {
    headsRead += 1;
    return SHA;
  };
  reads = new GitHubCommandReads({ ...github.reading, heads: { readHead } });
});

test.each<[string, (from: CommandReads) => Promise<unknown>]>([
  ['a permission', (from) => from.readPermission(REPOSITORY, 'ana')],
  ['a pull request', (from) => from.readPullRequest(REPOSITORY, 1)],
  ['the branches of a commit', (from) => from.listBranchesAtHead(REPOSITORY, SHA)],
  ['a commit', (from) => from.resolveCommit(REPOSITORY, 'abcdef0')],
  ['a head', (from) => from.readHead(REPOSITORY, 'main')],
])('%s is not asked for while requests are few or refused', async (_, read) => {
  github.mayAsk = false;
  await expect(read(reads)).rejects.toThrow(/^Few requests to GitHub are left/);
  expect(github.requests).toEqual([]);
  expect(headsRead).toBe(0);
});

test.each([404, 422])(
  'a permission that is not found (%s) is asked for again, and then it is none',
  async (status) => {
    const path = '/repos/acme/data/collaborators/ana/permission';
    github.scope.get(path).times(4).reply(status, { message: 'Not Found' });
    expect(await reads.readPermission(REPOSITORY, 'ana')).toBe('none');
    expect(github.slept).toEqual([500, 1_000, 2_000]);
    github.scope.get(path).reply(status, { message: 'Not Found' });
    github.scope.get(path).reply(200, { permission: 'write', user: { permissions: { push: true } } });
    expect(await reads.readPermission(REPOSITORY, 'ana')).toBe('push');
  },
);

test.each([
  ['a secondary limit', 403, { 'retry-after': '30' }, 'You have exceeded a secondary rate limit'],
  ['429', 429, { 'retry-after': '30' }, 'Too many requests'],
])('%s is no permission, and is noted for all that comes after', async (_, status, headers, message) => {
  github.scope.get('/repos/acme/data/collaborators/ana/permission').reply(status, { message }, headers);
  await expect(reads.readPermission(REPOSITORY, 'ana')).rejects.toThrow(message);
  const delayMs = github.budgets.of(REPOSITORY.installationId).holdsWritesMs(performance.now());
  expect(delayMs).toBeGreaterThan(20_000);
});

describe('the people of commits', () => {
  const commit = (author: string | null, committer: string | null, message = 'Work') => ({
    author: author && { login: author },
    committer: committer && { login: committer },
    commit: { message },
  });

  test('are authors and committers that GitHub knows, over all pages', async () => {
    const path = `/repos/acme/data/compare/${'9'.repeat(40)}...${SHA}`;
    const answer = (commits: readonly object[]) => ({ total_commits: 101, commits });
    github.scope
      .get(`${path}?per_page=100&page=1`)
      .reply(200, answer([commit('ana', 'web-flow'), commit(null, null)]));
    github.scope.get(`${path}?per_page=100&page=2`).reply(200, answer([commit('bob', 'Bob')]));
    const people = await reads.readCommitPeople(REPOSITORY, { base: '9'.repeat(40), head: SHA });
    expect(people).toEqual(['ana', 'web-flow', 'bob', 'Bob']);
  });

  test('are those of the commit alone without an older one', async () => {
    github.scope.get(`/repos/acme/data/commits/${SHA}?per_page=1`).reply(200, commit('ana', 'bob'));
    expect(await reads.readCommitPeople(REPOSITORY, { base: null, head: SHA })).toEqual(['ana', 'bob']);
  });

  test('are co-authors, too, whose address at GitHub has the login', async () => {
    const message = `Work\n\nCo-authored-by: Mia <7+mia@users.noreply.github.com>
co-authored-by: Max <max@users.noreply.ghe.example>
Co-authored-by: Pat <pat@example.com>\nSee <eve@users.noreply.github.com>`;
    github.scope.get(`/repos/acme/data/commits/${SHA}?per_page=1`).reply(200, commit('ana', null, message));
    const people = await reads.readCommitPeople(REPOSITORY, { base: null, head: SHA });
    expect(people).toEqual(['ana', 'mia', 'max']);
  });

  test('are unknown if there are more than 1,000 commits', async () => {
    const path = `/repos/acme/data/compare/${'9'.repeat(40)}...${SHA}`;
    for (let page = 1; page <= 10; page += 1) {
      const answer = { total_commits: 1_001, commits: [commit('ana', 'ana')] };
      github.scope.get(`${path}?per_page=100&page=${page}`).reply(200, answer);
    }
    expect(await reads.readCommitPeople(REPOSITORY, { base: '9'.repeat(40), head: SHA })).toBeNull();
  });

  test('are unknown if GitHub has lost the older commit', async () => {
    const path = `/repos/acme/data/compare/${'9'.repeat(40)}...${SHA}?per_page=100&page=1`;
    github.scope.get(path).reply(404, { message: 'Not Found' });
    expect(await reads.readCommitPeople(REPOSITORY, { base: '9'.repeat(40), head: SHA })).toBeNull();
  });
});
