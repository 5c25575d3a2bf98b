import type { NewNotification } from '../domain/notification.ts';

export interface StoredNotification extends NewNotification {
  /** How often it was sent in vain. */
  readonly attempts: number;
  /** When it is sent again (epoch milliseconds); null for the first time. */
  readonly dueAt: number | null;
}

/** The notifications that are not sent yet. */
export interface NotificationStore {
  /**
   * The next open notifications, those that are due first. One that is due hides the later ones of its subject, so that they
   * are sent in order; one that waits for its next try doesn't.
   */
  listNextNotifications(
    destination: string,
    range: { readonly now: number; readonly limit: number },
  ): Promise<StoredNotification[]>;
  postponeNotification(id: string, attempts: number, dueAt: number): Promise<void>;
  /** It was sent, or given up. */
  finishNotification(id: string, now: number): Promise<void>;
  /** The destinations with open notifications. */
  listOpenDestinations(): Promise<string[]>;
  /** A stopped destination keeps its notifications and gets none until `resumeDestinations`. */
  stopDestination(destination: string, now: number): Promise<void>;
  isStopped(destination: string): Promise<boolean>;
  resumeDestinations(): Promise<void>;
}
