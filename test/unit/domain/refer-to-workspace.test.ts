import { describe, expect, test } from 'vitest';
import { hasNamed } from '../../../src/commands/select-workspaces.ts';
import { readRepositoryConfiguration } from '../../../src/config/repository-configuration-file.ts';
import { listUnder } from '../../../src/domain/git-tree.ts';
import { filterOf, listBases } from '../../../src/domain/path-filter.ts';
import { matchWord, meansWorkspace } from '../../../src/domain/refer-to-workspace.ts';
import { buildWorkspace, REPOSITORY } from '../deploying/reconcile-world.ts';

const COMPOSED = 'Caf\u00e9 Analytics';
const DECOMPOSED = 'Cafe\u0301 Analytics';
const SAME = [
  COMPOSED,
  DECOMPOSED,
  DECOMPOSED.toUpperCase(),
  `  ${COMPOSED}\u00a0`,
  `\u2068${COMPOSED}\u2069`,
  'Caf\u00e9 Ana\u00adlytics',
  'Caf\u00e9 Ａｎａｌｙｔｉｃｓ',
];
const workspace = (name: string, alias: string | null = null) => ({
  id: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e',
  name,
  alias,
});

describe.each(SAME)('a workspace that is called %j', (name) => {
  test.each(SAME)('is meant by %j, in a command and in the file', (word) => {
    for (const one of [workspace(name), workspace('other', name)]) {
      expect(matchWord([one], word)).toEqual([one]);
      expect(meansWorkspace(word, one)).toBe(true);
    }
  });
});

test('a command means what a name says before what an id begins with', () => {
  const byId = workspace('one');
  const byName = { ...workspace('71C0EF56'), id: 'ffffffff-7f7e-47c1-9700-2d7e2eb5a04e' };
  expect(matchWord([byId, byName], '71c0ef56')).toEqual([byName]);
  expect(matchWord([byId, byName], '71c0ef56-')).toEqual([byId]);
  expect(matchWord([byId, byName], '71c0ef5')).toEqual([]);
});

test.each(['', ' ', '\u200b'])('%j means nothing', (word) => {
  expect(matchWord([workspace('', ' ')], word)).toEqual([]);
  expect(meansWorkspace(word, workspace('\u200b', ''))).toBe(false);
});

test('a directory is the same, composed or not, but not in another letter case', () => {
  const entries = [{ path: 'donn\u00e9es/a.sql', mode: '100644', type: 'blob', sha: 'a' }];
  const isIn = (directory: string) => {
    const filter = filterOf({ paths: null, pathsIgnore: [] }, directory);
    return filter !== null && listBases(filter).some((base) => listUnder(entries, base).length > 0);
  };
  expect(['donne\u0301es', 'Donn\u00e9es', 'donne'].map(isIn)).toEqual([true, false, false]);
});

test('a branch is the same, composed or not, but not in another letter case', () => {
  const tracking = buildWorkspace({ branch: 'donn\u00e9es' });
  const has = (branch: string) =>
    hasNamed({ name: 'redeploy', workspaces: [], branch, force: false }, [tracking], REPOSITORY);
  expect(['donne\u0301es', 'donn\u00e9es', 'Donn\u00e9es'].map(has)).toEqual([true, true, false]);
});

test('two entries of a file with the same name are reported, in any form', () => {
  const file = `workspaces:\n  - workspace: ${COMPOSED}\n  - workspace: ${DECOMPOSED}\n`;
  const read = readRepositoryConfiguration(file, { workspaces: null });
  expect(read.ok ? [] : read.problems.map(({ line }) => line)).toEqual([3]);
});
