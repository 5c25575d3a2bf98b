import { z } from 'zod';
import type { PullRequestEvent } from '../domain/delivery.ts';
import { installationSchema, readRepository, repositorySchema, shaSchema } from './read-repository.ts';

const pullRequestPayload = z.object({
  pull_request: z.object({ number: z.int(), head: z.object({ sha: shaSchema }) }),
  repository: repositorySchema,
  installation: installationSchema,
});

/** The needed fields of a pull request. Throws a ZodError that names what is missing. */
export function readPullRequest(payload: unknown): PullRequestEvent {
  const { pull_request: pull, repository, installation } = pullRequestPayload.parse(payload);
  return {
    kind: 'pull_request',
    account: repository.owner.login,
    repository: readRepository(repository, installation.id),
    number: pull.number,
    headSha: pull.head.sha,
  };
}
