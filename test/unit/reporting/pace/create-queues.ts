import { RateBudgets } from '../../../../src/github/rate-budget.ts';
import { WriteQueues } from '../../../../src/reporting/pace/write-queues.ts';

/** Queues of a process that remembers no earlier writes. */
export function createWriteQueues(): WriteQueues {
  return new WriteQueues({
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
