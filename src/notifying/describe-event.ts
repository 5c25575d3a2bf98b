import type { Deployment, Repository } from '../domain/deployment.ts';
import type { NotificationType } from '../domain/notification.ts';
import type { Pages } from '../domain/pages.ts';
import { describeEnd, PLAIN_WORDING } from '../reporting/render/describe-end.ts';
import { findRunUrl } from '../reporting/render/github-links.ts';
import { nameReason } from '../reporting/render/render-result.ts';
import type { NotificationEvent } from './notification-event.ts';

export type NotifiedConclusion = NotificationEvent['data']['conclusion'];

export interface EventView {
  readonly type: NotificationType;
  readonly conclusion: NotifiedConclusion;
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
  const { type, conclusion, deployment, repository, pages, limits, now } = view;
  const { workspaceId, workspaceName, requestedBy } = deployment;
  const fullName = `${repository.owner}/${repository.name}`;
  const event: NotificationEvent = {
    type,
    timestamp: new Date(deployment.concludedAt ?? now).toISOString(),
    data: {
      deployment: deployment.id,
      conclusion,
      reason: nameReason(deployment.reason),
      // Without the error, which is text of a log.
      summary: describeEnd(deployment, { ...limits, supersededBy: null, error: null }, PLAIN_WORDING),
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

function redactTexts<T>(value: T, redact: (text: string) => string): T {
  const redacted: unknown = JSON.parse(JSON.stringify(value), (_, one: unknown) =>
    typeof one === 'string' ? redact(one) : one,
  );
  return redacted as T;
}
