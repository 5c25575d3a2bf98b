import { beforeEach, describe, expect, test } from 'vitest';
import type { CommitComparer } from '../../../src/domain/ports.ts';
import { createCommitComparer } from '../../../src/github/compare-commits.ts';
import { REPOSITORY } from '../reconcile/reconcile-world.ts';
import { connectForReading, type GitHubToRead } from './connect-for-reading.ts';
import { SHA } from './octokit-setup.ts';

const BASE = 'b'.repeat(40);
const PATH = `/repos/acme/data/compare/${BASE}...${SHA}`;

let github: GitHubToRead;
let comparer: CommitComparer;
let now: number;

beforeEach(() => {
  github = connectForReading();
  now = 0;
  comparer = createCommitComparer({ ...github.reading, elapsed: () => now });
});

const compare = () => comparer.compare(REPOSITORY, BASE, SHA);

/** GitHub's compare answers with this status and these files. */
function answer(status: string, files: unknown[] | undefined = []): void {
  github.scope.get(PATH).query(true).reply(200, { status, files, commits: [] });
}

describe('the changed paths', () => {
  test('are those of a commit that is ahead, with both names of a renamed file', async () => {
    answer('ahead', [
      { filename: 'a.yml', status: 'modified' },
      { filename: 'new/b.yml', previous_filename: 'old/b.yml', status: 'renamed' },
      { filename: 'gone.yml', status: 'removed' },
    ]);
    expect(await compare()).toEqual({
      kind: 'paths',
      paths: ['a.yml', 'new/b.yml', 'old/b.yml', 'gone.yml'],
    });
    expect(github.requests).toEqual([`GET ${PATH}?per_page=1&page=1`]);
  });

  test('of an identical commit are none', async () => {
    answer('identical');
    expect(await compare()).toEqual({ kind: 'paths', paths: [] });
  });

  test.each(['behind', 'diverged', 'a status of next year'])(
    'of a commit that is %s are everything',
    async (status) => {
      answer(status, [{ filename: 'a.yml' }]);
      expect(await compare()).toMatchObject({ kind: 'everything' });
    },
  );

  test('are everything from 300 files on, which is all that GitHub lists', async () => {
    const files = Array.from({ length: 300 }, (_, n) => ({ filename: `${n}.yml` }));
    answer('ahead', files.slice(1));
    expect(await compare()).toMatchObject({ kind: 'paths' });
    answer('ahead', files);
    expect(await compare()).toMatchObject({ kind: 'everything' });
  });
});

describe('a commit that GitHub does not know', () => {
  test('is asked for again, since a push may be heard of before it can be read', async () => {
    github.scope.get(PATH).query(true).times(2).reply(404, { message: 'Not Found' });
    answer('ahead', [{ filename: 'a.yml' }]);
    expect(await compare()).toEqual({ kind: 'paths', paths: ['a.yml'] });
    expect(github.slept).toEqual([1_000, 2_000]);
  });

  test('for long counts as everything changed', async () => {
    github.scope.get(PATH).query(true).times(10).reply(404, { message: 'Not Found' });
    expect(await compare()).toMatchObject({ kind: 'everything' });
    expect(github.slept).toEqual([1_000, 2_000, 4_000]);
    expect(github.requests).toHaveLength(4);
  });
});

test.each([
  [403, { message: 'API rate limit exceeded' }, { 'x-ratelimit-remaining': '0' }],
  [500, { message: 'oops' }, {}],
  [502, { message: 'oops' }, {}],
])('%i is thrown after one try: the delivery is planned again later', async (status, body, headers) => {
  github.scope.get(PATH).query(true).times(5).reply(status, body, headers);
  await expect(compare()).rejects.toThrow(body.message);
  expect(github.requests).toHaveLength(1);
  expect(github.slept).toEqual([]);
});

test.each([403, 410, 451])('%i, which is no limit, counts as everything changed', async (status) => {
  github.scope.get(PATH).query(true).times(5).reply(status, { message: 'no' });
  expect(await compare()).toMatchObject({ kind: 'everything' });
  expect(github.requests).toHaveLength(1);
});

test('while the last requests are kept for check runs, GitHub is not asked', async () => {
  github.mayAsk = false;
  await expect(compare()).rejects.toThrow('the comparison waits');
  expect(github.requests).toEqual([]);
});

test('of an installation that was suspended meanwhile, everything counts as changed: the job goes on', async () => {
  github.scope.get(PATH).query(true).reply(403, { message: 'This installation has been suspended' });
  expect(await compare()).toEqual({
    kind: 'everything',
    why: expect.stringContaining('This installation has been suspended'),
  });
});

describe('a comparison that GitHub fails to make', () => {
  const fail = () => github.scope.get(PATH).query(true).reply(502, 'This diff is taking too long');

  test('counts as everything changed after ten minutes, and at once with the next push', async () => {
    for (const minute of [0, 5, 9]) {
      now = minute * 60_000;
      fail();
      await expect(compare()).rejects.toThrow('GitHub could not compare');
    }
    now = 10 * 60_000;
    fail();
    expect(await compare()).toMatchObject({ kind: 'everything' });
    now += 60_000;
    fail();
    expect(await compare()).toMatchObject({ kind: 'everything' });
  });

  test('is made when GitHub can again, and a later failure begins anew', async () => {
    fail();
    await expect(compare()).rejects.toThrow('GitHub could not compare');
    now = 20 * 60_000;
    answer('identical');
    expect(await compare()).toEqual({ kind: 'paths', paths: [] });
    fail();
    await expect(compare()).rejects.toThrow('GitHub could not compare');
  });
});
