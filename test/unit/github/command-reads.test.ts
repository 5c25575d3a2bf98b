import { beforeEach, expect, test } from 'vitest';
import type { CommandReads } from '../../../src/domain/conversation.ts';
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
