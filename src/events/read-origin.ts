import { z } from 'zod';
import type { Repository } from '../domain/deployment.ts';

const repositorySchema = z.object({
  id: z.int(),
  name: z.string(),
  private: z.boolean(),
  default_branch: z.string(),
  owner: z.object({ login: z.string() }),
  /** Seconds in a push, an ISO time in other events. */
  pushed_at: z.union([z.number(), z.string()]).nullish(),
});

/** Where every payload comes from; only the needed fields. */
export const originSchema = z.object({
  repository: repositorySchema,
  installation: z.object({ id: z.int() }),
});
export const shaSchema = z.string().regex(/^[0-9a-f]{40,64}$/);

/** The GitHub account, and its repository. */
export function readOrigin({ repository, installation }: z.infer<typeof originSchema>): {
  account: string;
  repository: Repository;
} {
  const { id, name, owner, default_branch: defaultBranch } = repository;
  return {
    account: owner.login,
    repository: {
      ...{ id, installationId: installation.id, owner: owner.login, name },
      ...{ private: repository.private, defaultBranch },
    },
  };
}

/** Epoch milliseconds of GitHub's seconds or ISO time; null for neither. */
export function readTime(value: number | string | null | undefined): number | null {
  if (typeof value === 'number') return value * 1000;
  const time = Date.parse(value ?? '');
  return Number.isNaN(time) ? null : time;
}
