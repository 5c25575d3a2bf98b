import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesPaths } from '../../../src/config/matches-paths.ts';
import { checkGlob, compileGlob, LONGEST_GLOB } from '../../../src/config/path-globs.ts';

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
    [' a', 'blank'],
    ['{1..9}', 'range'],
    ['{a,{b,c}}', 'braces within braces'],
    ['{a}', 'no comma'],
    ['{}', 'no comma'],
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

  test.each([['@(a)'], ['+(a)'], ['!a']])('%s would be a text like any other, even unchecked', (glob) => {
    expect(['a', 'b', 'aa'].filter(compileGlob(glob))).toEqual([]);
  });

  test('whatever is accepted can be matched', () => {
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

describe('matchesPaths', () => {
  test.each<[string[] | null, string[], string[], boolean]>([
    [['dwh/**'], [], ['README.md', 'dwh/a'], true],
    [['dwh/**'], [], ['README.md'], false],
    [['dwh/**'], ['**/*.md'], ['dwh/a.md', 'b.sql'], false],
    [['dwh/**'], ['**/*.md'], ['dwh/a.md', 'dwh/b.sql'], true],
    [['a/*', 'b/*'], [], ['b/x'], true],
    [null, ['**/*.md'], ['a.md'], false],
    [null, ['**/*.md'], ['a.md', 'a.sql'], true],
    [null, [], [], false],
    [['**'], [], [], false],
  ])('paths %o, without %o, changed %o: %o', (paths, pathsIgnore, changed, expected) => {
    expect(matchesPaths({ paths, pathsIgnore }, changed)).toBe(expected);
  });

  test('a pattern that takes for ever counts as matched, whichever list it is in, and the next one is fine', () => {
    // Without an end this takes longer than the tests may.
    const slow = `${'*a'.repeat(10)}b`;
    expect(checkGlob(slow)).toBeNull();
    const path = 'a'.repeat(250);
    expect(matchesPaths({ paths: [slow], pathsIgnore: [] }, [path])).toBe(true);
    expect(matchesPaths({ paths: null, pathsIgnore: [slow] }, [path])).toBe(true);
    expect(matchesPaths({ paths: ['b'], pathsIgnore: [] }, ['a'])).toBe(false);
  });

  test('a pattern that was never checked is an error, not a silence', () => {
    expect(() => matchesPaths({ paths: ['a'.repeat(LONGEST_GLOB + 1)], pathsIgnore: [] }, ['a'])).toThrow();
  });
});
