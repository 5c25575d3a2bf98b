import { z } from 'zod';
import type { PullRequestEvent } from '../domain/delivery.ts';
import { originSchema, readOrigin, shaSchema } from './read-origin.ts';

export const pullRequestPayload = originSchema.extend({
  pull_request: z.object({ number: z.int(), head: z.object({ sha: shaSchema }) }),
});

/** The needed fields of a pull request. Throws a ZodError that names what is missing. */
export function readPullRequest(payload: unknown): PullRequestEvent {
  const { pull_request: pull, ...origin } = pullRequestPayload.parse(payload);
  return {
    kind: 'pull_request',
    ...readOrigin(origin),
    number: pull.number,
    headSha: pull.head.sha,
  };
}
