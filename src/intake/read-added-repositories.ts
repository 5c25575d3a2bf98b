import { z } from 'zod';
import type { IgnoredEvent } from '../domain/delivery.ts';
import { UNKNOWN_INSTALLATION } from '../domain/deployment.ts';
import type { AddedRepository } from '../domain/setup-run.ts';

/** If more repositories were added at once, those without a workspace are told nothing. */
const MANY = 10;

const repositories = z.array(z.object({ id: z.int(), full_name: z.string() }));
const payloadSchema = z.object({
  installation: z.object({ id: z.int(), account: z.object({ id: z.int(), login: z.string() }) }),
  repositories: repositories.nullish(),
  repositories_added: repositories.nullish(),
});

/** What is stored of the delivery. It has no repository of its own. */
export function describeAdding([first]: readonly AddedRepository[]): IgnoredEvent {
  const owner = first?.owner ?? '';
  const { installationId = UNKNOWN_INSTALLATION, ownerId = 0 } = first ?? {};
  const repository = { id: 0, installationId, ownerId, owner, name: '', private: true, defaultBranch: '' };
  return { kind: 'ignored', account: owner, repository, reason: 'repositories_added' };
}

/** The repositories that an installation got; none if the payload doesn't have the documented form. */
export function readAddedRepositories(payload: unknown): readonly AddedRepository[] {
  const { data } = payloadSchema.safeParse(payload);
  if (!data) return [];
  const { installation } = data;
  const added = data.repositories_added ?? data.repositories ?? [];
  return added.map(({ id, full_name: fullName }) => ({
    repositoryId: id,
    installationId: installation.id,
    owner: fullName.split('/', 1)[0] ?? installation.account.login,
    ownerId: installation.account.id,
    name: fullName.split('/')[1] ?? '',
    isSilent: added.length > MANY ? 1 : 0,
  }));
}
