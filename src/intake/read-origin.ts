import { z } from 'zod';
import { type Repository, UNKNOWN_INSTALLATION } from '../domain/deployment.ts';
import { UNKNOWN_OWNER } from '../domain/owner.ts';

/** In GitHub's API description, the owner may be null. The full name contains it as well. */
const repositorySchema = z
  .object({
    id: z.int(),
    name: z.string(),
    full_name: z.string().nullish(),
    private: z.boolean(),
    default_branch: z.string(),
    owner: z.object({ login: z.string(), id: z.int().nullish() }).nullish(),
    /** Seconds in a push, an ISO time in other events. */
    pushed_at: z.union([z.number(), z.string()]).nullish(),
    updated_at: z.union([z.number(), z.string()]).nullish(),
  })
  .transform((repository, context) => {
    const login = repository.owner?.login ?? /^([^/]+)\/[^/]+$/.exec(repository.full_name ?? '')?.[1];
    if (login) return { ...repository, owner: login, ownerId: repository.owner?.id ?? UNKNOWN_OWNER };
    context.addIssue({
      code: 'custom',
      path: ['owner'],
      message: 'neither owner nor full_name contains the owner',
    });
    return z.NEVER;
  });

/** The origin of every payload. Requires only fields that GitHub's API description requires. */
export const originSchema = z.object({
  repository: repositorySchema,
  installation: z.object({ id: z.int() }).nullish(),
});
export const shaSchema = z.string().regex(/^[0-9a-f]{40,64}$/);

/** Optional, because the API descriptions of some events don't require a sender, and users may have no type. */
export const personSchema = z.object({ login: z.string(), type: z.string().nullish() }).nullish();

export function readOrigin({ repository, installation }: z.infer<typeof originSchema>): {
  account: string;
  repository: Repository;
} {
  return {
    account: repository.owner,
    repository: {
      id: repository.id,
      installationId: installation?.id ?? UNKNOWN_INSTALLATION,
      owner: repository.owner,
      ownerId: repository.ownerId,
      name: repository.name,
      private: repository.private,
      defaultBranch: repository.default_branch,
    },
  };
}

export function isBot({ login, type }: NonNullable<z.infer<typeof personSchema>>): boolean {
  return type === 'Bot' || login.endsWith('[bot]');
}

/** Converts GitHub's seconds or ISO time into epoch milliseconds; null if invalid. */
export function readTime(value: number | string | null | undefined): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value * 1000 : null;
  const time = Date.parse(value ?? '');
  return Number.isNaN(time) ? null : time;
}
