import type { Repository } from '../domain/deployment.ts';
import type { Waker } from '../domain/dispatcher.ts';
import type { RepositoryStore } from '../domain/repository-store.ts';

export interface LearningPorts {
  readonly repositories: RepositoryStore;
  readonly dispatcher: Waker;
}

/** Stores a repository as GitHub describes it. If it was made public, its check runs are written again without the log. */
export async function learnRepository(
  { repositories, dispatcher }: LearningPorts,
  repository: Repository,
  source: {
    /** `owner/name` before a rename or transfer. */
    readonly formerFullName?: string | null;
    /** When GitHub described it so (epoch milliseconds). */
    readonly seenAt: number;
    /** The present (epoch milliseconds), if the clock may have been set back since something was stored. */
    readonly now?: number;
  },
): Promise<void> {
  const { formerFullName = null, seenAt, now } = source;
  const reported = await repositories.learnRepository(repository, formerFullName, seenAt, now);
  for (const id of reported) dispatcher.wake('log', id);
}
