import { expect, test } from 'vitest';
import { filterOf } from '../../../src/domain/path-filter.ts';
import {
  DEFAULT_CONFIGURATION,
  type WorkspaceSettings,
} from '../../../src/domain/repository-configuration.ts';
import { refuseBySettings, refuseUnchanged } from '../../../src/planning/refuse-by-settings.ts';

const SETTINGS: WorkspaceSettings = { ...DEFAULT_CONFIGURATION.deploy, environment: null, after: [] };

const refused = (reason: string, conclusion: string, problem: unknown = expect.any(String)) => ({
  reason,
  conclusion,
  problem,
});

test.each<[string, Partial<WorkspaceSettings>, { message?: string; sender?: string }, unknown]>([
  ['the defaults', {}, {}, null],
  [
    'a skip token',
    {},
    { message: 'Fix\n\nnot yet [Skip Deploy]' },
    refused('skip_token', 'skipped', '[skip deploy]'),
  ],
  ['no skip tokens', { skipTokens: [] }, { message: '[skip ci]' }, null],
  ['a skip token of its own', { skipTokens: ['WIP'] }, { message: 'wip' }, refused('skip_token', 'skipped')],
  [
    'a skip token before all else',
    { onPush: false },
    { message: '[ci skip]' },
    refused('skip_token', 'skipped'),
  ],
  ['on_push: false', { onPush: false }, {}, refused('push_off', 'none', null)],
  [
    'on_push: false, shown',
    { onPush: false, unmatched: 'skipped' },
    {},
    refused('push_off', 'skipped', null),
  ],
  [
    'an ignored sender',
    { ignoreSenders: ['Renovate[bot]'], unmatched: 'skipped' },
    { sender: 'renovate[bot]' },
    refused('ignored_sender', 'skipped', 'renovate[bot]'),
  ],
  ['another sender', { ignoreSenders: ['renovate[bot]'] }, { sender: 'renovate' }, null],
])('whatever changed: %s', (_, differences, push, expected) => {
  const settings = { ...SETTINGS, ...differences };
  expect(refuseBySettings({ settings, message: 'Add orders', sender: 'ana', ...push })).toEqual(expected);
});

test.each<[string, Partial<WorkspaceSettings>, string | null, unknown]>([
  ['paths', { paths: ['models/**'] }, null, refused('paths_unmatched', 'none', null)],
  [
    'paths, shown',
    { paths: ['models/**'], unmatched: 'skipped' },
    null,
    refused('paths_unmatched', 'skipped', null),
  ],
  [
    'paths in place of a directory',
    { paths: ['shared/**'] },
    'dwh',
    refused('paths_unmatched', 'none', null),
  ],
  [
    'ignored paths of a directory',
    { pathsIgnore: ['docs/**'] },
    'dwh',
    refused('paths_unmatched', 'none', null),
  ],
  ['a directory', {}, 'dwh', refused('paths_unchanged', 'none', 'dwh')],
  ['a directory, shown', { unmatched: 'skipped' }, 'dwh', refused('paths_unmatched', 'skipped', 'dwh')],
])('nothing changed: %s', (_, differences, directory, expected) => {
  const settings = { ...SETTINGS, ...differences };
  const filter = filterOf(settings, directory);
  expect(filter && refuseUnchanged(settings, filter)).toEqual(expected);
});

test.each<[Partial<WorkspaceSettings>, string | null, boolean]>([
  [{}, null, false],
  [{}, 'dwh', true],
  [{ paths: ['a'] }, null, true],
  [{ pathsIgnore: ['a'] }, null, true],
])('%o in directory %o depends on what changed: %o', (settings, directory, expected) => {
  expect(filterOf({ ...SETTINGS, ...settings }, directory) !== null).toBe(expected);
});
