import type { Deployment, Repository } from './deployment.ts';

/** `waiting`: a person has to do something before the workspace is deployed. */
export type NotificationType = 'failed' | 'repaired' | 'waiting';

/** A notification of one destination. It is stored together with what it reports, and sent later. */
export interface NewNotification {
  /** Made from the event and the destination, so that it is stored once. */
  readonly id: string;
  /** The same for all destinations and all tries. */
  readonly eventId: string;
  readonly destination: string;
  /** The workspace and its repository, whose notifications are sent one after the other. */
  readonly subject: string;
  /** The event as JSON. */
  readonly body: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** What to store in the transaction that ends a deployment. */
export type DescribeNotices = (ended: Deployment) => readonly NewNotification[];

export interface EndNotice {
  readonly describe: DescribeNotices;
  /** Call it once the end is stored. */
  wake(): void;
}

/** Notifies the destinations of the accounts file of deployments. */
export interface Notices {
  /** Call it before the end is stored, since it looks at the results so far. Null if no destination wants it. */
  prepareEnd(deployment: Deployment): Promise<EndNotice | null>;
  /** For deployments that end with their plan. */
  preparePlan(repository: Repository): EndNotice;
}
