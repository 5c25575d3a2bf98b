import { expect, test } from 'vitest';
import type { Repository } from '../../../src/domain/deployment.ts';
import type { GitHubResult } from '../../../src/domain/github-result.ts';
import type { WayBack } from '../../../src/domain/way-back.ts';
import { renderWayBack } from '../../../src/reporting/render/render-way-back.ts';
import { type CommitComparison, createWayBackFinder } from '../../../src/reporting/way-back.ts';
import { buildDeployment } from '../domain/deployment-builder.ts';
import { buildRepository } from '../domain/push-builder.ts';

const [GOOD, BAD] = ['a'.repeat(40), 'b'.repeat(40)];
const REPOSITORY: Repository = buildRepository();
const LINEAR: CommitComparison = {
  relation: 'ahead',
  commits: 3,
  shas: [],
  isLinear: true,
  firstParent: 'c'.repeat(40),
};

interface History {
  readonly compared: CommitComparison;
  readonly merge?: number;
  readonly mergeCommits?: number;
}

function find(
  { compared, merge, mergeCommits = 0 }: History,
  conclusion: 'failure' | 'timed_out' = 'failure',
) {
  const ok = async <T>(value: T): Promise<GitHubResult<T>> => ({ ok: true, value });
  const saved = new Map<string, WayBack>();
  const find = createWayBackFinder({
    store: {
      getWayBack: async (id) => saved.get(id) ?? null,
      saveWayBack: async (one) => void saved.set(one.deploymentId, one),
      findLastGood: async () => buildDeployment({ sha: GOOD }),
    },
    api: {
      compare: () => ok(compared),
      findMerge: () => ok(merge ?? null),
      countCommits: () => ok(mergeCommits),
    },
    log: { warn: () => expect.unreachable() },
  });
  return find(buildDeployment({ sha: BAD, state: 'concluded', conclusion }), REPOSITORY);
}

test('a rebased pull request goes back if it has as many commits as came since', async () => {
  expect(await find({ compared: LINEAR, merge: 7, mergeCommits: 3 })).toMatchObject({ pullRequest: 7 });
  expect(await find({ compared: LINEAR, merge: 7, mergeCommits: 2 })).toMatchObject({ pullRequest: null });
});

test('a merge goes back if it follows the last good commit', async () => {
  const merge = { ...LINEAR, isLinear: false };
  expect(await find({ compared: { ...merge, firstParent: GOOD }, merge: 7 })).toMatchObject({
    pullRequest: 7,
  });
  expect(await find({ compared: merge, merge: 7, mergeCommits: 3 })).toMatchObject({ pullRequest: null });
});

test('a deployment that timed out has a way back too', async () => {
  expect(await find({ compared: LINEAR }, 'timed_out')).toMatchObject({
    lastGood: GOOD,
    failed: BAD,
    commits: 3,
  });
});

test('a last good commit that is no ancestor leads back by no command', async () => {
  for (const relation of ['behind', 'diverged'] as const) {
    const wayBack = await find({ compared: { ...LINEAR, relation }, merge: 7, mergeCommits: 3 });
    const text = renderWayBack({ githubUrl: 'https://github.com', repository: REPOSITORY }, wayBack).join(
      '\n',
    );
    expect(text).toContain('which is not an ancestor of this one');
    expect(text).toContain(`https://github.com/acme/data/compare/${GOOD}...${BAD}`);
    expect(text).not.toMatch(/revert/i);
  }
});

test('only commit ids are used in command lines', () => {
  const wayBack: WayBack = {
    deploymentId: 'one',
    lastGood: '$(rm -rf .)',
    failed: BAD,
    relation: 'ahead',
    commits: 1,
    isLinear: true,
    pullRequest: null,
  };
  const text = renderWayBack({ githubUrl: 'https://github.com', repository: REPOSITORY }, wayBack).join('\n');
  expect(text).not.toContain('git revert');
});
