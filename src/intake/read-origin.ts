import { z } from 'zod';
import { type Repository, UNKNOWN_INSTALLATION } from '../domain/deployment.ts';
import { UNKNOWN_OWNER } from '../domain/owner.ts';

/** GitHub's description lets the owner be null; the full name says it too. */
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
    context.addIssue({ code: 'custom', path: ['owner'], message: 'neither owner nor full_name names one' });
    return z.NEVER;
  });

/** Where every payload comes from; only the needed fields, and none required that GitHub's description doesn't. */
export const originSchema = z.object({
  repository: repositorySchema,
  installation: z.object({ id: z.int() }).nullish(),
});
export const shaSchema = z.string().regex(/^[0-9a-f]{40,64}$/);

/** The description of some events doesn't require a sender, and that of users doesn't require a type. */
export const personSchema = z.object({ login: z.string(), type: z.string().nullish() }).nullish();

/** The GitHub account, and its repository. */
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

/** True for the login of an App or another bot. */
export function isBot({ login, type }: NonNullable<z.infer<typeof personSchema>>): boolean {
  return type === 'Bot' || login.endsWith('[bot]');
}

/** Epoch milliseconds of GitHub's seconds or ISO time; null for neither. */
export function readTime(value: number | string | null | undefined): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value * 1000 : null;
  const time = Date.parse(value ?? '');
  return Number.isNaN(time) ? null : time;
}
