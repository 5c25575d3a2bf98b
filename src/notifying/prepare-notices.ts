import type { Clock } from '../domain/clock.ts';
import type { Conclusion, Deployment, Repository } from '../domain/deployment.ts';
import type { Waker } from '../domain/dispatcher.ts';
import type { EndNotice, NewNotification, Notices, NotificationType } from '../domain/notification.ts';
import type { RepositoryReader } from '../domain/repository-store.ts';
import { formatWorkspaceKey, type RepositoryWorkspace } from '../domain/workspace.ts';
import { describeEvent, type EventView, type NotifiedConclusion } from './describe-event.ts';
import type { Destinations } from './destinations.ts';

export interface NoticePorts {
  readonly destinations: Destinations;
  readonly store: { findLastResult(workspace: RepositoryWorkspace): Promise<Deployment | null> };
  readonly repositories: RepositoryReader;
  readonly dispatcher: Waker;
  readonly clock: Clock;
  readonly pages: EventView['pages'];
  readonly limits: EventView['limits'];
  readonly redact: EventView['redact'];
}

export function createNotices(ports: NoticePorts): Notices {
  const { destinations, store, repositories } = ports;
  return {
    async prepareEnd(deployment) {
      if (destinations.ofAccount(deployment.account).length === 0) return null;
      const repository = await repositories.getRepository(deployment.repositoryId);
      if (!repository) return null;
      const last = await store.findLastResult(deployment);
      return createNotice(ports, repository, last !== null && last.conclusion !== 'success');
    },

    preparePlan: (repository) => createNotice(ports, repository, false),
  };
}

/** `wasBroken`: the workspace's result before this end was a failure. */
function createNotice(ports: NoticePorts, repository: Repository, wasBroken: boolean): EndNotice {
  const noted = new Set<string>();
  return {
    describe(ended) {
      const { conclusion } = ended;
      if (!isNotified(conclusion) || (conclusion === 'success' && !wasBroken)) return [];
      const notices = createNotifications(ports, { conclusion, deployment: ended, repository });
      for (const { destination } of notices) noted.add(destination);
      return notices;
    },
    wake() {
      for (const destination of noted) ports.dispatcher.wake('notification', destination);
    },
  };
}

/** The ends that destinations are notified of. */
const TYPES: Readonly<Record<NotifiedConclusion, NotificationType>> = {
  failure: 'failed',
  timed_out: 'failed',
  success: 'repaired',
  action_required: 'waiting',
};

function isNotified(conclusion: Conclusion | null): conclusion is NotifiedConclusion {
  return conclusion !== null && conclusion in TYPES;
}

interface NotifiedEnd {
  readonly conclusion: NotifiedConclusion;
  readonly deployment: Deployment;
  readonly repository: Repository;
}

function createNotifications(ports: NoticePorts, end: NotifiedEnd): NewNotification[] {
  const { conclusion, deployment } = end;
  const type = TYPES[conclusion];
  const wanted = ports.destinations.ofAccount(deployment.account).filter(({ on }) => on.includes(type));
  if (wanted.length === 0) return [];
  const now = ports.clock.now();
  const eventId = `msg_${deployment.id}_${deployment.reason}`;
  const body = JSON.stringify(describeEvent({ ...end, ...ports, type, now }));
  return wanted.map(({ id }) => ({
    id: `${eventId}:${id}`,
    eventId,
    destination: id,
    subject: `${deployment.repositoryId}:${formatWorkspaceKey(deployment)}`,
    body,
    createdAt: now,
  }));
}
