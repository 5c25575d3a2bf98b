import type { Deployment, Repository } from '../domain/deployment.ts';
import type { NotificationType } from '../domain/notification.ts';
import type { Pages } from '../domain/pages.ts';
import { describeEnd, PLAIN_WORDING } from '../reporting/render/describe-end.ts';
import { findRunUrl } from '../reporting/render/github-links.ts';
import { nameReason } from '../reporting/render/render-result.ts';
import type { NotificationEvent } from './notification-event.ts';

export interface EventView {
  readonly type: NotificationType;
  readonly deployment: Deployment;
  readonly repository: Repository;
  readonly pages: Pages;
  readonly limits: { readonly startTimeoutMinutes: number; readonly deployTimeoutMinutes: number };
  readonly redact: (text: string) => string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Describes what happened to a deployment, without the text of logs. */
export function describeEvent(view: EventView): NotificationEvent {
  const { type, deployment, repository, pages, now } = view;
  const { workspaceId, workspaceName, requestedBy } = deployment;
  const fullName = `${repository.owner}/${repository.name}`;
  const event: NotificationEvent = {
    type,
    timestamp: new Date(deployment.concludedAt ?? now).toISOString(),
    data: {
      deployment: deployment.id,
      conclusion: toConclusion(deployment),
      reason: nameReason(deployment.reason),
      summary: describeState(view),
      workspace: { id: workspaceId, name: workspaceName, url: pages.workspaceUrl(deployment) },
      repository: { id: repository.id, name: fullName, url: `${pages.githubUrl}/${fullName}` },
      branch: deployment.branch,
      commit: { requested: deployment.sha, deployed: deployment.deployedSha },
      cause: deployment.cause,
      requested_by: requestedBy === '' ? null : requestedBy,
      url: findRunUrl({ githubUrl: pages.githubUrl, repository }, deployment),
    },
  };
  return redactTexts(event, view.redact);
}

function toConclusion({ conclusion }: Deployment): NotificationEvent['data']['conclusion'] {
  switch (conclusion) {
    case 'success':
    case 'failure':
    case 'timed_out':
    case 'action_required':
      return conclusion;
    default:
      return null;
  }
}

function describeState({ deployment, limits }: EventView): string {
  if (deployment.state !== 'concluded') return 'Waiting for a person';
  // Without the error, which is text of a log.
  return describeEnd(deployment, { ...limits, supersededBy: null, error: null }, PLAIN_WORDING);
}

function redactTexts<T>(value: T, redact: (text: string) => string): T {
  const redacted: unknown = JSON.parse(JSON.stringify(value), (_, one: unknown) =>
    typeof one === 'string' ? redact(one) : one,
  );
  return redacted as T;
}
