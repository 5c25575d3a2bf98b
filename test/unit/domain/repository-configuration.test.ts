import { describe, expect, test } from 'vitest';
import { chooseLogMode } from '../../../src/domain/log-setting.ts';
import { meansWorkspace } from '../../../src/domain/refer-to-workspace.ts';
import {
  DEFAULT_CONFIGURATION,
  type RepositoryConfiguration,
  settingsOf,
  type WorkspaceRefinement,
} from '../../../src/domain/repository-configuration.ts';
import type { Workspace } from '../../../src/domain/workspace.ts';

const WORKSPACE: Workspace = {
  id: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e',
  name: 'Analytics (prod)',
  alias: 'analytics',
  repositoryUrl: null,
  branch: null,
  directory: null,
  environment: null,
};

function configure(
  deploy: Partial<RepositoryConfiguration['deploy']>,
  ...workspaces: WorkspaceRefinement[]
): RepositoryConfiguration {
  return {
    ...DEFAULT_CONFIGURATION,
    deploy: { ...DEFAULT_CONFIGURATION.deploy, ...deploy },
    workspaces,
  };
}

describe('which workspace an entry means', () => {
  test.each([
    ['Analytics (prod)', true],
    ['  ANALYTICS (PROD) ', true],
    ['Analytics', true],
    [WORKSPACE.id, true],
    [WORKSPACE.id.toUpperCase(), true],
    ['71c0ef56', true],
    ['71c0ef5', false],
    ['71c0ef57', false],
    ['c0ef56-7f7e', false],
    ['Analytics (pro', false],
    ['', false],
  ])('%o: %o', (entry, means) => {
    expect(meansWorkspace(entry, WORKSPACE)).toBe(means);
  });

  test('a workspace without alias has only its name and id', () => {
    expect(meansWorkspace('null', { ...WORKSPACE, alias: null })).toBe(false);
  });
});

describe('settingsOf', () => {
  test('without a file: the defaults', () => {
    expect(settingsOf(DEFAULT_CONFIGURATION, WORKSPACE)).toEqual({
      onPush: true,
      paths: null,
      pathsIgnore: [],
      skipTokens: ['[skip deploy]', '[deploy skip]', '[skip ci]', '[ci skip]'],
      unmatched: 'silent',
      ignoreSenders: [],
      log: null,
      verify: false,
      waitFor: [],
      waitForTimeout: 60,
      retryTransient: 0,
      approval: null,
      freeze: [],
      projectCheck: 'report',
      pipelineCheck: 'report',
      environment: null,
      after: [],
    });
  });

  test("an entry replaces what deploy says, key by key; other workspaces' entries don't count", () => {
    const configuration = configure(
      { onPush: false, skipTokens: ['wip'], ignoreSenders: ['bot'], unmatched: 'skipped', log: 'none' },
      { workspace: 'another', onPush: false, log: 'final' },
      { workspace: 'analytics', onPush: true, ignoreSenders: [], log: 'live', environment: 'production' },
    );
    expect(settingsOf(configuration, WORKSPACE)).toEqual({
      onPush: true,
      paths: null,
      pathsIgnore: [],
      skipTokens: ['wip'],
      unmatched: 'skipped',
      ignoreSenders: [],
      log: 'live',
      verify: false,
      waitFor: [],
      waitForTimeout: 60,
      retryTransient: 0,
      approval: null,
      freeze: [],
      projectCheck: 'report',
      pipelineCheck: 'report',
      environment: 'production',
      after: [],
    });
  });

  test.each<[string, string | null, readonly string[] | null, readonly string[] | undefined, unknown]>([
    ['no filter at all', null, null, undefined, null],
    ['the paths of deploy, for a workspace without a directory', null, ['a'], undefined, ['a']],
    ['the directory, not the paths of deploy', 'models', ['a'], undefined, null],
    ["the workspace's own paths before those of deploy", null, ['a'], ['b'], ['b']],
    ["the workspace's own paths before its directory", 'models', null, ['b'], ['b']],
  ])('the filter is %s', (_, directory, paths, own, expected) => {
    const entry = { workspace: 'analytics', ...(own && { paths: own }) };
    expect(settingsOf(configure({ paths }, entry), { ...WORKSPACE, directory }).paths).toEqual(expected);
  });

  test('nobody can change them', () => {
    expect(Object.isFrozen(settingsOf(DEFAULT_CONFIGURATION, WORKSPACE))).toBe(true);
    expect(Object.isFrozen(DEFAULT_CONFIGURATION.deploy.skipTokens)).toBe(true);
  });
});

test.each([
  [null, true, 'live'],
  [null, false, 'none'],
  ['final', false, 'final'],
  ['none', true, 'none'],
] as const)('log %o, private %o: %s', (log, isPrivate, mode) => {
  expect(chooseLogMode({ log }, isPrivate)).toBe(mode);
});
