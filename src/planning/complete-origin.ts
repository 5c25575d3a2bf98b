import type { Delivery } from '../domain/delivery.ts';
import { UNKNOWN_INSTALLATION } from '../domain/deployment.ts';
import { UNKNOWN_OWNER } from '../domain/owner.ts';
import type { RepositoryReader } from '../domain/repository-store.ts';

/** The delivery with what is known of its repository, where it doesn't tell itself; null: no installation is known. */
export async function completeOrigin(
  delivery: Delivery,
  repositories: RepositoryReader,
): Promise<Delivery | null> {
  const { repository } = delivery.event;
  const { installationId, ownerId, owner } = repository;
  if (installationId !== UNKNOWN_INSTALLATION && ownerId !== UNKNOWN_OWNER) return delivery;
  const known = await repositories.getRepository(repository.id);
  if (!known) return installationId === UNKNOWN_INSTALLATION ? null : delivery;
  const isSameOwner = known.owner.toLowerCase() === owner.toLowerCase();
  const completed = {
    ...repository,
    installationId: installationId === UNKNOWN_INSTALLATION ? known.installationId : installationId,
    ownerId: ownerId === UNKNOWN_OWNER && isSameOwner ? known.ownerId : ownerId,
  };
  return { ...delivery, event: { ...delivery.event, repository: completed } };
}
