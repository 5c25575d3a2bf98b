import { beforeEach, describe, expect, test } from 'vitest';
import { filterOf, listBases, type PathFilter } from '../../../src/domain/path-filter.ts';
import type { CommitRole, PushTrees } from '../../../src/planning/push-trees.ts';
import { REPOSITORY } from '../deploying/reconcile-world.ts';
import { type FakeFile, FakeTrees } from './fake-trees.ts';

const [HEAD, OLD] = ['h'.repeat(40), 'o'.repeat(40)];

let github: FakeTrees;
let trees: PushTrees;

beforeEach(() => {
  github = new FakeTrees();
  trees = github.open(REPOSITORY);
});

function filter(directory: string | null, paths: string[] | null = null, pathsIgnore: string[] = []) {
  const made = filterOf({ paths, pathsIgnore }, directory);
  if (!made) throw new Error('This lets everything through.');
  return made;
}

async function digest(commit: string, of: PathFilter, role: CommitRole = 'head') {
  const found = await trees.digest(commit, of, role);
  return found.kind === 'digest' ? found.digest : found;
}

/** True if two trees differ for a filter. */
async function differ(of: PathFilter, left: Record<string, FakeFile>, right: Record<string, FakeFile>) {
  github.put(OLD, left);
  github.put(HEAD, right);
  return (await digest(OLD, of, 'before')) !== (await digest(HEAD, of));
}

describe('two trees differ for a directory', () => {
  const script = (mode: string, type = 'blob', sha = 'x') => ({ mode, type, sha });

  test.each<[string, Record<string, FakeFile>, Record<string, FakeFile>, boolean]>([
    ['by a content', { 'dbt/a': '1' }, { 'dbt/a': '2' }, true],
    ['by a name', { 'dbt/a': '1' }, { 'dbt/b': '1' }, true],
    ['by one file more', { 'dbt/a': '1' }, { 'dbt/a': '1', 'dbt/b': '' }, true],
    ['by a mode', { 'dbt/a': script('100644') }, { 'dbt/a': script('100755') }, true],
    ['by a link in place of a file', { 'dbt/a': script('100644') }, { 'dbt/a': script('120000') }, true],
    [
      'by the commit of a submodule',
      { 'dbt/lib': script('160000', 'commit', 'x') },
      { 'dbt/lib': script('160000', 'commit', 'y') },
      true,
    ],
    ['when it is a submodule itself', {}, { dbt: script('160000', 'commit') }, true],
    ['when it is gone', { 'dbt/a': '1' }, {}, true],
    ['not by what is beside it', { 'dbt/a': '1' }, { 'dbt/a': '1', 'dbt2/a': '2', 'dbt-x': '3' }, false],
    ['not by what has its name elsewhere', { 'dbt/a': '1' }, { 'dbt/a': '1', 'x/dbt/a': '2' }, false],
    ['not by another letter case', { 'dbt/a': '1' }, { 'dbt/a': '1', 'DBT/a': '2' }, false],
  ])('%s', async (_, left, right, expected) => {
    expect(await differ(filter('dbt'), left, right)).toBe(expected);
  });

  test('whose name is composed differently', async () => {
    const before = { 'donne\u0301es/a': '1' };
    expect(await differ(filter('donn\u00e9es'), before, { 'donne\u0301es/a': '2' })).toBe(true);
  });
});

test('globs and ignored globs select the files that count', async () => {
  const before = { 'models/a.sql': '1', 'models/a.md': '1', 'dwh/x.sql': '1' };
  const paths = filter('dwh', ['models/**'], ['**/*.md']);
  expect(await differ(paths, before, { ...before, 'models/a.md': '2', 'dwh/x.sql': '2' })).toBe(false);
  trees = github.open(REPOSITORY);
  expect(await differ(paths, before, { ...before, 'models/a.sql': '2' })).toBe(true);
});

test('the changed paths are listed', async () => {
  github.put(OLD, { 'a/same': '1', 'a/changed': '1', 'a/gone': '1', 'b/changed': '1' });
  github.put(HEAD, { 'a/same': '1', 'a/changed': '2', 'a/new': '1', 'b/changed': '2' });
  expect(await trees.listChanges(OLD, HEAD, filter('a'))).toEqual(['a/changed', 'a/gone', 'a/new']);
});

