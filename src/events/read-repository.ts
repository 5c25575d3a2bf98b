import { z } from 'zod';
import type { Repository } from '../domain/deployment.ts';

/** The fields of a payload's `repository` that are needed. */
export const repositorySchema = z.object({
  id: z.int(),
  name: z.string(),
  private: z.boolean(),
  default_branch: z.string(),
  owner: z.object({ login: z.string() }),
  /** Seconds in a push, an ISO time in other events. */
  pushed_at: z.union([z.number(), z.string()]).nullish(),
});

export const installationSchema = z.object({ id: z.int() });
export const shaSchema = z.string().regex(/^[0-9a-f]{40,64}$/);

export function readRepository(
  payload: z.infer<typeof repositorySchema>,
  installationId: number,
): Repository {
  return {
    id: payload.id,
    installationId,
    owner: payload.owner.login,
    name: payload.name,
    private: payload.private,
    defaultBranch: payload.default_branch,
  };
}

/** Epoch milliseconds of GitHub's seconds or ISO time; null for neither. */
export function readTime(value: number | string | null | undefined): number | null {
  if (typeof value === 'number') return value * 1000;
  const time = Date.parse(value ?? '');
  return Number.isNaN(time) ? null : time;
}
