import { describe, expect, test } from 'vitest';
import { findSuperseded } from '../../../src/domain/supersede.ts';
import { buildDeployment } from './deployment-builder.ts';

describe('findSuperseded', () => {
  test('of those waiting only the newest stays', () => {
    const [a, b, c] = [buildDeployment(), buildDeployment(), buildDeployment()];
    expect(findSuperseded([c, a, b])).toEqual([
      { deployment: a, by: c },
      { deployment: b, by: c },
    ]);
  });

  test('a deployment whose start was attempted stays', () => {
    const started = buildDeployment({ state: 'starting' });
    const running = buildDeployment({ state: 'running' });
    expect(findSuperseded([started, running, buildDeployment()])).toEqual([]);
  });

  test('an older push that comes late is replaced by the newer one, even when that is over', () => {
    const late = buildDeployment({ pushedAt: 1000 });
    const done = buildDeployment({
      pushedAt: 2000,
      state: 'concluded',
      conclusion: 'success',
      reason: 'job_complete',
    });
    expect(findSuperseded([late, done])).toEqual([{ deployment: late, by: done }]);
  });

  test('of pushes within one second the one that all others lead to wins, in whatever order they arrive', () => {
    const at = { pushedAt: 5_000 };
    const first = buildDeployment({ ...at, sha: 'one', before: 'zero', receivedAt: 9_000 });
    const second = { ...at, sha: 'two', before: 'one', receivedAt: 7_000, reason: 'superseded' } as const;
    const third = buildDeployment({ ...at, sha: 'three', before: 'two', receivedAt: 8_000 });
    const link = buildDeployment({ ...second, state: 'concluded', conclusion: 'skipped' });
    expect(findSuperseded([link, third, first])).toEqual([{ deployment: first, by: third }]);
  });

  test.each([
    'superseded',
    'loop_brake',
    'no_longer_tracked',
    'paths_unchanged',
    'skip_token',
    'push_off',
    'ignored_sender',
    'paths_unmatched',
  ] as const)('a newer one that ended as %s replaces nothing', (reason) => {
    const older = buildDeployment();
    const newer = buildDeployment({ state: 'concluded', conclusion: 'skipped', reason });
    expect(findSuperseded([older, newer])).toEqual([]);
  });
});