test.each<[string[], string[]]>([
  [['models/**'], ['models']],
  [['models/*.sql', 'models/staging/**'], ['models']],
  [['a/b/c.sql', 'a/b'], ['a/b']],
  [
    ['b/x.sql', 'a/{x,y}/**'],
    ['a', 'b/x.sql'],
  ],
  [['**/*.sql', 'models/**'], ['']],
  [['dbt*/models'], ['']],
])('what %o lets through is below %o', (paths, expected) => {
  expect(listBases(filter(null, paths))).toEqual(expected);
});

describe('of the commits before the push', () => {
  test('five are read, and the next one is incomparable', async () => {
    for (const n of [1, 2, 3, 4, 5, 1])
      expect(await digest(`${n}`, filter(`d${n}`), 'old')).toEqual(expect.any(String));
    expect(await digest('6', filter('a'), 'old')).toMatchObject({ kind: 'incomparable' });
    // Commits that are read anyway don't count.
    expect(await digest(HEAD, filter('a'))).toEqual(expect.any(String));
    expect(await digest(HEAD, filter('b'), 'old')).toEqual(expect.any(String));
    expect(github.reads).toHaveLength(6);
  });
});

describe('a truncated tree', () => {
  const FILES = { 'a/b/x.sql': '1', 'a/b/y.sql': '1', 'a/c': '1', 'z/1': '1', 'z/2': '1' };

  beforeEach(() => {
    github.mostEntries = 3;
    github.put(HEAD, FILES);
  });

  test('is walked to the base of a filter, with one read for each level', async () => {
    const found = await digest(HEAD, filter(null, ['a/b/*.sql']));
    expect(github.reads.map((read) => read.replace('acme/data ', ''))).toEqual([
      'hhh all',
      'hhh one',
      'hhh:a one',
      'hhh:a/b all',
    ]);
    github.mostEntries = 100;
    trees = github.open(REPOSITORY);
    expect(await digest(HEAD, filter(null, ['a/b/*.sql']))).toBe(found);
  });

  test('finds files level by level', async () => {
    expect(await trees.findFiles(HEAD, ['a/c', 'a', 'a/nothing', 'nowhere/c'])).toEqual(['a/c']);
  });

  test('shares its levels among the filters', async () => {
    await digest(HEAD, filter('a/b'));
    await digest(HEAD, filter('z'));
    expect(github.reads).toHaveLength(5);
  });

  test('has no entries for a missing directory, and one if it is a file', async () => {
    expect(await digest(HEAD, filter('nowhere/b'))).toBe(await digest(HEAD, filter('other')));
    expect(await digest(HEAD, filter('a/c'))).not.toBe(await digest(HEAD, filter('other')));
    expect(await digest(HEAD, filter('a/c/d'))).toBe(await digest(HEAD, filter('other')));
  });

  test.each([
    ['begins at the root', filter(null, ['**/*.sql'])],
    ['begins where the tree is still too large', filter('large')],
  ])('is incomparable for a filter that %s', async (_, of) => {
    github.put(HEAD, { ...FILES, ...Object.fromEntries([1, 2, 3, 4].map((n) => [`large/${n}`, `${n}`])) });
    expect(await digest(HEAD, of)).toMatchObject({
      kind: 'incomparable',
      why: expect.stringContaining('too large'),
    });
  });

  test('takes 20 reads at most, and what needs more is incomparable', async () => {
    const names = Array.from({ length: 30 }, (_, n) => `d${n}`);
    github.put(HEAD, Object.fromEntries(names.map((name) => [`${name}/x`, name])));
    const found = [];
    for (const name of names) found.push(await digest(HEAD, filter(name)));
    expect(github.reads).toHaveLength(20);
    expect(found.filter((one) => typeof one === 'string')).toHaveLength(18);
    expect(found.at(-1)).toMatchObject({
      kind: 'incomparable',
      why: expect.stringContaining('more than 20 requests'),
    });
  });
});

test('files are found by their paths; a directory is none, and accents may be composed otherwise', async () => {
  github.put(HEAD, { 'pipelines/Cafe\u0301.yml': '1', 'pipelines/a/b.yml': '2' });
  const asked = ['pipelines/Caf\u00e9.yml', 'pipelines/a', 'pipelines/c.yml'];
  expect(await trees.findFiles(HEAD, asked)).toEqual(['pipelines/Cafe\u0301.yml']);
  expect(await trees.findFiles(OLD, asked)).toEqual([]);
});
