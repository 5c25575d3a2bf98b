import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkGlob, compileGlob, LONGEST_GLOB } from '../../../src/config/path-globs.ts';
import { selectEntries } from '../../../src/planning/select-entries.ts';

describe('what a pattern matches', () => {
  test.each<[string, string[], string[]]>([
    ['meltano.yml', ['meltano.yml'], ['a/meltano.yml', 'meltano.yml/a', 'meltanoXyml']],
    ['*.sql', ['a.sql', '.sql', '.hidden.sql'], ['a/b.sql', 'a.sql.bak']],
    ['**/*.sql', ['a.sql', 'a/b.sql', 'a/.b/c.sql', '.a/b.sql'], ['a.sql/b']],
    ['dwh/**', ['dwh/a', 'dwh/.env', 'dwh/a/b\nc'], ['dwh', 'dwh2/a', 'x/dwh/a']],
    ['**/dwh/**', ['dwh/a', 'x/dwh/a/b'], ['dwh', 'x/dwh']],
    ['**', ['a', '.a/b'], []],
    ['a/*/c', ['a/b/c', 'a/.b/c'], ['a/c', 'a/b/b/c']],
    ['a?c', ['abc', 'a+c'], ['ac', 'a/c', 'abbc']],
    ['x.{yml,yaml}', ['x.yml', 'x.yaml'], ['x.yl', 'x.{yml}']],
    ['{dwh,lake}/**', ['dwh/a', 'lake/a/b'], ['sea/a']],
    ['[ab].sql', ['a.sql', 'b.sql'], ['c.sql', 'ab.sql']],
    ['[!ab].sql', ['c.sql'], ['a.sql']],
    ['a+b', ['a+b'], ['aab']],
    ['[ab]+', ['a+'], ['ab', 'a']],
    ['./dwh/*', ['dwh/a'], []],
    ['Ärger/*', ['Ärger/ß'], ['ärger/ß']],
    ['donne\u0301es/caf\u00e9?.sql', ['donn\u00e9es/cafe\u0301e\u0301.sql'], ['donnees/cafe.sql']],
    ['[\u00e9]/*', ['e\u0301/a'], ['e/a']],
  ])('%s', (glob, yes, no) => {
    expect(checkGlob(glob)).toBeNull();
    const matches = compileGlob(glob);
    expect(yes.filter((path) => !matches(path))).toEqual([]);
    expect(no.filter((path) => matches(path))).toEqual([]);
  });
});

describe('what a pattern may not be', () => {
  test.each([
    ['!docs/**', 'paths_ignore'],
    ['/docs', 'leave it out'],
    ['docs/', '"/**"'],
    ['a//b', '"//"'],
    ['../a', '".."'],
    ['a/..', '".."'],
    ['docs\\*', 'backslash'],
    ['(a+)+b', '{a,b}'],
    ['@(a|b)', '{a,b}'],
    ['a|b', '{a,b}'],
    ['"a"', '{a,b}'],
    [' a', 'white space'],
    ['{1..9}', 'range'],
    ['{a,{b,c}}', 'braces within braces'],
    ['{a}', 'without a comma'],
    ['{}', 'without a comma'],
    ['**.sql', 'only between slashes'],
    ['a**', 'only between slashes'],
    ['***', 'only between slashes'],
    ['[z-a]', 'backwards'],
    ['[a', 'not closed'],
    ['{a,b', 'not closed'],
    ['', 'not closed'],
    ['*a'.repeat(11), 'wildcards'],
    ['{a,a}'.repeat(11), 'wildcards'],
  ])('%s', (glob, because) => {
    expect(checkGlob(glob)).toContain(because);
  });

  test.each([['@(a)'], ['+(a)'], ['!a']])('%s is literal, even unchecked', (glob) => {
    expect(['a', 'b', 'aa'].filter(compileGlob(glob))).toEqual([]);
  });

  test('every accepted pattern can be matched', () => {
    const parts = fc.constantFrom(
      'a',
      '*',
      '**',
      '/',
      '?',
      '[',
      ']',
      '{',
      '}',
      ',',
      '!',
      '+',
      '-',
      '.',
      '^',
      '$',
      '|',
      '(',
    );
    const globs = fc.array(parts, { maxLength: 12 }).map((all) => all.join(''));
    fc.assert(
      fc.property(
        globs,
        fc.string({ unit: fc.constantFrom('a', '/', '.', 'b'), maxLength: 8 }),
        (glob, path) => {
          if (checkGlob(glob) === null) expect(typeof compileGlob(glob)(path)).toBe('boolean');
        },
      ),
    );
  });
});

describe('selectEntries', () => {
  const LIMIT_MS = 500;
  const toEntries = (paths: readonly string[]) =>
    paths.map((path) => ({
      path,
      mode: '100644',
      type: 'blob',
      sha: path,
    }));
  const select = (paths: string[] | null, pathsIgnore: string[], of: readonly string[]) =>
    selectEntries({ directory: null, paths, pathsIgnore }, toEntries(of), LIMIT_MS).entries?.map(
      ({ path }) => path,
    ) ?? null;

  test.each<[string[] | null, string[], string[], string[]]>([
    [['dwh/**'], [], ['README.md', 'dwh/a'], ['dwh/a']],
    [['dwh/**'], [], ['README.md'], []],
    [['dwh/**'], ['**/*.md'], ['dwh/a.md', 'b.sql'], []],
    [['dwh/**'], ['**/*.md'], ['dwh/a.md', 'dwh/b.sql'], ['dwh/b.sql']],
    [['a/*', 'b/*'], [], ['b/x'], ['b/x']],
    [null, ['**/*.md'], ['a.md'], []],
    [null, ['**/*.md'], ['a.md', 'a.sql'], ['a.sql']],
    [null, [], ['a'], ['a']],
    [null, [], [], []],
    [['**'], [], [], []],
    [['donne\u0301es/*'], [], ['donn\u00e9es/a'], ['donn\u00e9es/a']],
  ])('paths %o, without %o, of %o: %o', (paths, pathsIgnore, of, expected) => {
    expect(select(paths, pathsIgnore, of)).toEqual(expected);
  });

  test('a pattern without end gives null in either list, and the next one works', () => {
    // Without a limit this takes longer than a test may.
    const slow = `${'*a'.repeat(10)}b`;
    expect(checkGlob(slow)).toBeNull();
    const path = `${'a'.repeat(250)}bc`;
    expect(select([slow], [], [path])).toBeNull();
    expect(select(null, [slow], [path])).toBeNull();
    expect(select(['b'], [], ['a'])).toEqual([]);
  });

  test('nothing is matched when no time is left', () => {
    const filter = { directory: null, paths: ['a'], pathsIgnore: [] };
    expect(selectEntries(filter, toEntries(['a']), 0).entries).toBeNull();
  });

  test('an unchecked bad pattern throws', () => {
    expect(() => select(['a'.repeat(LONGEST_GLOB + 1)], [], ['a'])).toThrow();
  });
});
