import { z } from 'zod';
import type { PushEvent, RepositoryEvent } from '../domain/delivery.ts';
import type { Repository } from '../domain/deployment.ts';

const repository = z.object({
  id: z.int(),
  name: z.string(),
  private: z.boolean(),
  default_branch: z.string(),
  owner: z.object({ login: z.string() }),
  /** Seconds in a push, an ISO time in other events. */
  pushed_at: z.union([z.number(), z.string()]).nullish(),
});

const sha = z.string().regex(/^[0-9a-f]{40,64}$/);

const pushPayload = z.object({
  ref: z.string(),
  before: sha,
  after: sha,
  deleted: z.boolean(),
  forced: z.boolean(),
  repository,
  sender: z.object({ login: z.string(), type: z.string() }),
  installation: z.object({ id: z.int() }),
});

const repositoryPayload = z.object({
  repository,
  changes: z
    .object({
      repository: z.object({ name: z.object({ from: z.string() }) }).optional(),
      owner: z
        .object({
          from: z.object({
            user: z.object({ login: z.string() }).optional(),
            organization: z.object({ login: z.string() }).optional(),
          }),
        })
        .optional(),
    })
    .optional(),
  installation: z.object({ id: z.int() }),
});

type RepositoryPayload = z.infer<typeof repository>;

/** The needed fields of a push. Throws a ZodError that names what is missing. */
export function readPush(payload: unknown): PushEvent {
  const push = pushPayload.parse(payload);
  return {
    kind: 'push',
    account: push.repository.owner.login,
    repository: readRepository(push.repository, push.installation.id),
    ref: push.ref,
    before: push.before,
    after: push.after,
    deleted: push.deleted,
    forced: push.forced,
    pushedAt: readTime(push.repository.pushed_at),
    sender: push.sender.login,
    senderIsBot: push.sender.type === 'Bot',
  };
}

/** The needed fields of a rename, transfer or change of visibility. Throws a ZodError that names what is missing. */
export function readRepositoryChange(payload: unknown): RepositoryEvent {
  const { repository: now, changes, installation } = repositoryPayload.parse(payload);
  const from = changes?.owner?.from;
  const formerOwner = from?.user?.login ?? from?.organization?.login;
  const formerName = changes?.repository?.name.from;
  return {
    kind: 'repository',
    account: now.owner.login,
    repository: readRepository(now, installation.id),
    formerFullName:
      formerOwner || formerName ? `${formerOwner ?? now.owner.login}/${formerName ?? now.name}` : null,
  };
}

function readRepository(payload: RepositoryPayload, installationId: number): Repository {
  return {
    id: payload.id,
    installationId,
    owner: payload.owner.login,
    name: payload.name,
    private: payload.private,
    defaultBranch: payload.default_branch,
  };
}

function readTime(value: number | string | null | undefined): number | null {
  if (typeof value === 'number') return value * 1000;
  const time = Date.parse(value ?? '');
  return Number.isNaN(time) ? null : time;
}
