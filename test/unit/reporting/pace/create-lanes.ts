import { RateBudgets } from '../../../../src/github/rate-budget.ts';
import { WriteLanes } from '../../../../src/reporting/pace/write-lanes.ts';

/** Lanes of a process that remembers no earlier writes. */
export function createLanes(): WriteLanes {
  return new WriteLanes({
    budgets: new RateBudgets(() => undefined),
    clock: {
      now: Date.now,
      elapsed: () => performance.now(),
    },
    store: {
      noteGitHubWrite: async () => undefined,
      listGitHubWrites: async () => [],
      forgetGitHubWrites: async () => undefined,
      saveGitHubHold: async () => undefined,
      readGitHubHold: async () => null,
    },
    isShared: false,
    onBeyond: () => undefined,
  });
}
