import type { PushEvent } from '../../../src/domain/delivery.ts';
import type { Repository } from '../../../src/domain/deployment.ts';

/** A private repository with the given differences. */
export function buildRepository(differences: Partial<Repository> = {}): Repository {
  return {
    id: 2,
    installationId: 1,
    owner: 'acme',
    ownerId: 10,
    name: 'data',
    private: true,
    defaultBranch: 'main',
    ...differences,
  };
}

/** A push to `main` of that repository, by a person, with the given differences. */
export function buildPush(differences: Partial<PushEvent> = {}): PushEvent {
  return {
    kind: 'push',
    account: 'acme',
    repository: buildRepository(),
    ref: 'refs/heads/main',
    before: 'b'.repeat(40),
    after: 'a'.repeat(40),
    deleted: false,
    forced: false,
    pushedAt: 1_000,
    sender: 'ana',
    senderIsBot: false,
    ...differences,
  };
}
