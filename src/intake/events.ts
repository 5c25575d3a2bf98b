import type { EmitterWebhookEventName } from '@octokit/webhooks';
import type { AppEvent } from '../domain/delivery.ts';
import { readCommitComment, readIssueComment } from './read-comment.ts';
import { readEditedPullRequest, readPullRequest, readPush, readRepositoryChange } from './read-payload.ts';
import { readCheckRun, readCheckSuite } from './read-rerun.ts';

/**
 * The events that the app stores and handles, with their readers. Probot answers and drops all others. The sweep of missed
 * deliveries, the metrics and the doctor also use this list.
 */
export const EVENTS: readonly (readonly [EmitterWebhookEventName, (payload: unknown) => AppEvent])[] = [
  ['push', readPush],
  ['repository.created', readRepositoryChange],
  ['repository.renamed', readRepositoryChange],
  ['repository.transferred', readRepositoryChange],
  ['repository.publicized', readRepositoryChange],
  ['repository.privatized', readRepositoryChange],
  ['issue_comment.created', readIssueComment],
  ['commit_comment.created', readCommitComment],
  ['check_run.requested_action', readCheckRun],
  ['check_run.rerequested', readCheckRun],
  ['check_suite.rerequested', readCheckSuite],
  ['pull_request.opened', readPullRequest],
  ['pull_request.synchronize', readPullRequest],
  ['pull_request.reopened', readPullRequest],
  ['pull_request.ready_for_review', readPullRequest],
  ['pull_request.edited', readEditedPullRequest],
];

/** Events of installations: they come to each App, and have no repository. */
export const ADDING_EVENTS = ['installation.created', 'installation_repositories.added'] as const;

const NAMES = new Set<string>(EVENTS.map(([name]) => name));

/** True for a delivery that the app stores. */
export function isActedOn(event: string, action: string | null): boolean {
  const name = action === null ? event : `${event}.${action}`;
  return NAMES.has(name) || ADDING_EVENTS.some((one) => one === name);
}

/** The events that the GitHub App subscribes to, without duplicates. */
export function listSubscriptions(): string[] {
  return [...new Set([...NAMES].map((name) => name.split('.', 1)[0] ?? name))];
}
