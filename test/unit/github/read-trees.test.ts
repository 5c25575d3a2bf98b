import { beforeEach, describe, expect, test } from 'vitest';
import type { TreeReader } from '../../../src/domain/git-tree.ts';
import { createTreeReader } from '../../../src/github/read-trees.ts';
import { REPOSITORY } from '../deploying/reconcile-world.ts';
import { connectForReading, type GitHubToRead } from './connect-for-reading.ts';
import { SHA } from './octokit-setup.ts';

const PATH = `/repos/acme/data/git/trees/${SHA}`;

let github: GitHubToRead;
let reader: TreeReader;
let elapsed: number;

beforeEach(() => {
  github = connectForReading();
  elapsed = 0;
  reader = createTreeReader({ ...github.reading, elapsed: () => elapsed });
});

const read = (levels: 'one' | 'all' = 'all', isNew = true) =>
  reader.readTree(REPOSITORY, { sha: SHA, levels, isNew });

function entry(path: string, mode = '100644', type = 'blob') {
  return {
    path,
    mode,
    type,
    sha: path,
  };
}

function answer(tree: object[], truncated = false): void {
  github.scope.get(PATH).query(true).reply(200, { sha: SHA, tree, truncated });
}

describe('a tree', () => {
  test('with all its levels is its files, links and submodules, in one order', async () => {
    answer([
      entry('b', '040000', 'tree'),
      entry('b/link', '120000'),
      entry('a.sql'),
      entry('lib', '160000', 'commit'),
    ]);
    expect(await read()).toEqual({
      kind: 'tree',
      entries: [entry('a.sql'), entry('b/link', '120000'), entry('lib', '160000', 'commit')],
      isTruncated: false,
    });
    expect(github.requests).toEqual([`GET ${PATH}?recursive=1`]);
  });

  test('with one level has its directories too', async () => {
    answer([entry('a'), entry('b', '040000', 'tree')]);
    expect(await read('one')).toMatchObject({ entries: [entry('a'), entry('b', '040000', 'tree')] });
    expect(github.requests).toEqual([`GET ${PATH}`]);
  });

  test('that GitHub truncates is marked as such', async () => {
    answer([entry('a')], true);
    expect(await read()).toEqual({ kind: 'tree', entries: [], isTruncated: true });
  });

  test('is read once for all who ask for it, at once or later', async () => {
    answer([entry('a')]);
    const [one, another] = await Promise.all([read(), read()]);
    expect(another).toEqual(one);
    expect(await read()).toEqual(one);
    expect(github.requests).toHaveLength(1);
  });

  test('that is large is kept until another one is read', async () => {
    const tree = Array.from({ length: 60_000 }, (_, n) => entry(`${n}`));
    answer(tree);
    await read();
    await read();
    expect(github.requests).toHaveLength(1);
    answer([entry('a')]);
    await read('one');
    answer(tree);
    await read();
    expect(github.requests).toHaveLength(3);
  });
});

describe('a commit that GitHub does not know', () => {
  const UNKNOWN = { kind: 'incomparable', why: expect.stringContaining("doesn't find the commit") };

  test('is requested again if it is new, because GitHub may not show a push at once', async () => {
    github.scope.get(PATH).query(true).times(2).reply(404, { message: 'Not Found' });
    answer([entry('a')]);
    expect(await read()).toMatchObject({ kind: 'tree' });
    expect(github.slept).toEqual([1_000, 2_000]);
  });

  test('for long is incomparable, and requested again by the next push', async () => {
    github.scope.get(PATH).query(true).times(4).reply(404, { message: 'Not Found' });
    expect(await read()).toEqual(UNKNOWN);
    expect(github.slept).toEqual([1_000, 2_000, 4_000]);
    answer([entry('a')]);
    expect(await read()).toMatchObject({ kind: 'tree' });
  });

  test('and is old counts as gone, without waiting', async () => {
    github.scope.get(PATH).query(true).reply(404, { message: 'Not Found' });
    expect(await read('all', false)).toEqual(UNKNOWN);
    expect(github.slept).toEqual([]);
  });
});

test.each([
  [403, { message: 'API rate limit exceeded' }, { 'x-ratelimit-remaining': '0' }],
  [500, { message: 'oops' }, {}],
  [502, { message: 'oops' }, {}],
])('%i is thrown after one try: the delivery is planned again later', async (status, body, headers) => {
  github.scope.get(PATH).query(true).times(5).reply(status, body, headers);
  await expect(read()).rejects.toThrow(body.message);
  expect(github.requests).toHaveLength(1);
  expect(github.slept).toEqual([]);
});

test.each([403, 409, 410, 451])('%i, which is no limit, is incomparable', async (status) => {
  github.scope.get(PATH).query(true).times(5).reply(status, { message: 'no' });
  expect(await read()).toMatchObject({ kind: 'incomparable' });
  expect(github.requests).toHaveLength(1);
});

test('while the last requests are kept for check runs, GitHub is not asked', async () => {
  github.mayAsk = false;
  await expect(read()).rejects.toThrow('listing files waits');
  expect(github.requests).toEqual([]);
});

test('of an installation that was suspended meanwhile is incomparable: the job continues', async () => {
  github.scope.get(PATH).query(true).reply(403, { message: 'This installation has been suspended' });
  expect(await read()).toEqual({
    kind: 'incomparable',
    why: expect.stringContaining('This installation has been suspended'),
  });
});

describe('a tree that GitHub fails to list', () => {
  const fail = () => github.scope.get(PATH).query(true).reply(502, 'Server Error');

  test('is incomparable after ten minutes, and at once with the next push', async () => {
    for (const minute of [0, 5, 9]) {
      elapsed = minute * 60_000;
      fail();
      await expect(read()).rejects.toThrow('GitHub could not list the files');
    }
    elapsed = 10 * 60_000;
    fail();
    expect(await read()).toMatchObject({ kind: 'incomparable' });
    elapsed += 60_000;
    fail();
    expect(await read()).toMatchObject({ kind: 'incomparable' });
  });

  test('is listed when GitHub recovers, and a later failure starts over', async () => {
    fail();
    await expect(read()).rejects.toThrow('GitHub could not list the files');
    elapsed = 20 * 60_000;
    answer([], true);
    expect(await read()).toMatchObject({ kind: 'tree' });
    github.scope.get(PATH).query(true).reply(502, 'Server Error');
    await expect(read('one')).rejects.toThrow('GitHub could not list the files');
  });
});
