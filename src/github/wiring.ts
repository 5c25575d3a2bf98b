import type { ProcessContext } from '../app-context.ts';
import { createOctokitSource, type OctokitSource } from './octokit.ts';
import { RateBudgets } from './rate-budget.ts';

export interface GitHub {
  readonly budgets: RateBudgets;
  readonly octokit: OctokitSource;
}

/** Builds the Octokits of the installations and their request budgets. */
export function createGitHub({ clock, log, metrics, redactor, stores }: ProcessContext): GitHub {
  const budgets = new RateBudgets((installation, { limit, remaining, resetAt }) =>
    log.warn(
      {
        installation,
        limit,
        remaining,
        resetAt: new Date(clock.now() + resetAt - clock.elapsed()).toISOString(),
      },
      'Few requests to GitHub are left: logs (then other changes) wait for the reset, new and final check runs do not',
    ),
  );
  const octokit = createOctokitSource({
    clock,
    budgets,
    redact: redactor.redactText,
    onRateLimit(installationId, limit) {
      budgets.note(installationId, limit, clock.elapsed());
      metrics.rateLimit(installationId, limit.remaining);
    },
    onHold(installationId, delayMs) {
      stores.saveGitHubHold(installationId, clock.now() + delayMs).catch(() => {
        // The store is unavailable. This process still knows the hold.
      });
    },
    onRequest: metrics.requestToGitHub,
  });
  return { budgets, octokit };
}
