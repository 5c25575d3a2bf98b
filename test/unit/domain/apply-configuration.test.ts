import { expect, test } from 'vitest';
import { judgePush, needsComparison, type PushToJudge } from '../../../src/domain/apply-configuration.ts';
import {
  DEFAULT_CONFIGURATION,
  type WorkspaceSettings,
} from '../../../src/domain/repository-configuration.ts';

const SETTINGS: WorkspaceSettings = { ...DEFAULT_CONFIGURATION.deploy, environment: null };

/** A glob is the beginning of a path here: what patterns mean is tested with the real ones. */
function matchesBeginnings(
  { paths, pathsIgnore }: { paths: readonly string[] | null; pathsIgnore: readonly string[] },
  changed: readonly string[],
): boolean {
  return changed.some(
    (path) =>
      (paths === null || paths.some((glob) => path.startsWith(glob))) &&
      !pathsIgnore.some((glob) => path.startsWith(glob)),
  );
}

function judge(
  settings: Partial<WorkspaceSettings>,
  push: Partial<Omit<PushToJudge, 'settings'>> & { changed?: readonly string[] } = {},
) {
  const { changed, ...rest } = push;
  return judgePush(
    {
      settings: { ...SETTINGS, ...settings },
      directory: null,
      message: 'Add orders',
      sender: 'ana',
      comparison: changed ? { kind: 'paths', paths: changed } : { kind: 'everything', why: 'a forced push' },
      ...rest,
    },
    matchesBeginnings,
  );
}

const DEPLOYED = { deploy: true };
const refused = (reason: string, conclusion: string, problem: unknown = expect.any(String)) => ({
  deploy: false,
  reason,
  conclusion,
  problem,
});

test.each<[string, Partial<WorkspaceSettings>, Parameters<typeof judge>[1], unknown]>([
  ['the defaults', {}, {}, DEPLOYED],
  ['no filter, and nothing changed', {}, { changed: [] }, DEPLOYED],
  [
    'a skip token',
    {},
    { message: 'Fix\n\nnot yet [Skip Deploy]' },
    refused('skip_token', 'skipped', 'the commit message says [skip deploy]'),
  ],
  ['no skip tokens', { skipTokens: [] }, { message: '[skip ci]' }, DEPLOYED],
  ['a skip token of its own', { skipTokens: ['WIP'] }, { message: 'wip' }, refused('skip_token', 'skipped')],
  [
    'a skip token before all else',
    { onPush: false },
    { message: '[ci skip]' },
    refused('skip_token', 'skipped'),
  ],
  ['on_push: false', { onPush: false }, {}, refused('push_off', 'none')],
  ['on_push: false, shown', { onPush: false, unmatched: 'skipped' }, {}, refused('push_off', 'skipped')],
  [
    'an ignored sender',
    { ignoreSenders: ['Renovate[bot]'], unmatched: 'skipped' },
    { sender: 'renovate[bot]' },
    refused('ignored_sender', 'skipped', 'pushes by renovate[bot] are ignored'),
  ],
  ['another sender', { ignoreSenders: ['renovate[bot]'] }, { sender: 'renovate' }, DEPLOYED],
  ['a path that counts', { paths: ['models/'] }, { changed: ['README.md', 'models/a.sql'] }, DEPLOYED],
  [
    'no path that counts',
    { paths: ['models/'] },
    { changed: ['README.md'] },
    refused('paths_unmatched', 'none'),
  ],
  [
    'no path that counts, shown',
    { paths: ['models/'], unmatched: 'skipped' },
    { changed: [] },
    refused('paths_unmatched', 'skipped', 'no changed file passes the path filters'),
  ],
  [
    'only ignored paths',
    { pathsIgnore: ['docs/'] },
    { changed: ['docs/a'] },
    refused('paths_unmatched', 'none'),
  ],
  ['one path that is not ignored', { pathsIgnore: ['docs/'] }, { changed: ['docs/a', 'b'] }, DEPLOYED],
  ['everything may have changed', { paths: ['models/'] }, {}, DEPLOYED],
  ['a change in the directory', {}, { directory: 'dwh', changed: ['dwh/a'] }, DEPLOYED],
  [
    'no change in the directory',
    {},
    { directory: 'dwh', changed: ['dwh2/a'] },
    refused('paths_unchanged', 'none', 'nothing changed in dwh'),
  ],
  [
    'no change in the directory, shown',
    { unmatched: 'skipped' },
    { directory: 'dwh', changed: ['dwh2/a'] },
    refused('paths_unmatched', 'skipped', 'nothing changed in dwh'),
  ],
  [
    'only ignored changes in the directory',
    { pathsIgnore: ['dwh/docs'] },
    { directory: 'dwh', changed: ['dwh/docs/a', 'other'] },
    refused('paths_unmatched', 'none'),
  ],
  [
    'paths in place of the directory',
    { paths: ['shared/'] },
    { directory: 'dwh', changed: ['shared/macros.sql'] },
    DEPLOYED,
  ],
  [
    'paths in place of the directory, which changed',
    { paths: ['shared/'] },
    { directory: 'dwh', changed: ['dwh/a'] },
    refused('paths_unmatched', 'none'),
  ],
])('%s', (_, settings, push, expected) => {
  expect(judge(settings, push)).toEqual(expected);
});

test.each<[Partial<WorkspaceSettings>, string | null, boolean]>([
  [{}, null, false],
  [{}, 'dwh', true],
  [{ paths: ['a'] }, null, true],
  [{ pathsIgnore: ['a'] }, null, true],
])('%o in directory %o asks what changed: %o', (settings, directory, expected) => {
  expect(needsComparison({ ...SETTINGS, ...settings }, directory)).toBe(expected);
});
