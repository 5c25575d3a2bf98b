import { z } from 'zod';
import { type CloudCommit, isByMeltanoCloud } from '../domain/cloud-commit.ts';
import { CONFIGURATION_FILES } from '../domain/configuration-in-use.ts';
import type { IgnoredEvent, PullRequestEvent, PushEvent, RepositoryEvent } from '../domain/delivery.ts';
import { isBot, originSchema, personSchema, readOrigin, readTime, shaSchema } from './read-origin.ts';

const paths = z.array(z.string()).nullish();
export const pushPayload = originSchema.extend({
  ref: z.string(),
  before: shaSchema,
  after: shaSchema,
  deleted: z.boolean(),
  forced: z.boolean(),
  head_commit: z.object({ message: z.string().nullish() }).nullish(),
  commits: z
    .array(
      z.object({
        id: z.string().nullish(),
        message: z.string().nullish(),
        committer: z.object({ name: z.string().nullish() }).nullish(),
        added: paths,
        modified: paths,
        removed: paths,
      }),
    )
    .nullish(),
  sender: personSchema,
  pusher: z.object({ name: z.string().nullish() }).nullish(),
});

const former = z.object({ login: z.string() }).nullish();
export const repositoryPayload = originSchema.extend({
  changes: z
    .object({
      repository: z.object({ name: z.object({ from: z.string() }).nullish() }).nullish(),
      owner: z.object({ from: z.object({ user: former, organization: former }).nullish() }).nullish(),
    })
    .nullish(),
});

/** Meltano Cloud pushes one commit of a few files. */
const KEPT_CLOUD_COMMITS = 20;
const KEPT_PATHS = 100;
/** Keeps this many characters of both ends of a long commit message: skip tokens are at one of the ends. */
const KEPT_MESSAGE = 8_192;

function shorten(message: string | null): string | null {
  if (message === null || message.length <= 2 * KEPT_MESSAGE) return message;
  return `${message.slice(0, KEPT_MESSAGE)}\n…\n${message.slice(-KEPT_MESSAGE)}`;
}

/** Reads a push. Throws a `ZodError` for an invalid payload. */
export function readPush(payload: unknown): PushEvent {
  const push = pushPayload.parse(payload);
  const sender = push.sender ?? { login: push.pusher?.name ?? '' };
  const cloudCommits = listCloudCommits(push);
  return {
    kind: 'push',
    ...readOrigin(push),
    ref: push.ref,
    before: push.before,
    after: push.after,
    deleted: push.deleted,
    forced: push.forced,
    message: shorten(push.head_commit?.message ?? null),
    pushedAt: readTime(push.repository.pushed_at),
    sender: sender.login,
    senderIsBot: isBot(sender),
    ...(changesConfiguration(push) && { changesConfiguration: true }),
    ...(cloudCommits.length > 0 && { cloudCommits }),
  };
}

function changesConfiguration({ commits }: z.infer<typeof pushPayload>): boolean {
  return (commits ?? []).some(({ added, modified, removed }) =>
    [added, modified, removed].some((changed) => CONFIGURATION_FILES.some((file) => changed?.includes(file))),
  );
}

/** Added files have nothing to lose. */
function listCloudCommits({ commits }: z.infer<typeof pushPayload>): CloudCommit[] {
  return (commits ?? [])
    .flatMap(({ id, message, committer, modified, removed }): CloudCommit[] => {
      const signs = { committerName: committer?.name ?? '', message: message ?? '' };
      if (!id || !isByMeltanoCloud(signs)) return [];
      return [{ sha: id, paths: [...(modified ?? []), ...(removed ?? [])].slice(0, KEPT_PATHS) }];
    })
    .slice(-KEPT_CLOUD_COMMITS);
}

/** Reads a rename, transfer or change of visibility. Throws a `ZodError` for an invalid payload. */
export function readRepositoryChange(payload: unknown): RepositoryEvent {
  const { changes, ...now } = repositoryPayload.parse(payload);
  const { account, repository } = readOrigin(now);
  const from = changes?.owner?.from;
  const formerOwner = from?.user?.login ?? from?.organization?.login;
  const formerName = changes?.repository?.name?.from;
  return {
    kind: 'repository',
    account,
    repository,
    formerFullName:
      formerOwner || formerName ? `${formerOwner ?? account}/${formerName ?? repository.name}` : null,
  };
}

export const pullRequestPayload = originSchema.extend({
  pull_request: z.object({
    number: z.int(),
    head: z.object({ sha: shaSchema }),
    base: z.object({ ref: z.string(), sha: shaSchema }),
  }),
});

/** What GitHub tells of an edit: the base is missing where it stays. */
export const editedPayload = pullRequestPayload.extend({
  changes: z.object({ base: z.record(z.string(), z.unknown()).nullish() }).nullish(),
});

/** Reads a pull request event. Throws a `ZodError` for an invalid payload. */
export function readPullRequest(payload: unknown): PullRequestEvent {
  const { pull_request: pull, ...origin } = pullRequestPayload.parse(payload);
  return {
    kind: 'pull_request',
    ...readOrigin(origin),
    number: pull.number,
    headSha: pull.head.sha,
    base: { branch: pull.base.ref, sha: pull.base.sha },
  };
}

/** An edit of a pull request counts if it has another base now. Throws a ZodError that names what is missing. */
export function readEditedPullRequest(payload: unknown): PullRequestEvent | IgnoredEvent {
  const edited = editedPayload.parse(payload);
  if (edited.changes?.base) return readPullRequest(payload);
  return { kind: 'ignored', ...readOrigin(edited), reason: 'base_unchanged' };
}
