import { z } from 'zod';
import type { PushEvent, RepositoryEvent } from '../domain/delivery.ts';
import {
  installationSchema,
  readRepository,
  readTime,
  repositorySchema,
  shaSchema,
} from './read-repository.ts';

const pushPayload = z.object({
  ref: z.string(),
  before: shaSchema,
  after: shaSchema,
  deleted: z.boolean(),
  forced: z.boolean(),
  head_commit: z.object({ message: z.string() }).nullish(),
  repository: repositorySchema,
  sender: z.object({ login: z.string(), type: z.string() }),
  installation: installationSchema,
});

const repositoryPayload = z.object({
  repository: repositorySchema,
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
  installation: installationSchema,
});

/** Of a longer message the beginning and the end are kept, in characters: words for machines stand in one of the two. */
const KEPT_MESSAGE = 8_192;

function shorten(message: string | null): string | null {
  if (message === null || message.length <= 2 * KEPT_MESSAGE) return message;
  return `${message.slice(0, KEPT_MESSAGE)}\n…\n${message.slice(-KEPT_MESSAGE)}`;
}

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
    message: shorten(push.head_commit?.message ?? null),
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
