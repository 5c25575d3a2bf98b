import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type { Repository } from '../domain/deployment.ts';
import type { RepositoryLister } from '../domain/installation-reader.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { type LearningPorts, learnRepository } from '../planning/learn-repository.ts';
import type { RequestBudget } from './request-budget.ts';

export interface RepositoryLearning extends LearningPorts {
  /** Called for both installations when repositories moved between them. */
  readonly onMoved: (installationId: number) => void;
  readonly log: Logger;
}

/** Tries to read an installation's repositories; later changes come with the deliveries of each repository. */
const MAX_TRIES = 6;

/**
 * Stores renames, transfers, changes of visibility and new installations that no delivery reported. `shown` is GitHub's answer
 * to a request at `askedAt` (epoch milliseconds); a later delivery is newer.
 */
export async function learnRepositories(
  ports: RepositoryLearning,
  shown: readonly Repository[],
  askedAt: number,
): Promise<void> {
  const { repositories, onMoved, log } = ports;
  const known = await repositories.listKnown(shown.map((one) => one.id));
  const byId = new Map(known.map((one) => [one.id, one]));
  const moved = new Set<number>();
  for (const now of shown) {
    const before = byId.get(now.id);
    if (!before || isDeepStrictEqual(before, now)) continue;
    await learnRepository(ports, now, { seenAt: askedAt });
    log.info({ repository: now.id, installation: now.installationId }, 'A change of a repository was found');
    if (before.installationId !== now.installationId)
      moved.add(before.installationId).add(now.installationId);
  }
  for (const installationId of moved) onMoved(installationId);
}

export interface InstallationLearning extends RepositoryLearning {
  readonly installations: RepositoryLister;
  readonly budget: RequestBudget;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Returns a function that reads the repositories of an installation, for an app without sweeps. It returns the delay until a
 * retry (milliseconds), or null when done.
 */
export function createInstallationLearner(
  ports: InstallationLearning,
): (installationId: number) => Promise<number | null> {
  const { installations, budget, clock, log, random } = ports;
  const failures = new Map<number, number>();

  async function learn(installationId: number): Promise<void> {
    const pages = installations.listRepositories(installationId)[Symbol.asyncIterator]();
    while (budget.take(installationId)) {
      const askedAt = clock.now();
      const page = await pages.next();
      if (page.done) return;
      const shown = page.value.map((one) => one.repository);
      await learnRepositories(ports, shown, askedAt);
    }
  }

  return async (installationId) => {
    try {
      await learn(installationId);
    } catch (error) {
      const failed = (failures.get(installationId) ?? 0) + 1;
      failures.set(installationId, failed);
      log.warn(
        { err: error, installation: installationId },
        'The repositories of an installation could not be read',
      );
      if (failed < MAX_TRIES) return chooseRetryDelay(failed, null, random());
    }
    failures.delete(installationId);
    return null;
  };
}
