import type { Repository } from '../domain/deployment.ts';
import type { Waker } from '../domain/dispatcher.ts';
import type { RepositoryStore } from '../domain/repository-store.ts';

export interface LearningPorts {
  readonly repositories: RepositoryStore;
  readonly dispatcher: Waker;
}

/** Stores what GitHub said about a repository. If it was made public, its check runs are written again without the log. */
export async function learnRepository(
  { repositories, dispatcher }: LearningPorts,
  repository: Repository,
  said: {
    /** `owner/name` before a rename or transfer. */
    readonly formerFullName?: string | null;
    /** When GitHub said so (epoch milliseconds). */
    readonly seenAt: number;
    /** Given where the clock may have been set back since something was stored. */
    readonly now?: number;
  },
): Promise<void> {
  const { formerFullName = null, seenAt, now } = said;
  const shown = await repositories.learnRepository(repository, formerFullName, seenAt, now);
  for (const id of shown) dispatcher.wake('log', id);
}
